"""A standing series as it would be after a change: what it is judged by, the ways there are, and what was chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from uuid import uuid4

from scheduler.booking.horizon import in_whole_fortnights
from scheduler.booking.members_findings import broken_for_members
from scheduler.booking.outcomes import PlannedChange, Refused, Ways
from scheduler.domain.appointment import NOT_BEGUN, Appointment, AppointmentState, appointment_at
from scheduler.domain.claims import Placement
from scheduler.domain.diary import MARGIN, Diary
from scheduler.domain.extra_steps import with_extra
from scheduler.domain.group_terms import Reading
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.telling import told, told_moment
from scheduler.domain.treatment import Protocol
from scheduler.planner.change import Change, Move, Option
from scheduler.planner.proposal import Reason
from scheduler.planner.reschedule import ways_to_reschedule
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Finding, Level
from scheduler.store import clinic
from scheduler.store.diaries import load_diary

REACH = timedelta(days=60)
"""How far beyond its last visit, and beyond now, a series may be moved."""


@dataclass(frozen=True, slots=True)
class ChangedVisit:
    """A visit as somebody chose to have it: `version` is the one that was looked at, the rest is how it shall be.

    For the id of a visit that was called off, a new one is booked in its place. `start` is an instant; `relief` is as in
    `Placement`.
    """

    appointment: str
    version: int
    start: datetime
    room: str | None
    staff: Mapping[Role, str]
    relief: Mapping[tuple[Role, int], str] = field(default_factory=dict)


def visits_of(change: PlannedChange) -> tuple[ChangedVisit, ...]:
    """Return what a change does, as somebody chooses it: each visit by the one that it changes or replaces."""
    before = {visit.id: visit for visit in change.before.appointments}
    return tuple(
        ChangedVisit(old.id, old.version, visit.start, visit.room, visit.staff, visit.relief)
        for visit in change.after.appointments
        if before.get(visit.id) != visit
        for old in [before.get(visit.id) or change.replaces[visit.id]]
    )


def protocol_at_hand(series: Series, by: Protocol | None = None) -> Protocol:
    """Return the protocol of a series, or the one given, with the visits alone that the series should have."""
    protocol = with_extra(by, series.extra) if by else clinic.protocol_of(series)
    return protocol.only({visit.step for visit in series.appointments} - series.declined)


@dataclass(frozen=True)
class SeriesAtHand:
    """A series as it stands, with all that a change of it is judged by; the diary is without the series' own claims.

    `protocol` is narrowed to the visits that the series should have: those called off are among them, those declined not.
    `searched` is by what ways are looked for, where that asks for less.
    """

    series: Series
    protocol: Protocol
    diary: Diary
    searched: Protocol | None = None

    @classmethod
    def of(cls, series: Series, now: datetime, by: Protocol | None = None) -> SeriesAtHand:
        """Load the facts around a saved series. Whoever writes afterwards must hold the locks before.

        It is judged by the version of the protocol that it goes by, or by the one given.
        """
        times = [visit.interval for visit in series.appointments]
        begin = min([now, *(time.start for time in times)]) - MARGIN
        end = max([now, *(time.end for time in times)]) + REACH + MARGIN
        horizon = in_whole_fortnights(Interval(begin, end))
        own = frozenset(visit.id for visit in series.appointments)
        diary = load_diary(series.patient, horizon, as_of=now, site=series.site).leaving_out(own)
        return cls(series, protocol_at_hand(series, by), diary)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules find as it stands."""
        return evaluate(self.diary, self.protocol, self.series)

    @cached_property
    def missing(self) -> Mapping[str, Appointment]:
        """The visits that are missing from the series, by step in the order of the protocol."""
        missing = {visit.step: visit for visit in self.series.missing}
        return {
            step.key: missing[step.key]
            for step in self.protocol.steps
            if step.key in missing and step.key not in self.of_group
        }

    @property
    def of_group(self) -> frozenset[str]:
        """The steps of a member's visits with their group, which stay where the group has them; empty for other series."""
        if self.protocol.reading is not Reading.MEMBER:
            return frozenset()
        return frozenset(step.key for step in self.protocol.steps if step.with_group)

    def ways(self, change: Change) -> Ways:
        """Return the ways to make a change that the rules do not refuse, or else why there is none."""
        series = self.with_missing(change.anew)
        stays = self.of_group & {visit.step for visit in series.standing}
        fixed = replace(change, fixed=change.fixed | stays) if stays else change
        options = ways_to_reschedule(self.diary, self.searched or self.protocol, series, fixed)
        found = [self.planned(one) for one in options if one.rescheduling.series is not None]
        good = tuple(way for way in found if not way.refusing)
        if good:
            return Ways(good)
        said = (Reason(o.rule, o.why, o.mend, ", ".join(o.steps)) for way in found for o in way.refusing)
        return Ways((), options[0].rescheduling.reasons or tuple(dict.fromkeys(said)))

    def with_missing(self, steps: Set[str]) -> Series:
        """Return the series as if the visits of these steps had not been called off."""
        again = {self.missing[step].id for step in steps}
        visits = (
            replace(visit, state=AppointmentState.BOOKED) if visit.id in again else visit
            for visit in self.series.appointments
        )
        return replace(self.series, appointments=tuple(visits))

    def planned(self, option: Option) -> PlannedChange:
        """Return one way of the planner with what the rules say about it."""
        found = option.rescheduling
        assert found.series is not None, "a way that does not work is not shown"
        before = {visit.id: visit for visit in self.series.appointments}
        chosen = [
            ChangedVisit(v.id, before[v.id].version, v.start, v.room, v.staff, v.relief)
            for v in found.series.standing
            if v != before[v.id]
        ]
        after = with_changed_visits(self, chosen)
        assert isinstance(after, Series), after
        return replace(self.judged(after), way=option.way, exact=found.exact)

    def judged(self, after: Series) -> PlannedChange:
        """Return a change of the series with what the rules say about it."""
        before = {visit.id: visit for visit in self.series.appointments}
        changed = [visit for visit in after.appointments if before.get(visit.id) != visit]
        moves = [
            Move(visit.id, visit.step, before[visit.id].start, visit.start)
            for visit in changed
            if visit.id in before and before[visit.id].start != visit.start
        ]
        moved = {move.appointment for move in moves}
        findings = evaluate(self.diary, self.protocol, after)
        refusing = tuple(self._refusing(findings, {visit.id for visit in changed}))
        if self.diary.patient.stands_for_cohort:
            refusing += broken_for_members(self.series, after, self.diary.as_of)
        return PlannedChange(
            before=self.series,
            after=after,
            protocol=self.protocol,
            moves=tuple(sorted(moves, key=lambda move: move.after)),
            reassigned=tuple(visit.step for visit in changed if visit.id in before and visit.id not in moved),
            findings=findings,
            refusing=refusing,
            replaces={visit.id: self.missing[visit.step] for visit in changed if visit.id not in before},
        )

    def _refusing(self, findings: Iterable[Finding], changed: set[str]) -> Iterable[Finding]:
        """Yield what forbids a change: what it breaks, and what is wrong with a visit that it touches.

        What was broken before elsewhere in the series does not keep anybody from mending the rest.
        """
        broken = {(one.rule, one.appointments) for one in self.findings if one.level is Level.BLOCK}
        for finding in findings:
            touches = changed.intersection(finding.appointments)
            if finding.level is Level.BLOCK and (
                touches or (finding.rule, finding.appointments) not in broken
            ):
                yield finding


