"""Topics by name: what a course is tagged with becomes a topic when it is first used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.text import slugify

from openedx_catalog_publisher.commands.errors import InvalidInput
from openedx_catalog_publisher.commands.transaction import Operation
from openedx_catalog_publisher.editing.reference_data import save_reference
from openedx_catalog_publisher.models import Topic

LONGEST = 255


def topic_codes(operation: Operation, names: Any) -> list[str]:
    """
    Return the codes of topics in the order of their names; names that differ in case only are one topic.

    Topics that do not exist are made, in the transaction of the operation: whoever may edit a course may tag it.

    Raises:
        InvalidInput: naming ``topics``, for what is no list of names.
    """
    slugs = _slugs(names)
    known = dict(Topic.objects.filter(slug__in=slugs).values_list("slug", "uuid"))
    missing = [slug for slug in slugs if slug not in known]
    if missing:
        # Somebody else may make the same topic at this moment.
        operation.generated.add("slug")
    for slug in missing:
        known[slug] = save_reference(operation, Topic(), {"name": slugs[slug], "slug": slug}).uuid
    return [str(known[slug]) for slug in slugs]


def known_topic_codes(names: Any) -> list[str] | None:
    """
    Return the codes of topics in the order of their names; None where one of them does not exist. Nothing is made.

    Raises:
        InvalidInput: naming ``topics``, for what is no list of names.
    """
    slugs = _slugs(names)
    known = dict(Topic.objects.filter(slug__in=slugs).values_list("slug", "uuid"))
    return [str(known[slug]) for slug in slugs] if known.keys() == slugs.keys() else None


def _slugs(names: Any) -> dict[str, str]:
    if names is None:
        return {}
    if not isinstance(names, Sequence) or isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise InvalidInput({"topics": ["Give a list of names."]})
    slugs: dict[str, str] = {}
    messages = []
    for name in (entry.strip() for entry in names):
        slug = slugify(name, allow_unicode=True)
        if not slug or len(name) > LONGEST:
            messages.append(f"{name[:40]!r} is no name of a topic: letters or digits, at most {LONGEST} characters.")
        else:
            slugs.setdefault(slug, name)
    if messages:
        raise InvalidInput({"topics": messages})
    return slugs
