"""What it means for a series that runs to go on by another version of its protocol: every visit to come as that has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.booking.changed_series import SeriesAtHand
from scheduler.booking.changing_facts import newly_broken
from scheduler.booking.collisions import collisions
from scheduler.booking.inbox import ENDED
from scheduler.booking.outcomes import PlannedChange, Refused
from scheduler.booking.request import nonsense
from scheduler.booking.state_names import series_state_name, step_kind_name
from scheduler.domain.appointment import NOT_BEGUN, Appointment, appointment_at
from scheduler.domain.claims import Claim, Placement
from scheduler.domain.extra_steps import with_extra
from scheduler.domain.series import Series
from scheduler.domain.telling import told
from scheduler.domain.treatment import Protocol, Step
from scheduler.planner.proposal import Reason
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Finding, Level
from scheduler.store import clinic


@dataclass(frozen=True, slots=True)
class PlannedAdoption:
    """The series as it would go on, and what that means.

    Of what the rules say by the new version, `broken` are the findings, warnings included, that the former one did not have,
    the most urgent first. No visit changes its time, its room or its people. `kept_as_they_are` are visits to come whose
    place is too small for what the new version asks for: they keep their former phases. `added` are steps that the new
    version has and the series has no visits for.
    """

    change: PlannedChange
    broken: tuple[Finding, ...]
    kept_as_they_are: tuple[str, ...] = ()
    added: tuple[Step, ...] = ()

    @property
    def visits(self) -> tuple[Appointment, ...]:
        """The visits that would be broken, by start."""
        touched = {id for finding in self.broken for id in finding.appointments}
        return tuple(visit for visit in self.change.after.standing if visit.id in touched)


def adoption_of(series: Series, protocol: Protocol, now: datetime) -> PlannedAdoption | Refused:
    """Return how a series would go on by a version of its protocol, or why it cannot; within the caller's transaction.

    The version need not be in the store yet.
    """
    if reasons := tuple(_against(series, protocol)):
        return Refused(reasons=reasons)
    by_new = SeriesAtHand.of(replace(series, protocol_version=protocol.version), now, protocol)
    former = clinic.protocol_of(series)
    known = {visit.step for visit in series.appointments}
    before = evaluate(by_new.diary, former.only(known - series.declined), series)
    after, kept = _as_the_version_has_it(by_new, now)
    change = replace(by_new.judged(after), before=series, refusing=())
    had = {step.key for step in former.steps}
    return PlannedAdoption(
        change,
        newly_broken(before, change.findings, {Level.BLOCK, Level.GATE, Level.WARN}),
        kept,
        tuple(step for step in protocol.steps if step.key not in known | had),
    )


def _against(series: Series, protocol: Protocol) -> Iterator[Reason]:
    if series.state in ENDED:
        why = told(
            "This series is %(state)s; nothing of it is to come.", state=series_state_name(series.state)
        )
        yield nonsense("ended", why, told("Plan the rest anew before."))
    if protocol.version == series.protocol_version:
        why = told("The series goes by version %(version)s already.", version=protocol.version)
        yield nonsense("same_version", why, told("Nothing needs to be done."))
    elif gone := tuple(_against_extra(series, protocol)):
        yield from gone
    else:
        yield from _against_steps(series, with_extra(protocol, series.extra))


def _against_extra(series: Series, protocol: Protocol) -> Iterator[Reason]:
    """Yield the steps that the series has beside its protocol, where the version lacks what they are made of."""
    known = {"", *(step.key for step in protocol.steps), *(step.key for step in series.extra)}
    for step in series.extra:
        if {step.like, step.after} <= known:
            continue
        why = told(
            "Version %(version)s lacks what %(key)s (%(title)s) of this series is made of.",
            version=protocol.version,
            key=step.key,
            title=step.title,
        )
        yield Reason("step_gone", why, told("Keep the version."), step.key)


def _against_steps(series: Series, protocol: Protocol) -> Iterator[Reason]:
    for visit in series.standing:
        if not protocol.has_step(visit.step):
            why = told(
                "Version %(version)s has no %(step)s (%(title)s), and the series has a visit for it.",
                version=protocol.version,
                step=visit.step,
                title=visit.title,
            )
            yield Reason("step_gone", why, told("Cancel that visit, or keep the version."), visit.step)
        elif protocol.step(visit.step).kind is not visit.kind:
            kind = step_kind_name(protocol.step(visit.step).kind)
            why = told(
                "In version %(version)s %(step)s is %(kind)s, and the visit is %(now)s.",
                version=protocol.version,
                step=visit.step,
                kind=kind,
                now=step_kind_name(visit.kind),
            )
            yield Reason("another_kind", why, told("Keep the version."), visit.step)


def _as_the_version_has_it(at_hand: SeriesAtHand, now: datetime) -> tuple[Series, tuple[str, ...]]:
    """Return the series with its visits to come as the protocol at hand has them, and the steps that had to stay."""
    visits, kept = list(at_hand.series.appointments), []
    for place, visit in enumerate(visits):
        if visit.state not in NOT_BEGUN or visit.start < now:
            continue
        made = _made_anew(visit, at_hand)
        if (made.phases, _wanted(made)) == (visit.phases, _wanted(visit)):
            continue
        others = (one for one in visits if one.id != visit.id and one.state.takes_time)
        own = tuple(claim for one in others for claim in one.claims)
        beside = replace(at_hand.diary, claims=(*at_hand.diary.claims, *own))
        if collisions(beside, made.claims):
            kept.append(visit.step)
        else:
            visits[place] = made
    return replace(at_hand.series, appointments=tuple(visits)), tuple(kept)


def _made_anew(visit: Appointment, at_hand: SeriesAtHand) -> Appointment:
    """Return a visit at its time, in its room and with its people, a version on."""
    step = at_hand.protocol.step(visit.step)
    staff = {role: person for role, person in visit.staff.items() if role in step.roles}
    placement = Placement(step, visit.start, visit.patient, visit.room, staff, visit.relief)
    made = appointment_at(placement, at_hand.diary.staff, visit.site, id=visit.id, series=visit.series)
    return replace(made, state=visit.state, version=visit.version + 1)


def _wanted(visit: Appointment) -> frozenset[Claim]:
    """Return what a visit claims, whichever lanes it was given."""
    return frozenset(replace(claim, lane=None) for claim in visit.claims)
