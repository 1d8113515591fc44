"""Visits of a site, of which those that nobody wrote since they were read last are not read whole again."""

from __future__ import annotations

from datetime import timedelta
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from scheduler.domain.appointment import Appointment
from scheduler.domain.interval import Interval
from scheduler.store.appointments import load_appointments
from scheduler.store.base import table_of
from scheduler.store.claim_rows import claim
from scheduler.store.tables_changes import SiteChangeRow
from scheduler.store.tables_treatment import AppointmentRow, AppointmentStaffRow
from scheduler.store.work import reading

_visit = table_of(AppointmentRow)
_serving = table_of(AppointmentStaffRow)
_change = table_of(SiteChangeRow)

LONGEST = timedelta(days=2)
"""Longer than any visit."""

MOST = 4000
"""So many visits are kept; then it is begun anew."""


class KeptVisits:
    """What one process read last of the visits of a site.

    Whatever is written of a visit changes its row, or the log of the site's changes names a claim of it that stands. A
    visit of which neither is the case is told as it was read.
    """

    def __init__(self, site: str) -> None:
        self._site = site
        self._lock = Lock()
        self._known: dict[str, tuple[tuple[Any, ...], Appointment]] = {}
        self._last_change = 0

    def between(self, interval: Interval, staff: str | None = None) -> tuple[Appointment, ...]:
        """Return the visits that share a moment with the interval, by start, called off ones among them.

        `staff` narrows the choice to those in which somebody serves, `None` leaves it open.
        """
        with reading() as connection, self._lock:
            query = select(_visit).where(*self._wanted(interval, staff))
            rows = {
                row.id: tuple(row)
                for row in connection.execute(query.order_by(_visit.c.starts_at, _visit.c.id))
            }
            known = self._still_known(connection)
            fresh = [id for id, row in rows.items() if id not in known or known[id][0] != row]
            if fresh:
                for visit in load_appointments(connection, [_visit.c.id.in_(fresh)]):
                    known[visit.id] = rows[visit.id], visit
            return tuple(known[id][1] for id in rows)

    def _wanted(self, interval: Interval, staff: str | None) -> list[ColumnElement[bool]]:
        wanted: list[ColumnElement[bool]] = [
            _visit.c.site_id == self._site,
            # Nothing lasts so long; without it every visit that ever was would be looked at.
            _visit.c.starts_at > interval.start - LONGEST,
            _visit.c.ends_at > interval.start,
            _visit.c.starts_at < interval.end,
        ]
        if staff is not None:
            theirs = select(_serving.c.appointment_id).where(_serving.c.staff_id == staff)
            wanted.append(_visit.c.id.in_(theirs))
        return wanted

    def _still_known(self, connection: Connection) -> dict[str, tuple[tuple[Any, ...], Appointment]]:
        """Return what is kept and still true in this transaction, to be added to; nothing for one that began earlier."""
        changes = connection.execute(
            select(_change.c.id, claim.c.appointment_id)
            .select_from(_change.outerjoin(claim, claim.c.id == _change.c.claim_id))
            .where(_change.c.site_id == self._site, _change.c.id >= self._last_change)
        ).all()
        last = max((row.id for row in changes), default=0)
        if last < self._last_change:
            return {}
        # The entry itself must still be there: then none after it has been forgotten either.
        if not any(row.id == self._last_change for row in changes) or len(self._known) > MOST:
            self._known.clear()
        for row in changes:
            if row.id > self._last_change:
                self._known.pop(row.appointment_id, None)
        self._last_change = last
        return self._known
