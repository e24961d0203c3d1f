"""Tests of openedx_catalog_publisher. They mirror the package; what crosses it has folders of its own."""

import pytest

# What judges a round of a race says what it found, as a test does.
pytest.register_assert_rewrite("tests.races", "tests.crash")
