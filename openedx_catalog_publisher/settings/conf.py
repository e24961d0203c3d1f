"""
Typed access to the plugin's settings.

Every setting is declared here once, with its default and what it accepts. Code reads a setting through the functions at
the end of this module. They raise ImproperlyConfigured for a value of the wrong type, since a string such as "False"
would otherwise count as true; the system checks in ``checks.py`` report the same at start.

A setting whose default hook did not run (the app was listed in INSTALLED_APPS by hand) has its default all the same.
"""

import ipaddress
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

from openedx_catalog_publisher.settings.kinds import (
    ADDRESSES,
    BOOLEAN,
    COUNT,
    DAYS,
    FIELDS_BY_TYPE,
    NETWORKS,
    PATHS,
    RATES,
    REQUEST_SECONDS,
    ROLE_MAPPING,
    SECONDS,
    SLUG,
    SLUG_FORMATS,
    SLUGS,
    STEPS_BY_FIELD,
    TEXT,
    WEB_ROOT,
    Kind,
)

PREFIX: Final = "CATALOG_PUBLISHER_"

T = TypeVar("T")


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One setting of the plugin: its full name, its default and its kind."""

    name: str
    default: T
    kind: Kind[T]

    def fresh_default(self) -> T:
        """Return the default as a value of its own, so that an operator who appends to a list does not change ours."""
        return deepcopy(self.default)

    def raw(self) -> object:
        """Return the value in force, whatever its type; the default where none is set."""
        return getattr(django_settings, self.name, self.default)

    def problem(self) -> str | None:
        """Return one sentence on what is wrong with the value in force, or None."""
        value = self.raw()
        if self.kind.accepts(value):
            return None
        return f"{self.name} must be {self.kind.expected}, not {value!r}."

    def value(self) -> T:
        """Return the value in force. Raises ImproperlyConfigured when it is not of the setting's kind."""
        problem = self.problem()
        if problem is not None:
            raise ImproperlyConfigured(problem)
        value: Any = self.raw()
        return value  # type: ignore[no-any-return]


# .. toggle_name: CATALOG_PUBLISHER_STAFF_READ_ONLY
# .. toggle_implementation: DjangoSetting
# .. toggle_default: False
# .. toggle_description: Off, Django staff may write every draft and decide every review step, as in Course Discovery,
#     whose micro-frontend offers both to its administrators. On, staff read everything, and only holders of a catalog
#     role write or decide.
# .. toggle_use_cases: open_edx
# .. toggle_creation_date: 2026-11-21
STAFF_READ_ONLY: Final = Setting(f"{PREFIX}STAFF_READ_ONLY", False, BOOLEAN)

# .. setting_name: CATALOG_PUBLISHER_JWT_ROLES
# .. setting_default: {}
# .. setting_description: Which roles in the claim "roles" of the platform's tokens are which roles of the catalog, as
#     {"name in the claim": "role"}. A claim is written "name:KEY" for one organization or "name:*" for all; one without
#     either counts for nothing. Claims hold for requests that their token authenticates.
JWT_ROLES: Final = Setting[dict[str, str]](f"{PREFIX}JWT_ROLES", {}, ROLE_MAPPING)

# .. setting_name: CATALOG_PUBLISHER_UPGRADE_DEADLINE_DAYS
# .. setting_default: 10
# .. setting_description: How many days before the end of a course run its verified upgrade closes, where the run names
#     no deadline of its own.
UPGRADE_DEADLINE_DAYS: Final = Setting(f"{PREFIX}UPGRADE_DEADLINE_DAYS", 10, DAYS)

# .. setting_name: CATALOG_PUBLISHER_DEFAULT_SOURCE_SLUG
# .. setting_default: edx
# .. setting_description: Slug of the source that a course belongs to when whoever creates it names none.
DEFAULT_SOURCE_SLUG: Final = Setting(f"{PREFIX}DEFAULT_SOURCE_SLUG", "edx", SLUG)

# .. setting_name: CATALOG_PUBLISHER_MARKETING_URL_ROOT
# .. setting_default: ''
# .. setting_description: Address of the site that shows the catalog to learners, without a slash at its end. Marketing
#     addresses of courses and runs are derived from it; while it is empty they have none.
MARKETING_URL_ROOT: Final = Setting(f"{PREFIX}MARKETING_URL_ROOT", "", WEB_ROOT)

