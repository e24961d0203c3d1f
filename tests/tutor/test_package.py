"""The package beside the catalog's: one version, each value of its configuration described, all files shipped."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

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


@pytest.mark.slow
def test_the_wheel_carries_every_file_of_the_package(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(ROOT / "tutor", source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tmp_path), str(source)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    shipped = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}

    package = source / PACKAGE.name
    files = {str(path.relative_to(source)) for path in package.rglob("*") if path.is_file()}
    assert len(files) > 10
    assert shipped == files
