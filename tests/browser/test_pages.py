"""Every page of the review, wide and narrow, light and dark: no serious fault for anybody, nothing cut off."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from openedx_catalog_publisher.admin.review_site.page import address
from openedx_catalog_publisher.api import update_course
from openedx_catalog_publisher.models import CatalogRoleAssignment
from tests.browser.chromium import NARROW, WIDE
from tests.browser.conftest import LogIn
from tests.browser.stories import changed_course
from tests.review.stage import Stage, set_stage

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

LOOKS = {
    "wide and light": (WIDE, "light"),
    "wide and dark": (WIDE, "dark"),
    "narrow and light": (NARROW, "light"),
    "narrow and dark": (NARROW, "dark"),
}


def _review(stage: Stage) -> str:
    return address("review", stage.open_review(stage.run).uuid)


def _changed(stage: Stage) -> str:
    return _review(changed_course())


def _approved_before(stage: Stage) -> str:
    stage.approve_legally(stage.course, ofac=None)
    update_course(stage.editor, stage.course, {"short_description": "Shorter."})
    stage.submit()
    return f"{_review(stage)}?since=approval"


def _over(stage: Stage) -> str:
    url = address("review", stage.open_review(stage.course).uuid)
    update_course(stage.editor, stage.course, {"title": "Something else"})
    return url


def _several(stage: Stage) -> str:
    other = set_stage(title="مقدمة في علم الفلك")
    other.submit()
    reviews = "".join(f"&review={each.open_review(each.run).uuid}" for each in (stage, other))
    return f"{address('many')}?act=approve{reviews}"


def _revoke(stage: Stage) -> str:
    return address("revoke", CatalogRoleAssignment.objects.order_by("pk").first().pk)


PAGES: Mapping[str, Callable[[Stage], str]] = {
    "the queue": lambda _stage: address("queue"),
    "the queue where nothing is found": lambda _stage: f"{address('queue')}?q=nothing",
    "a review of something new": _review,
    "a review of many changes": _changed,
    "a review since one's last approval": _approved_before,
    "a review that is over": _over,
    "several reviews": _several,
    "the timeline": lambda stage: address("timeline", stage.course),
    "the roles": lambda _stage: address("roles"),
    "the history of roles": lambda _stage: address("role_history"),
    "the end of a role": _revoke,
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_serious_fault_and_fits_its_window(name: str, log_in: LogIn) -> None:
    stage = set_stage(title="Reading the Night Sky")
    stage.submit()
    path = PAGES[name](stage)
    window = log_in(stage.admin.user)
    for look, (size, scheme) in LOOKS.items():
        window.look(size, scheme)
        window.open(path)
        if window.shows("details"):
            window.driver.execute_script("document.querySelectorAll('details').forEach((it) => { it.open = true; })")

        assert (look, window.faults()) == (look, [])
        assert (look, window.sideways()) == (look, 0)
    assert window.script_errors() == []


def test_whoever_has_no_role_is_told_so_without_a_fault(log_in: LogIn, django_user_model: type) -> None:
    window = log_in(django_user_model.objects.create_user("nobody"))
    window.look(NARROW, "light")

    window.open(address("queue"))

    assert "holds none of these roles" in window.text()
    assert window.faults() == []


def test_a_fault_that_is_there_is_found(log_in: LogIn) -> None:
    window = log_in(set_stage().admin.user)
    window.look(WIDE, "dark")
    window.open(address("queue"))
    assert window.faults() == []

    window.driver.execute_script(
        "document.querySelector('main').insertAdjacentHTML('beforeend',"
        "'<input type=text><p style=\"color: #333\">hardly to be read</p>')"
    )

    assert sorted(rule for rule, _where in window.faults()) == ["color-contrast", "label"]
