"""All backends of Studio do the same: in its own process, over HTTP, and standalone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from opaque_keys.edx.keys import CourseKey
from pymongo.errors import AutoReconnect
from urllib3 import HTTPResponse

from demo.stand_in_studio import COURSE_RUNS, StandIn, serving
from openedx_catalog_publisher.outbox.consumers import OutOfReach
from openedx_catalog_publisher.platform import backends, standalone
from openedx_catalog_publisher.platform.errors import CourseMissing, Failed, PlatformError, Refused, Unavailable
from openedx_catalog_publisher.platform.http.session import Credentials, PlatformSession
from openedx_catalog_publisher.platform.http.studio import HttpStudio
from openedx_catalog_publisher.platform.studio import NewRun, Picture, RunChanges, RunInStudio, Studio
from tests.factories import make_user
from tests.fake_platform.models import CourseAccessRole
from tests.fake_platform.modules import platform_modules
from tests.fake_platform.studio import FakeStudio

pytestmark = pytest.mark.django_db

KEY = CourseKey.from_string("course-v1:AcmeX+N1+1T2031")
NEXT = CourseKey.from_string("course-v1:AcmeX+N1+2T2031")
SECRET = StandIn().client_secret
START, END = datetime(2031, 2, 1, 8, 30, tzinfo=UTC), datetime(2031, 12, 31, tzinfo=UTC)
LATER = datetime(2032, 1, 1, tzinfo=UTC)
PICTURE = Picture("image/png", b"\x89PNG\r\n--boundary\r\n\x00")
RUN = NewRun(KEY, "Data: 数据 📊", START, END, "self_paced", ("ann", "bob"))
SHOWN = RunInStudio("Data: 数据 📊", START, END, "self_paced", frozenset({"ann", "bob"}))


@pytest.fixture
def stand_in() -> Iterator[tuple[StandIn, str]]:
    """A stand-in on this machine, with its address."""
    stand_in = StandIn(accounts={"ann", "bob", "carol"})
    with serving(stand_in) as address:
        yield stand_in, address


def over_http(address: str, seconds: float = 5.0, secret: str = SECRET) -> HttpStudio:
    """Return Studio at an address."""
    return HttpStudio(PlatformSession(address, Credentials(address, "catalog", secret), seconds))


@pytest.fixture
def in_process(settings: Any) -> Iterator[FakeStudio]:
    """Studio's own modules, with the account that makes course runs."""
    make_user("catalog_worker", is_staff=True)
    settings.CATALOG_PUBLISHER_STUDIO_USERNAME = "catalog_worker"
    fake = FakeStudio({"catalog_worker"})
    with platform_modules(fake.modules()):
        yield fake


@pytest.fixture(params=["in process", "http", "standalone"])
def studio(request: pytest.FixtureRequest) -> Studio:
    """Studio with nothing in it, and three accounts."""
    for username in ("ann", "bob", "carol"):
        make_user(username)
    if request.param == "standalone":
        return standalone.MemoryStudio()
    if request.param == "http":
        _, address = request.getfixturevalue("stand_in")
        return over_http(address)
    request.getfixturevalue("in_process")
    return backends.studio()


def team_of(shown: RunInStudio | None) -> set[str]:
    """Return the team without the account that makes course runs, which Studio adds in its own process."""
    assert shown is not None
    return set(shown.team) - {"catalog_worker"}