# .. setting_name: CATALOG_PUBLISHER_COURSE_SLUG_FORMATS
# .. setting_default: {}
# .. setting_description: Forms of slugs of courses, by slug of the product source and of the course type, "*" for all
#     others, as {"edx": {"*": "learn/{primary_subject}/{organization_name}-{course_title}",
#     "executive-education-2u": "executive-education/{organization_name}-{course_title}"}}. Drafts get slugs of their
#     form when they are submitted for review. Where none is set, slugs have no slash.
COURSE_SLUG_FORMATS: Final = Setting[dict[str, dict[str, str]]](f"{PREFIX}COURSE_SLUG_FORMATS", {}, SLUG_FORMATS)

# .. setting_name: CATALOG_PUBLISHER_RETIRED_COURSE_TYPES
# .. setting_default: []
# .. setting_description: Slugs of course types that are kept for the courses that have them, and offered to no other.
RETIRED_COURSE_TYPES: Final = Setting[list[str]](f"{PREFIX}RETIRED_COURSE_TYPES", [], SLUGS)

# .. setting_name: CATALOG_PUBLISHER_RETIRED_RUN_TYPES
# .. setting_default: []
# .. setting_description: Slugs of course run types that are kept for the runs that have them, and offered to no other.
RETIRED_RUN_TYPES: Final = Setting[list[str]](f"{PREFIX}RETIRED_RUN_TYPES", [], SLUGS)

# .. setting_name: CATALOG_PUBLISHER_THROTTLE_RATES
# .. setting_default: {'anonymous': '60/minute', 'user': '300/minute', 'staff': '1200/minute'}
# .. setting_description: How often one address (anonymous), one user, and one member of staff or superuser may ask the
#     API. Each rate is a number per second, minute, hour or day; None does not limit. All three are named.
THROTTLE_RATES: Final = Setting[dict[str, str | None]](
    f"{PREFIX}THROTTLE_RATES",
    {"anonymous": "60/minute", "user": "300/minute", "staff": "1200/minute"},
    RATES,
)

# .. setting_name: CATALOG_PUBLISHER_CONSUMERS
# .. setting_default: ['openedx_catalog_publisher.consumers.notifications.Notifications',
#     'openedx_catalog_publisher.consumers.webhooks.Webhooks']
# .. setting_description: Dotted paths of the consumers that are handed the events of the catalog. Name the same in LMS
#     and Studio; each consumer says itself in which of them it can run.
CONSUMERS: Final = Setting[list[str]](
    f"{PREFIX}CONSUMERS",
    [
        "openedx_catalog_publisher.consumers.notifications.Notifications",
        "openedx_catalog_publisher.consumers.webhooks.Webhooks",
    ],
    PATHS,
)

# .. setting_name: CATALOG_PUBLISHER_DELIVERY_ATTEMPTS
# .. setting_default: 10
# .. setting_description: How often an event is handed to a consumer that fails, before an operator has to look. Pauses
#     grow from half a minute to six hours; ten attempts take some three hours.
DELIVERY_ATTEMPTS: Final = Setting(f"{PREFIX}DELIVERY_ATTEMPTS", 10, COUNT)

# .. setting_name: CATALOG_PUBLISHER_WEBHOOK_TIMEOUT
# .. setting_default: 10
# .. setting_description: Seconds that one request of a webhook may take in all, from the look-up of the name to the
#     answer; at most 60.
WEBHOOK_TIMEOUT: Final = Setting(f"{PREFIX}WEBHOOK_TIMEOUT", 10, SECONDS)

# .. setting_name: CATALOG_PUBLISHER_WEBHOOK_PRIVATE_NETWORKS
# .. setting_default: []
# .. setting_description: Networks that are not public and to which webhooks may be sent all the same, such as
#     '10.1.0.0/16'; there also without TLS. Without them no request goes to a private, local or reserved address,
#     whatever name leads there.
WEBHOOK_PRIVATE_NETWORKS: Final = Setting[list[str]](f"{PREFIX}WEBHOOK_PRIVATE_NETWORKS", [], NETWORKS)

