"""Calendar programs of other people's making that read a feed: khal with vdirsyncer, and those that run on Node.js."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright._impl._driver import compute_driver_executable

CLIENTS = Path(__file__).parent / "clients"


class NoCalendarProgram(Exception):
    """A calendar program is missing; the sentence says how to get it."""


@dataclass(frozen=True, slots=True, order=True)
class Seen:
    """One visit as a calendar program understood it, in UTC."""

    start: datetime
    end: datetime
    summary: str
    location: str
    cancelled: bool


def seen_by_ical_js(calendar: bytes, zone: str = "UTC") -> list[Seen]:
    """Return what ical.js understands on a machine in this zone, by start."""
    return _seen_on_node("read_with_ical_js.cjs", calendar, zone)


def seen_by_node_ical(calendar: bytes, zone: str = "UTC") -> list[Seen]:
    """Return what node-ical understands on a machine in this zone, by start."""
    return _seen_on_node("read_with_node_ical.cjs", calendar, zone)


def _seen_on_node(script: str, calendar: bytes, zone: str) -> list[Seen]:
    done = subprocess.run(
        [_node(), CLIENTS / script],
        input=calendar,
        capture_output=True,
        check=True,
        timeout=60,
        env={**os.environ, "TZ": zone},
    )
    return sorted(
        Seen(
            datetime.fromisoformat(visit["start"]).astimezone(UTC),
            datetime.fromisoformat(visit["end"]).astimezone(UTC),
            visit["summary"],
            visit["location"],
            visit["status"] == "CANCELLED",
        )
        for visit in json.loads(done.stdout)["visits"]
    )


def _node() -> str:
    # Playwright brings a Node.js of its own, so that no other needs to be installed.
    program, _script = compute_driver_executable()
    found = program if Path(program).exists() else shutil.which("node")
    if found is None:
        raise NoCalendarProgram(
            "Node.js is missing: pip install --require-hashes -r requirements-dev.txt brings one with Playwright"
        )
    return str(found)


class Khal:
    """A person's calendar: vdirsyncer subscribes to an address, khal shows what came, in the person's own zone."""

    def __init__(self, address: str, zone: str, folder: Path) -> None:
        self._folder = folder
        (folder / "feed").mkdir(parents=True)
        self._sync_settings = folder / "vdirsyncer.conf"
        self._sync_settings.write_text(
            f"""[general]
status_path = "{folder / "status"}"
[pair visits]
a = "here"
b = "there"
collections = null
conflict_resolution = "b wins"
[storage here]
type = "filesystem"
path = "{folder / "feed"}"
fileext = ".ics"
[storage there]
type = "http"
url = "{address}"
"""
        )
        self._settings = folder / "khal.conf"
        self._settings.write_text(
            f"""[calendars]
[[visits]]
path = {folder / "feed"}
type = calendar
readonly = True
[locale]
local_timezone = {zone}
default_timezone = {zone}
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%dT%H:%M
longdatetimeformat = %Y-%m-%dT%H:%M
[sqlite]
path = {folder / "khal.db"}
"""
        )

    def subscribe(self) -> None:
        """Read the address for the first time, or again."""
        for step in (["discover", "visits"], ["sync", "visits"]):
            self._run(["vdirsyncer", "-c", str(self._sync_settings), *step])

    def shows(self, first_day: str, days: int) -> list[str]:
        """Return a line for each visit: local start, local end, summary and place."""
        words = "{start-long}|{end-long}|{title}|{location}"
        listed = self._run(
            [
                "khal",
                "-c",
                str(self._settings),
                "list",
                "--format",
                words,
                "--day-format",
                "",
                first_day,
                f"{days}d",
            ]
        )
        return sorted(line.strip() for line in listed.splitlines() if "|" in line)

    def _run(self, command: list[str]) -> str:
        program = Path(sys.executable).with_name(command[0])
        if not program.exists():
            raise NoCalendarProgram(
                f"{command[0]} is missing: pip install --require-hashes -r requirements-dev.txt brings it"
            )
        done = subprocess.run(
            [program, *command[1:]],
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "HOME": str(self._folder), "LC_ALL": "C.UTF-8", "PYTHONTZPATH": ""},
        )
        assert done.returncode == 0, f"{command[0]} failed: {done.stdout}{done.stderr}"
        return done.stdout


def day_before(instant: datetime) -> str:
    """Return the calendar day before an instant, as khal wants it."""
    return (instant - timedelta(days=1)).date().isoformat()
