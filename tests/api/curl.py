"""As much of curl as the examples in the reference use, for machines that have none."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def main() -> None:
    """Send one request, and print what comes back."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-sS", action="store_true")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("--json")
    parser.add_argument("url")
    asked = parser.parse_args()
    headers = dict(_text_of(header).strip().split(": ", 1) for header in asked.headers)
    body = None
    if asked.json is not None:
        body = _text_of(asked.json).encode()
        headers |= {"Content-Type": "application/json", "Accept": "application/json"}
    try:
        with urlopen(Request(asked.url, body, headers), timeout=60) as response:
            sys.stdout.write(response.read().decode())
    except HTTPError as problem:
        sys.stdout.write(problem.read().decode())


def _text_of(value: str) -> str:
    return Path(value[1:]).read_text() if value.startswith("@") else value


if __name__ == "__main__":
    main()
