"""
Write the OpenAPI document of the API into the documentation.

    python -m scripts.write_openapi [--check] [FILE]

With ``--check`` nothing is written, and the exit status is 1 where the file is not what would be written.

The document follows from the code, so that neither a server nor a database is needed. ``docs/references/openapi.yaml``
is what clients are made from and what a change of the API is seen by.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import django

FILE = Path(__file__).resolve().parent.parent / "docs" / "references" / "openapi.yaml"


def openapi_yaml() -> bytes:
    """Return the document as YAML. Django is set up."""
    # Imported here, since they read settings.
    from drf_spectacular.renderers import OpenApiYamlRenderer  # noqa: PLC0415

    from openedx_catalog_publisher.rest.schema_view import document  # noqa: PLC0415

    rendered: bytes = OpenApiYamlRenderer().render(document())  # type: ignore[no-untyped-call]
    return rendered


def main(arguments: Sequence[str]) -> int:
    """Write the document to the file that is named, else to its place in the documentation, or compare it."""
    parser = argparse.ArgumentParser(description="Write the OpenAPI document of the API into the documentation.")
    parser.add_argument("--check", action="store_true", help="write nothing, and fail where the file is another")
    parser.add_argument("file", nargs="?", type=Path, default=FILE)
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.settings")
    django.setup()
    written = openapi_yaml()
    if not options.check:
        options.file.write_bytes(written)
    elif options.file.read_bytes() != written:
        sys.stderr.write(f"The API's description has changed: run `make openapi`, and look at {options.file}.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
