"""Series as they are kept: written whole, read whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, select, update

from scheduler.domain.appointment import Appointment
from scheduler.domain.errors import InvalidValue, NotFound
from scheduler.domain.extra_steps import ExtraStep
from scheduler.domain.series import Series, SeriesState
from scheduler.store import appointments, ledger, members
from scheduler.store.base import table_of
from scheduler.store.tables_treatment import AppointmentRow, SeriesRow
from scheduler.store.work import reading, writing

_series = table_of(SeriesRow)
_visit = table_of(AppointmentRow)

_A_MINUTE = timedelta(minutes=1)


def save_series(series: Series, at: datetime) -> None:
    """Write a new series with its visits and their claims; `at` is the instant of the request.

    Raises `Conflict` when a claim is no longer to be had.
    """
    row = {
        "id": series.id,
        "site_id": series.site,
        "patient_id": series.patient,
        "protocol_key": series.protocol,
        "protocol_version": series.protocol_version,
        "state": series.state.value,
        "declined": sorted(series.declined),
        "created_at": at,
        "held_until": series.held_until,
        "extra_steps": _extra_row(series),
    }
    writing().execute(insert(_series).values(row))
    appointments.enter(series.appointments, at)
    members.follow(series, at)


def save_change(before: Series, after: Series, at: datetime) -> None:
    """Write what is different about a series: its state, its version, visits changed and visits that are new; `at` is now.

    Whoever calls this holds the locks, and `before` is how the series was read since. Visits called off are written by
    `appointments.call_off`, not by this. Raises `Conflict` when a claim is no longer to be had, and `InvalidValue` when a
    visit is gone from the series, or changed without a version more.
    """
    connection, known = writing(), {visit.id: visit for visit in before.appointments}
    new = [visit for visit in after.appointments if visit.id not in known]
    changed = [visit for visit in after.appointments if known.get(visit.id, visit) != visit]
    if len(after.appointments) - len(new) != len(known):
        raise InvalidValue("a visit of a series is called off, never taken out of it")
    for visit in changed:
        if visit.version != known[visit.id].version + 1:
            raise InvalidValue(f"{visit.step} was changed, and its version did not rise by one")
    values = {
        "protocol_version": after.protocol_version,
        "state": after.state.value,
        "declined": sorted(after.declined),
        "held_until": after.held_until,
        "extra_steps": _extra_row(after),
    }
    connection.execute(update(_series).where(_series.c.id == after.id).values(values))
    appointments.rewrite(changed, at)
    appointments.write_new(new, at)
    ledger.take(claim for visit in (*changed, *new) if visit.state.takes_time for claim in visit.claims)
    members.follow(after, at)


# Put together once: one series is asked for more often than anything else.
_ONE = select(_series).where(_series.c.id == bindparam("series"))
_VISITS_OF_ONE = appointments.visit_queries([_visit.c.series_id == bindparam("series")])


def series(id: str) -> Series:
    """Return a series. Raises `NotFound`."""
    with reading() as connection:
        visits = appointments.ask_for_appointments(connection, _VISITS_OF_ONE, {"series": id})
        row = connection.execute(_ONE, {"series": id}).one_or_none()
    if row is None:
        raise NotFound(f"There is no series '{id}'")
    return series_from(row, visits)


def series_of_patient(patient: str) -> tuple[Series, ...]:
    """Return every series of a patient, the cancelled ones included, by when they were booked."""
    with reading() as connection:
        return _load(connection, [_series.c.patient_id == patient])


def standing_series(after: datetime, site: str | None = None) -> tuple[Series, ...]:
    """Return the series with a visit that is not called off and not over at this instant; of one site or of all."""
    ahead = select(_visit.c.series_id).where(_visit.c.ends_at > after, appointments.STANDING)
    conditions: list[ColumnElement[bool]] = [_series.c.id.in_(ahead)]
    if site is not None:
        conditions.append(_series.c.site_id == site)
    with reading() as connection:
        return _load(connection, conditions)


def all_series() -> tuple[Series, ...]:
    """Return every series there is, by when they were booked."""
    with reading() as connection:
        return _load(connection, [])


def resting_series(now: datetime, site: str) -> tuple[Series, ...]:
    """Return the booked and paused series of a site of which no standing visit is ahead."""
    ahead = select(_visit.c.series_id).where(
        _visit.c.ends_at > now, appointments.STANDING, _visit.c.series_id.is_not(None)
    )
    states = [SeriesState.BOOKED.value, SeriesState.PAUSED.value]
    with reading() as connection:
        return _load(
            connection,
            [_series.c.site_id == site, _series.c.state.in_(states), _series.c.id.not_in(ahead)],
        )


def series_with_gaps(since: datetime, site: str) -> tuple[Series, ...]:
    """Return the booked series of a site of which a visit was called off that was to start since an instant."""
    called_off = select(_visit.c.series_id).where(
        _visit.c.starts_at >= since, _visit.c.site_id == site, ~appointments.STANDING
    )
    booked = (_series.c.site_id == site, _series.c.state == SeriesState.BOOKED.value)
    with reading() as connection:
        return _load(connection, [*booked, _series.c.id.in_(called_off)])


def dormant_series(site: str) -> tuple[Series, ...]:
    """Return the series of a site about which somebody is to decide whether they go on."""
    with reading() as connection:
        return _load(connection, [_series.c.site_id == site, _series.c.state == SeriesState.DORMANT.value])


def count_dormant(site: str | None) -> int:
    """Return how many these are, at one site or, for `None`, at all."""
    query = select(func.count()).where(_series.c.state == SeriesState.DORMANT.value)
    with reading() as connection:
        return int(
            connection.execute(query if site is None else query.where(_series.c.site_id == site)).scalar_one()
        )


def lapsed_holds(now: datetime, site: str | None = None) -> tuple[Series, ...]:
    """Return the tentative series whose time to decide is over, of one site or of all."""
    conditions: list[ColumnElement[bool]] = [*_lapsed(now)]
    if site is not None:
        conditions.append(_series.c.site_id == site)
    with reading() as connection:
        # Hardly ever is there one, and this is asked with every booking.
        found = connection.execute(select(_series.c.id).where(*conditions)).scalars().all()
        return _load(connection, [_series.c.id.in_(found)]) if found else ()


def lapsed_visits(now: datetime) -> frozenset[str]:
    """Return the visits of those series, by id: they count as free already, whoever writes that down later."""
    lapsed = select(_series.c.id).where(*_lapsed(now))
    with reading() as connection:
        return frozenset(
            connection.execute(select(_visit.c.id).where(_visit.c.series_id.in_(lapsed))).scalars()
        )


def _lapsed(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (_series.c.held_until <= now, _series.c.state == SeriesState.TENTATIVE.value)


def mark_series(id: str, state: SeriesState) -> None:
    """Give a series another state; its visits stay as they are. Raises `NotFound`."""
    changed = writing().execute(update(_series).where(_series.c.id == id).values(state=state.value))
    if changed.rowcount == 0:
        raise NotFound(f"There is no series '{id}'")
    members.mark_members(id, state)


def _load(connection: Connection, where: Sequence[ColumnElement[bool]]) -> tuple[Series, ...]:
    chosen = select(_series.c.id).where(*where)
    visits: dict[str, list[Appointment]] = defaultdict(list)
    for visit in appointments.load_appointments(connection, [_visit.c.series_id.in_(chosen)]):
        visits[visit.series].append(visit)
    rows = connection.execute(select(_series).where(*where).order_by(_series.c.created_at, _series.c.id))
    return tuple(series_from(row, visits[row.id]) for row in rows)


def series_from(row: Any, visits: Iterable[Appointment]) -> Series:
    """Return the series of a row and of its visits; for this room's own use."""
    return Series(
        id=row.id,
        site=row.site_id,
        patient=row.patient_id,
        protocol=row.protocol_key,
        protocol_version=row.protocol_version,
        state=SeriesState(row.state),
        appointments=tuple(visits),
        declined=frozenset(row.declined),
        held_until=row.held_until,
        extra=extra_steps_of(row.extra_steps),
    )


def _extra_row(series: Series) -> list[dict[str, Any]] | None:
    return [extra_entry(step) for step in series.extra] or None


def extra_entry(step: ExtraStep) -> dict[str, Any]:
    """Return a step that a series has beside its protocol as plain values, as it is kept and exported."""
    return {
        "key": step.key,
        "like": step.like,
        "title": step.title,
        "after": step.after,
        "at_least_minutes": step.at_least // _A_MINUTE,
        "at_most_minutes": None if step.at_most is None else step.at_most // _A_MINUTE,
        "before": step.before,
    }


def extra_steps_of(kept: list[dict[str, Any]] | None) -> tuple[ExtraStep, ...]:
    """Return the steps that a series has beside its protocol, from what is kept of them."""
    return tuple(_extra_step(entry) for entry in kept or ())


def _extra_step(entry: dict[str, Any]) -> ExtraStep:
    most = entry["at_most_minutes"]
    return ExtraStep(
        *(entry["key"], entry["like"], entry["title"], entry["after"]),
        at_least=entry["at_least_minutes"] * _A_MINUTE,
        at_most=None if most is None else most * _A_MINUTE,
        before=entry["before"],
    )
