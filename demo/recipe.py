"""What to try, in which order: the commands that the home page and the quickstart show, and that a test runs."""

from dataclasses import dataclass

COURSE = "NorthU+SKY101"
"""The course of the recipe: official in the demo's catalog, and its organization's team may edit it."""

NEW_TITLE = "Reading the Night Sky, Winter Edition"


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
    course = f'"$API/courses/{COURSE}'
    return (
        Step(
            "Be somebody",
            "In a second terminal, in the project's folder: get a token for Nadia, of the North's course team, and a "
            "shorthand that sends it along.",
            (
                f"API={api}",
                "TOKEN=$(.venv/bin/python manage.py demo_token nadia)",
                'ask() { curl -sS -H "Authorization: JWT $TOKEN" -H "Content-Type: application/json" "$@"; echo; }',
            ),
        ),
        Step(
            "Look at what is official",
            "This is what everybody reads. Without fields= you get all of it.",
            (f'ask {course}/?fields=key,title,status"',),
        ),
        Step(
            "Change the draft",
            "A PATCH goes to the draft alone. The second command shows the draft; the official version, asked for as "
            "before, still has the old title.",
            (
                f'ask -o /dev/null -w "%{{http_code}}" -X PATCH {course}/" -d \'{{"title": "{NEW_TITLE}"}}\'',
                f'ask {course}/?editable=1&fields=title,revision,has_unpublished_changes"',
            ),
        ),
        Step(
            "Read the plan",
            "Field by field, what publishing would change, which rows it would write, and a digest of all that. "
            "Nothing is written.",
            (f'ask -X POST {course}/plan/"',),
        ),
        Step(
            "Publish",
            "The official version becomes equal to the draft, in one transaction, and the record of it goes into the "
            "course's chain. With expected_digest, the plan's, it is refused if anything moved since.",
            (
                f'ask -X POST {course}/publish/" -d \'{{"message": "Winter is coming"}}\'',
                f'ask {course}/?fields=key,title,status"',
            ),
        ),
        Step(
            "Look back, and go back",
            "Every publication is kept; the history shows the last first. Restoring one brings it onto the draft, "
            "and then it is published as ever.",
            (
                f'ask {course}/history/?page_size=1"',
                f'ask -X POST {course}/history/1/restore/"',
                f'ask -X POST {course}/publish/" -d \'{{"message": "Back to the first version"}}\'',
            ),
        ),
        Step(
            "Be refused",
            "Rita has no role. She reads what is official; of drafts she is told nothing, not even that they exist.",
            (
                "TOKEN=$(.venv/bin/python manage.py demo_token rita)",
                f'ask {course}/?fields=key,title"',
                f'ask -X PATCH {course}/" -d \'{{"title": "Mine"}}\'',
            ),
        ),
    )
