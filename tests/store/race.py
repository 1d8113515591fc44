"""One clerk as a process of its own, started by the tests: books what it can get and says how much that was."""

from __future__ import annotations

from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from scheduler.domain.errors import Conflict
from scheduler.store import ledger
from scheduler.store.locks import lock
from scheduler.store.work import unit_of_work
from tests.databases import let_go, make_app_without_pages
from tests.processes import PATIENCE, processes
from tests.store.stored_clinic import watching


class Clerk:
    """A clerk who has begun to book."""

    def __init__(self, database_url: str, folder: Path, hours: int) -> None:
        self._says, said = processes().Pipe(duplex=False)
        self.process: BaseProcess = processes().Process(
            target=_book, args=(database_url, folder, hours, said)
        )
        self.process.start()
        said.close()
        assert self._heard() == "begun"

    def won(self) -> int:
        """Wait until the clerk is done, and return how often both nurses were won."""
        won = self._heard()
        self.process.join(PATIENCE)
        assert self.process.exitcode == 0
        return int(won)

    def kill(self) -> None:
        """End the clerk without warning, whatever it is doing."""
        self.process.kill()
        self.process.join(PATIENCE)
        assert self.process.exitcode == -9

    def _heard(self) -> str:
        assert self._says.poll(PATIENCE), "the clerk says nothing"
        return str(self._says.recv())


def _book(database_url: str, folder: Path, hours: int, say: Connection) -> None:
    """Want both nurses for two hours from each hour after noon in turn; say when it begins, and how many were won."""
    app = make_app_without_pages(database_url, folder)
    won = 0
    say.send("begun")
    with app.app_context():
        for hour in range(hours):
            try:
                with unit_of_work():
                    lock(["site-1"], [])
                    ledger.take([watching(hour, hour + 2)])
                    ledger.take([watching(hour, hour + 2, resource="nurse-2")])
                won += 1
            except Conflict:
                continue
    let_go(app)
    say.send(str(won))