# .. setting_name: CATALOG_PUBLISHER_MAIL_SENDER
# .. setting_default: ''
# .. setting_description: Address that mails of the catalog come from; while it is empty, DEFAULT_FROM_EMAIL of the
#     service.
MAIL_SENDER: Final = Setting(f"{PREFIX}MAIL_SENDER", "", TEXT)

# .. setting_name: CATALOG_PUBLISHER_REVIEW_URL_ROOT
# .. setting_default: ''
# .. setting_description: Address of the catalog's pages for reviewers, without a slash at its end, for example
#     https://studio.example.org/catalog_publisher/review. Mails lead to reviews there; while it is empty they do not.
REVIEW_URL_ROOT: Final = Setting(f"{PREFIX}REVIEW_URL_ROOT", "", WEB_ROOT)

# .. setting_name: CATALOG_PUBLISHER_LMS_ADMIN_URL_ROOT
# .. setting_default: ''
# .. setting_description: Address of the admin of the LMS, without a slash at its end, for example
#     https://lms.example.org/admin. Mails to project coordinators lead to the embargoes of runs there; while it is
#     empty they do not.
LMS_ADMIN_URL_ROOT: Final = Setting(f"{PREFIX}LMS_ADMIN_URL_ROOT", "", WEB_ROOT)

# .. setting_name: CATALOG_PUBLISHER_WATCHERS
# .. setting_default: []
# .. setting_description: E-mail addresses that watch every course: they are told of runs with a go-live date, when they
#     are approved and when they go live, as the watchers are whom a course names itself.
WATCHERS: Final = Setting[list[str]](f"{PREFIX}WATCHERS", [], ADDRESSES)

# .. setting_name: CATALOG_PUBLISHER_PUBLISHER_URL_ROOT
# .. setting_default: ''
# .. setting_description: Address of the site on which course teams edit the catalog (frontend-app-publisher), without a
#     slash at its end. Mails lead there; while it is empty they do not.
PUBLISHER_URL_ROOT: Final = Setting(f"{PREFIX}PUBLISHER_URL_ROOT", "", WEB_ROOT)

# .. setting_name: CATALOG_PUBLISHER_STUDIO_URL_ROOT
# .. setting_default: ''
# .. setting_description: Address of Studio as people open it, without a slash at its end. Mails lead there; while it is
#     empty they do not.
STUDIO_URL_ROOT: Final = Setting(f"{PREFIX}STUDIO_URL_ROOT", "", WEB_ROOT)

# .. setting_name: CATALOG_PUBLISHER_REVIEW_STEPS
# .. setting_default: {}
# .. setting_description: Which steps of review ("legal", "internal") a change of a field needs, where it does not need
#     both, as {"course": {"entitlement": ["internal"]}, "course_run": {"seats": ["internal"]}}. Only fields that are
#     reviewed at all stand here; an empty list asks for none. A change of this setting voids plans that were read
#     before.
REVIEW_STEPS: Final = Setting[dict[str, dict[str, list[str]]]](f"{PREFIX}REVIEW_STEPS", {}, STEPS_BY_FIELD)

# .. setting_name: CATALOG_PUBLISHER_REQUIRED_FIELDS
# .. setting_default: {}
# .. setting_description: Which fields must be filled before a draft is submitted for review, beside those that are
#     always required, by slug of the course type or "*" for all, as {"*": {"course": ["syllabus_raw"]},
#     "executive-education-2u": {"course": ["additional_metadata"], "course_run": ["variant_id"]}}.
REQUIRED_FIELDS: Final = Setting[dict[str, dict[str, list[str]]]](f"{PREFIX}REQUIRED_FIELDS", {}, FIELDS_BY_TYPE)

# .. toggle_name: CATALOG_PUBLISHER_FOUR_EYES
# .. toggle_implementation: DjangoSetting
# .. toggle_default: True
# .. toggle_description: On, nobody approves content that they changed themselves since it was last published. Off, they
#     may.
# .. toggle_use_cases: open_edx
# .. toggle_creation_date: 2026-11-28
FOUR_EYES: Final = Setting(f"{PREFIX}FOUR_EYES", True, BOOLEAN)

