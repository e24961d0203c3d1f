"""What to try, in which order: the commands that the home page and the quickstart show, and that a test runs."""

from dataclasses import dataclass

COURSE = "NorthU+WOOL150"
"""The course of the recipe: never published in the demo's catalog, and its organization's team may edit it."""

RUN = f"course-v1:{COURSE}+1T2027"
NEW_TITLE = "Wool: From Sheep to Sweater"

SUBMIT = '-X POST "$API/course_runs/$RUN/reviews/"'
REVIEW = """REVIEW=$(ask "$API/course_runs/$RUN/reviews/" | grep -oE '"id":"[^"]*"' | head -1 | cut -d'"' -f4)"""
SEEN = """SEEN=$(ask "$API/reviews/$REVIEW/" | grep -oE '"(run|course)_digest":"[^"]*"' | paste -sd, -)"""
SOON = (
    'SOON=$(.venv/bin/python -c "from datetime import *; '
    'print((datetime.now(timezone.utc) + timedelta(minutes=1)).isoformat())")'
)
PATCH = 'ask -o /dev/null -w "%{http_code}" -X PATCH'
WISH = "Say in the outcome that no wool is included."
OUTCOME = "<p>You judge wool by hand and by number. Bring your own; none is included.</p>"


@dataclass(frozen=True)
class Step:
    """
    One thing to try.

    Attributes:
        title: what one does.
        text: why, and what to look at in the answer.
        commands: for a POSIX shell, one after the other.
    """

    title: str
    text: str
    commands: tuple[str, ...]


def steps(api: str) -> tuple[Step, ...]:
    """
    Return the steps, in order.

    Arguments:
        api: address of the API, without a slash at its end.
    """
    return (
        Step(
            "Be somebody",
            "In a second terminal, in the project's folder: name a course and a run of the North that nobody has "
            "published yet, get a token for Nadia, of its team, and a shorthand that sends it along.",
            (
                f"API={api}",
                f"COURSE={COURSE}",
                f"RUN={RUN}",
                be("nadia"),
                'ask() { curl -sS -H "Authorization: JWT $TOKEN" -H "Content-Type: application/json" "$@"; echo; }',
            ),
        ),
        Step(
            "Change the draft",
            "A PATCH goes to the draft alone. The second command shows it.",
            (
                f'{PATCH} "$API/courses/$COURSE/" -d \'{{"title": "{NEW_TITLE}"}}\'',
                'ask "$API/courses/$COURSE/?editable=1&fields=key,title,status,revision"',
            ),
        ),
        Step(
            "Read the plan",
            "Field by field, what publishing would change, and which reviews it needs before. Publishing at once is "
            "refused.",
            (
                'ask -X POST "$API/courses/$COURSE/plan/"',
                'ask -X POST "$API/courses/$COURSE/publish/"',
            ),
        ),
        Step(
            "Submit for review",
            "The first try says what is missing, all of it at once: here, the date at which the run goes live. The "
            "course goes along with its run.",
            (
                f'ask {SUBMIT} -d \'{{"comment": "Our first course on wool."}}\'',
                f'{PATCH} "$API/course_runs/$RUN/" -d \'{{"go_live_date": "2027-02-01T08:00:00Z"}}\'',
                f'ask {SUBMIT} -d \'{{"comment": "Our first course on wool."}}\'',
            ),
        ),
        Step(
            "Be legal, and ask for a change",
            "Leona's queue shows who waits longest first. A review shows what differs from what is official. What she "
            "sends names, by their digests, the versions of run and course that she read.",
            (
                be("legal"),
                'ask "$API/reviews/?step=legal"',
                REVIEW,
                'ask "$API/reviews/$REVIEW/"',
                SEEN,
                f'ask -X POST "$API/reviews/$REVIEW/request_changes/" -d "{{$SEEN, \\"comment\\": \\"{WISH}\\"}}"',
            ),
        ),
        Step(
            "Make the change, and submit again",
            "Nadia has got a mail: the page Mailbox shows it.",
            (
                be("nadia"),
                f'{PATCH} "$API/courses/$COURSE/" -d \'{{"outcome": "{OUTCOME}"}}\'',
                f'ask {SUBMIT} -d \'{{"comment": "It says so now."}}\'',
            ),
        ),
        Step(
            "Approve, as legal",
            "A decision on a run decides its course as well, where both digests are named. Legal staff say whether "
            "OFAC restricts who may enroll.",
            (
                be("legal"),
                REVIEW,
                SEEN,
                'ask -X POST "$API/reviews/$REVIEW/decide/" -d "{$SEEN, \\"has_ofac_restrictions\\": false}"',
            ),
        ),
        Step(
            "Approve, as coordinator, with a date one minute ahead",
            "The date needs no review: Nadia moves it to soon. Cosmo approves, and the run waits for it.",
            (
                be("nadia"),
                SOON,
                f'{PATCH} "$API/course_runs/$RUN/" -d "{{\\"go_live_date\\": \\"$SOON\\"}}"',
                be("coordinator"),
                SEEN,
                'ask -X POST "$API/reviews/$REVIEW/decide/" -d "{$SEEN, \\"comment\\": \\"Well done.\\"}"',
            ),
        ),
        Step(
            "Go live",
            "After a minute, publish_due publishes what is due, exactly what was approved. In production the clock "
            "runs it; here you do.",
            (
                "sleep 60",
                ".venv/bin/python manage.py publish_due",
                'ask "$API/courses/$COURSE/?fields=key,title,status"',
            ),
        ),
        Step(
            "Look back",
            "The timeline tells all of it: edits, reviews, decisions, comments, publications. The mails are on the "
            "page Mailbox.",
            ('ask "$API/courses/$COURSE/timeline/"',),
        ),
        Step(
            "Be refused",
            "Rita has no role. She reads what is official; of drafts she is told nothing, not even that they exist.",
            (
                be("rita"),
                'ask "$API/courses/$COURSE/?fields=key,title"',
                'ask -X PATCH "$API/courses/$COURSE/" -d \'{"title": "Mine"}\'',
            ),
        ),
    )


def be(username: str) -> str:
    """Return the command that makes what follows somebody's."""
    return f"TOKEN=$(.venv/bin/python manage.py demo_token {username})"
