"""
``fields`` and ``omit``: which fields of an answer are wanted.

A list of names holds at every nested level that it reaches, as Discovery's library does it: ``fields=key,course_runs``
answers runs that consist of their keys. A name with dots says it for one nested object. Unknown names are ignored.
"""

from __future__ import annotations

from collections.abc import Collection

from rest_framework.request import Request

from openedx_catalog_publisher.rest.discovery.flags import words
from openedx_catalog_publisher.rest.output import Computed, Output

REACHED = ("course_runs", "subjects", "programs")
"""The nested objects that the lists reach."""


def narrowed_output(serializer: Output, request: Request) -> Output:
    """Return a serializer without the fields that a request does not want."""
    _narrow(serializer, words(request, "fields"), words(request, "omit"))
    return serializer


def is_narrowed(request: Request) -> bool:
    """Tell whether a request wants less than whole answers."""
    return bool(words(request, "fields") or words(request, "omit"))


def _narrow(serializer: Output, wanted: Collection[str], unwanted: Collection[str]) -> None:
    named = {name.partition(".")[0] for name in wanted}
    for name, entry in list(serializer.fields.items()):
        if (named and name not in named) or name in unwanted:
            serializer.fields.pop(name)
        elif name in REACHED and isinstance(entry, Computed) and entry.nested is not None:
            _narrow(entry.nested, _below(name, wanted), _below(name, unwanted))


def _below(name: str, names: Collection[str]) -> list[str]:
    dotted = [entry.removeprefix(f"{name}.") for entry in names if entry.startswith(f"{name}.")]
    return dotted or [entry for entry in names if "." not in entry]
