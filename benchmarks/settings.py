"""Settings of the benchmarks: the demo project's, on a database of their own that is made for the run and dropped."""

import tempfile
from pathlib import Path

from demo.databases import database_from_environment
from demo.settings import *  # noqa: F403

DEBUG = False

# A file, since a database in memory has no commit to pay for.
SQLITE_FOLDER = tempfile.TemporaryDirectory(prefix="catalog-benchmarks-")
DATABASES = {"default": database_from_environment(":memory:")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(SQLITE_FOLDER.name) / "benchmarks.sqlite3")}

MEDIA_ROOT = Path(SQLITE_FOLDER.name) / "media"

# Commands are measured and interleaved by themselves; what wants the relay names its consumers.
CATALOG_PUBLISHER_CONSUMERS = []
CATALOG_PUBLISHER_STUDIO_API_ROOT = ""
RELAY_RUNS_BESIDE = False
