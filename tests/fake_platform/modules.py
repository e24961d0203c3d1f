"""Putting the modules of the platform where our backends import them, for as long as a test takes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from tests.fake_platform import models

OURS = "openedx_catalog_publisher.platform.in_process"

ALWAYS: Mapping[str, Mapping[str, Any]] = {
    "common.djangoapps.course_modes.models": {"CourseMode": models.CourseMode},
    "openedx.core.djangoapps.content.course_overviews.models": {"CourseOverview": models.CourseOverview},
}


@contextmanager
def platform_modules(more: Mapping[str, Mapping[str, Any]] | None = None) -> Iterator[None]:
    """
    Let this process have edx-platform.

    Arguments:
        more: what stands in further modules, by their dotted names.
    """
    contents = dict(ALWAYS) | dict(more or {})
    names = {".".join(name.split(".")[:count]) for name in contents for count in range(1, name.count(".") + 2)}
    taken = {name: sys.modules.pop(name) for name in list(sys.modules) if name in names or name.startswith(f"{OURS}.")}
    try:
        for name in sorted(names):
            module = ModuleType(name)
            module.__spec__ = ModuleSpec(name, None, is_package=True)
            module.__path__ = []
            module.__dict__.update(contents.get(name, {}))
            sys.modules[name] = module
        yield
    finally:
        for name in list(sys.modules):
            if name in names or name.startswith(f"{OURS}."):
                del sys.modules[name]
        sys.modules.update(taken)
