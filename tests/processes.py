"""Processes of their own, for tests of races and of crashes: they share nothing with the tests but database and files.

They are forked off a server that has imported the program and done nothing else, so a process costs a fork, where a new
interpreter would cost a second of imports.
"""

from __future__ import annotations

import multiprocessing
from functools import cache
from multiprocessing.context import ForkServerContext

#: What runs in such processes; the server imports it once.
PLAYERS = ("tests.booking.clerks", "tests.reminders.sender", "tests.store.race")

PATIENCE = 120.0
"""How long to wait for another process, in seconds: far longer than any takes, also on a busy machine."""


@cache
def processes() -> ForkServerContext:
    """Return what makes processes, and what they tell one another with."""
    context = multiprocessing.get_context("forkserver")
    # At rest last: it is about all that was imported before.
    context.set_forkserver_preload([*PLAYERS, "tests.at_rest"])
    return context
