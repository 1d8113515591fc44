"""The Chromium that the browser tests drive: the one named by CHROMIUM, or the machine's."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Quiet: a test browser talks to nobody but the server under test.
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Fewer processes to start for each window: all pages are the site's own.
    "--in-process-gpu",
    "--renderer-process-limit=1",
)


class NoChromium(Exception):
    """There is no Chromium on this machine; the text says how to get one."""


def chromium_path() -> str:
    """Return the path of a Chromium. Raises `NoChromium` when there is none."""
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        path = shutil.which(name) if name else None
        if path:
            return path
    raise NoChromium(
        "No Chromium was found. Install one (Debian: apt-get install chromium), "
        "or name one that you have: CHROMIUM=/path/to/chrome make test"
    )


def chromium_arguments() -> list[str]:
    """Return the command line arguments; Chromium refuses to sandbox itself for root."""
    return [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
