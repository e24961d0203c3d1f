"""Configuration of the documentation."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.settings")

import django  # noqa: E402

django.setup()

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