class TestEveryBackend:
    def test_a_run_that_was_made_is_shown_as_it_was_asked_for(self, studio: Studio) -> None:
        assert studio.read(KEY) is None
        studio.create(RUN)
        shown = studio.read(KEY)
        assert shown is not None
        assert (shown.title, shown.start, shown.end, shown.pacing) == (SHOWN.title, START, END, "self_paced")
        assert team_of(shown) == {"ann", "bob"}
        assert studio.read(NEXT) is None

    def test_making_it_again_leaves_it_as_it_is(self, studio: Studio) -> None:
        studio.create(RUN)
        studio.create(NewRun(KEY, "Other", LATER, LATER, "instructor_paced", ("carol",)))
        shown = studio.read(KEY)
        assert shown is not None
        assert (shown.title, shown.start, shown.pacing) == (SHOWN.title, START, "self_paced")
        assert team_of(shown) >= {"ann", "bob"}

    def test_a_key_that_is_taken_in_another_case_is_told(self, studio: Studio) -> None:
        studio.create(RUN)
        other = CourseKey.from_string("course-v1:AcmeX+N1+1t2031")
        with pytest.raises(PlatformError, match=r"differs .*by its case alone"):
            studio.create(NewRun(other, "Other", START, END, "self_paced", ()))

    def test_a_copy_has_its_own_title_dates_and_team(self, studio: Studio) -> None:
        studio.create(RUN)
        studio.rerun(KEY, NewRun(NEXT, "Again", LATER, LATER, "instructor_paced", ("carol",)))
        shown = studio.read(NEXT)
        assert shown is not None
        assert (shown.title, shown.start, shown.end, shown.pacing) == ("Again", LATER, LATER, "instructor_paced")
        assert team_of(shown) == {"carol"}
        assert team_of(studio.read(KEY)) == {"ann", "bob"}

    def test_copying_to_a_key_that_is_there_leaves_it_as_it_is(self, studio: Studio) -> None:
        studio.create(RUN)
        studio.create(NewRun(NEXT, "There", START, END, "self_paced", ()))
        studio.rerun(KEY, NewRun(NEXT, "Again", LATER, LATER, "self_paced", ()))
        shown = studio.read(NEXT)
        assert shown is not None
        assert (shown.title, shown.start) == ("There", START)

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            (RunChanges(title="Other"), RunInStudio("Other", START, END, "self_paced", SHOWN.team)),
            (RunChanges(schedule=(START, LATER)), RunInStudio(SHOWN.title, START, LATER, "self_paced", SHOWN.team)),
            (
                RunChanges(pacing="instructor_paced"),
                RunInStudio(SHOWN.title, START, END, "instructor_paced", SHOWN.team),
            ),
            (
                RunChanges(title="Other", team=("carol", "ann")),
                RunInStudio("Other", START, END, "self_paced", frozenset({"ann", "bob", "carol"})),
            ),
            (RunChanges(picture=PICTURE), SHOWN),
        ],
        ids=["title", "schedule", "pacing", "team", "picture"],
    )
    def test_what_is_changed_is_changed_and_the_rest_stays(
        self, studio: Studio, changes: RunChanges, expected: RunInStudio
    ) -> None:
        studio.create(RUN)
        studio.update(KEY, changes)
        shown = studio.read(KEY)
        assert shown is not None
        assert (shown.title, shown.start, shown.end, shown.pacing) == (
            expected.title,
            expected.start,
            expected.end,
            expected.pacing,
        )
        assert team_of(shown) == set(expected.team)

    def test_changing_what_is_not_there_is_told(self, studio: Studio) -> None:
        with pytest.raises(CourseMissing, match="AcmeX"):
            studio.update(KEY, RunChanges(title="Other"))
        with pytest.raises(CourseMissing, match="AcmeX"):
            studio.update(KEY, RunChanges(picture=PICTURE))


class TestInProcess:
    def test_all_changes_of_one_update_are_one_round_of_publishing(self, in_process: FakeStudio) -> None:
        make_user("ann")
        make_user("bob")
        studio = backends.studio()
        studio.create(RUN)
        in_process.store.rounds.clear()
        studio.update(KEY, RunChanges("Other", (START, LATER), "instructor_paced", ("ann",), PICTURE))
        assert in_process.store.rounds == [KEY]
        assert in_process.store.assets == {(KEY, "course_image.png"): PICTURE.content}
        assert in_process.store.courses[KEY].course_image == "course_image.png"

    def test_another_team_alone_is_no_round_of_publishing(self, in_process: FakeStudio) -> None:
        for username in ("ann", "bob", "carol"):
            make_user(username)
        studio = backends.studio()
        studio.create(RUN)
        in_process.store.rounds.clear()
        studio.update(KEY, RunChanges(team=("carol",)))
        assert in_process.store.rounds == []

    def test_an_account_that_there_is_not_is_told_before_anything_is_made(self, in_process: FakeStudio) -> None:
        make_user("ann")
        studio = backends.studio()
        with pytest.raises(Refused, match="no account bob that could be in the team"):
            studio.create(RUN)
        assert not CourseAccessRole.objects.filter(user__username="ann").exists()
        assert studio.read(KEY) is None

    @pytest.mark.parametrize("username", ["", "nobody"])
    def test_without_an_account_to_make_runs_with_it_says_which_setting_names_one(
        self, in_process: FakeStudio, settings: Any, username: str
    ) -> None:
        settings.CATALOG_PUBLISHER_STUDIO_USERNAME = username
        with pytest.raises(Refused, match="CATALOG_PUBLISHER_STUDIO_USERNAME"):
            backends.studio().create(RUN)

    def test_a_modulestore_that_does_not_answer_is_out_of_reach(
        self, in_process: FakeStudio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*args: Any) -> None:
            raise AutoReconnect("mongodb:27017: connection refused")

        studio = backends.studio()
        studio.create(NewRun(KEY, "T", START, END, "self_paced", ()))
        monkeypatch.setattr(type(in_process.store), "get_course", fail)
        with pytest.raises(Unavailable, match="modulestore does not answer"):
            studio.read(KEY)
        with pytest.raises(Unavailable, match="modulestore does not answer"):
            studio.update(KEY, RunChanges(title="Other"))

    def test_an_account_that_may_not_make_runs_is_told(self, in_process: FakeStudio) -> None:
        in_process.may.clear()
        for username in RUN.team:
            make_user(username)
        with pytest.raises(Refused, match="account catalog_worker may not make course-v1:AcmeX"):
            backends.studio().create(RUN)


