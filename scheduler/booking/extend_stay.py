"""Extend a stay: a visit under way takes longer, with everybody it needs, and what that runs into is said before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.advance_appointment import changed_meanwhile
from scheduler.booking.changed_series import SeriesAtHand
from scheduler.booking.collisions import Collision, collisions
from scheduler.booking.holds import let_lapse
from scheduler.booking.inbox import TOOK_LONGER, keep_up
from scheduler.booking.once import answered_before, note_answer
from scheduler.booking.one_visit import against, locked_visit, unknown_visit
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.retrying import retried_or_refused
from scheduler.booking.state_names import visit_state_name
from scheduler.domain.appointment import UNDER_WAY, Appointment, AppointmentState, phases_at
from scheduler.domain.claims import Claim, Placement, Purpose, claims_of
from scheduler.domain.clock import Clock
from scheduler.domain.errors import NotFound
from scheduler.domain.interval import Interval
from scheduler.domain.series import Series
from scheduler.domain.telling import told
from scheduler.domain.treatment import Protocol, StepKind
from scheduler.planner.proposal import Reason
from scheduler.rules.finding import Finding, Level
from scheduler.rules.wording import stretch
from scheduler.store import appointments
from scheduler.store import series as stored
from scheduler.store.audit import AuditEntry, record
from scheduler.store.work import reading, unit_of_work

VERB = "extend_stay"

SUPPLEMENTAL_MINUTES = "supplemental.extra_minutes"
"""The quantity by which a protocol says how much longer a patient stays after a supplemental dose."""

MINUTES = range(5, 241, 5)
"""By how much a stay may be extended at once."""


class StayReason(StrEnum):
    """Why a patient stays longer."""

    OVERRUN = "overrun"
    SUPPLEMENTAL_DOSE = "supplemental_dose"


_UNDER_WAY = {
    StayReason.OVERRUN: UNDER_WAY,
    StayReason.SUPPLEMENTAL_DOSE: frozenset({AppointmentState.DOSING, AppointmentState.OBSERVING}),
}

_PHASE_NOW = {
    AppointmentState.CHECKED_IN: ("check_in",),
    AppointmentState.CLEARED: ("settle", "check_in"),
    AppointmentState.DOSING: ("administration",),
    AppointmentState.OBSERVING: ("observation", "administration"),
    AppointmentState.RECOVERING: ("recovery", "observation"),
}


@dataclass(frozen=True, slots=True)
class ExtendStay:
    """Let the visit with this id take so many minutes more; `version` is the one that was looked at.

    `minutes` is a multiple of 5 from 5 to 240, added to the planned end; `None` takes what the protocol says about a
    supplemental dose. A request repeated with the same `idempotency_key` extends nothing again.
    """

    appointment: str
    why: StayReason
    minutes: int | None
    version: int
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedStay:
    """The visit as it is and as it would be, and what that means.

    `collisions` are what others need at the same time, and refuse it. Of the `findings`, new ones alone, those `refusing`
    do as well; the others say which later visits have to follow. `of_group` is the visit of the group that lasts longer with
    it, `None` where none does: then all of this is told of both.
    """

    before: Appointment
    after: Appointment
    collisions: tuple[Collision, ...]
    findings: tuple[Finding, ...]
    refusing: tuple[Finding, ...]
    of_group: PlannedStay | None = None


@dataclass(frozen=True, slots=True)
class StayExtended:
    """The visit as it stands now, and what the rules say since (empty where an earlier request of the same key did it)."""

    appointment: Appointment
    findings: tuple[Finding, ...] = ()


def preview_stay(command: ExtendStay, actor: Actor, clock: Clock) -> PlannedStay | Refused | NotAllowed:
    """Say what extending would mean, as extending does, and write nothing."""
    if not may(actor, Permission.EXTEND_STAY):
        return NotAllowed(Permission.EXTEND_STAY)
    now = clock.now()
    with reading():
        try:
            visit = appointments.appointment(command.appointment)
        except NotFound:
            return unknown_visit(command.appointment)
        return _planned(command, visit, actor, now)


def extend_stay(command: ExtendStay, actor: Actor, clock: Clock) -> StayExtended | Refused | NotAllowed:
    """Let a visit take longer with its room, its people and what stands behind it, or say what it would run into."""
    if not may(actor, Permission.EXTEND_STAY):
        return NotAllowed(Permission.EXTEND_STAY)
    now = clock.now()
    return retried_or_refused(lambda: _attempt(command, actor, now), told("Look at what it runs into now."))


def _attempt(command: ExtendStay, actor: Actor, now: datetime) -> StayExtended | Refused | NotAllowed:
    with unit_of_work():
        try:
            visit = locked_visit(command.appointment)
        except NotFound:
            return unknown_visit(command.appointment)
        earlier = answered_before(VERB, command, command.idempotency_key)
        if isinstance(earlier, Refused):
            return earlier
        if earlier is not None:
            return StayExtended(visit)
        let_lapse(visit.site, now)
        plan = _planned(command, visit, actor, now)
        if not isinstance(plan, PlannedStay):
            return plan
        if plan.collisions or plan.refusing:
            return Refused(findings=plan.refusing, reasons=_in_words(plan, now))
        _save(plan, now)
        note_answer(VERB, command, command.idempotency_key, visit, now)
        minutes = int((plan.after.discharge - visit.discharge).total_seconds() // 60)
        details = {"step": visit.step, "why": command.why.value, "minutes": minutes}
        record(AuditEntry(now, actor.id, VERB, "appointment", visit.id, details, visit.site))
        return StayExtended(appointments.appointment(visit.id), plan.findings)


def _save(plan: PlannedStay, now: datetime) -> None:
    before = stored.series(plan.after.series)
    stored.save_change(before, _with(before, plan.after), now)
    keep_up(before.id, TOOK_LONGER, now)
    if plan.of_group is not None:
        _save(plan.of_group, now)


def _planned(
    command: ExtendStay, visit: Appointment, actor: Actor, now: datetime
) -> PlannedStay | Refused | NotAllowed:
    if not may_at(actor, Permission.EXTEND_STAY, visit.site):
        return NotAllowed(Permission.EXTEND_STAY)
    if visit.version != command.version:
        return changed_meanwhile(visit)
    if not visit.series:
        why = told("The visit belongs to no series; it came with the clinic file.")
        return against("no_series", why, told("Change it in the file, and import that again."), visit)
    if (refused := _not_under_way(command, visit)) is not None:
        return refused
    at_hand = SeriesAtHand.of(stored.series(visit.series), now)
    if at_hand.diary.patient.stands_for_cohort:
        why = told(
            "%(step)s is held with a whole group, and lasts until its last member is let go.", step=visit.step
        )
        return against("each_member", why, told("Extend the visit of the member who stays longer."), visit)
    minutes = _minutes(command, at_hand.protocol)
    if minutes not in MINUTES:
        why = told(
            "%(minutes)s is no number of minutes by which %(step)s could be extended.",
            minutes=told("Nothing") if minutes is None else minutes,
            step=visit.step,
        )
        return against(
            "minutes",
            why,
            told(
                "Give %(least)s to %(most)s, in steps of %(step)s.",
                least=MINUTES[0],
                most=MINUTES[-1],
                step=MINUTES.step,
            ),
            visit,
        )
    assert minutes is not None, "nothing is in no range"
    plan = _judged(at_hand, visit, _extended(visit, minutes, command.why, at_hand), command.why)
    return plan if visit.group_visit is None else _with_group(plan, command.why, now)


def _with_group(plan: PlannedStay, why: StayReason, now: datetime) -> PlannedStay:
    """Return the plan with the visit of the group lasting until its last member is let go, with its room and its people."""
    assert plan.after.group_visit is not None, "a member's visit names its group's"
    group_visit = appointments.appointment(plan.after.group_visit)
    longer = plan.after.discharge - group_visit.discharge
    if longer <= timedelta(0):
        return plan
    at_hand = SeriesAtHand.of(stored.series(group_visit.series), now)
    # The phase that takes longer is the one in which the member is.
    there = replace(group_visit, state=plan.before.state)
    after = _extended(there, int(longer.total_seconds() // 60), why, at_hand)
    group = _judged(at_hand, group_visit, replace(after, state=group_visit.state), why)
    # What another member does next is no obstacle: that one may go.
    collisions = tuple(one for one in group.collisions if one.resource != group_visit.patient)
    return replace(
        plan,
        collisions=(*plan.collisions, *collisions),
        findings=(*plan.findings, *group.findings),
        refusing=(*plan.refusing, *group.refusing),
        of_group=group,
    )


def _not_under_way(command: ExtendStay, visit: Appointment) -> Refused | None:
    if command.why is StayReason.SUPPLEMENTAL_DOSE and visit.kind is not StepKind.DOSING:
        why = told("%(step)s is no dosing visit.", step=visit.step)
        return against("no_dose", why, told("A supplemental dose belongs to a dose."), visit)
    if visit.state not in _UNDER_WAY[command.why]:
        why = told(
            "%(step)s is %(state)s, and is not extended so.",
            step=visit.step,
            state=visit_state_name(visit.state),
        )
        mend = told(
            "A visit that has not begun is moved; one under way is extended, for a dose until it has been observed."
        )
        return against("not_under_way", why, mend, visit)
    return None


def _minutes(command: ExtendStay, protocol: Protocol) -> int | None:
    if command.minutes is not None or command.why is not StayReason.SUPPLEMENTAL_DOSE:
        return command.minutes
    return supplemental_minutes(protocol)


def supplemental_minutes(protocol: Protocol) -> int | None:
    """Return how many minutes a protocol adds for a supplemental dose, `None` when it does not say."""
    factor = {"min": 1, "h": 60}
    found = next((one for one in protocol.quantities if one.key == SUPPLEMENTAL_MINUTES), None)
    return int(found.value * factor[found.unit]) if found and found.unit in factor else None


def _extended(visit: Appointment, minutes: int, why: StayReason, at_hand: SeriesAtHand) -> Appointment:
    """Return the visit with one phase longer, all that comes after it later, and what it claims then."""
    names = ("observation", "recovery") if why is StayReason.SUPPLEMENTAL_DOSE else _PHASE_NOW[visit.state]
    lengths = dict(visit.minutes_by_phase)
    with_patient = [one.name for one in visit.phases if one.interval.start < visit.discharge]
    longer = next((name for name in names if name in lengths), with_patient[-1])
    lengths[longer] += minutes
    step = at_hand.protocol.step(visit.step).stretched_to(lengths)
    placement = Placement(step, visit.start, visit.patient, visit.room, visit.staff, visit.relief)
    return replace(
        visit,
        version=visit.version + 1,
        interval=Interval(visit.start, visit.discharge + timedelta(minutes=minutes)),
        phases=phases_at(step, visit.start),
        claims=(*claims_of(placement, at_hand.diary.staff, visit.id), *_place(visit, minutes)),
    )


def _place(visit: Appointment, minutes: int) -> Iterator[Claim]:
    """Yield the claim of a member's visit on a place of the group, so much longer."""
    for claim in visit.claims:
        if claim.purpose is Purpose.PLACE:
            end = claim.interval.end + timedelta(minutes=minutes)
            yield replace(claim, interval=Interval(claim.interval.start, end))


