"""Settings and checks are documented where an operator looks: beside the code, and in the references."""

import re
from pathlib import Path
from typing import Any

import pytest
from code_annotations.contrib.config import (
    FEATURE_TOGGLE_ANNOTATIONS_CONFIG_PATH,
    SETTING_ANNOTATIONS_CONFIG_PATH,
)
from code_annotations.contrib.sphinx.extensions.base import find_annotations

from openedx_catalog_publisher.settings import checks, conf

ROOT = Path(__file__).resolve().parent.parent.parent
REFERENCES = ROOT / "docs" / "references"
SOURCE = Path(conf.__file__)


@pytest.fixture(scope="module")
def annotated_defaults() -> dict[str, str]:
    """The default of each setting, as its annotation states it."""
    toggles = find_annotations(str(SOURCE), str(FEATURE_TOGGLE_ANNOTATIONS_CONFIG_PATH), ".. toggle_name:")
    settings = find_annotations(str(SOURCE), str(SETTING_ANNOTATIONS_CONFIG_PATH), ".. setting_name:")
    return {name: found[".. toggle_default:"] for name, found in toggles.items()} | {
        name: found[".. setting_default:"] for name, found in settings.items()
    }


def test_every_setting_is_annotated_and_nothing_else(annotated_defaults: dict[str, str]) -> None:
    assert set(annotated_defaults) == {setting.name for setting in conf.ALL_SETTINGS}


@pytest.mark.parametrize("setting", conf.ALL_SETTINGS, ids=lambda setting: setting.name)
def test_the_annotation_states_the_default(setting: conf.Setting[Any], annotated_defaults: dict[str, str]) -> None:
    annotated = " ".join(annotated_defaults[setting.name].split())
    assert annotated in (str(setting.default), repr(setting.default))


def test_the_reference_lists_every_setting_with_its_default_in_the_order_of_the_code() -> None:
    text = (REFERENCES / "settings.rst").read_text(encoding="utf-8")

    listed = re.findall(r"^``(\w+)``\n    Default: ``((?:[^`\n]|\n    )*)``\.", text, re.MULTILINE)
    listed = [(name, " ".join(default.split())) for name, default in listed]

    assert listed == [(setting.name, repr(setting.default).replace("'", '"')) for setting in conf.ALL_SETTINGS]


def test_the_reference_lists_every_check() -> None:
    reference = (REFERENCES / "checks.rst").read_text(encoding="utf-8")
    by_module = sorted(re.findall(r"``openedx_catalog_publisher\.([EW]\d{3})``", checks.__doc__ or ""))

    listed = re.findall(r"^``openedx_catalog_publisher\.([EW]\d{3})``", reference, re.MULTILINE)

    assert listed == by_module
