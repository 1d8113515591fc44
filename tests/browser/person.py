"""Somebody at a browser: signs in, looks, and keeps an eye on what a good page must never do."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Page, Request

from tests.house.building import ROOT
from tests.processes import PATIENCE
from tests.web.small_clinic import PASSWORD, TOKEN

# Not in test-results: every run of tests empties that. To take a picture of every page costs a quarter of the tests' time,
# and nothing is proven by it: `PICTURES=1 make test TESTS=tests/browser` takes them all.
SCREENSHOTS = ROOT / "test-pictures"

# Every rule of axe is asked. What passed is not told: to hand that over takes longer than to find it.
ASK_AXE = """(rules) => axe.run({resultTypes: ['violations'], rules})
    .then((found) => JSON.stringify({violations: found.violations}))"""

# Our own pages answer with these on purpose; Chromium writes a line for each.
EXPECTED_LINES = ("the server responded with a status of",)


@dataclass(frozen=True)
class Screen:
    """What somebody sits at."""

    width: int
    scripts: bool = True
    dark: bool = False
    touch: bool = False

    @property
    def name(self) -> str:
        """Return a name for files: '390', '1280-dark', '390-without-scripts'."""
        return f"{self.width}{'-dark' if self.dark else ''}{'' if self.scripts else '-without-scripts'}"


@dataclass
class Person:
    """Somebody at a screen, with what went wrong there."""

    page: Page
    context: BrowserContext
    address: str
    screen: Screen
    faults: list[str] = field(default_factory=list)
    _glass: CDPSession | None = None

    def go(self, path: str) -> None:
        """Open a page of the site."""
        self.page.goto(self.address + path)

    def open_menu(self) -> None:
        """Let the links to the pages be seen: on a phone they stand behind a button."""
        menu = self.page.get_by_role("banner").locator("summary")
        if menu.is_visible():
            menu.click()

    def sign_in(self, username: str) -> None:
        """Sign in as one of the small clinic's accounts, as people do."""
        self.go("/sign-in")
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()

    def come_in(self, username: str) -> None:
        """Be signed in already, before any page is opened."""
        address = f"{self.address}/sign-in"
        token = TOKEN.search(self.context.request.get(address).text())
        assert token
        form = {"username": username, "password": PASSWORD, "next": "", "csrf_token": token[1]}
        assert self.context.request.post(address, form=form, max_redirects=0).status == 303

    def sign_out(self) -> None:
        """Sign out."""
        self.page.get_by_role("button", name="Sign out").click()

    def look(self, name: str, unasked: Collection[str] = ()) -> None:
        """Check that the page fits the screen and shuts nobody out; keep a picture of it where it does not, or if asked to.

        `unasked` are rules of axe that hold for other things than what is looked at.
        """
        # What was pressed last may still be bringing the page.
        self.page.wait_for_load_state()
        if "PICTURES" in os.environ:
            self.keep_picture(name)
        if not self.screen.scripts:
            return
        try:
            self._check(name, unasked)
        except AssertionError:
            self.keep_picture(name)
            raise

    def keep_picture(self, name: str) -> None:
        """Keep a picture of the whole page."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        picture = SCREENSHOTS / f"{name}-{self.screen.name}.jpg"
        self.page.screenshot(path=picture, type="jpeg", quality=85, full_page=True)

    def _check(self, name: str, unasked: Collection[str]) -> None:
        too_wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert too_wide <= 0, f"{name} is {too_wide} pixels wider than the screen of {self.screen.width}"
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        found = AxeResults(
            json.loads(self.page.evaluate(ASK_AXE, {rule: {"enabled": False} for rule in unasked}))
        )
        assert found.violations_count == 0, f"{name} at {self.screen.name}: {found.generate_report()}"

    def touch(self, kind: str, *at: tuple[float, float]) -> None:
        """Put a finger on the glass, move it there or lift it: `touchStart`, `touchMove`, `touchEnd` or `touchCancel`."""
        if self._glass is None:
            self._glass = self.context.new_cdp_session(self.page)
        points = [{"x": x, "y": y} for x, y in at]
        self._glass.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def leave(self) -> None:
        """Close the browser window, and fail for anything that went wrong meanwhile."""
        self.context.close()
        assert not self.faults, self.faults


def person_at(browser: Browser, address: str, screen: Screen) -> Person:
    """Seat somebody at a screen; nothing but the site itself may be asked for, and no error be written."""
    context = browser.new_context(
        viewport={"width": screen.width, "height": 900},
        java_script_enabled=screen.scripts,
        has_touch=screen.touch,
        color_scheme="dark" if screen.dark else "light",
        reduced_motion="reduce",
        locale="en-US",
    )
    context.set_default_timeout(PATIENCE * 1000)
    one = Person(context.new_page(), context, address, screen)

    def note_request(request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(address).netloc:
            one.faults.append(f"asked for {request.url}")

    def note_line(line: ConsoleMessage) -> None:
        if line.type in {"error", "warning"} and not any(known in line.text for known in EXPECTED_LINES):
            one.faults.append(line.text)

    one.page.on("request", note_request)
    one.page.on("console", note_line)
    one.page.on("pageerror", lambda error: one.faults.append(str(error)))
    return one
