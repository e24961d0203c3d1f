"""A Chromium without a window, and what its tests ask it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.ui import WebDriverWait

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRIVER = "chromedriver"

AXE = Path(__file__).parent / "axe" / "axe.min.js"
SERIOUS = ("serious", "critical")

PATIENCE = 30
"""Seconds to wait for a page of a busy machine."""

WIDE, NARROW = (1440, 900), (420, 900)

QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
)


def missing() -> str:
    """Return what of a browser is not installed, in words; empty where all is there."""
    names = (None if any(map(shutil.which, BROWSERS)) else BROWSERS[0], None if shutil.which(DRIVER) else DRIVER)
    return " and ".join(name for name in names if name)


@contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    """Run a Chromium with a profile of its own."""
    options = webdriver.ChromeOptions()
    options.binary_location = next(path for path in map(shutil.which, BROWSERS) if path)
    for argument in (*QUIET, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which(DRIVER)))
    try:
        yield driver
    finally:
        driver.quit()


class Window:
    """A window of a browser on a server that runs for a test."""

    def __init__(self, driver: webdriver.Chrome, server: str) -> None:
        self.driver = driver
        self.server = server

    def log_in(self, session: str) -> None:
        """Be the user of a session."""
        self.driver.get(f"{self.server}/static/openedx_catalog_publisher/review.css")
        self.driver.delete_all_cookies()
        self.driver.add_cookie({"name": "sessionid", "value": session, "path": "/"})

    def open(self, path: str) -> None:
        """Open a page of the server."""
        self.driver.get(f"{self.server}{path}")

    def look(self, size: tuple[int, int], scheme: str) -> None:
        """Be of a size, and ask for a light or a dark page in which nothing moves by itself."""
        metrics: Mapping[str, Any] = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", dict(metrics))
        wanted = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wanted})

    def faults(self) -> list[tuple[str, str]]:
        """Return the serious faults that axe-core finds in the page: its rule, and where."""
        self.driver.execute_script(AXE.read_text(encoding="utf-8"))
        found = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1]; axe.run(document).then((found) => done(found.violations));"
        )
        return [
            (violation["id"], f"{node['html'][:160]} {node['failureSummary']}")
            for violation in found
            if violation["impact"] in SERIOUS
            for node in violation["nodes"]
        ]

    def sideways(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        width: int = self.driver.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return width

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def focus(self) -> str:
        """Return the name of what has the focus, as it is written on it or beside it."""
        name: str = self.driver.execute_script(
            "const it = document.activeElement;"
            "return ((it.labels && it.labels.length ? it.labels[0] : it).innerText || it.value || '').trim();"
        )
        return name

    def tab_to(self, name: str, *, at_most: int = 200) -> None:
        """Press Tab until the focus is on what bears a name; fails where it never is."""
        seen = []
        for _number in range(at_most):
            self.press(Keys.TAB)
            seen.append(self.focus())
            if name in seen[-1]:
                return
        raise AssertionError(f"Tab does not lead to {name!r}, but to {seen}.")

    def text(self, selector: str = "main") -> str:
        """Return what a part of the page shows; waits until it is there."""
        there = expected_conditions.presence_of_element_located((By.CSS_SELECTOR, selector))
        return str(WebDriverWait(self.driver, PATIENCE).until(there).text)

    def shows(self, selector: str) -> bool:
        """Tell whether there is such an element in the page, and it can be seen."""
        return any(element.is_displayed() for element in self.driver.find_elements(By.CSS_SELECTOR, selector))

    def click(self, selector: str) -> None:
        """Click on an element."""
        self.driver.find_element(By.CSS_SELECTOR, selector).click()

    def write(self, selector: str, text: str) -> None:
        """Write into a field."""
        self.driver.find_element(By.CSS_SELECTOR, selector).send_keys(text)

    def arrive(self, path: str) -> None:
        """Wait until the page of a path is there, whatever query it has; fails where it never is."""
        address = f"{self.server}{path}"
        WebDriverWait(self.driver, PATIENCE).until(
            lambda driver: driver.current_url.partition("?")[0].partition("#")[0] == address,
            f"The browser is not at {address}.",
        )

    def script_errors(self) -> list[str]:
        """Return what scripts of the pages complained about since the last time."""
        log = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [str(entry["message"]) for entry in log if entry["source"] == "javascript"]