# .. toggle_name: CATALOG_PUBLISHER_TWO_REVIEWERS
# .. toggle_implementation: DjangoSetting
# .. toggle_default: False
# .. toggle_description: On, the legal and the internal step of one content are approved by two people. Off, one person
#     who holds both roles may approve both.
# .. toggle_use_cases: open_edx
# .. toggle_creation_date: 2026-11-28
TWO_REVIEWERS: Final = Setting(f"{PREFIX}TWO_REVIEWERS", False, BOOLEAN)

# .. toggle_name: CATALOG_PUBLISHER_LIVE_CHANGES_SKIP_REVIEW
# .. toggle_implementation: DjangoSetting
# .. toggle_default: False
# .. toggle_description: On, changes of what is published go live without review, as in Course Discovery. Off, they go
#     through the steps that concern them.
# .. toggle_use_cases: open_edx
# .. toggle_creation_date: 2026-11-28
LIVE_CHANGES_SKIP_REVIEW: Final = Setting(f"{PREFIX}LIVE_CHANGES_SKIP_REVIEW", False, BOOLEAN)

# .. toggle_name: CATALOG_PUBLISHER_SUNSET_ENDED_RUNS
# .. toggle_implementation: DjangoSetting
# .. toggle_default: False
# .. toggle_description: On, when a run goes live, published runs of the same course that nobody can enroll in any more
#     are unpublished, provided that a published run remains that has not ended, as in Course Discovery.
# .. toggle_use_cases: open_edx
# .. toggle_creation_date: 2026-11-28
SUNSET_ENDED_RUNS: Final = Setting(f"{PREFIX}SUNSET_ENDED_RUNS", False, BOOLEAN)

# .. setting_name: CATALOG_PUBLISHER_STUDIO_API_ROOT
# .. setting_default: ''
# .. setting_description: Address under which this service calls Studio's API, without a slash at its end. Course runs
#     are then made and changed over HTTP, from LMS or Studio; while it is empty they are in Studio's own process, and
#     only there.
STUDIO_API_ROOT: Final = Setting(f"{PREFIX}STUDIO_API_ROOT", "", WEB_ROOT)

# .. setting_name: CATALOG_PUBLISHER_STUDIO_USERNAME
# .. setting_default: ''
# .. setting_description: Account that makes and changes course runs in Studio's own process. It has to be staff and to
#     have a profile. Over HTTP it is the account of the OAuth2 application.
STUDIO_USERNAME: Final = Setting(f"{PREFIX}STUDIO_USERNAME", "", TEXT)

# .. toggle_name: CATALOG_PUBLISHER_STUDIO_FOLLOWS_DATES
# .. toggle_implementation: DjangoSetting
# .. toggle_default: False
# .. toggle_description: Off, Studio gets start, end and pacing of a run when it is made, and is their master
#     afterwards. On, later changes in the catalog are brought to Studio as well.
# .. toggle_use_cases: open_edx
# .. toggle_creation_date: 2026-11-28
STUDIO_FOLLOWS_DATES: Final = Setting(f"{PREFIX}STUDIO_FOLLOWS_DATES", False, BOOLEAN)

# .. setting_name: CATALOG_PUBLISHER_STUDIO_SECONDS
# .. setting_default: 90
# .. setting_description: How many seconds one request to Studio's API may take. Copying a large course run takes long;
#     what takes longer than this is looked up at the next attempt. At most half of the relay's lease of 300 seconds.
STUDIO_SECONDS: Final = Setting(f"{PREFIX}STUDIO_SECONDS", 90, REQUEST_SECONDS)

# .. setting_name: CATALOG_PUBLISHER_OAUTH_ROOT
# .. setting_default: ''
# .. setting_description: Address of the LMS that gives tokens for requests to the platform's APIs, without a slash at
#     its end.
OAUTH_ROOT: Final = Setting(f"{PREFIX}OAUTH_ROOT", "", WEB_ROOT)

# .. setting_name: CATALOG_PUBLISHER_OAUTH_CLIENT_ID
# .. setting_default: ''
# .. setting_description: Client id of the OAuth2 application (client credentials) for requests to the platform's APIs.
OAUTH_CLIENT_ID: Final = Setting(f"{PREFIX}OAUTH_CLIENT_ID", "", TEXT)

