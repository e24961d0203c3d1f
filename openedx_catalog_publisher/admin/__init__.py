"""
Django admin of the catalog: a thin caller of the same commands as every other door.

Importing this package registers every model. Drafts and reference data are written by commands, never by ``save()``;
official rows and logs are shown and never written.
"""

from openedx_catalog_publisher.admin import (  # noqa: F401
    access_rows,
    course_runs,
    courses,
    deliveries,
    logs,
    parts,
    reference_data,
    requests,
    reviews,
    slugs,
    types,
    webhooks,
)
