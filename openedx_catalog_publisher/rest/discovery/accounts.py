"""Users as Discovery's answers show them, to those who may see drafts."""

from __future__ import annotations

from typing import Any


def full_name(user: Any) -> str:
    """Return the name of a user; the username where there is none, as clients sort by it."""
    return f"{user.first_name} {user.last_name}".strip() or str(user.get_username())


def user_output(user: Any) -> dict[str, Any]:
    """Return a user as lists of editors and of roles show them."""
    return {"id": user.pk, "full_name": full_name(user), "email": user.email}
