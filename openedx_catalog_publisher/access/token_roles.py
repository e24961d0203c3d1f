"""
Roles that a request's token claims, mapped to ours by our own setting.

The LMS writes the claim ``roles`` as edx-rbac encodes it: a list of ``role:context``. It is read here and not by
edx-rbac, which maps by ``SYSTEM_TO_FEATURE_ROLE_MAPPING`` (in the LMS that belongs to edx-enterprise), fails on a claim
that is null, and opens everything to whoever holds a role anywhere where no context is asked for.

The claims belong to one request, and so to the one object that is its user: ``give_token_roles`` notes them there, and
the policy reads them there. A user that is read from the database again has none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from openedx_catalog_publisher.models import ALL_ORGANIZATIONS, RoleName
from openedx_catalog_publisher.models.normalization import normalize_key
from openedx_catalog_publisher.settings.conf import jwt_roles

ATTRIBUTE = "_catalog_token_roles"


@dataclass(frozen=True)
class TokenRole:
    """
    A role that a token claims.

    Attributes:
        role: our role.
        context: the normalised key of an organization, or ``*``; never empty.
    """

    role: RoleName
    context: str


def roles_in_token(token: Mapping[str, Any] | None) -> frozenset[TokenRole]:
    """
    Return the roles that a decoded token claims, as far as ``CATALOG_PUBLISHER_JWT_ROLES`` maps them.

    Whatever is not ``role:context`` with a mapped role and a context that is not empty counts for nothing: a claim
    without a context says nothing of where it holds.

    Arguments:
        token: the payload of a token whose signature was verified; None for none.
    """
    mapping = jwt_roles()
    claims = (token or {}).get("roles")
    if not mapping or not isinstance(claims, list | tuple):
        return frozenset()
    return frozenset(_mapped(mapping, (claim for claim in claims if isinstance(claim, str))))


def _mapped(mapping: Mapping[str, str], claims: Iterable[str]) -> Iterable[TokenRole]:
    for claim in claims:
        # At the first colon: keys of courses have colons of their own.
        name, _, context = claim.partition(":")
        role = mapping.get(name)
        if role is not None and context.strip() and _is_storable(context):
            yield TokenRole(RoleName(role), normalize_key(context))


def _is_storable(text: str) -> bool:
    # JSON can write half of a character, which no database takes.
    return not any("\ud800" <= character <= "\udfff" for character in text)


def give_token_roles(user: Any, roles: Collection[TokenRole]) -> None:
    """Note on the user of a request what its token claims; nothing else ever is noted there."""
    setattr(user, ATTRIBUTE, frozenset(roles))


def claimed_contexts(user: Any, roles: Collection[RoleName]) -> frozenset[str]:
    """Return the contexts in which the token of a user's request claims one of some roles; none where there is none."""
    claimed: Collection[TokenRole] = getattr(user, ATTRIBUTE, ())
    return frozenset(found.context for found in claimed if found.role in roles)


def claims_everywhere(user: Any, roles: Collection[RoleName]) -> bool:
    """Tell whether the token of a user's request claims one of some roles for all organizations."""
    return ALL_ORGANIZATIONS in claimed_contexts(user, roles)