def as_chosen(at_hand: SeriesAtHand, chosen: Iterable[ChangedVisit]) -> PlannedChange | Refused:
    """Return the change that somebody chose, with what the rules say; refused only where it cannot be judged at all."""
    after = with_changed_visits(at_hand, chosen)
    if isinstance(after, Series):
        return at_hand.judged(after)
    meanwhile = any(reason.code == "changed_meanwhile" for reason in after)
    return Refused(reasons=after, race_lost=meanwhile)


def with_changed_visits(at_hand: SeriesAtHand, chosen: Iterable[ChangedVisit]) -> Series | tuple[Reason, ...]:
    """Return the series with chosen visits as they shall be, or what makes that impossible to judge."""
    series, diary = at_hand.series, at_hand.diary
    wanted = {visit.appointment: visit for visit in chosen}
    known = {visit.id: visit for visit in (*series.standing, *at_hand.missing.values())}
    reasons = [
        *_against_versions(wanted, known),
        *_against_times(wanted, known, diary),
        *_against_resources(wanted, known, diary),
    ]
    if reasons:
        return tuple(reasons)
    visits = [
        *(visit for visit in series.appointments if visit.id not in wanted or not visit.state.takes_time),
        *(_as_wanted(known[id], visit, at_hand) for id, visit in wanted.items()),
    ]
    return replace(series, appointments=tuple(sorted(visits, key=lambda one: (one.start, one.step))))