# .. setting_name: CATALOG_PUBLISHER_OAUTH_CLIENT_SECRET
# .. setting_default: ''
# .. setting_description: Secret of that OAuth2 application.
OAUTH_CLIENT_SECRET: Final = Setting(f"{PREFIX}OAUTH_CLIENT_SECRET", "", TEXT)

OAUTH_CLIENT: Final = {each.name: each for each in (OAUTH_ROOT, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET)}
# .. toggle_name: CATALOG_PUBLISHER_ANONYMOUS_READS
# .. toggle_implementation: DjangoSetting
# .. toggle_default: False
# .. toggle_description: On, what is official is read through Discovery's door without an account, at the rate of
#     'anonymous'. Off, every reader has an account.
# .. toggle_use_cases: open_edx
# .. toggle_creation_date: 2026-11-28
ANONYMOUS_READS: Final = Setting(f"{PREFIX}ANONYMOUS_READS", False, BOOLEAN)

ALL_SETTINGS: Final[tuple[Setting[Any], ...]] = (
    STAFF_READ_ONLY,
    JWT_ROLES,
    UPGRADE_DEADLINE_DAYS,
    DEFAULT_SOURCE_SLUG,
    MARKETING_URL_ROOT,
    COURSE_SLUG_FORMATS,
    RETIRED_COURSE_TYPES,
    RETIRED_RUN_TYPES,
    THROTTLE_RATES,
    CONSUMERS,
    DELIVERY_ATTEMPTS,
    WEBHOOK_TIMEOUT,
    WEBHOOK_PRIVATE_NETWORKS,
    MAIL_SENDER,
    REVIEW_URL_ROOT,
    LMS_ADMIN_URL_ROOT,
    WATCHERS,
    PUBLISHER_URL_ROOT,
    STUDIO_URL_ROOT,
    REVIEW_STEPS,
    REQUIRED_FIELDS,
    FOUR_EYES,
    TWO_REVIEWERS,
    LIVE_CHANGES_SKIP_REVIEW,
    SUNSET_ENDED_RUNS,
    STUDIO_API_ROOT,
    STUDIO_USERNAME,
    STUDIO_FOLLOWS_DATES,
    STUDIO_SECONDS,
    *OAUTH_CLIENT.values(),
    ANONYMOUS_READS,
)


def staff_read_only() -> bool:
    """Whether Django staff without a catalog role may only read. Raises ImproperlyConfigured for a wrong type."""
    return STAFF_READ_ONLY.value()


def jwt_roles() -> dict[str, str]:
    """Our role by the name of a role in tokens. Raises ImproperlyConfigured for a wrong type."""
    return dict(JWT_ROLES.value())


def upgrade_deadline_days() -> int:
    """Days between the close of a verified upgrade and the run's end. Raises ImproperlyConfigured for a wrong type."""
    return UPGRADE_DEADLINE_DAYS.value()


def default_source_slug() -> str:
    """Slug of the source of a course for which none is named. Raises ImproperlyConfigured for a wrong type."""
    return DEFAULT_SOURCE_SLUG.value()


def marketing_url_root() -> str:
    """Root address of the marketing site, without a slash at its end, or ''. Raises ImproperlyConfigured."""
    return MARKETING_URL_ROOT.value()


def course_slug_formats() -> dict[str, dict[str, str]]:
    """Forms of slugs by slug of the source and of the course type. Raises ImproperlyConfigured."""
    return COURSE_SLUG_FORMATS.value()


def retired_course_types() -> frozenset[str]:
    """Slugs of course types that are offered to no further course. Raises ImproperlyConfigured for a wrong type."""
    return frozenset(RETIRED_COURSE_TYPES.value())


def retired_run_types() -> frozenset[str]:
    """Slugs of run types that are offered to no further run. Raises ImproperlyConfigured for a wrong type."""
    return frozenset(RETIRED_RUN_TYPES.value())


def throttle_rates() -> dict[str, str | None]:
    """Rates of requests by ``anonymous``, ``user`` and ``staff``; None does not limit. Raises ImproperlyConfigured."""
    return dict(THROTTLE_RATES.value())


