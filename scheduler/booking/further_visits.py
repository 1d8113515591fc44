"""What further integration visits of a series would be: the steps, and places for them before any time is chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from scheduler.booking.changed_series import ChangedVisit, SeriesAtHand, as_chosen
from scheduler.booking.outcomes import PlannedChange, Refused
from scheduler.domain.appointment import Appointment, AppointmentState, appointment_at
from scheduler.domain.claims import Placement
from scheduler.domain.extra_steps import ExtraStep, with_extra
from scheduler.domain.people import Role
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.telling import told
from scheduler.domain.treatment import Protocol, Step, StepKind, WindowMeaning
from scheduler.planner.proposal import Reason

_A_DAY = timedelta(days=1)


def further_steps(
    series: Series, protocol: Protocol, apart: tuple[timedelta, timedelta], how_many: int, now: datetime
) -> tuple[ExtraStep, ...]:
    """Return steps for further integration, each as the first integration of the protocol and after the visit before it.

    `apart` is the least and the most time from the end of one visit to the start of the next. Where the last visit lies
    back, the most is counted from now. `protocol` is that of the series with the further steps that it has already, and
    has an integration; the series has a visit that stands.
    """
    like = protocol.of_kind(StepKind.INTEGRATION)[0].key
    last = max(series.standing, key=lambda visit: visit.start)
    keys = _free_keys("X", protocol)
    least, most = apart
    found: list[ExtraStep] = []
    before, since = last.step, max(timedelta(0), now - last.discharge)
    for key in (next(keys) for _ in range(how_many)):
        number = sum(bool(step.after) for step in series.extra) + len(found) + 1
        # In whole days, so that the same is asked for a while.
        passed = -(-since // _A_DAY) * _A_DAY
        title = f"Further integration {number}"
        found.append(ExtraStep(key, like, title, before, least, most + passed))
        before, since = key, timedelta(0)
    return tuple(found)


def new_preparation(series: Series, protocol: Protocol) -> tuple[ExtraStep, ...]:
    """Return a step for a new preparation before the first dose that is missing; none where no dose is, or none was asked.

    It is as the last preparation of the protocol, and as long before the dose.
    """
    missing = {visit.step for visit in series.missing}
    doses = [step for step in protocol.of_kind(StepKind.DOSING) if step.key in missing]
    prepared = [
        window.from_step for window in protocol.windows if window.meaning is WindowMeaning.PREPARATION
    ]
    like = [step.key for step in protocol.of_kind(StepKind.PREPARATION) if step.key in prepared]
    if not doses or not like:
        return ()
    number = sum(bool(step.before) for step in series.extra) + 1
    key = next(_free_keys("N", protocol))
    return (ExtraStep(key, like[-1], f"New preparation {number}", before=doses[0].key),)


def _free_keys(letter: str, protocol: Protocol) -> Iterator[str]:
    """Yield keys that no step of the protocol has, in order."""
    taken = {step.key for step in protocol.steps}
    return (key for number in range(1, 1000) if (key := f"{letter}{number}") not in taken)


def with_places(series: Series, protocol: Protocol, further: tuple[ExtraStep, ...], now: datetime) -> Series:
    """Return the series with its further steps, and for each a visit that is called off, to be looked for again.

    Each place is as early as its window allows; `protocol` is that of the series without the further steps.
    """
    whole = with_extra(protocol, further)
    places: list[Appointment] = []
    end = max((visit.discharge for visit in series.standing), default=now)
    for one in further:
        start = max(end + one.at_least, now)
        place = _place(series, whole.step(one.key), start)
        places.append(place)
        end = place.discharge
    return replace(series, appointments=(*series.appointments, *places), extra=(*series.extra, *further))


def without_places(series: Series) -> Series:
    """Return the series without the visits that were only looked for."""
    return replace(series, appointments=tuple(visit for visit in series.appointments if not is_place(visit)))


def as_chosen_for_places(
    at_hand: SeriesAtHand, chosen: Collection[ChangedVisit], why: str
) -> PlannedChange | Refused:
    """Return the change that somebody chose, which has a visit for every place; without, `why` says what came between."""
    places = {visit.id for visit in at_hand.missing.values() if is_place(visit)}
    if places <= {visit.appointment for visit in chosen}:
        return as_chosen(at_hand, chosen)
    reason = Reason("changed_meanwhile", why, told("Look at what works now."), "")
    return Refused(reasons=(reason,), race_lost=True)


def as_kept(change: PlannedChange, series: Series, state: SeriesState) -> PlannedChange:
    """Return a change as it is written: from the series as it stands, into a state, and without mere places."""
    return replace(change, before=series, after=replace(without_places(change.after), state=state))


def is_place(visit: Appointment) -> bool:
    """Say whether a visit is only a place for one that is looked for, and never was a visit of the series."""
    return visit.version == 0


def _place(series: Series, step: Step, start: datetime) -> Appointment:
    guide = next(_therapists(series), None)
    staff = {Role.THERAPIST: guide} if guide and Role.THERAPIST in step.roles else {}
    placement = Placement(step, start, series.patient, None, staff)
    made = appointment_at(placement, {}, series.site, id=f"{series.id}/{step.key}", series=series.id)
    return replace(made, state=AppointmentState.LAPSED, version=0, claims=())


def _therapists(series: Series) -> Iterator[str]:
    """Yield the therapists of the series, whoever guided most of its visits first."""
    named = (visit.staff[Role.THERAPIST] for visit in series.standing if Role.THERAPIST in visit.staff)
    for person, _ in Counter(named).most_common():
        yield person
