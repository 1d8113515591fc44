"""Asks a server for one page as quickly as it can, by wrk: a program in Python would cost more than what is measured."""

from __future__ import annotations

import re
import subprocess

from bench.feed_serving import PROGRAM
from bench.measure import Disagreement

AT_ONCE, SECONDS = 8, 2

_RATE = re.compile(r"Requests/sec:\s*([\d.]+)")


def seconds_each(port: int, path: str, etag: str = "") -> float:
    """Return how long one answer takes, in seconds, when several programs ask all the time.

    Raises `Disagreement` when any answer is none of success, and where wrk is missing.
    """
    headers = [f"User-Agent: {PROGRAM}", *([f"If-None-Match: {etag}"] if etag else [])]
    command = ["wrk", "--threads", "1", "--connections", str(AT_ONCE), "--duration", str(SECONDS)]
    for header in headers:
        command += ["--header", header]
    try:
        ended = subprocess.run(
            [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
        )
    except FileNotFoundError as missing:
        raise Disagreement("wrk is missing; tools/get_load_generator.sh gets it") from missing
    found = _RATE.search(ended.stdout)
    if found is None or "Non-2xx" in ended.stdout or "Socket errors" in ended.stdout:
        raise Disagreement(f"not every answer of {path.split('/')[1]} was a good one: {ended.stdout}")
    return 1 / float(found[1])
