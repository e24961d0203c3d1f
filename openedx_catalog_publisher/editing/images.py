"""
Storing images: checked by their content, named by their content, with the sizes that clients expect.

Runs before the command that writes the name, because nothing outside the database is called inside its transaction.
What is stored is never changed and never deleted: snapshots name it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.db.models.fields.files import FieldFile
from PIL import Image, ImageOps, ImageSequence

from openedx_catalog_publisher.editing.field_error import FieldError
from openedx_catalog_publisher.editing.image_names import DIGEST_BYTES, stored_name, variant_name
from openedx_catalog_publisher.models.content_fields import PictureField, Size

MAX_BYTES = 5 * 1024 * 1024
"""Largest file."""

MAX_PIXELS = 25_000_000
"""Most pixels of an image; those of all frames where it moves."""

MAX_FRAMES = 1_000
"""Most frames of an image that moves."""

SUFFIXES: Mapping[str, str] = {"GIF": "gif", "JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp"}
"""File suffix by Pillow's name of the format. MPO is what some cameras write: a JPEG with further pictures in it."""

FORMATS = ("GIF", "JPEG", "PNG", "WEBP")
NOT_AN_IMAGE = "This is no image in PNG, JPEG, GIF or WebP, or it is damaged."

_DATA_URI = re.compile(r"data:([a-z0-9.+/-]*)(?:;[a-z0-9=.+-]+)*;base64", re.IGNORECASE)
_DEEP_MODES = ("I", "F")


def stored_image(field: object, value: Any, *, present: Any = None) -> str | None:
    """
    Store an image, unless it is stored already, and return its name, which commands take.

    Arguments:
        field: the column, a ``PictureField``; its storage, folder and sizes are used.
        value: an image as a data URI (``data:image/png;base64,...``), as an uploaded or other open file, or as bytes;
            the name or the address of a stored one; None, an empty text or False for none.
        present: what the column holds now, if it is known: naming that again asks the storage nothing.

    Raises:
        FieldError: when it is no image of a known format, damaged or too large, or when no such image is stored.
    """
    if not isinstance(field, PictureField):
        raise TypeError(f"{field!r} holds no picture.")
    if value is False or value is None or value == "":
        return None
    if isinstance(value, FieldFile) or (isinstance(value, str) and not value.lstrip().startswith("data:")):
        name = stored_name(field, value)
        if name is not None and name != str(present or ""):
            _complete(field, name)
        return name
    data = _bytes_of(value)
    variants, suffix = _read(data, field.variants)
    name = f"{field.upload_to}/{hashlib.blake2b(data, digest_size=DIGEST_BYTES).hexdigest()}.{suffix}"
    _store(field.storage, name, data, variants)
    return name


def _bytes_of(value: Any) -> bytes:
    if isinstance(value, str):
        data = _decoded(value)
    elif isinstance(value, File):
        if value.size > MAX_BYTES:
            raise _too_large(value.size)
        value.seek(0)
        data = value.read()
        # Whoever reads it after us, such as a form that is shown again, finds it as we did.
        value.seek(0)
    elif isinstance(value, bytes):
        data = value
    else:
        raise FieldError("Give an image as a data URI or as a file.")
    if len(data) > MAX_BYTES:
        raise _too_large(len(data))
    if data.lstrip().startswith(b"<"):
        raise FieldError("SVG and other images that are texts are not taken: they can hold scripts. Give PNG or JPEG.")
    return data


