"""The people of the demo: who they are, and what they may do."""

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from openedx_catalog_publisher.api import Action
from openedx_catalog_publisher.models import ALL_ORGANIZATIONS, RoleName

NORTH = "NorthU"
TRES = "TresVolcanes"


@dataclass(frozen=True)
class Account:
    """
    Somebody whom one can be in the demo.

    Attributes:
        username: what they log in as.
        given_name: for example Nadia.
        family_name: for example North.
        part: what they are in this play, in a few words.
        rights: what is particular about them, in a sentence or two.
        role: the role of the catalog that they hold; None for a mere reader.
        context: for which organization they hold it, by its key, or ``*`` for all.
    """

    username: str
    given_name: str
    family_name: str
    part: str
    rights: str
    role: RoleName | None = None
    context: str = ALL_ORGANIZATIONS

    @property
    def is_administrator(self) -> bool:
        """Whether they administer the whole catalog, and Django's admin site."""
        return self.role is RoleName.CATALOG_ADMIN

    @property
    def organization(self) -> str:
        """Key of the organization that their role is for; empty for all, and for none."""
        return "" if self.context == ALL_ORGANIZATIONS else self.context


ACCOUNTS = (
    Account(
        username="nadia",
        given_name="Nadia",
        family_name="North",
        part="Course team of the University of the North",
        rights="Edits the drafts of her university, creates courses and runs there, and submits them for review.",
        role=RoleName.ORG_MEMBER,
        context=NORTH,
    ),
    Account(
        username="nils",
        given_name="Nils",
        family_name="North",
        part="Course team of the University of the North",
        rights="As Nadia; but a course that she creates he only reads, until she makes him one of its editors.",
        role=RoleName.ORG_MEMBER,
        context=NORTH,
    ),
    Account(
        username="teresa",
        given_name="Teresa",
        family_name="Tres",
        part="Course team of Universidad Tres Volcanes",
        rights="The same for another university. She and the North see nothing of each other's drafts.",
        role=RoleName.ORG_MEMBER,
        context=TRES,
    ),
    Account(
        username="legal",
        given_name="Leona",
        family_name="Legal",
        part="Legal reviewer of all organizations",
        rights="Reads drafts, approves what is submitted or asks for changes, and says whether OFAC restricts a run.",
        role=RoleName.LEGAL_REVIEWER,
    ),
    Account(
        username="coordinator",
        given_name="Cosmo",
        family_name="Coordinator",
        part="Project coordinator of all organizations",
        rights="Decides after legal: with his approval a run goes live, at its date or at once when that is past.",
        role=RoleName.PROJECT_COORDINATOR,
    ),
    Account(
        username="admin",
        given_name="Ada",
        family_name="Administrator",
        part="Catalog administrator",
        rights="Everything, everywhere: every draft, publishing without review, imports, roles, and the admin site.",
        role=RoleName.CATALOG_ADMIN,
    ),
    Account(
        username="rita",
        given_name="Rita",
        family_name="Reader",
        part="Has an account, and no role",
        rights="Reads what is official. Be her to see what is refused, and in which words.",
    ),
)


@dataclass(frozen=True)
class Right:
    """
    Something that one may do, and who of the demo's people may.

    Attributes:
        what: in words.
        action: what the plugin's rules are asked.
        organization: on whose courses; empty for the installation as a whole.
        who: usernames.
    """

    what: str
    action: Action
    organization: str
    who: frozenset[str]


TEAM = frozenset({"nadia", "nils", "admin"})
OTHER_TEAM = frozenset({"teresa", "admin"})
REVIEWERS = frozenset({"legal", "coordinator"})
EVERYBODY = frozenset(account.username for account in ACCOUNTS)
ADMINISTRATOR = frozenset({"admin"})

RIGHTS = (
    Right("Read the official catalog", Action.VIEW_OFFICIAL, NORTH, EVERYBODY),
    Right("Read drafts of the North", Action.VIEW_DRAFT, NORTH, TEAM | REVIEWERS),
    Right("Edit them, and submit them for review", Action.EDIT, NORTH, TEAM),
    Right("Read drafts of Tres Volcanes", Action.VIEW_DRAFT, TRES, OTHER_TEAM | REVIEWERS),
    Right("Edit them, and submit them for review", Action.EDIT, TRES, OTHER_TEAM),
    Right("Comment on drafts of the North", Action.COMMENT, NORTH, TEAM | REVIEWERS),
    Right("Decide the legal review", Action.REVIEW_LEGAL, NORTH, frozenset({"legal", "admin"})),
    Right("Decide the internal review", Action.REVIEW_INTERNAL, NORTH, frozenset({"coordinator", "admin"})),
    Right("Skip a step of a review", Action.SKIP_REVIEW, NORTH, ADMINISTRATOR),
    Right("Remove a course from the catalog", Action.REMOVE, NORTH, ADMINISTRATOR),
    Right("Import catalogs", Action.IMPORT, "", ADMINISTRATOR),
    Right("Grant roles", Action.MANAGE_ROLES, "", ADMINISTRATOR),
)
"""The table of the home page; a test asks the plugin's rules whether it is true."""

BY_USERNAME = {account.username: account for account in ACCOUNTS}


def user_of(username: str) -> User | None:
    """Return the user of one of the demo's people; None for other names, and before ``create_demo_users`` ran."""
    if username not in BY_USERNAME:
        return None
    return get_user_model().objects.filter(username=username, is_active=True).first()
