"""Reading and sending the admin's forms as a browser does."""

from __future__ import annotations

import html.parser
from collections.abc import Mapping
from typing import Any

from django.test import Client
from django.urls import reverse

APP = "openedx_catalog_publisher"


def address(model: str, page: str, *args: Any) -> str:
    """Return the address of a page of the admin."""
    return reverse(f"admin:{APP}_{model}_{page}", args=args)


class _Form(html.parser.HTMLParser):
    """Collects what a browser would send of the POST form of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._inside = False
        self._select: str | None = None
        self._textarea: str | None = None
        self._first_option: str | None = None
        self._multiple = False
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note fields as they come."""
        given = {name: value if value is not None else "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("method", "get").lower() == "post" and given.get("id") != "logout-form"
        name = given.get("name", "")
        if not self._inside:
            return
        if tag == "input" and name and given.get("type") not in ("submit", "button", "file"):
            box = given.get("type") in ("checkbox", "radio")
            if not box or "checked" in given:
                self.values.setdefault(name, []).append(given.get("value", "on" if box else ""))
        elif tag == "textarea":
            self._textarea, self._text = name, ""
        elif tag == "select":
            self._select, self._multiple, self._first_option = name, "multiple" in given, None
            self.values.setdefault(name, [])
        elif tag == "option" and self._select:
            if self._first_option is None:
                self._first_option = given.get("value", "")
            if "selected" in given:
                self.values[self._select].append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        """Collect the text of a textarea."""
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        """Finish fields."""
        if tag == "form":
            self._inside = False
        elif tag == "textarea" and self._textarea:
            # A browser drops the first line end, and sends CR LF for the others.
            text = self._text.removeprefix("\r").removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")
            self.values[self._textarea] = [text]
            self._textarea = None
        elif tag == "select" and self._select:
            if not self.values[self._select] and not self._multiple and self._first_option is not None:
                self.values[self._select] = [self._first_option]
            self._select = None


def read_form(client: Client, url: str) -> dict[str, list[str]]:
    """Return what a browser would send of the page's form, untouched."""
    response = client.get(url)
    assert response.status_code == 200, (response.status_code, url)
    parser = _Form()
    parser.feed(response.content.decode())
    return {name: values for name, values in parser.values.items() if "__prefix__" not in name}


def send_form(client: Client, url: str, changes: Mapping[str, Any]) -> Any:
    """Read a page's form, change some fields, send it, and return the response."""
    return client.post(url, {**read_form(client, url), **changes})


def assert_saved(response: Any) -> None:
    """Fail with what the form says, unless it was accepted."""
    if response.status_code != 302:
        formsets = [formset.formset.errors for formset in response.context.get("inline_admin_formsets", ())]
        raise AssertionError((response.status_code, errors_of(response), formsets))


def errors_of(response: Any) -> list[str]:
    """Return all errors that the form of a page shows."""
    assert response.status_code == 200, response.status_code
    form = response.context["adminform"].form if "adminform" in response.context else response.context["form"]
    return [message for messages in form.errors.values() for message in messages]


def told(response: Any) -> list[str]:
    """Return the messages that the next page shows."""
    return [str(message) for message in response.wsgi_request._messages]
