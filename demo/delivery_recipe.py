"""What to try with deliveries: the commands that the home page and the quickstart show, and that a test runs."""

from demo.recipe import PATCH, Step, be

COURSE = "NorthU+KNOT101"
"""The course of this recipe: published in the demo's catalog, and its runs are in the stand-in."""

RUN = f"course-v1:{COURSE}+1T2027"
TITLE = "Knots: The Physics of Holding On"
LATER_TITLE = "Knots, and Why They Hold"

MANAGE = ".venv/bin/python manage.py"
PUBLISH = f"{MANAGE} publish_course $COURSE --skip-review --message"
DRIFT = f"{MANAGE} check_drift $RUN --consumer studio"
STATUS = f"{MANAGE} outbox status --consumer studio"
ATTEMPTS = 'ask "$API/outbox/?consumer=studio&state=pending"'
STUDIO_STATE = 'ask "$API/course_runs/$RUN/?editable=1&fields=key,studio_state,studio_error"'


def steps(api: str) -> tuple[Step, ...]:
    """
    Return the steps, in order.

    Arguments:
        api: address of the API, without a slash at its end.
    """
    return (
        Step(
            "Publish a change",
            "As Ada, who may publish without review when she says why; so this takes two commands.",
            (
                f"API={api}",
                f"COURSE={COURSE}",
                f"RUN={RUN}",
                be("admin"),
                'ask() { curl -sS -H "Authorization: JWT $TOKEN" -H "Content-Type: application/json" "$@"; echo; }',
                f'{PATCH} "$API/courses/$COURSE/" -d \'{{"title": "{TITLE}"}}\'',
                f'{PUBLISH} "To see it arrive."',
            ),
        ),
        Step(
            "See it arrive",
            "Within seconds the page of the stand-in shows both runs of the course, on top, under their new title. "
            "check_drift asks it, and compares what it holds with what was published.",
            ("sleep 5", STATUS, DRIFT),
        ),
        Step(
            "Stop the stand-in, and publish again",
            "By the button above, or like this. Publishing is as quick as before. The delivery fails, and what Studio "
            "did not do shows with the run; check_drift says that it cannot ask.",
            (
                f"{MANAGE} stand_in_studio stop",
                f'{PATCH} "$API/courses/$COURSE/" -d \'{{"title": "{LATER_TITLE}"}}\'',
                f'{PUBLISH} "To see it wait."',
                "sleep 5",
                ATTEMPTS,
                STUDIO_STATE,
                DRIFT,
            ),
        ),
        Step(
            "See it tried again",
            "After half a minute, then at pauses that grow. The terminal in which the demo runs tells of each attempt, "
            "and this page counts what failed.",
            ("sleep 60", ATTEMPTS),
        ),
        Step(
            "Start the stand-in again",
            "It still holds the old title, which check_drift does not count as drift as long as the new one is on its "
            "way. It arrives by itself; retry only spares the pause that is left.",
            (
                f"{MANAGE} stand_in_studio start",
                DRIFT,
                f"{MANAGE} outbox retry --consumer studio",
                "sleep 5",
                DRIFT,
            ),
        ),
    )
