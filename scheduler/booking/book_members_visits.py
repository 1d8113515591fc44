"""Book the members' own visits, such as their individual preparation, around those of their group: for all, or nobody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.changed_series import SeriesAtHand
from scheduler.booking.group_requests import no_such_cohort
from scheduler.booking.holds import let_lapse
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.retrying import retried_or_refused
from scheduler.domain.appointment import Appointment, appointment_at
from scheduler.domain.clock import Clock, local_day
from scheduler.domain.cohorts import Cohort
from scheduler.domain.errors import NotFound
from scheduler.domain.group_terms import Member
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.telling import told
from scheduler.domain.treatment import Protocol
from scheduler.planner.around import around
from scheduler.planner.proposal import Reason
from scheduler.planner.steps import needed_steps
from scheduler.planner.wishes import Wishes
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Finding, Level
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.audit import AuditEntry, record
from scheduler.store.cohorts import cohort
from scheduler.store.locks import lock
from scheduler.store.work import unit_of_work

VERB = "book_members_visits"


@dataclass(frozen=True, slots=True)
class BookMembersVisits:
    """Book what the members of the cohort with this id lack besides the visits with their group.

    A request repeated with the same `idempotency_key` books nothing again, also what was called off since.
    """

    cohort: str
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class MembersVisitsBooked:
    """The visits that are new, by member; empty where nobody lacked one, and when the same request was answered before."""

    visits: tuple[Appointment, ...]


class _NoPlace(Exception):
    """A member's visits have no place; all that was written is taken back."""

    def __init__(self, refused: Refused) -> None:
        self.refused = refused


def book_members_visits(
    command: BookMembersVisits, actor: Actor, clock: Clock
) -> MembersVisitsBooked | Refused | NotAllowed:
    """Book every visit that a member lacks, one member after the other, or say whose visits have no place and why."""
    if not may(actor, Permission.BOOK_SERIES):
        return NotAllowed(Permission.BOOK_SERIES)
    act = Act(VERB, Permission.BOOK_SERIES, command, actor, clock.now())
    try:
        return retried_or_refused(lambda: _attempt(act), told("Look at what is free now, and book again."))
    except _NoPlace as none:
        return none.refused


def _attempt(act: Act[BookMembersVisits]) -> MembersVisitsBooked | Refused | NotAllowed:
    with unit_of_work():
        try:
            seen = cohort(act.command.cohort)
        except NotFound:
            return no_such_cohort(act.command.cohort)
        if not act.may_at(seen.site):
            return act.not_allowed
        lock([seen.site], [seen.id])
        return act.once(
            seen.site, do=lambda: _booked_for_all(act, seen), again=lambda _: MembersVisitsBooked(())
        )


def _booked_for_all(act: Act[BookMembersVisits], group: Cohort) -> MembersVisitsBooked:
    let_lapse(group.site, act.now)
    booked: list[Appointment] = []
    for member in group.members:
        for series in _series_with(group, member):
            booked += _booked(series, member, act.now)
    details = {"visits": len(booked)}
    record(AuditEntry(act.now, act.actor.id, VERB, "cohort", group.id, details, group.site))
    act.note_answer(group)
    return MembersVisitsBooked(tuple(booked))


def _series_with(group: Cohort, member: Member) -> tuple[Series, ...]:
    """Return the member's series of the cohort's protocol that goes on; none for whoever left."""
    return tuple(
        series
        for series in stored.series_of_patient(member.patient)
        if series.protocol == group.protocol and series.state is SeriesState.BOOKED
    )


def _booked(series: Series, member: Member, now: datetime) -> tuple[Appointment, ...]:
    """Book what a member lacks. Raises `_NoPlace`."""
    at_hand = SeriesAtHand.of(series, now)
    protocol = _with_lacking(at_hand, now)
    fixed = {visit.step: visit.start for visit in series.standing}
    if all(step.key in fixed for step in protocol.steps):
        return ()
    # The series' own visits are in the way of the new ones, and were taken out of the diary for the rules.
    standing = [claim for visit in series.standing for claim in visit.claims]
    diary = replace(at_hand.diary, claims=at_hand.diary.book.entering(standing))
    wishes = Wishes(now, at_hand.diary.horizon.end)
    found = around(diary, protocol, fixed, wishes)
    if found is None:
        lacking = ", ".join(step.key for step in protocol.steps if step.key not in fixed)
        why = told(
            "Member %(place)s has no time for %(lacking)s around the visits of the group.",
            place=member.place,
            lacking=lacking,
        )
        mend = told(
            "Book these visits by hand at another time, or move the visits of the group further apart."
        )
        raise _NoPlace(Refused(reasons=(Reason("no_place", why, mend, lacking),)))
    new = tuple(
        appointment_at(one, diary.staff, series.site, id=uuid4().hex, series=series.id) for one in found
    )
    visits = sorted((*series.appointments, *new), key=lambda one: (one.start, one.step))
    after = replace(series, appointments=tuple(visits))
    if refusing := _refusing(at_hand, protocol, after):
        raise _NoPlace(Refused(findings=refusing))
    stored.save_change(series, after, now)
    return new


def _with_lacking(at_hand: SeriesAtHand, now: datetime) -> Protocol:
    """Return the protocol narrowed to the visits that stand and those that the member lacks."""
    series, patient = at_hand.series, at_hand.diary.patient
    whole = clinic.protocol(series.protocol, series.protocol_version)
    today = local_day(now, at_hand.diary.site.zone)
    needed = needed_steps(whole, patient, today, series.declined)
    standing = {visit.step for visit in series.standing}
    lacking = {step.key for step in needed.steps if not step.with_group}
    return whole.only(standing | lacking)


def _refusing(at_hand: SeriesAtHand, protocol: Protocol, after: Series) -> tuple[Finding, ...]:
    """Return what would be newly broken."""
    known = {(one.rule, one.appointments) for one in at_hand.findings}
    called_off = {visit.step for visit in after.appointments} - after.declined
    asked = clinic.protocol(after.protocol, after.protocol_version).only(
        called_off | {step.key for step in protocol.steps}
    )
    return tuple(
        one
        for one in evaluate(at_hand.diary, asked, after)
        if one.level is Level.BLOCK and (one.rule, one.appointments) not in known
    )
