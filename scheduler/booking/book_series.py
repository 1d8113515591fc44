"""Book a series: whole or not at all, in one commit with its claims and its audit entry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import uuid4

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.acts import counted
from scheduler.booking.consideration import considered
from scheduler.booking.group_requests import against_booking_again, against_holding_a_group
from scheduler.booking.holds import against_holding, as_held, let_lapse
from scheduler.booking.judging import findings_now
from scheduler.booking.once import answered_before, note_answer
from scheduler.booking.outcomes import NotAllowed, PreviewedSeries, Refused
from scheduler.booking.request import Asked, ChosenVisit, SeriesRequest, WantedSeries, understood
from scheduler.booking.retrying import retried_or_refused
from scheduler.booking.waiting_list import off_when_booked
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import Clock
from scheduler.domain.series import Series
from scheduler.domain.telling import told
from scheduler.rules.evaluate import refuses
from scheduler.rules.finding import Finding
from scheduler.store import series as stored
from scheduler.store.audit import AuditEntry, record
from scheduler.store.locks import lock
from scheduler.store.work import reading, unit_of_work

VERB = "book_series"


@dataclass(frozen=True, slots=True)
class BookSeries(WantedSeries):
    """Book the best series, or exactly these `visits` when they are given (one for each step of the series).

    With `held_until`, an instant, it is only held until then while somebody decides, and released by itself.
    A request repeated with the same `idempotency_key` books nothing new: it is answered with the series that the
    first one booked.
    """

    visits: tuple[ChosenVisit, ...] | None = None
    idempotency_key: str | None = None
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Booked:
    """The series as it stands in the store; `findings` are what the rules still ask for (gates and warnings)."""

    series: Series
    findings: tuple[Finding, ...]


def book_series(command: BookSeries, actor: Actor, clock: Clock) -> Booked | Refused | NotAllowed:
    """Book a whole series, or say everything that is against it and what is free instead."""
    if not may(actor, Permission.BOOK_SERIES):
        return NotAllowed(Permission.BOOK_SERIES)
    now = clock.now()
    attempt = partial(_attempt, command, actor, now)
    outcome = retried_or_refused(attempt, told("Look at what is free now, and book again."))
    if isinstance(outcome, Refused) and (outcome.findings or outcome.race_lost):
        return replace(outcome, instead=_free_instead(command, now))
    return outcome


def _attempt(command: BookSeries, actor: Actor, now: datetime) -> Booked | Refused | NotAllowed:
    with unit_of_work():
        # What was answered stays answered, also when it would make no sense any more: its days may be over by now.
        if (earlier := _booked_before(command, actor, now)) is not None:
            return earlier
        asked = understood(SeriesRequest(command, chosen=command.visits), now)
        if isinstance(asked, tuple):
            return Refused(reasons=asked)
        not_held = against_holding_a_group(asked.patient, command.held_until)
        if reasons := (*against_holding(command.held_until, now), *not_held):
            return Refused(reasons=reasons)
        if not may_at(actor, Permission.BOOK_SERIES, asked.site.id):
            return NotAllowed(Permission.BOOK_SERIES)
        lock([asked.site.id], [asked.patient.id])
        let_lapse(asked.site.id, now)
        if (earlier := _booked_before(command, actor, now)) is not None:
            return earlier
        if reasons := against_booking_again(asked.patient):
            return Refused(reasons=reasons)
        found = considered(asked, now)
        if not found.options:
            return Refused(reasons=found.reasons)
        option = found.options[0]
        if refuses(option.findings):
            return counted(asked.site.id, VERB, Refused(findings=option.findings), now)
        booked = _with_identity(option, command.held_until)
        stored.save_series(booked.series, now)
        if command.held_until is None:
            off_when_booked(booked.series, actor, now)
        note_answer(VERB, command, command.idempotency_key, booked.series, now)
        record(_entry(booked.series, actor, now))
        return booked


def _booked_before(command: BookSeries, actor: Actor, now: datetime) -> Booked | Refused | NotAllowed | None:
    """Return the answer to a request that was already answered under the same key: the series as it stands by now."""
    earlier = answered_before(VERB, command, command.idempotency_key)
    if earlier is None or isinstance(earlier, Refused):
        return earlier
    series = stored.series(earlier)
    if not may_at(actor, Permission.BOOK_SERIES, series.site):
        return NotAllowed(Permission.BOOK_SERIES)
    return Booked(series, findings_now(series, now))


def _with_identity(option: PreviewedSeries, held_until: datetime | None) -> Booked:
    """Give the series and its visits their ids for life, and the state in which they begin it."""
    proposed = option.proposal.series
    if held_until is not None:
        proposed = as_held(proposed, held_until)
    series = uuid4().hex
    names = {visit.id: uuid4().hex for visit in proposed.appointments}
    appointments = tuple(_named(visit, names[visit.id], series) for visit in proposed.appointments)
    findings = tuple(
        replace(finding, appointments=tuple(names.get(visit, visit) for visit in finding.appointments))
        for finding in option.findings
    )
    return Booked(replace(proposed, id=series, appointments=appointments), findings)


def _named(visit: Appointment, name: str, series: str) -> Appointment:
    claims = tuple(replace(claim, appointment=name) for claim in visit.claims)
    return replace(visit, id=name, series=series, claims=claims)


def _entry(series: Series, actor: Actor, now: datetime) -> AuditEntry:
    details = {
        "protocol": series.protocol,
        "version": series.protocol_version,
        "visits": len(series.appointments),
        "declined": sorted(series.declined),
        "held_until": series.held_until.isoformat() if series.held_until else None,
    }
    return AuditEntry(now, actor.id, VERB, "series", series.id, details, series.site)


def _free_instead(command: BookSeries, now: datetime) -> tuple[PreviewedSeries, ...]:
    """Return the best series that is free now, for whoever was refused."""
    with reading():
        asked = understood(SeriesRequest(command), now)
        return considered(asked, now).options if isinstance(asked, Asked) else ()
