"""
Packaging of openedx_catalog_publisher.

Dependencies are read from ``requirements/*.in``, so that they are written once.
"""

import re
from pathlib import Path

from setuptools import find_namespace_packages, setup

HERE = Path(__file__).resolve().parent
PACKAGE = "openedx_catalog_publisher"


def requirements_of(name: str) -> list[str]:
    """
    Return the requirement lines of ``requirements/<name>.in``, without comments and options.

    Raises FileNotFoundError where the file is missing, which a source distribution without MANIFEST.in would cause.
    """
    lines = (HERE / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines()
    stripped = (line.partition(" #")[0].strip() for line in lines)
    return [line for line in stripped if line and not line.startswith(("#", "-"))]


def version_of_package() -> str:
    """
    Return ``__version__`` of the package without importing it: a build has none of its dependencies.

    Raises RuntimeError when the package declares no version.
    """
    source = (HERE / PACKAGE / "__init__.py").read_text(encoding="utf-8")
    declared = re.search(r'^__version__ = "([^"]+)"$', source, re.MULTILINE)
    if declared is None:
        raise RuntimeError(f"{PACKAGE}/__init__.py declares no __version__")
    return declared.group(1)


setup(
    name=PACKAGE,
    version=version_of_package(),
    description="Course catalog publishing for Open edX, inside LMS and Studio",
    long_description="\n\n".join((HERE / name).read_text(encoding="utf-8") for name in ("README.rst", "CHANGELOG.rst")),
    long_description_content_type="text/x-rst",
    author="openedx_catalog_publisher contributors",
    license_expression="AGPL-3.0-only",
    license_files=["LICENSE"],
    # With folders that hold no code, such as conf/locale: to setuptools they are packages like any other.
    packages=find_namespace_packages(include=[PACKAGE, f"{PACKAGE}.*"], exclude=["*.__pycache__"]),
    include_package_data=True,
    zip_safe=False,
    python_requires=">=3.11",
    install_requires=requirements_of("base"),
    extras_require={"mysql": requirements_of("mysql")},
    entry_points={
        "lms.djangoapp": [f"{PACKAGE} = {PACKAGE}.apps:CatalogPublisherConfig"],
        "cms.djangoapp": [f"{PACKAGE} = {PACKAGE}.apps:CatalogPublisherConfig"],
    },
    keywords="openedx edx django catalog course-discovery publisher",
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Framework :: Django",
        "Framework :: Django :: 5.2",
        "Intended Audience :: Developers",
        "Natural Language :: English",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Typing :: Typed",
    ],
)
