"""A shell that knows as much as the demo's commands need, and sends their requests to the test client."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.test import Client

ASSIGNMENT = re.compile(r"(?P<name>[A-Z]+)=(?P<value>\S+|\$\(.*\))")
MANAGE = re.compile(r"\$\(\.venv/bin/python manage\.py (?P<words>[a-z_ ]+)\)")
FUNCTION = re.compile(r'(?P<name>[a-z]+)\(\) \{ (?P<body>.*) "\$@"; echo; \}')
VARIABLE = re.compile(r"\$([A-Z]+)")


@dataclass
class Shell:
    """Variables, and the functions that the commands define: a name and the words that stand before its arguments."""

    client: Client
    variables: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)

    def run(self, command: str) -> Any:
        """Run a command; return the answer where it is a request, else None."""
        if (function := FUNCTION.fullmatch(command)) is not None:
            self.functions[function["name"]] = function["body"]
            return None
        if (assignment := ASSIGNMENT.fullmatch(command)) is not None:
            self.variables[assignment["name"]] = self._value(assignment["value"])
            return None
        name, _, arguments = command.partition(" ")
        return self._curl(shlex.split(self._expanded(f"{self.functions[name]} {arguments}")))

    def _value(self, text: str) -> str:
        call = MANAGE.fullmatch(text)
        if call is None:
            return self._expanded(text)
        output = StringIO()
        call_command(*call["words"].split(), stdout=output)
        return output.getvalue().strip()

    def _expanded(self, text: str) -> str:
        return VARIABLE.sub(lambda match: self.variables[match[1]], text)

    def _curl(self, words: list[str]) -> Any:
        program, silent, *rest = words
        assert (program, silent) == ("curl", "-sS")
        method, data, address = "GET", "", ""
        headers: dict[str, str] = {}
        while rest:
            word = rest.pop(0)
            if word == "-X":
                method = rest.pop(0)
            elif word == "-d":
                data = rest.pop(0)
            elif word == "-H":
                name, _, value = rest.pop(0).partition(": ")
                headers[name] = value
            elif word in ("-o", "-w"):
                rest.pop(0)
            else:
                assert not word.startswith("-"), words
                assert not address, words
                address = word
        return self.client.generic(
            method, address, data, headers=headers, content_type=headers.pop("Content-Type", "text/plain")
        )
