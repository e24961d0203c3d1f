"""
Columns of content that is more than text: HTML, and pictures with the sizes in which they are shown.

Both say how input is treated (``editing/html.py``, ``editing/images.py``) and change nothing in the database, so
migrations know them as Django's own fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

Size = tuple[int, int]
"""Width and height in pixels."""


class HtmlField(models.TextField):  # type: ignore[type-arg]
    """A text of HTML. Input goes through the sanitiser; what is stored may be shown as it is."""

    def deconstruct(self) -> Any:
        """Return what migrations write down: a plain text field."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


class PictureField(models.ImageField):
    """
    The name of a stored picture.

    ``variants`` are the sizes in which it is stored beside the original, by name: the boxes into which it is made to
    fit, never enlarged.
    """

    def __init__(self, *args: Any, variants: Mapping[str, Size] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.variants: Mapping[str, Size] = variants or {}

    def deconstruct(self) -> Any:
        """Return what migrations write down: a plain image field."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ImageField", args, kwargs
