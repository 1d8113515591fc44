"""Gives the demo clinic its one group: taken in and booked beside the series that stand, so that a newcomer sees one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from scheduler.access.permissions import Actor
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.import_clinic import ClinicImported, ImportClinic, import_clinic
from scheduler.clinic_file.demo import demo_with_group
from scheduler.domain.clock import Clock
from scheduler.domain.group_readings import key_for_group
from scheduler.store import series as stored

GROUP, PROTOCOL = "river-group", "group_kap_3"


def add_demo_group(today: date, actor: Actor, clock: Clock, say: Callable[[str], None]) -> int:
    """Take the group in and book its visits; return how many series stand by that, its own and those of its members.

    A group that is booked already stays as it is.
    """
    imported = import_clinic(ImportClinic(demo_with_group(today)), actor, clock)
    if not isinstance(imported, ClinicImported):
        say("The group of the demo clinic could not be taken in.")
        return 0
    if not stored.series_of_patient(GROUP):
        outcome = book_series(BookSeries(GROUP, key_for_group(PROTOCOL)), actor, clock)
        if not isinstance(outcome, Booked):
            say("The group of the demo clinic finds no time.")
            return 0
    members = [one for one in stored.all_series() if one.protocol == PROTOCOL]
    say(f"River group is booked: {len(members)} members.")
    return len(members) + 1
