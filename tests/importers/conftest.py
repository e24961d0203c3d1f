"""What tests of importers start from."""

from pathlib import Path

import pytest

from tests.importers.real_file import find_real_pages


@pytest.fixture(scope="session")
def real_pages() -> Path:
    """The real file."""
    return find_real_pages()
