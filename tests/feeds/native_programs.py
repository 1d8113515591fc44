"""Calendar programs written in C, and one more Python library, that read a feed: calcurse, libical and vobject."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import vobject

from tests.feeds.calendar_programs import CLIENTS, NoCalendarProgram, Seen

ADVICE = "Debian: apt-get install calcurse libical3, which make test does by itself where it may"
NO_LIBICAL = 3


def machine_in(zone: str) -> Mapping[str, str]:
    """Return the environment of a machine in a zone whose time zones are as new as our own."""
    return {**os.environ, "TZ": zone, "TZDIR": str(files("tzdata") / "zoneinfo"), "LC_ALL": "C.UTF-8"}


def seen_by_libical(calendar: bytes, zone: str = "UTC") -> list[Seen]:
    """Return what libical understands, by start; anything it objects to fails. Raises `NoCalendarProgram`."""
    done = subprocess.run(
        [sys.executable, CLIENTS / "read_with_libical.py"],
        input=calendar,
        capture_output=True,
        timeout=60,
        env=machine_in(zone),
    )
    if done.returncode == NO_LIBICAL:
        raise NoCalendarProgram(f"libical is missing ({ADVICE})")
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert (told["errors"], told["keeps_restrictions"]) == (0, True)
    return sorted(
        Seen(
            datetime.fromtimestamp(visit["start"], UTC),
            datetime.fromtimestamp(visit["end"], UTC),
            visit["summary"],
            visit["location"],
            visit["status"] == "CANCELLED",
        )
        for visit in told["visits"]
    )


def seen_by_vobject(calendar: bytes) -> list[Seen]:
    """Return what vobject, the library of Radicale, understands, by start; it must find nothing missing."""
    read = vobject.readOne(calendar.decode())
    read.validate(raiseException=True)
    return sorted(
        Seen(
            event.dtstart.value.astimezone(UTC),
            event.dtend.value.astimezone(UTC),
            event.summary.value,
            event.location.value if "location" in event.contents else "",
            event.status.value == "CANCELLED",
        )
        for event in read.contents.get("vevent", ())
    )


class Calcurse:
    """A calendar of the terminal, on a machine in a zone.

    It keeps local times without a zone, and nothing of STATUS: what was called off it tells by the summary alone.
    """

    def __init__(self, zone: str, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._zone = zone

    def imports(self, calendar: bytes) -> None:
        """Take a calendar in."""
        file = self._folder / "feed.ics"
        file.write_bytes(calendar)
        told = self._run("-i", str(file))
        assert "/ 0 skipped" in told, told

    def shows(self) -> list[Seen]:
        """Return what it has, by start."""
        listed = self._run(
            "-G", "--filter-type", "apt", "--format-apt", "%(start:epoch)|%(end:epoch)|%m|%N<end>"
        )
        return sorted(_seen_by_calcurse(line) for line in listed.split("<end>") if "|" in line)

    def _run(self, *arguments: str) -> str:
        program = shutil.which("calcurse")
        if program is None:
            raise NoCalendarProgram(f"calcurse is missing ({ADVICE})")
        done = subprocess.run(
            [program, "-D", str(self._folder), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            env=machine_in(self._zone),
        )
        assert done.returncode == 0, f"calcurse failed: {done.stdout}{done.stderr}"
        return done.stdout


def _seen_by_calcurse(line: str) -> Seen:
    start, end, summary, note = line.split("|", 3)
    return Seen(
        datetime.fromtimestamp(int(start), UTC),
        datetime.fromtimestamp(int(end), UTC),
        summary,
        note.partition("Location: ")[2].strip(),
        summary.startswith("Cancelled: "),
    )
