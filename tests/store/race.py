"""One clerk as a process of its own, started by the tests: books what it can get and says how much that was."""

from __future__ import annotations

import sys
from pathlib import Path

from scheduler.domain.errors import Conflict
from scheduler.store import ledger
from scheduler.store.locks import lock
from scheduler.store.work import unit_of_work
from tests.databases import let_go, make_app
from tests.store.stored_clinic import watching


def main(url: str, folder: str, hours: str) -> None:
    """Want both nurses for two hours from each hour after noon in turn; say when it begins, and how many were won."""
    app = make_app(url, Path(folder))
    won = 0
    _say("begun")
    with app.app_context():
        for hour in range(int(hours)):
            try:
                with unit_of_work():
                    lock(["site-1"], [])
                    ledger.take([watching(hour, hour + 2)])
                    ledger.take([watching(hour, hour + 2, resource="nurse-2")])
                won += 1
            except Conflict:
                continue
    let_go(app)
    _say(str(won))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
