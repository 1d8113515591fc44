"""Make a cohort, and let patients join and leave it until its visits are booked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.acts import Act, Keyed
from scheduler.booking.group_requests import no_such_cohort
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock
from scheduler.domain.cohorts import Cohort
from scheduler.domain.errors import InvalidValue, NotFound
from scheduler.domain.group_terms import Member
from scheduler.domain.telling import told
from scheduler.planner.proposal import Reason
from scheduler.store import clinic
from scheduler.store.audit import AuditEntry, record
from scheduler.store.cohort_file import most_members
from scheduler.store.cohorts import cohort, write_cohort
from scheduler.store.locks import lock
from scheduler.store.work import unit_of_work

LONGEST_NAME = 80

_Change = Callable[[Cohort], Cohort | tuple[Reason, ...]]


@dataclass(frozen=True, slots=True)
class MakeCohort:
    """Make a cohort without members at a site; `protocol` is the key of a protocol for groups.

    A request repeated with the same `idempotency_key` makes no other.
    """

    site: str
    name: str
    protocol: str
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class JoinCohort:
    """Let a patient of the site join a cohort; `high_dose` asks for the stricter ratio of facilitators for all.

    A request repeated with the same `idempotency_key` lets nobody join again, also when the patient has left since.
    """

    cohort: str
    patient: str
    high_dose: bool = False
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class LeaveCohort:
    """Let a member leave a cohort; those who joined later move up a place.

    A request repeated with the same `idempotency_key` lets nobody leave again, also when the patient has joined since.
    """

    cohort: str
    patient: str
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class CohortChanged:
    """The cohort as it is kept."""

    cohort: Cohort


def make_cohort(command: MakeCohort, actor: Actor, clock: Clock) -> CohortChanged | Refused | NotAllowed:
    """Make a cohort, or say what is wrong with it."""
    if not may_at(actor, Permission.CHANGE_COHORTS, command.site):
        return NotAllowed(Permission.CHANGE_COHORTS)
    act = Act("make_cohort", Permission.CHANGE_COHORTS, command, actor, clock.now())
    return retried(lambda: _attempt_to_make(act))


def join_cohort(command: JoinCohort, actor: Actor, clock: Clock) -> CohortChanged | Refused | NotAllowed:
    """Let somebody join, or say why not."""

    def joined(group: Cohort) -> Cohort | tuple[Reason, ...]:
        reasons = tuple(_against_joining(command, group))
        member = Member(command.patient, len(group.members) + 1, command.high_dose)
        return reasons or replace(group, members=(*group.members, member))

    return _changed(Act("join_cohort", Permission.CHANGE_COHORTS, command, actor, clock.now()), joined)


def leave_cohort(command: LeaveCohort, actor: Actor, clock: Clock) -> CohortChanged | Refused | NotAllowed:
    """Let somebody leave, or say why not."""

    def left(group: Cohort) -> Cohort | tuple[Reason, ...]:
        staying = [one for one in group.members if one.patient != command.patient]
        if len(staying) == len(group.members):
            why = told("Nobody of %(name)s has this id.", name=group.name)
            return (nonsense("no_member", why, told("Look at the cohort as it is now.")),)
        return replace(
            group, members=tuple(replace(one, place=place) for place, one in enumerate(staying, start=1))
        )

    return _changed(Act("leave_cohort", Permission.CHANGE_COHORTS, command, actor, clock.now()), left)


def _attempt_to_make(act: Act[MakeCohort]) -> CohortChanged | Refused | NotAllowed:
    site = act.command.site
    with unit_of_work():
        lock([site], [])
        return act.once(site, do=lambda: _made(act), again=lambda earlier: CohortChanged(cohort(earlier)))


def _made(act: Act[MakeCohort]) -> CohortChanged | Refused:
    command = act.command
    name = " ".join(command.name.split())
    made = Cohort(uuid4().hex, command.site, name, command.protocol)
    if not 0 < len(name) <= LONGEST_NAME:
        why = told("A cohort has a name of 1 to %(longest_name)s characters.", longest_name=LONGEST_NAME)
        return Refused(reasons=(nonsense("name", why, told("Give it a name that names nobody.")),))
    try:
        most = most_members(made)
    except InvalidValue:
        why = told("'%(protocol)s' is no protocol for groups.", protocol=command.protocol)
        return Refused(reasons=(nonsense("unknown_protocol", why, told("Choose a protocol for groups.")),))
    return _written(act, made, most, {"protocol": made.protocol})


def _changed(act: Act[JoinCohort | LeaveCohort], change: _Change) -> CohortChanged | Refused | NotAllowed:
    if not may(act.actor, act.permission):
        return act.not_allowed
    return retried(lambda: _attempt_to_change(act, change))


def _attempt_to_change(
    act: Act[JoinCohort | LeaveCohort], change: _Change
) -> CohortChanged | Refused | NotAllowed:
    id = act.command.cohort
    with unit_of_work():
        try:
            seen = cohort(id)
        except NotFound:
            return no_such_cohort(id)
        if not act.may_at(seen.site):
            return act.not_allowed
        lock([seen.site], [id])
        group = cohort(id)
        return act.once(
            group.site, do=lambda: _with_members(act, group, change), again=lambda _: CohortChanged(group)
        )


def _with_members(
    act: Act[JoinCohort | LeaveCohort], group: Cohort, change: _Change
) -> CohortChanged | Refused:
    if not group.is_open:
        why = told("The visits of %(name)s are booked, and so the group is closed.", name=group.name)
        mend = told("Whoever leaves now has their series ended; whoever comes later joins another cohort.")
        return Refused(reasons=(nonsense("cohort_closed", why, mend),))
    after = change(group)
    if not isinstance(after, Cohort):
        return Refused(reasons=after)
    return _written(act, after, most_members(after), {"members": len(after.members)})


def _written(act: Act[Keyed], after: Cohort, most: int, details: Mapping[str, object]) -> CohortChanged:
    write_cohort(after, most, act.now)
    record(AuditEntry(act.now, act.actor.id, act.verb, "cohort", after.id, details, after.site))
    act.note_answer(after)
    return CohortChanged(after)


def _against_joining(command: JoinCohort, group: Cohort) -> Iterator[Reason]:
    try:
        patient = clinic.patient(command.patient)
    except NotFound:
        yield nonsense(
            "unknown_patient", told("There is no such patient."), told("Choose a patient from the list.")
        )
        return
    if patient.stands_for_cohort or patient.site != group.site:
        why = told("%(name)s takes patients of its own site alone.", name=group.name)
        yield nonsense("unknown_patient", why, told("Choose a patient of this site."))
    if group.member(command.patient) is not None:
        yield nonsense(
            "member_already", told("The patient is a member already."), told("Nothing needs to be done.")
        )
    elif len(group.members) >= (most := most_members(group)):
        why = told(
            "%(name)s has %(number)s members, and its protocol takes %(most)s at the most.",
            name=group.name,
            number=len(group.members),
            most=most,
        )
        yield nonsense("cohort_full", why, told("Let the patient join another cohort."))
