"""Studio in its own process: what its API does, by the functions that its API calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cms.djangoapps.contentstore.views.assets import update_course_run_asset  # type: ignore[import-not-found]
from cms.djangoapps.contentstore.views.course import create_new_course, rerun_course  # type: ignore[import-not-found]
from common.djangoapps.student.models import CourseAccessRole  # type: ignore[import-not-found]
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from opaque_keys.edx.keys import CourseKey
from pymongo.errors import ConnectionFailure
from xmodule.modulestore.django import modulestore  # type: ignore[import-not-found]
from xmodule.modulestore.exceptions import DuplicateCourseError  # type: ignore[import-not-found]

from openedx_catalog_publisher.platform.errors import CourseMissing, Refused, Unavailable
from openedx_catalog_publisher.platform.studio import (
    INSTRUCTOR,
    INSTRUCTOR_PACED,
    SELF_PACED,
    NewRun,
    RunChanges,
    RunInStudio,
)


class InProcessStudio:
    """
    The modulestore of this process. All changes of one update are one round of publishing.

    Arguments:
        username: the account that makes and changes course runs; it is staff and has a profile.
    """

    def __init__(self, username: str) -> None:
        self._username = username

    def read(self, run: CourseKey) -> RunInStudio | None:
        """
        Return what Studio shows of a course run.

        Raises:
            Unavailable: when the modulestore does not answer.
        """
        with _reaching():
            course = modulestore().get_course(run)
        if course is None:
            return None
        team = CourseAccessRole.objects.filter(course_id=run, role=INSTRUCTOR)
        return RunInStudio(
            title=course.display_name,
            start=course.start,
            end=course.end,
            pacing=SELF_PACED if course.self_paced else INSTRUCTOR_PACED,
            team=frozenset(team.values_list("user__username", flat=True)),
        )

    def create(self, run: NewRun) -> None:
        """
        Make an empty course run.

        Raises:
            Unavailable: when the modulestore does not answer.
            Refused: when the account is missing or may not, one of the team is missing, or the key differs by case.
        """
        key = run.key
        self._make(run, lambda user, fields: create_new_course(user, key.org, key.course, key.run, fields))

    def rerun(self, source: CourseKey, run: NewRun) -> None:
        """
        Make a course run as a copy of another.

        Raises:
            Unavailable: when the modulestore does not answer.
            Refused: when the account is missing or may not, one of the team is missing, or the key differs by case.
        """
        key = run.key
        self._make(
            run,
            lambda user, fields: rerun_course(user, source, key.org, key.course, key.run, fields, background=False),
        )

    def update(self, run: CourseKey, changes: RunChanges) -> None:
        """
        Change a course run.

        Raises:
            CourseMissing: when there is none.
            Unavailable: when the modulestore does not answer.
            Refused: when the account, or one of the team, is missing.
        """
        user, store = self._user(), modulestore()
        with _reaching():
            course = store.get_course(run)
        if course is None:
            raise CourseMissing(run)
        team = _accounts(run, changes.team)
        with _reaching(), transaction.atomic():
            _add_team(run, team)
            with store.bulk_operations(run):
                if _set(course, run, changes):
                    store.update_item(course, user.id)

    def _make(self, run: NewRun, make: Any) -> None:
        user, team = self._user(), _accounts(run.key, run.team)
        fields = {
            "display_name": run.title,
            "start": run.start,
            "end": run.end,
            "self_paced": run.pacing == SELF_PACED,
        }
        try:
            with _reaching(), transaction.atomic():
                make(user, fields)
                _add_team(run.key, team)
        except DuplicateCourseError as error:
            if self.read(run.key) is None:
                raise Refused(
                    f"Studio has a course run whose key differs from {run.key} by its case alone. Use that key."
                ) from error
        except PermissionDenied as error:
            raise Refused(f"The account {self._username} may not make {run.key}. Let it be staff.") from error
        except ValidationError as error:
            raise Refused(f"Studio refuses what makes {run.key}: {'; '.join(error.messages)}") from error

    def _user(self) -> Any:
        user = get_user_model().objects.filter(username=self._username).first() if self._username else None
        if user is None:
            raise Refused(
                f"There is no account {self._username!r} to make course runs with. Name one that is staff in "
                "CATALOG_PUBLISHER_STUDIO_USERNAME."
            )
        return user


def _accounts(run: CourseKey, usernames: tuple[str, ...]) -> list[Any]:
    """Return the accounts of a team. Raises Refused where one is missing, before anything is made."""
    users = {user.get_username(): user for user in get_user_model().objects.filter(username__in=usernames)}
    for username in usernames:
        if username not in users:
            raise Refused(f"There is no account {username} that could be in the team of {run}.")
    return [users[username] for username in usernames]


def _add_team(run: CourseKey, team: list[Any]) -> None:
    for user in team:
        CourseAccessRole.objects.get_or_create(course_id=run, org=run.org, user=user, role=INSTRUCTOR)


@contextmanager
def _reaching() -> Iterator[None]:
    """Tell the modulestore's being out of reach from what it says no to."""
    try:
        yield
    except ConnectionFailure as error:
        raise Unavailable(f"The modulestore does not answer: {type(error).__name__}.") from error


def _set(course: Any, run: CourseKey, changes: RunChanges) -> bool:
    """Set what is to be changed of the course block, and return whether anything is."""
    fields: dict[str, Any] = {}
    if changes.title is not None:
        fields["display_name"] = changes.title
    if changes.schedule is not None:
        fields["start"], fields["end"] = changes.schedule
    if changes.pacing is not None:
        fields["self_paced"] = changes.pacing == SELF_PACED
    if changes.picture is not None:
        picture = changes.picture
        upload = SimpleUploadedFile(picture.file_name, picture.content, picture.media_type)
        update_course_run_asset(run, upload)
        fields["course_image"] = picture.file_name
    for name, value in fields.items():
        setattr(course, name, value)
    return bool(fields)
