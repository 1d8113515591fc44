"""What stands around visits to come and moves their reminders: when to begin to fast, and the doses before them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from scheduler.domain.appointment import CALLED_OFF
from scheduler.domain.extra_steps import with_extra
from scheduler.domain.fasting import fasting_before
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import Protocol, StepKind
from scheduler.store.base import handfuls, table_of
from scheduler.store.protocol_rows import load_protocols
from scheduler.store.reminder_facts import AwaitedVisit
from scheduler.store.series import extra_steps_of
from scheduler.store.tables_treatment import AppointmentRow, SeriesRow
from scheduler.store.work import reading

_visit = table_of(AppointmentRow)
_series = table_of(SeriesRow)

_DOSES_BACK = timedelta(days=7)
"""Doses that were longer before a visit move no reminder of it: the earliest is five days before, and a rest one day."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What moves the reminders of one visit.

    `act_by` is when its patient must begin to fast, `None` where nothing is asked. `doses` are the patient's dosing visits
    of the days before it, from arrival to discharge, as they are planned or really were; by start.
    """

    act_by: datetime | None = None
    doses: tuple[Interval, ...] = ()


NOTHING_AROUND = Surroundings()


def surroundings(visits: Collection[AwaitedVisit]) -> Mapping[str, Surroundings]:
    """Return what stands around visits, by visit; those with nothing around are left out."""
    dosing = [one for one in visits if one.kind is StepKind.DOSING and one.series is not None]
    following = [one for one in visits if one.kind is StepKind.INTEGRATION]
    found: dict[str, Surroundings] = {}
    with reading() as connection:
        if dosing:
            found |= _fasting(connection, {one.appointment: one.start for one in dosing})
        if following:
            doses = _doses_of(connection, following)
            for one in following:
                near = tuple(
                    dose
                    for dose in doses.get(one.patient, ())
                    if one.start - _DOSES_BACK < dose.end <= one.start
                )
                if near:
                    found[one.appointment] = Surroundings(doses=near)
    return found


def _fasting(connection: Connection, starts: Mapping[str, datetime]) -> dict[str, Surroundings]:
    found = {}
    known: dict[str, Mapping[int, Protocol]] = {}
    wanted = select(
        _visit.c.id, _visit.c.step, _series.c.protocol_key, _series.c.protocol_version, _series.c.extra_steps
    ).join(_series, _series.c.id == _visit.c.series_id)
    for ids in handfuls(starts):
        for row in connection.execute(wanted.where(_visit.c.id.in_(ids))):
            key = row.protocol_key
            if key not in known:
                known[key] = {one.version: one for one in load_protocols(connection, key)}
            protocol = with_extra(known[key][row.protocol_version], extra_steps_of(row.extra_steps))
            step = next((one for one in protocol.steps if one.key == row.step), None)
            fasting = fasting_before(step, starts[row.id]) if step is not None else None
            if fasting is not None:
                limits = (fasting.solids_until, fasting.clear_liquids_until)
                found[row.id] = Surroundings(act_by=min(one for one in limits if one is not None))
    return found


def _doses_of(connection: Connection, visits: Collection[AwaitedVisit]) -> dict[str, list[Interval]]:
    since = min(one.start for one in visits) - _DOSES_BACK
    until = max(one.start for one in visits)
    wanted = (
        select(_visit.c.patient_id, _visit.c.starts_at, _visit.c.ends_at, _visit.c.released_at)
        .where(
            _visit.c.kind == StepKind.DOSING,
            _visit.c.state.not_in(sorted(CALLED_OFF)),
            _visit.c.ends_at > since,
            _visit.c.starts_at < until,
        )
        .order_by(_visit.c.starts_at)
    )
    found: dict[str, list[Interval]] = {}
    for ids in handfuls({one.patient for one in visits}):
        for row in connection.execute(wanted.where(_visit.c.patient_id.in_(ids))):
            end = max(row.released_at or row.ends_at, row.starts_at + timedelta(minutes=1))
            found.setdefault(row.patient_id, []).append(Interval(row.starts_at, end))
    return found
