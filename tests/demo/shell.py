"""A shell that knows as much as the demo's commands need, and sends their requests to the test client."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command
from django.test import Client

ASSIGNMENT = re.compile(r"(?P<name>[A-Z]+)=(?P<value>\S+|\$\(.*\))")
SUBSTITUTION = re.compile(r"\$\((?P<command>.*)\)")
PYTHON = ".venv/bin/python "
MANAGE = f"{PYTHON}manage.py "
FUNCTION = re.compile(r'(?P<name>[a-z]+)\(\) \{ (?P<body>.*) "\$@"; echo; \}')
VARIABLE = re.compile(r"\$([A-Z]+)")


@dataclass
class Shell:
    """
    Variables, and the functions that the commands define: a name and the words that stand before its arguments.

    Attributes:
        client: answers the requests.
        sleep: lets so many seconds pass.
    """

    client: Client
    sleep: Callable[[int], None]
    variables: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)

    def run(self, command: str) -> Any:
        """Run a command; return the answer of a request, what the project's own commands write, or None."""
        if (function := FUNCTION.fullmatch(command)) is not None:
            self.functions[function["name"]] = function["body"]
            return None
        if (assignment := ASSIGNMENT.fullmatch(command)) is not None:
            self.variables[assignment["name"]] = self._value(assignment["value"])
            return None
        if command.startswith(MANAGE):
            return self._manage(command.removeprefix(MANAGE))
        name, _, arguments = command.partition(" ")
        if name == "sleep":
            self.sleep(int(arguments))
            return None
        return self._curl(self._words(f"{self.functions[name]} {arguments}"))

    def _value(self, text: str) -> str:
        substitution = SUBSTITUTION.fullmatch(text)
        if substitution is None:
            return self._expanded(text)
        command = substitution["command"]
        if command.startswith(MANAGE):
            return self._manage(command.removeprefix(MANAGE))
        if command.startswith(PYTHON):
            return _output([sys.executable, *shlex.split(command.removeprefix(PYTHON))])
        request, _, pipe = command.partition(" | ")
        answer = self.run(request)
        assert answer.status_code == 200, answer.content
        return _output(["sh", "-c", pipe], answer.content)

    def _manage(self, command: str) -> str:
        output = StringIO()
        words = self._words(command)
        try:
            call_command(*words, stdout=output, stderr=output)
        except CommandError as error:
            # As on the command line, where the next command is run all the same.
            output.write(f"CommandError: {error}")
        return output.getvalue().strip()

    def _words(self, command: str) -> list[str]:
        # As a shell does it: what stands in single quotes is no variable.
        return shlex.split("".join(self._expanded(part) if part[:1] != "'" else part for part in _quoted(command)))

    def _expanded(self, text: str) -> str:
        # Quotes in a value are part of the value.
        return VARIABLE.sub(lambda match: self.variables[match[1]].replace('"', '\\"'), text)

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


def _quoted(command: str) -> list[str]:
    """Return a command in parts: what stands in single quotes, with them, and what does not."""
    return re.split(r"('[^']*')", command)


def _output(command: list[str], given: bytes = b"") -> str:
    done = subprocess.run(command, input=given, capture_output=True, check=True)  # noqa: S603 - words of the recipe
    return done.stdout.decode().strip()
