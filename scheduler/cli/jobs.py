"""`jobs run`."""

from __future__ import annotations

import logging

from flask import current_app

from scheduler.cli.plain import PlainGroup, store_ready
from scheduler.jobs.timetable import run

jobs = PlainGroup("jobs", help="What runs beside the pages.")


@jobs.command("run")
def run_timetable() -> None:
    """Keep the timetable in this process until it is told to stop."""
    store_ready()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    run(current_app.extensions["trellis_settings"])
