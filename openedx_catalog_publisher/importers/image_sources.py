"""Images that a record holds, stored as those that come through the API, before the command that names them."""

from __future__ import annotations

import copy
from typing import Any

from django.core.files.storage import InMemoryStorage

from openedx_catalog_publisher.editing.field_error import FieldError
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
    if dry_run:
        field = _with_storage_that_goes(field)
    if isinstance(value, ImageData):
        return stored_image(field, value.uri)
    if isinstance(value, ImageFile):
        return stored_image(field, _content(value))
    raise FieldError('Give {"path": "..."}, {"data": "data:image/png;base64,..."}, or null.')


def _content(image: ImageFile) -> bytes:
    try:
        with image.path.open("rb") as file:
            # One byte more than any image has, so that what is too large is refused and not read.
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FieldError(f"The file {image.path.name} cannot be read: {error.strerror}.") from error


def _with_storage_that_goes(field: PictureField) -> PictureField:
    found: Any = copy.copy(field)
    found.storage = InMemoryStorage()
    return found  # type: ignore[no-any-return]
