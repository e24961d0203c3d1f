"""
Write the OpenAPI document of the API into the documentation.

    python -m scripts.write_openapi [FILE]

The document follows from the code, so that neither a server nor a database is needed. ``docs/references/openapi.yaml``
is what clients are made from and what a change of the API is seen by; a test holds it to the code.
"""

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


def main(arguments: Sequence[str]) -> None:
    """Write the document to the file that the one argument names, else to its place in the documentation."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.settings")
    django.setup()
    file = Path(arguments[0]) if arguments else FILE
    file.write_bytes(openapi_yaml())


if __name__ == "__main__":
    main(sys.argv[1:])
