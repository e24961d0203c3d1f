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
        organization: key of the organization whose course team they belong to; empty for none.
        is_administrator: whether they administer the whole catalog, and Django's admin site.
    """

    username: str
    given_name: str
    family_name: str
    part: str
    rights: str
    organization: str = ""
    is_administrator: bool = False

    @property
    def role(self) -> RoleName | None:
        """The role of the catalog that they hold; None for a mere reader."""
        if self.is_administrator:
            return RoleName.CATALOG_ADMIN
        return RoleName.ORG_MEMBER if self.organization else None

    @property
    def context(self) -> str:
        """For which organization they hold it, or ``*`` for all."""
        return ALL_ORGANIZATIONS if self.is_administrator else self.organization


ACCOUNTS = (
    Account(
        username="nadia",
        given_name="Nadia",
        family_name="North",
        part="Course team of the University of the North",
        rights="Edits the drafts of her university, creates courses and runs there, and publishes them.",
        organization=NORTH,
    ),
    Account(
        username="nils",
        given_name="Nils",
        family_name="North",
        part="Course team of the University of the North",
        rights="As Nadia; but a course that she creates he only reads, until she makes him one of its editors.",
        organization=NORTH,
    ),
    Account(
        username="teresa",
        given_name="Teresa",
        family_name="Tres",
        part="Course team of Universidad Tres Volcanes",
        rights="The same for another university. She and the North see nothing of each other's drafts.",
        organization=TRES,
    ),
    Account(
        username="admin",
        given_name="Ada",
        family_name="Administrator",
        part="Catalog administrator",
        rights="Everything, everywhere: every draft, removing, imports, roles, and the admin site.",
        is_administrator=True,
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
EVERYBODY = frozenset(account.username for account in ACCOUNTS)
ADMINISTRATOR = frozenset({"admin"})

RIGHTS = (
    Right("Read the official catalog", Action.VIEW_OFFICIAL, NORTH, EVERYBODY),
    Right("Read drafts of the North", Action.VIEW_DRAFT, NORTH, TEAM),
    Right("Edit and publish them", Action.PUBLISH, NORTH, TEAM),
    Right("Read drafts of Tres Volcanes", Action.VIEW_DRAFT, TRES, OTHER_TEAM),
    Right("Edit and publish them", Action.PUBLISH, TRES, OTHER_TEAM),
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
