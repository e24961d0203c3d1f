"""What Tutor loads: registers configuration, patches, templates, init tasks and jobs."""

from __future__ import annotations

from pathlib import Path

from tutor.hooks import Filters

from tutor_catalog_publisher.configuration import DEFAULTS, UNIQUE
from tutor_catalog_publisher.filters import FILTERS
from tutor_catalog_publisher.jobs import COMMANDS

HERE = Path(__file__).resolve().parent

Filters.CONFIG_DEFAULTS.add_items(list(DEFAULTS.items()))
Filters.CONFIG_UNIQUE.add_items(list(UNIQUE.items()))
Filters.ENV_TEMPLATE_FILTERS.add_items(list(FILTERS.items()))
Filters.ENV_TEMPLATE_ROOTS.add_item(str(HERE / "templates"))
Filters.CLI_DO_COMMANDS.add_items(COMMANDS)

for patch in sorted((HERE / "patches").iterdir()):
    Filters.ENV_PATCHES.add_item((patch.name, patch.read_text(encoding="utf-8")))

# After the core's own, which come first since they were added first: these need its tables and accounts.
for service in ("lms", "cms"):
    task = HERE / "templates" / "catalog-publisher" / "jobs" / "init" / f"{service}.sh"
    Filters.CLI_DO_INIT_TASKS.add_item((service, task.read_text(encoding="utf-8")))

# Whoever works on the catalog mounts its folder: `tutor mounts add .../openedx_catalog_publisher`.
Filters.MOUNTED_DIRECTORIES.add_item(("openedx", "openedx_catalog_publisher"))
