"""The plan of one patient as they may read it: every visit they are told of, and what each asks of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.booking.offer_times import TakeOfferedTime, take_offered_time
from scheduler.booking.outcomes import NotAllowed, Refused, SeriesChanged
from scheduler.domain.answers import Answer, VisitAnswer
from scheduler.domain.appointment import UNANNOUNCED, Appointment
from scheduler.domain.clock import Clock
from scheduler.domain.errors import NotFound
from scheduler.domain.fasting import Fasting, fasting_before
from scheduler.domain.interval import Interval
from scheduler.domain.offers import Offer
from scheduler.domain.people import Patient, Role
from scheduler.domain.places import Site
from scheduler.domain.treatment import Step, StepKind
from scheduler.reminders.answer_links import AnswerByLink, AskedVisit, asked_of, keep_answer_to
from scheduler.reminders.own_choices import acting_for_patient
from scheduler.rules.gate_families import family_of
from scheduler.store import answers, appointments, clinic, glances
from scheduler.store.answer_links import ToldVisit
from scheduler.store.offers import latest_offers
from scheduler.store.reminder_facts import awaited_visits
from scheduler.store.work import reading

AROUND = timedelta(days=2 * 365)
"""Visits further back or ahead are not shown."""


@dataclass(frozen=True, slots=True)
class PlanVisit:
    """One visit of the plan.

    `asked` is what may be answered about it, `None` where nothing may. `fasting` and `no_driving_until` are `None` where
    nothing is asked; the latter is counted from the planned end. `position` is which dose it is of how many, `None` for
    every other kind. `therapist` may be empty. `offer` are other times to choose from, `None` where there are none.
    """

    visit: Appointment
    asked: AskedVisit | None
    fasting: Fasting | None
    needs_ride: bool
    no_driving_until: datetime | None
    position: tuple[int, int] | None
    therapist: str
    offer: Offer | None = None

    @property
    def stands(self) -> bool:
        """Say whether it takes place, or did."""
        return self.visit.state.takes_time


@dataclass(frozen=True, slots=True)
class OwnPlan:
    """The visits of a patient by start: those still to come, the cancelled ones among them, and those that are past."""

    patient: Patient
    site: Site
    ahead: tuple[PlanVisit, ...]
    past: tuple[PlanVisit, ...]

    @property
    def next(self) -> PlanVisit | None:
        """The next visit that stands, `None` where there is none."""
        return next((one for one in self.ahead if one.stands), None)


def own_plan(patient: str, clock: Clock) -> OwnPlan:
    """Return the plan of a patient as it stands. Raises `NotFound`."""
    now = clock.now()
    with reading():
        found = clinic.patient(patient)
        around = Interval(now - AROUND, now + AROUND)
        visits = [
            one
            for one in appointments.appointments_between(around, patient=patient)
            if one.state not in UNANNOUNCED
        ]
        site = clinic.site(found.site)
        told = _told(visits, site, now)
    ahead = tuple(one for one in told if not one.visit.is_over_at(now))
    past = tuple(one for one in told if one.visit.is_over_at(now))
    return OwnPlan(found, site, ahead, past)


def _told(visits: Iterable[Appointment], site: Site, now: datetime) -> tuple[PlanVisit, ...]:
    shown = sorted(visits, key=lambda one: (one.start, one.id))
    steps, positions = _steps_of(shown), _positions(shown)
    given = answers.answers_to([one.id for one in shown])
    awaited = {one.appointment: one for one in awaited_visits(one.id for one in shown)}
    names, offered = glances.staff_names(site.id), latest_offers(one.id for one in shown)
    found = []
    for one in shown:
        step, visit, offer = steps.get(one.id), awaited.get(one.id), offered.get(one.id)
        told = None if visit is None else ToldVisit(visit, one.state, one.start, visit.sequence)
        found.append(
            PlanVisit(
                visit=one,
                asked=None if told is None else _open_one(told, given.get(one.id), now),
                fasting=None if step is None else fasting_before(step, one.start),
                needs_ride=step is not None and _needs_ride(step),
                no_driving_until=one.discharge + step.no_driving if step and step.no_driving else None,
                position=positions.get(one.id),
                therapist=names.get(one.staff.get(Role.THERAPIST, ""), ""),
                offer=offer if offer is not None and offer.left and offer.is_open(one.version, now) else None,
            )
        )
    return tuple(found)


def _open_one(told: ToldVisit, answer: VisitAnswer | None, now: datetime) -> AskedVisit | None:
    asked = asked_of(told, answer, now)
    return asked if asked.is_open else None


def _steps_of(visits: Iterable[Appointment]) -> Mapping[str, Step]:
    """Return the step of each visit, by visit; what belongs to no series, or to none that is known, has none."""
    shown = [one for one in visits if one.series]
    series = glances.series_in_outline(one.series for one in shown)
    protocols = {id: clinic.protocol_of(one) for id, one in series.items()}
    return {
        one.id: protocols[one.series].step(one.step)
        for one in shown
        if one.series in protocols and protocols[one.series].has_step(one.step)
    }


def _positions(visits: Iterable[Appointment]) -> Mapping[str, tuple[int, int]]:
    doses: dict[str, list[str]] = {}
    for one in visits:
        if one.kind is StepKind.DOSING and one.series and one.state.takes_time:
            doses.setdefault(one.series, []).append(one.id)
    return {
        id: (number, len(ids)) for ids in doses.values() for number, id in enumerate(ids, 1) if len(ids) > 1
    }


def _needs_ride(step: Step) -> bool:
    return any(family_of(gate.kind).judged_with == "escort" for gate in step.gates)


def take_on_own_page(command: TakeOfferedTime, clock: Clock) -> SeriesChanged | Refused:
    """Move a visit to the offered time that its patient chose, or say why it is not to be had any more.

    Raises `NotFound` for what was offered to somebody else.
    """
    with reading():
        site = clinic.patient(command.patient).site
    outcome = take_offered_time(command, acting_for_patient(site), clock)
    assert not isinstance(outcome, NotAllowed), "the program itself may move it"
    return outcome


@dataclass(frozen=True, slots=True)
class AnswerOnOwnPage:
    """Answer one visit of the plan at the time it was shown at; `seen` is `mark_of` the answer that stood on the page."""

    patient: str
    asked: AskedVisit
    answer: Answer
    seen: str = ""


def answer_on_own_page(command: AnswerOnOwnPage, clock: Clock) -> None:
    """Keep the answer as one by the link is kept: a yes confirms, the others are for the front desk, and nothing moves.

    Raises `NotFound` for a visit of somebody else's.
    """
    asked = command.asked
    if asked.visit.patient != command.patient:
        raise NotFound("this visit is not in the plan")
    with reading():
        state = appointments.appointment(asked.visit.appointment).state
    told = ToldVisit(asked.visit, state, asked.start, asked.visit.sequence)
    by_link = AnswerByLink("", command.answer, asked.visit.appointment, command.seen)
    keep_answer_to(by_link, told, clock.now())
