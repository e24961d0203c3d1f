"""Where the images of an export go: into files beside it, into its lines, or nowhere."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Protocol

from django.db.models.fields.files import FieldFile

from openedx_catalog_publisher.editing.image_names import DIGEST_BYTES
from openedx_catalog_publisher.importers.catalog_json.layout import DATA, PATH


class Images(Protocol):
    """Takes stored images one by one; ``folder`` is what the header says of them, None for nothing."""

    @property
    def folder(self) -> str | None:
        """The folder in which the paths of images are looked up, relative to the file."""

    def take(self, image: FieldFile) -> dict[str, str] | None:
        """Return what the line says of an image that is stored; None leaves it out."""


class ImagesBeside:
    """Writes images into a folder, each once, under names made of their content."""

    def __init__(self, folder: Path, missing: Callable[[str], object]) -> None:
        """
        Make the taker.

        Arguments:
            folder: made with the first image.
            missing: told the name of each image that the storage does not have.
        """
        self._folder = folder
        self._missing = missing

    @property
    def folder(self) -> str:
        """The folder's name: the file stands beside it."""
        return self._folder.name

    def take(self, image: FieldFile) -> dict[str, str] | None:
        """Write an image where it is not written yet, and return its path."""
        data = _content(image, self._missing)
        if data is None:
            return None
        suffix = PurePosixPath(str(image.name)).suffix.lower()
        name = f"{hashlib.blake2b(data, digest_size=DIGEST_BYTES).hexdigest()}{suffix}"
        path = self._folder / name
        if not path.exists():
            self._folder.mkdir(exist_ok=True)
            unfinished = path.with_name(f".{name}.{os.getpid()}")
            unfinished.write_bytes(data)
            unfinished.replace(path)
        return {PATH: name}


class ImagesInside:
    """Puts images into the lines, so that the file is all there is."""

    folder = None

    def __init__(self, missing: Callable[[str], object]) -> None:
        """
        Make the taker.

        Arguments:
            missing: told the name of each image that the storage does not have.
        """
        self._missing = missing

    def take(self, image: FieldFile) -> dict[str, str] | None:
        """Return an image as a data URI."""
        data = _content(image, self._missing)
        if data is None:
            return None
        kind = mimetypes.guess_type(str(image.name))[0] or "application/octet-stream"
        return {DATA: f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"}


class NoImages:
    """Leaves images out: whoever imports the file keeps those that are there."""

    folder = None

    def take(self, image: FieldFile) -> dict[str, str] | None:
        """Return None."""
        return None


def _content(image: FieldFile, missing: Callable[[str], object]) -> bytes | None:
    try:
        with image.storage.open(str(image.name)) as file:
            return bytes(file.read())
    except FileNotFoundError:
        missing(str(image.name))
        return None
