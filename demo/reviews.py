"""Reviews for a visitor to find: drafts of the demo's catalog that are submitted, and how far each has come."""

from dataclasses import dataclass

from openedx_catalog_publisher.models import ReviewStep, UnitKind


@dataclass(frozen=True)
class Submission:
    """
    A draft that is in review when the demo starts.

    Attributes:
        kind: what it is.
        key: its key.
        submitted_by: username of who submits it.
        words: what they say to the reviewers.
        steps: the steps that are approved, each with what its reviewer says; empty where nobody decided yet.
    """

    kind: UnitKind
    key: str
    submitted_by: str
    words: str
    steps: tuple[tuple[ReviewStep, str], ...] = ()


SUBMISSIONS = (
    Submission(
        kind=UnitKind.COURSE_RUN,
        key="course-v1:NorthU+CODE101+3T2027",
        submitted_by="nils",
        words="The autumn run, as every year.",
        steps=((ReviewStep.LEGAL, ""), (ReviewStep.INTERNAL, "All set.")),
    ),
    Submission(
        kind=UnitKind.COURSE_RUN,
        key="course-v1:TresVolcanes+VOLC201+1T2027",
        submitted_by="teresa",
        words="",
        steps=((ReviewStep.LEGAL, "No objections; the new title is clearer."),),
    ),
    Submission(
        kind=UnitKind.COURSE_RUN,
        key="course-v1:NorthU+ICE210+1T2027",
        submitted_by="nadia",
        words="The first run under the new title.",
    ),
    Submission(
        kind=UnitKind.COURSE_RUN,
        key="course-v1:TresVolcanes+CINE130+1T2027",
        submitted_by="teresa",
        words="Our first course on film; it was never published.",
    ),
    Submission(kind=UnitKind.COURSE, key="NorthU+SEA330", submitted_by="nadia", words=""),
    Submission(kind=UnitKind.COURSE, key="Masabih+TIBB201", submitted_by="admin", words=""),
)
"""In the order in which they are submitted, so that the last waits for the shortest time."""

REVIEWERS = {ReviewStep.LEGAL: "legal", ReviewStep.INTERNAL: "coordinator"}
"""Who of the demo's people decides which step."""
