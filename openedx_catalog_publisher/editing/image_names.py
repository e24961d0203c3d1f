"""
Names of stored images: made of their content, so that what a snapshot names never changes.

``catalog_publisher/courses/<digest>.png`` is an image as it was uploaded, ``<digest>.small.png`` beside it the same
image in the size called small. Nothing here asks a storage, so that commands and lists may use it.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db.models.fields.files import FieldFile

from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.models.content_fields import PictureField

DIGEST_BYTES = 24
"""Of the BLAKE2b digest: nobody finds two images of one name, and names fit into their columns."""

_FILE = re.compile(rf"([0-9a-f]{{{2 * DIGEST_BYTES}}})(?:\.([a-z-]+))?\.(gif|jpg|png|webp)", re.ASCII)


def stored_name(field: PictureField, value: Any) -> str | None:
    """
    Return the name of a stored image that input for a column names; None for none.

    Arguments:
        field: the column.
        value: None or an empty text; the name of an image that was stored for this column; or the address under which
            it, or one of its sizes, is served, whatever the host. Whether the storage has it is not asked.

    Raises:
        FieldError: when it is neither.
    """
    if isinstance(value, FieldFile):
        value = value.name
    if value in (None, ""):
        return None
    if not isinstance(value, str) or value.startswith("data:"):
        raise FieldError("This image is not stored yet. Upload it; where code calls, api.stored_image stores it.")
    path, is_address = value.strip(), False
    if path.startswith("/") or "://" in path:
        try:
            path, is_address = unquote(urlsplit(path).path), True
        except ValueError as error:
            raise FieldError("This is no address of the web.") from error
    folder, _, file = path.rpartition("/")
    match = _FILE.fullmatch(file)
    known = match is not None and (match[2] is None or (is_address and match[2] in field.variants))
    in_folder = folder == field.upload_to or (is_address and folder.endswith(f"/{field.upload_to}"))
    if match is None or not known or not in_folder:
        raise FieldError("Upload an image, or give the name or the address of one that was uploaded for this field.")
    return f"{field.upload_to}/{match[1]}.{match[3]}"


def variant_name(name: str, variant: str) -> str:
    """Return the name of an image in another size."""
    path = PurePosixPath(name)
    return str(path.with_suffix(f".{variant}{path.suffix}"))


def variant_url(field: PictureField, name: str | None, variant: str) -> str | None:
    """
    Return the address of an image in another size, None where there is no image. The storage is not asked whether it is
    there: every size is stored with its image.

    Arguments:
        field: the column.
        name: what the column holds.
        variant: one of the field's ``variants``.

    Raises:
        ValueError: when the field has no such variant.
    """
    if variant not in field.variants:
        raise ValueError(f"{field} has no size {variant}; it has {', '.join(field.variants) or 'none'}.")
    return field.storage.url(variant_name(str(name), variant)) if name else None
