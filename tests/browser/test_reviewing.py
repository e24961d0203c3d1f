"""Reviewing in a browser: by keyboard, with stale pages, and what is shown to whom."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from openedx_catalog_publisher.admin.review_site.page import address
from openedx_catalog_publisher.api import update_course
from openedx_catalog_publisher.models import Status
from tests.browser.chromium import NARROW, WIDE
from tests.browser.conftest import LogIn
from tests.browser.stories import changed_course
from tests.review.stage import draft, set_stage

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def test_legal_decides_by_keyboard_alone(log_in: LogIn) -> None:
    stage = set_stage(title="Reading the Night Sky")
    stage.submit()
    window = log_in(stage.legal.user)
    window.look(WIDE, "light")
    window.open(address("queue"))

    window.press(Keys.TAB)
    assert window.focus() == "Skip to the content"
    window.press(Keys.ENTER)
    window.tab_to("Reading the Night Sky")
    window.press(Keys.ENTER)
    window.arrive(address("review", stage.open_review(stage.run).uuid))
    window.tab_to("No, everybody may")
    window.press(Keys.SPACE)
    window.tab_to("OFAC comment")
    window.press("Looked up today.")
    window.tab_to("Approve")
    window.press(Keys.ENTER)

    window.arrive(address("queue"))
    assert "The internal review comes next." in window.text(".messages")
    assert draft(stage.run).status == Status.REVIEW_BY_INTERNAL
    assert draft(stage.run).ofac_comment == "Looked up today."


def test_a_page_that_is_stale_is_refused_and_says_what_changed(log_in: LogIn) -> None:
    stage = set_stage(title="Reading the Night Sky")
    stage.submit_course()
    window = log_in(stage.legal.user)
    window.open(address("review", stage.open_review(stage.course).uuid))
    update_course(stage.editor, stage.course, {"title": "Reading the Night Sky, Together"})

    window.click("button[value=approve]")

    assert "is over: the draft was edited" in window.text("[role=alert]")
    assert window.text("#moved ins") == ", Together"
    assert not window.shows("button[value=approve]")
    assert draft(stage.course).status == Status.UNPUBLISHED


def test_what_is_wrong_is_said_at_its_field_and_nothing_written_is_lost(log_in: LogIn) -> None:
    stage = set_stage()
    stage.submit()
    window = log_in(stage.legal.user)
    window.open(address("review", stage.open_review(stage.run).uuid))
    window.write("#id_comment", "All fine.")

    window.click("button[value=approve]")

    assert "Please mend what is marked below." in window.text("#decide [role=alert]")
    assert "Decide whether OFAC restricts who may enroll" in window.text(".ofac .errorlist")
    assert window.driver.find_element(By.ID, "id_comment").get_attribute("value") == "All fine."


def test_changed_words_are_marked_in_both_directions_of_writing(log_in: LogIn) -> None:
    stage = changed_course()
    window = log_in(stage.legal.user)
    window.look(WIDE, "light")
    window.open(address("review", stage.open_review(stage.run).uuid))

    assert window.text("#course-title .new ins") == ", Together"
    assert window.text("#course-full_description .old del") == "القمر"
    assert window.text("#course-full_description .new ins") == "النجوم"
    direction = "return getComputedStyle(document.querySelector('#course-full_description .new p')).direction"
    assert window.driver.execute_script(direction) == "rtl"
    assert window.text("#course_run-seats .old del") == "49.00"
    assert window.text("#course_run-seats .new ins") == "59.00"


def test_both_sides_stand_beside_each_other_where_there_is_room_and_below_where_not(log_in: LogIn) -> None:
    stage = changed_course()
    window = log_in(stage.legal.user)
    url = address("review", stage.open_review(stage.run).uuid)

    def places() -> tuple[dict[str, int], dict[str, int]]:
        window.open(url)
        old, new = (
            window.driver.find_element(By.CSS_SELECTOR, f"#course-title .{side}").rect for side in ("old", "new")
        )
        return old, new

    window.look(WIDE, "light")
    old, new = places()
    assert (old["y"], old["x"] < new["x"]) == (new["y"], True)
    window.look(NARROW, "light")
    old, new = places()
    assert (old["x"], old["y"] < new["y"]) == (new["x"], True)


def test_several_reviews_are_chosen_in_the_queue_and_approved_at_once(log_in: LogIn) -> None:
    stages = set_stage(title="One"), set_stage(title="Two")
    for stage in stages:
        stage.submit_course()
    window = log_in(stages[0].admin.user)
    window.look(WIDE, "dark")
    window.open(address("queue"))
    assert window.driver.find_element(By.CSS_SELECTOR, "button[value=approve]").get_attribute("aria-disabled") == "true"

    window.click("[data-choose-all]")
    assert window.text("[data-chosen-count]") == "2 chosen"
    window.click("button[value=approve]")
    window.arrive(address("many"))
    window.driver.find_element(By.XPATH, "//button[text()='Approve 2 reviews']").click()

    assert "Approved 2 reviews." in window.text(".messages")
    assert {draft(stage.course).status for stage in stages} == {Status.REVIEW_BY_INTERNAL}


def test_a_comment_on_a_field_is_begun_at_the_field(log_in: LogIn) -> None:
    stage = changed_course()
    window = log_in(stage.coordinator.user)
    window.look(WIDE, "light")
    window.open(address("review", stage.open_review(stage.run).uuid))

    window.click("#course-title .say a")
    window.write("#id_say-text", "Why together?")
    window.click("button[value=comment]")

    assert "Your comment is there." in window.text(".messages")
    said = window.text("#comments")
    assert "Why together?" in said
    assert "Title" in said
    assert "Is the film ours?" in said
