"""Configuration of the documentation."""

import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.settings")

import django  # noqa: E402
import yaml  # noqa: E402

django.setup()

from review_states import states_picture, states_table  # noqa: E402

from openedx_catalog_publisher import __version__  # noqa: E402

project = "openedx_catalog_publisher"
author = "openedx_catalog_publisher contributors"
copyright = f"2026, {author}"  # noqa: A001
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build"]

html_theme = "sphinx_book_theme"
html_title = "Catalog publisher"
html_static_path: list[str] = []

autodoc_typehints = "description"
autodoc_member_order = "bysource"

API_ROOT = "/api/catalog_publisher/v1/"


def operations_table() -> str:
    """Return a table of all operations of the API, from its description."""
    document = yaml.safe_load((ROOT / "docs" / "references" / "openapi.yaml").read_text(encoding="utf-8"))
    rows = [
        f"   * - ``{method.upper()} {path.removeprefix(API_ROOT)}``\n     - {operation['description']}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    head = ".. list-table::\n   :header-rows: 1\n   :widths: 44 56\n\n   * - Request\n     - What it does"
    return "\n".join([head, *rows])


def insert_operations(app: Any, name: str, source: list[str]) -> None:
    """Put the table where the page of the API says ``.. operations``."""
    if name == "references/api":
        source[0] = source[0].replace(".. operations", operations_table())


def insert_states(app: Any, name: str, source: list[str]) -> None:
    """Put picture and table where the page of reviews says ``.. review-states``."""
    if name == "concepts/reviews":
        picture = f".. raw:: html\n\n   {states_picture()}"
        source[0] = source[0].replace(".. review-states", f"{picture}\n\n{states_table()}")


def setup(app: Any) -> None:
    """Let Sphinx call what is written here."""
    app.connect("source-read", insert_operations)
    app.connect("source-read", insert_states)