class TestOverHttp:
    def test_a_picture_arrives_byte_by_byte(self, stand_in: tuple[StandIn, str]) -> None:
        held, address = stand_in
        studio = over_http(address)
        studio.create(RUN)
        studio.update(KEY, RunChanges(picture=PICTURE))
        assert held.pictures == {str(KEY): PICTURE.content}

    def test_everything_but_the_picture_is_one_request_that_only_adds_to_the_team(
        self, stand_in: tuple[StandIn, str]
    ) -> None:
        held, address = stand_in
        studio = over_http(address)
        studio.create(RUN)
        held.requests.clear()
        studio.update(KEY, RunChanges("Other", (START, LATER), "instructor_paced", ("carol",)))
        assert held.requests == [("PATCH", f"{COURSE_RUNS}{KEY}/")]

    def test_an_account_that_studio_does_not_know_is_told_in_its_words(self, stand_in: tuple[StandIn, str]) -> None:
        _, address = stand_in
        with pytest.raises(Refused, match=r"status 400.*Course team user does not exist"):
            over_http(address).create(NewRun(KEY, "T", START, END, "self_paced", ("zoe",)))

    @pytest.mark.slow
    @pytest.mark.parametrize("fault", ["500", "cut before", "cut after", "hang"])
    def test_a_run_is_made_once_whatever_happens_to_the_request(
        self, stand_in: tuple[StandIn, str], fault: str
    ) -> None:
        held, address = stand_in
        held.seconds = 1.5
        studio = over_http(address, seconds=1.0)
        held.faults = [fault]
        if fault != "cut after":
            with pytest.raises(Failed) as caught:
                studio.create(RUN)
            # Only an answer says that nothing is under way any more.
            assert caught.value.over is (fault == "500")
            assert held.runs == {}
        studio.create(RUN)
        assert list(held.runs) == [str(KEY)]
        assert studio.read(KEY) == SHOWN

    @pytest.mark.parametrize("changes", [RunChanges(title="Other"), RunChanges(picture=PICTURE)])
    def test_studio_that_fails_at_one_change_and_answers_otherwise_is_not_out_of_reach(
        self, stand_in: tuple[StandIn, str], changes: RunChanges
    ) -> None:
        held, address = stand_in
        studio = over_http(address)
        studio.create(RUN)
        held.faults = ["500"]
        with pytest.raises(Failed, match="answered with status 500"):
            studio.update(KEY, changes)
        held.faults = ["500", "500"]
        with pytest.raises(Unavailable):
            studio.update(KEY, changes)

    @pytest.mark.parametrize(
        ("status", "wait"), [(429, timedelta(seconds=7)), (503, timedelta(seconds=7)), (500, None), (502, None)]
    )
    def test_who_takes_nothing_at_present_is_out_of_reach_for_as_long_as_it_says(
        self, monkeypatch: pytest.MonkeyPatch, status: int, wait: timedelta | None
    ) -> None:
        answer = requests.Response()
        answer.status_code, answer.raw = status, HTTPResponse(io.BytesIO(b"{}"), preload_content=False)
        if wait is not None:
            answer.headers["Retry-After"] = "7"
        monkeypatch.setattr(requests, "request", lambda *args, **options: answer)
        with pytest.raises(OutOfReach) as caught:
            over_http("http://studio.example.org").read(KEY)
        assert caught.value.wait == wait

    def test_a_token_that_expired_is_replaced_once(self, stand_in: tuple[StandIn, str]) -> None:
        held, address = stand_in
        studio = over_http(address)
        studio.create(RUN)
        held.tokens.clear()
        held.requests.clear()
        assert studio.read(KEY) == SHOWN
        assert held.requests == [("GET", f"{COURSE_RUNS}{KEY}/")] * 2

    def test_one_token_serves_many_requests(self, stand_in: tuple[StandIn, str]) -> None:
        held, address = stand_in
        over_http(address).read(KEY)
        over_http(address).read(NEXT)
        assert len(held.tokens) == 1

    def test_a_client_that_gets_no_token_is_told(self, stand_in: tuple[StandIn, str]) -> None:
        _, address = stand_in
        with pytest.raises(Refused, match=r"gives no token to client catalog .*Check the OAuth2 application"):
            over_http(address, secret="wrong").read(KEY)

    @pytest.mark.slow
    def test_an_answer_that_comes_byte_by_byte_is_not_waited_for(self, stand_in: tuple[StandIn, str]) -> None:
        held, address = stand_in
        studio = over_http(address, seconds=1.0)
        studio.create(RUN)
        held.faults = ["slow"]
        with pytest.raises(Unavailable, match="took too long"):
            studio.read(KEY)

    def test_a_redirect_is_not_followed(self, stand_in: tuple[StandIn, str]) -> None:
        held, address = stand_in
        held.faults = ["302"]
        with pytest.raises(Refused, match="leads elsewhere, which is not followed"):
            over_http(address).read(KEY)

    def test_nobody_there_is_told(self) -> None:
        with pytest.raises(Unavailable, match="ConnectionError"):
            over_http("http://127.0.0.1:1").read(KEY)

    def test_something_else_that_answers_is_no_studio(self, stand_in: tuple[StandIn, str]) -> None:
        held, address = stand_in
        held.runs[str(KEY)] = {"id": str(KEY), "name": "something else"}
        with pytest.raises(Refused, match="shows no course run"):
            over_http(address).read(KEY)
