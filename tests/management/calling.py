"""Calling commands as manage.py does, and reading what they say."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError


def call(name: str, *arguments: str) -> str:
    """Return what a command writes to its standard output."""
    out = io.StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue().rstrip("\n")


def call_json(name: str, *arguments: str) -> Any:
    """Return what a command answers with ``--format json``."""
    return json.loads(call(name, *arguments, "--format", "json"))


def failing(name: str, *arguments: str) -> tuple[str, str]:
    """Return what a failing command writes, and the sentence with which it fails; its exit status is 1."""
    out = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command(name, *arguments, stdout=out)
    assert refused.value.returncode == 1
    return out.getvalue().rstrip("\n"), str(refused.value)


def refusal(name: str, *arguments: str) -> str:
    """Return the sentence with which a command fails."""
    return failing(name, *arguments)[1]
