"""The plugin's package beside the catalog's: one version, and each value of its configuration described."""

import re

import openedx_catalog_publisher
from tests.tutor.rendering import ROOT

PACKAGE = ROOT / "tutor" / "tutor_catalog_publisher"
NAME = re.compile(r'"(CATALOG_PUBLISHER_[A-Z_]+)":')


def test_both_packages_have_one_version() -> None:
    source = (PACKAGE / "__init__.py").read_text(encoding="utf-8")

    assert re.findall(r'^__version__ = "(.*)"$', source, re.M) == [openedx_catalog_publisher.__version__]


def test_every_value_of_the_configuration_is_described() -> None:
    declared = set(NAME.findall((PACKAGE / "configuration.py").read_text(encoding="utf-8")))
    page = (ROOT / "docs" / "how-tos" / "install-in-tutor.rst").read_text(encoding="utf-8")
    described = {name for line in page.splitlines() for name in re.findall("``(CATALOG_PUBLISHER_[A-Z_]+)``", line)}

    assert len(declared) > 15
    assert described - {"CATALOG_PUBLISHER_"} == declared