def _judged(at_hand: SeriesAtHand, before: Appointment, after: Appointment, why: StayReason) -> PlannedStay:
    change = at_hand.judged(_with(at_hand.series, after))
    known = {(one.rule, one.why) for one in at_hand.findings}
    new = tuple(one for one in change.findings if (one.rule, one.why) not in known)
    own = tuple(one for one in new if one.level is Level.BLOCK and one.appointments == (before.id,))
    # That a patient stays longer is a fact that no rule undoes; another dose is a choice, and may be forbidden.
    refusing = own if why is StayReason.SUPPLEMENTAL_DOSE else ()
    return PlannedStay(before, after, collisions(at_hand.diary, after.claims), new, refusing)


def _with(series: Series, visit: Appointment) -> Series:
    visits = tuple(visit if one.id == visit.id else one for one in series.appointments)
    return replace(series, appointments=visits)


def _in_words(plan: PlannedStay, now: datetime) -> tuple[Reason, ...]:
    """Return a reason for each collision, naming room and staff but no patient."""
    if not plan.collisions:
        return ()
    whose = plan.of_group.before if plan.of_group is not None else plan.before
    at_hand = SeriesAtHand.of(stored.series(whose.series), now)
    mend = told("Move that visit, or give it another room or person; then extend this one.")
    said = (
        told(
            "%(name_of)s is needed by another visit %(stretch)s.",
            name_of=name_of(one, at_hand),
            stretch=stretch(one.interval, at_hand.diary.site.zone),
        )
        for one in plan.collisions
    )
    return tuple(Reason("collides", why, mend, plan.before.step) for why in dict.fromkeys(said))


def name_of(collision: Collision, at_hand: SeriesAtHand) -> str:
    """Return what a collision is about: a room's or a person's name, or the patient."""
    room, person = at_hand.diary.rooms.get(collision.resource), at_hand.diary.staff.get(collision.resource)
    return room.name if room else person.name if person else told("The patient")