def _against_versions(
    wanted: Mapping[str, ChangedVisit], known: Mapping[str, Appointment]
) -> Iterable[Reason]:
    for id, visit in wanted.items():
        if id not in known:
            why = told("A visit that was to be changed is called off, or belongs to another series.")
            yield Reason("changed_meanwhile", why, told("Look at the series as it is now."), "")
        elif known[id].version != visit.version:
            why = told("%(step)s was changed by somebody else since it was looked at.", step=known[id].step)
            yield Reason("changed_meanwhile", why, told("Look at the series as it is now."), known[id].step)


def _against_times(
    wanted: Mapping[str, ChangedVisit], known: Mapping[str, Appointment], diary: Diary
) -> Iterable[Reason]:
    zone, furthest = diary.site.zone, diary.horizon.end - MARGIN
    for id in wanted.keys() & known.keys():
        visit, start = known[id], wanted[id].start
        if visit.group_visit is not None:
            yield with_its_group(visit)
        if visit.state.takes_time and (visit.state not in NOT_BEGUN or visit.start < diary.as_of):
            why = told(
                "%(step)s on %(time)s has begun or is over.",
                step=visit.step,
                time=told_moment(visit.start, zone),
            )
            yield Reason("has_begun", why, told("Change visits that still lie ahead."), visit.step)
        elif start < diary.as_of:
            why = told(
                "%(step)s would start on %(time)s, and that is past.",
                step=visit.step,
                time=told_moment(start, zone),
            )
            yield Reason("in_the_past", why, told("Choose a time that is still to come."), visit.step)
        elif start > furthest:
            # The instant itself is not told: so far off, a clinic's local time need not exist.
            why = told(
                "%(step)s would start after %(time)s, as far as is looked.",
                step=visit.step,
                time=told_moment(furthest, zone),
            )
            yield Reason("too_far_ahead", why, told("Choose an earlier time."), visit.step)


def with_its_group(visit: Appointment) -> Reason:
    """Return why a member's visit with a group is not changed for the member alone."""
    why = told(
        "%(step)s is held with a group; one member's visit does not change without the others'.",
        step=visit.step,
    )
    return Reason(
        "with_its_group", why, told("Change the visit of the group, or call this one off."), visit.step
    )


def _against_resources(
    wanted: Mapping[str, ChangedVisit], known: Mapping[str, Appointment], diary: Diary
) -> Iterable[Reason]:
    for id in wanted.keys() & known.keys():
        visit, step = wanted[id], known[id].step
        if visit.room is not None and visit.room not in diary.rooms:
            yield Reason(
                "unknown_room",
                told("There is no room '%(room)s' at this site.", room=visit.room),
                told("Choose another."),
                step,
            )
        for person in sorted({*visit.staff.values(), *visit.relief.values()} - diary.staff.keys()):
            yield Reason(
                "unknown_staff",
                told("Nobody '%(person)s' works at this site.", person=person),
                told("Choose somebody else."),
                step,
            )


def _as_wanted(visit: Appointment, wanted: ChangedVisit, at_hand: SeriesAtHand) -> Appointment:
    """Return a visit as it shall be: the same a version on and to be confirmed anew, or another for one called off."""
    now = (visit.start, visit.room, visit.staff, visit.relief)
    if visit.state.takes_time and now == (wanted.start, wanted.room, wanted.staff, wanted.relief):
        return visit
    step = at_hand.protocol.step(visit.step)
    placement = Placement(step, wanted.start, visit.patient, wanted.room, wanted.staff, wanted.relief)
    id, version = (visit.id, visit.version + 1) if visit.state.takes_time else (uuid4().hex, 1)
    made = appointment_at(placement, at_hand.diary.staff, visit.site, id=id, series=visit.series)
    state = (
        AppointmentState.TENTATIVE if visit.state is AppointmentState.TENTATIVE else AppointmentState.BOOKED
    )
    return replace(made, state=state, version=version, title=visit.title)