def consumers() -> tuple[str, ...]:
    """Dotted paths of the consumers of events. Raises ImproperlyConfigured for a wrong type."""
    return tuple(CONSUMERS.value())


def delivery_attempts() -> int:
    """How often an event is handed to a consumer that fails. Raises ImproperlyConfigured for a wrong type."""
    return DELIVERY_ATTEMPTS.value()


def webhook_timeout() -> int:
    """Seconds that a request of a webhook may take. Raises ImproperlyConfigured for a wrong type."""
    return WEBHOOK_TIMEOUT.value()


def webhook_private_networks() -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Networks that webhooks may be sent to although they are not public. Raises ImproperlyConfigured."""
    return tuple(map(ipaddress.ip_network, WEBHOOK_PRIVATE_NETWORKS.value()))


def mail_sender() -> str:
    """Address that mails come from. Raises ImproperlyConfigured for a wrong type."""
    return MAIL_SENDER.value() or str(django_settings.DEFAULT_FROM_EMAIL)


def review_url_root() -> str:
    """Root address of the pages for reviewers, without a slash at its end, or ''. Raises ImproperlyConfigured."""
    return REVIEW_URL_ROOT.value()


def lms_admin_url_root() -> str:
    """Root address of the LMS's admin, without a slash at its end, or ''. Raises ImproperlyConfigured."""
    return LMS_ADMIN_URL_ROOT.value()


def watchers() -> tuple[str, ...]:
    """E-mail addresses that watch every course. Raises ImproperlyConfigured for a wrong type."""
    return tuple(WATCHERS.value())


def publisher_url_root() -> str:
    """Root address of the site for course teams, without a slash at its end, or ''. Raises ImproperlyConfigured."""
    return PUBLISHER_URL_ROOT.value()


def studio_url_root() -> str:
    """Root address of Studio, without a slash at its end, or ''. Raises ImproperlyConfigured."""
    return STUDIO_URL_ROOT.value()


def review_steps() -> dict[str, dict[str, list[str]]]:
    """Steps by field and kind of unit, where a change does not need both. Raises ImproperlyConfigured."""
    return REVIEW_STEPS.value()


def required_fields() -> dict[str, dict[str, list[str]]]:
    """Fields that a submission needs beside the usual ones, by course type. Raises ImproperlyConfigured."""
    return REQUIRED_FIELDS.value()


def four_eyes() -> bool:
    """Whether nobody approves what they changed themselves. Raises ImproperlyConfigured for a wrong type."""
    return FOUR_EYES.value()


def two_reviewers() -> bool:
    """Whether the two steps of one content need two people. Raises ImproperlyConfigured for a wrong type."""
    return TWO_REVIEWERS.value()


def live_changes_skip_review() -> bool:
    """Whether changes of what is published need no review. Raises ImproperlyConfigured for a wrong type."""
    return LIVE_CHANGES_SKIP_REVIEW.value()


def sunset_ended_runs() -> bool:
    """Whether runs that are over are unpublished when another goes live. Raises ImproperlyConfigured."""
    return SUNSET_ENDED_RUNS.value()


def studio_api_root() -> str:
    """Root address of Studio's API, without a slash at its end, or ''. Raises ImproperlyConfigured."""
    return STUDIO_API_ROOT.value()


def studio_username() -> str:
    """Account that makes course runs in Studio's process, or ''. Raises ImproperlyConfigured for a wrong type."""
    return STUDIO_USERNAME.value()


def studio_follows_dates() -> bool:
    """Whether later changes of dates and pacing are brought to Studio. Raises ImproperlyConfigured for a wrong type."""
    return STUDIO_FOLLOWS_DATES.value()


def studio_seconds() -> int:
    """Seconds that one request to Studio may take. Raises ImproperlyConfigured for a wrong type."""
    return STUDIO_SECONDS.value()


def oauth_client() -> tuple[str, str, str]:
    """Address of the LMS, client id and secret, each '' where it is not set. Raises ImproperlyConfigured."""
    return OAUTH_ROOT.value(), OAUTH_CLIENT_ID.value(), OAUTH_CLIENT_SECRET.value()


def anonymous_reads() -> bool:
    """Whether what is official is read without an account. Raises ImproperlyConfigured for a wrong type."""
    return ANONYMOUS_READS.value()
