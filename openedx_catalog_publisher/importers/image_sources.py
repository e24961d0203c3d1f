"""Images that a record holds, stored as those that come through the API, before the command that names them."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

from django.core.files.storage import InMemoryStorage

from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.editing.image_names import DIGEST_BYTES
from openedx_catalog_publisher.editing.images import MAX_BYTES, stored_image
from openedx_catalog_publisher.importers.records import ImageData, ImageFile
from openedx_catalog_publisher.models.content_fields import PictureField


def image_name(field: PictureField, value: object, *, dry_run: bool) -> str | None:
    """
    Return the name under which an image is stored; None for none.

    Arguments:
        field: the column.
        value: an ``ImageFile``, an ``ImageData``, or None.
        dry_run: check the image and do not keep it.

    Raises:
        FieldError: when it is no image that the column takes.
    """
    if value in (None, ""):
        return None
    if isinstance(value, ImageData):
        return stored_image(_kept_or_not(field, dry_run=dry_run), value.uri)
    if isinstance(value, ImageFile):
        content = _content(value)
        known = None if dry_run else _stored_before(field, value, content)
        return known or stored_image(_kept_or_not(field, dry_run=dry_run), content)
    raise FieldError('Give {"path": "..."}, {"data": "data:image/png;base64,..."}, or null.')


def _stored_before(field: PictureField, image: ImageFile, content: bytes) -> str | None:
    """
    Return the name of a file's image where it is stored already; None where it is not, or the file's name hides it.

    Names are made of content, so that an import which is run again decodes no image.
    """
    digest = hashlib.blake2b(content, digest_size=DIGEST_BYTES).hexdigest()
    suffix = image.path.suffix.lower().replace("jpeg", "jpg")
    try:
        name = stored_image(field, f"{field.upload_to}/{digest}{suffix}")
    except FieldError:
        return None
    # What a crash left of an image is shorter.
    return name if name is not None and field.storage.size(name) == len(content) else None


def _kept_or_not(field: PictureField, *, dry_run: bool) -> PictureField:
    """Return the column; in a dry run with a storage that is gone with it."""
    if not dry_run:
        return field
    found: Any = copy.copy(field)
    found.storage = InMemoryStorage()
    return found  # type: ignore[no-any-return]


def _content(image: ImageFile) -> bytes:
    try:
        with image.path.open("rb") as file:
            # One byte more than any image has, so that what is too large is refused and not read.
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FieldError(f"The file {image.path.name} cannot be read: {error.strerror}.") from error
