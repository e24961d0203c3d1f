"""``manage.py fill_stand_in_studio``: the stand-in for Studio has the course runs that are official."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from demo import studio_file
from openedx_catalog_publisher.consumers.studio.wanted import WantedRun, wanted_runs
from openedx_catalog_publisher.models import Course, CourseRun
from openedx_catalog_publisher.platform.studio import INSTRUCTOR


class Command(BaseCommand):
    """
    Writes what the stand-in begins with, once.

    Whoever imports a catalog has its runs in Studio already, and the catalog makes none of them there. So the stand-in
    has them, too, as they were published. What is there stays, since it is what was delivered.
    """

    help = "Give the stand-in for Studio the official course runs, unless it has some. For demonstration only."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file of the stand-in, and say how many runs it has."""
        file = settings.VAR_DIR / studio_file.NAME
        if not file.exists():
            official = set(CourseRun.objects.values_list("uuid", flat=True))
            courses = Course.objects.order_by("pk").values_list("uuid", flat=True)
            wanted = [run for course in courses for run in wanted_runs(course=course) if run.uuid in official]
            studio_file.write(file, {str(run.key): _shown(run) for run in wanted if run.schedule is not None})
        self.stdout.write(f"The stand-in for Studio has {len(studio_file.read(file))} course runs.")


def _shown(run: WantedRun) -> dict[str, Any]:
    assert run.schedule is not None  # noqa: S101 - left out otherwise
    start, end = (moment.isoformat() for moment in run.schedule)
    return {
        "id": str(run.key),
        "title": run.title,
        "schedule": {"start": start, "end": end, "enrollment_start": None, "enrollment_end": None},
        "pacing_type": run.pacing,
        "team": [{"user": username, "role": INSTRUCTOR} for username in run.team()],
        "images": {"card_image": ""},
    }
