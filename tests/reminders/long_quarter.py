"""A whole quarter of a year, on SQLite: `python -m tests.reminders.long_quarter [SEED [PATIENTS [DAYS [TEXTED]]]]`."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from scheduler.domain.clock import use_packaged_time_zones
from tests.databases import let_go, make_app_without_pages, migrate
from tests.reminders.quarter import Plan, simulate
from tests.reminders.recount import faults
from tests.reminders.recount_texts import faults_of_texts
from tests.reminders.test_quarter import ledger


def main(seed: int = 1, patients: int = 120, days: int = 90, texted: int = 40) -> int:
    """Simulate, count again, and print what was found; return how many faults there are."""
    use_packaged_time_zones()
    logging.disable(logging.WARNING)
    with TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'quarter.sqlite3'}"
        migrate(url, folder)
        app = make_app_without_pages(url, folder)
        with app.app_context():
            quarter = simulate(Plan(seed, patients, datetime(2027, 2, 1, 15, tzinfo=UTC), days, texted))
            found = [*faults(quarter, ledger()), *faults_of_texts(quarter, ledger())]
        let_go(app)
    for fault in found:
        sys.stdout.write(f"{fault}\n")
    sys.stdout.write(
        f"seed {seed}: {len(quarter.lives)} visits, {quarter.moves} moved, {quarter.cancels} called off, "
        f"{len(quarter.passes)} passes of two senders, {len(quarter.left)} messages and {len(quarter.texts)} texts, "
        f"{len(found)} faults\n"
    )
    return len(found)


if __name__ == "__main__":
    sys.exit(min(main(*(int(one) for one in sys.argv[1:])), 1))