def _decoded(uri: str) -> bytes:
    header, comma, payload = uri.strip().partition(",")
    if not comma or not _DATA_URI.fullmatch(header):
        raise FieldError('Give a data URI in base64, for example "data:image/png;base64,iVBORw0K...".')
    if len(payload) // 4 * 3 > MAX_BYTES + 3:
        raise _too_large(len(payload) // 4 * 3)
    try:
        return base64.b64decode("".join(payload.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FieldError("What stands behind the comma of this data URI is no base64.") from error


def _too_large(size: int) -> FieldError:
    return FieldError(
        f"At most {MAX_BYTES / 1024**2:.0f} MiB; this image has {size / 1024**2:.1f}. Give a smaller one."
    )


def _read(data: bytes, variants: Mapping[str, Size]) -> tuple[dict[str, bytes], str]:
    """Decode an image fully; return it in each size, and the suffix that its content asks for."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_pixels(image)
            image_format = str(image.format)
        return _resized(data, image_format, variants), SUFFIXES[image_format]
    except FieldError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise FieldError(f"At most {MAX_PIXELS:,} pixels. Give a smaller image.") from error
    except Exception as error:
        # Decoders raise what they please; whatever they meet in these bytes is a fault of the bytes.
        raise FieldError(NOT_AN_IMAGE) from error


def _check_pixels(image: Image.Image) -> None:
    """Decode every frame, as long as they stay within bounds."""
    pixels = 0
    for number, frame in enumerate(ImageSequence.Iterator(image), start=1):
        pixels += frame.width * frame.height
        if pixels > MAX_PIXELS:
            raise FieldError(f"At most {MAX_PIXELS:,} pixels, all frames together. Give a smaller image.")
        if number > MAX_FRAMES:
            raise FieldError(f"At most {MAX_FRAMES} frames. Give an image that moves less.")
        frame.load()


def _resized(data: bytes, image_format: str, variants: Mapping[str, Size]) -> dict[str, bytes]:
    """Return the first frame in each size, the right way up and without what else the file says (such as a place)."""
    found: dict[str, bytes] = {}
    for variant, size in variants.items():
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            upright = _in_plain_mode(ImageOps.exif_transpose(image))
            profile = image.info.get("icc_profile") if upright.mode.startswith("RGB") and image.mode != "CMYK" else None
        upright.thumbnail(size, Image.Resampling.LANCZOS)
        upright.info = {}
        out = io.BytesIO()
        if image_format == "GIF":
            upright.save(out, "GIF")
        elif image_format == "PNG":
            upright.save(out, "PNG", icc_profile=profile)
        else:
            upright.save(out, "WEBP" if image_format == "WEBP" else "JPEG", quality=85, icc_profile=profile)
        found[variant] = out.getvalue()
    return found


def _in_plain_mode(image: Image.Image) -> Image.Image:
    """Return an image in a mode that can be scaled and saved in its own format."""
    if image.mode in {"L", "RGB", "RGBA"}:
        return image
    if image.mode.startswith(_DEEP_MODES):
        # 16 bits a pixel; Pillow itself would cut off instead of scaling.
        return image.point(lambda value: value * (1 / 256)).convert("L")
    has_transparency = "A" in image.mode or "transparency" in image.info
    return image.convert("RGBA" if has_transparency else "L" if image.mode == "1" else "RGB")


def _store(storage: Storage, name: str, data: bytes, variants: Mapping[str, bytes]) -> None:
    """
    Store an image and its sizes, as far as they are missing.

    The image itself comes last: where it is whole, so are its sizes. What is not whole was left by a crash.
    """
    whole = storage.exists(name) and storage.size(name) == len(data)
    for variant, found in variants.items():
        if not whole or not storage.exists(variant_name(name, variant)):
            _put(storage, variant_name(name, variant), found)
    if not whole:
        _put(storage, name, data)


def _put(storage: Storage, name: str, data: bytes) -> None:
    if storage.exists(name):
        storage.delete(name)
    saved = storage.save(name, ContentFile(data))
    if saved == name:
        return
    # Somebody stored the same at the same time, so the storage chose another name for ours.
    storage.delete(saved)
    if not storage.exists(name):
        raise ImproperlyConfigured(
            f"{type(storage).__name__} stores files under names of its own: {saved}, not {name}."
        )


def _complete(field: PictureField, name: str) -> None:
    """Make the sizes of a stored image that are missing: it may have been uploaded for a field that has none."""
    if not field.storage.exists(name):
        raise FieldError("No image of this name is stored. Upload it.")
    missing = {
        variant: size
        for variant, size in field.variants.items()
        if not field.storage.exists(variant_name(name, variant))
    }
    if not missing:
        return
    with field.storage.open(name) as file:
        data = file.read()
    for variant, found in _read(data, missing)[0].items():
        _put(field.storage, variant_name(name, variant), found)
