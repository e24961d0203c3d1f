"""Where the real pages are, which are not ours to ship."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
FILE = "edx_learn_pages_2021.csv"


def find_real_pages() -> Path:
    """Return the real file: in the folder CATALOG_REAL_DATA, else in ``shared/data`` beside the repository."""
    folder = Path(os.environ.get("CATALOG_REAL_DATA") or REPOSITORY.parent / "shared" / "data")
    path = folder / FILE
    if not path.is_file():
        pytest.skip(f"{FILE} is third-party data that is not shipped; CATALOG_REAL_DATA names its folder")
    return path
