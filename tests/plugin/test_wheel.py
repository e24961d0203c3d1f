"""What the built package carries. A file that is missing from it is missing from every installation."""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = "openedx_catalog_publisher"
NOT_SHIPPED = shutil.ignore_patterns("__pycache__", "*.pyc", "*.mo")

# One file of each kind that the package holds or will hold, so that none is forgotten when its first one comes.
SAMPLES = [
    "templates/openedx_catalog_publisher/sample.html",
    "templates/openedx_catalog_publisher/sample.txt",
    "static/openedx_catalog_publisher/sample.css",
    "static/openedx_catalog_publisher/sample.js",
    "static/openedx_catalog_publisher/sample.svg",
    "static/openedx_catalog_publisher/sample.png",
    "conf/locale/en/LC_MESSAGES/sample.po",
    "seeds/sample.json",
    "seeds/sample.csv",
]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the wheel is built from, with a sample of each kind of file added."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("setup.py", "pyproject.toml", "MANIFEST.in", "README.rst", "CHANGELOG.rst", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    shutil.copytree(ROOT / "requirements", copy / "requirements")
    shutil.copytree(ROOT / PACKAGE, copy / PACKAGE, ignore=NOT_SHIPPED)
    # A package of its own, beside this one.
    shutil.copytree(ROOT / "tutor", copy / "tutor", ignore=NOT_SHIPPED)
    for sample in SAMPLES:
        path = copy / PACKAGE / sample
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return copy


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution, as it would be for publishing."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(source)],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_the_wheel_carries_every_file_of_the_package_and_no_other(source: Path, wheel: Path) -> None:
    shipped = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert shipped == {f"{PACKAGE}/{name}" for name in files_below(source / PACKAGE)}


@pytest.mark.slow
def test_the_plugin_for_tutor_is_in_neither_distribution(source: Path, wheel: Path) -> None:
    (sdist,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        shipped = [*archive.getnames(), *ZipFile(wheel).namelist()]

    assert (source / "tutor" / "pyproject.toml").exists()
    assert [name for name in shipped if "tutor" in name] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "needed", ["py.typed", "apps.py", "migrations/0001_initial.py", "conf/locale/config.yaml", *SAMPLES]
)
def test_the_wheel_carries_each_kind_of_file_that_django_and_the_platform_look_for(needed: str, wheel: Path) -> None:
    assert f"{PACKAGE}/{needed}" in ZipFile(wheel).namelist()


@pytest.mark.slow
def test_the_wheel_declares_entry_points_of_both_services(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
        lines = archive.read(name).decode().split("\n")

    assert lines[:6] == [
        "[cms.djangoapp]",
        "openedx_catalog_publisher = openedx_catalog_publisher.apps:CatalogPublisherConfig",
        "",
        "[lms.djangoapp]",
        "openedx_catalog_publisher = openedx_catalog_publisher.apps:CatalogPublisherConfig",
        "",
    ]


@pytest.mark.slow
def test_the_wheel_asks_for_the_database_driver_only_in_an_extra(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode().splitlines()

    required = [line.removeprefix("Requires-Dist: ") for line in metadata if line.startswith("Requires-Dist: ")]
    assert "Django<6.0,>=5.2" in required
    assert [line for line in required if "mysqlclient" in line] == ['mysqlclient>=2.2.7; extra == "mysql"']
    assert "License-Expression: AGPL-3.0-only" in metadata
