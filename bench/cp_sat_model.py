"""The whole question as a CP-SAT model: when, where and with whom, each visit an interval that is there or not.

It is built from the diary by intervals alone. Written as somebody would who knows the solver well: what concerns one
visit alone (hours, the patient's limits) narrows its starts beforehand, and the time that others take is merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model import CpModel, Domain, IntervalVar, IntVar, LinearExpr

from bench.cp_sat_windows import Windows
from bench.dates import Dates
from bench.instances import Query
from bench.scale import SLOT, Scale, slots
from bench.wanted import wanted
from scheduler.domain.claims import Purpose, capacity_of, lanes_needed
from scheduler.domain.clock import whole_local_day
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval, merged, without
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.treatment import Protocol, Segment, SiteCover, Step

QUARTER = 3
"""Visits start on the quarter of an hour, which is three slots."""

Key: TypeAlias = tuple[str, Purpose]
Moment = TypeVar("Moment", datetime, int)
"""An instant, or a slot."""


@dataclass(frozen=True)
class _Stretch:
    """One lane that a person may give to a visit, if serving in any of the turns, by number; in slots from its start."""

    purpose: Purpose
    begins: int
    ends: int
    turns: frozenset[int]


@dataclass(frozen=True)
class Turn:
    """What one and the same person gives in a role: all of it, or a phase of it where the role is handed over.

    `chosen` says who it is, as literals.
    """

    segments: tuple[Segment, ...]
    chosen: Mapping[str, IntVar]


class FullModel:
    """The model of one query. `starts` are in slots; `guides`, `rooms` and `serving` say who and where, as literals."""

    def __init__(self, diary: Diary, protocol: Protocol, query: Query) -> None:
        self.diary, self.query = diary, query
        self.protocol = wanted(diary, protocol, query)
        self.scale = Scale.over(diary.horizon)
        self.model = CpModel()
        self.starts: dict[str, LinearExpr] = {}
        self.rooms: dict[str, dict[str, IntVar]] = {}
        self.serving: dict[tuple[str, Role], tuple[Turn, ...]] = {}
        self._held: dict[Key, list[IntervalVar]] = {}
        self.guides = {
            person.id: self.model.new_bool_var(f"guide {person.id}")
            for person in diary.having(Role.THERAPIST)
            if query.therapist in (None, person.id)
        }
        for step in self.protocol.steps:
            self._add_step(step)
        if any(step.keeps_one_therapist and Role.THERAPIST in step.roles for step in self.protocol.steps):
            self.model.add_exactly_one(self.guides.values())
        self._keep_windows()
        self._keep_capacities()
        last = self.scale.after(diary.horizon.end) + slots(timedelta(days=1))
        self.finish = self.model.new_int_var(0, last, "finish")
        for step in self.protocol.steps:
            self.model.add(self.finish >= self.starts[step.key] + slots(step.length))

    def _add_step(self, step: Step) -> None:
        domain = self._quarters(step)
        if domain.is_empty():
            # A variable needs a value; that there is none is said apart.
            self.model.add_bool_or([])
            domain = Domain(0, 0)
        quarter = self.model.new_int_var_from_domain(domain, f"quarter of {step.key}")
        start = self.starts[step.key] = QUARTER * quarter
        patient = self.diary.patient.id
        self._hold((patient, Purpose.OCCUPY), start, slots(step.length), None)
        if step.holds_dose_spacing:
            self._hold((patient, Purpose.SPACING), start, slots(step.holds_dose_spacing), None)
        if step.room_capability is not None:
            fit = [room for room in self.diary.rooms.values() if step.room_capability in room.capabilities]
            self.rooms[step.key] = {
                room.id: self.model.new_bool_var(f"{step.key} in {room.id}") for room in fit
            }
            for room, literal in self.rooms[step.key].items():
                self._hold((room, Purpose.OCCUPY), start, slots(step.room_length), literal)
            self.model.add_exactly_one(self.rooms[step.key].values())
        for role in step.roles:
            self._add_role(step, role)
        self._keep_guides_from_watching(step)
        self._take_people(step)

    def _quarters(self, step: Step) -> Domain:
        """Return the quarters at which the step may start, as far as neither rooms nor people are concerned."""
        diary, query = self.diary, self.query
        visit = Interval(max(query.earliest, diary.as_of, diary.horizon.start), query.latest)
        away = (claim.interval for claim in diary.claims_on(diary.patient.id, Purpose.OCCUPY))
        free = without([visit], [*query.patient.unavailable, *away])
        domain = self._starts_inside(free, timedelta(0), step.length)
        domain = domain.intersection_with(
            self._starts_inside(diary.open_times, timedelta(0), step.length + step.ends_before_close)
        )
        if step.holds_dose_spacing:
            spaced = [claim.interval for claim in diary.claims_on(diary.patient.id, Purpose.SPACING)]
            wide = Interval(visit.start - step.holds_dose_spacing, visit.end + step.holds_dose_spacing)
            free = without([wide], spaced)
            domain = domain.intersection_with(
                self._starts_inside(free, timedelta(0), step.holds_dose_spacing)
            )
        for cover in step.site_cover:
            begin, end = step.site_cover_times(cover)
            domain = domain.intersection_with(self._starts_inside(self._covered(cover), begin, end))
        return domain

    def _starts_inside(self, times: Iterable[Interval], begin: timedelta, end: timedelta) -> Domain:
        """Return the quarters q for which the stretch from q + begin to q + end lies inside one of the times."""
        flat = []
        for time in times:
            first = -(-(self.scale.after(time.start) - begin // SLOT) // QUARTER)
            last = (self.scale.before(time.end) - slots(end)) // QUARTER
            if first <= last:
                flat.append([first, last])
        return Domain.from_intervals(flat)

    def _covered(self, cover: SiteCover) -> tuple[Interval, ...]:
        """Return when enough people with a credential are at work."""
        present = [
            time.shared_with(valid)
            for person in self.diary.staff.values()
            for valid in self._valid(person, cover.credential)
            for time in person.working_times(self.diary.site, self.diary.horizon)
        ]
        levels = _levels([(time.start, time.end) for time in present if time is not None])
        return merged(Interval(begin, end) for begin, end, level in levels if level >= cover.at_least)

    def _valid(self, person: StaffMember, credential: str) -> tuple[Interval, ...]:
        """Return when a credential of a person holds, a day beyond the horizon included."""
        horizon = self.diary.horizon
        always = Interval(horizon.start - timedelta(days=1), horizon.end + timedelta(days=1))
        found = []
        for held in person.credentials:
            if held.kind == credential:
                last = held.valid_until
                end = always.end if last is None else whole_local_day(last, self.diary.site.zone).end
                if end > always.start:
                    found.append(Interval(always.start, min(end, always.end)))
        return merged(found)

    def _add_role(self, step: Step, role: Role) -> None:
        """Let one person serve in each turn of a role of a step, qualified at its start."""
        one = role is Role.THERAPIST and step.keeps_one_therapist
        people = [person for person in self.diary.having(role) if not one or person.id in self.guides]
        turns = []
        for number, segments in enumerate(_turns(step, role)):
            chosen = {
                person.id: self.guides[person.id]
                if one
                else self.model.new_bool_var(f"{person.id} as {role} of {step.key}, turn {number}")
                for person in people
            }
            turns.append(Turn(segments, chosen))
            self.model.add_exactly_one(chosen.values())
            needed = {credential for segment in segments for credential in segment.credentials}
            for person in people:
                for credential in sorted(needed):
                    self._while_valid(step, person, credential, chosen[person.id])
        self.serving[step.key, role] = tuple(turns)

    def _keep_guides_from_watching(self, step: Step) -> None:
        for guided in self.serving.get((step.key, Role.THERAPIST), ()):
            for watched in self.serving.get((step.key, Role.MEDICAL_MONITOR), ()):
                for both in guided.chosen.keys() & watched.chosen.keys():
                    self.model.add_at_most_one(guided.chosen[both], watched.chosen[both])

    def _while_valid(self, step: Step, person: StaffMember, credential: str, literal: IntVar) -> None:
        times = self._valid(person, credential)
        if not times:
            self.model.add(literal == 0)
        elif times[-1].end < self.diary.horizon.end:
            self.model.add(self.starts[step.key] < self.scale.after(times[-1].end)).only_enforce_if(literal)

    def _take_people(self, step: Step) -> None:
        turns = [turn for role in step.roles for turn in self.serving[step.key, role]]
        people = dict.fromkeys(person for turn in turns for person in turn.chosen)
        for person in people:
            mine = [number for number, turn in enumerate(turns) if person in turn.chosen]
            given = [(number, segment) for number in mine for segment in turns[number].segments]
            for stretch in _stretches(given, self.diary.staff[person].may_watch):
                literals = [turns[number].chosen[person] for number in sorted(stretch.turns)]
                self._hold(
                    (person, stretch.purpose),
                    self.starts[step.key] + stretch.begins,
                    stretch.ends - stretch.begins,
                    self._any(literals),
                )

    def _any(self, literals: list[IntVar]) -> IntVar:
        if len(literals) == 1:
            return literals[0]
        # Somebody in two roles of one visit, or in two turns, gives their time once.
        either = self.model.new_bool_var("either")
        for literal in literals:
            self.model.add_implication(literal, either)
        return either

    def _hold(self, key: Key, start: LinearExpr, size: int, literal: IntVar | None) -> None:
        interval = (
            self.model.new_fixed_size_interval_var(start, size, str(key))
            if literal is None
            else self.model.new_optional_fixed_size_interval_var(start, size, literal, str(key))
        )
        self._held.setdefault(key, []).append(interval)

    def _keep_windows(self) -> None:
        horizon = self.diary.horizon
        span = self.scale.before(horizon.start), self.scale.after(horizon.end)
        dates = Dates(self.scale, self.diary.site.zone)
        Windows(self.model, self.protocol, self.starts, dates, span).keep()

    def _keep_capacities(self) -> None:
        for key, held in self._held.items():
            resource, purpose = key
            person = self.diary.staff.get(resource)
            capacity = capacity_of(person)[purpose] if person else 1
            taken = list(self._taken(key, capacity))
            fixed = [
                self.model.new_fixed_size_interval_var(begin, end - begin, "taken") for begin, end, _ in taken
            ]
            if capacity == 1:
                self.model.add_no_overlap([*held, *fixed])
            else:
                demands = [1] * len(held) + [level for _, _, level in taken]
                self.model.add_cumulative([*held, *fixed], demands, capacity)

    def _taken(self, key: Key, capacity: int) -> Iterator[tuple[int, int, int]]:
        """Yield what others take of a resource, and when its person is not there: from slot, to slot, how many lanes."""
        resource, purpose = key
        if resource == self.diary.patient.id:
            return
        diary = self.diary
        wide = Interval(diary.horizon.start - timedelta(days=1), diary.horizon.end + timedelta(days=1))
        times = [claim.interval for claim in diary.claims_on(resource, purpose)]
        if resource in diary.staff:
            working = diary.staff[resource].working_times(diary.site, diary.horizon)
            times += [gap for gap in without([wide], working) for _ in range(capacity)]
        elif resource in diary.rooms:
            times += list(diary.rooms[resource].out_of_use)
        # Brought to slots before they are laid over each other: two that share a slot only then are both in it.
        spans = [(self.scale.before(time.start), self.scale.after(time.end)) for time in times]
        for begin, end, level in _levels(spans):
            yield begin, end, min(level, capacity)

    def week_of(self, step: str, mondays: Iterable[tuple[int, int]]) -> Mapping[int, IntVar]:
        """Return a literal for each week, given by its first slot and the one after its last: the step starts in it."""
        chosen: dict[int, IntVar] = {}
        for begin, end in mondays:
            literal = chosen[begin] = self.model.new_bool_var(f"{step} from {begin}")
            self.model.add(self.starts[step] >= begin).only_enforce_if(literal)
            self.model.add(self.starts[step] < end).only_enforce_if(literal)
        self.model.add_exactly_one(chosen.values())
        return chosen


def _turns(step: Step, role: Role) -> Iterator[tuple[Segment, ...]]:
    """Yield what one and the same person has to give in a role: each phase by itself where it is handed over."""
    if role not in step.hands_over:
        yield step.segments_of(role)
        return
    for phase in step.phases:
        segments = tuple(one for one in step.segments_of(role) if phase.name in one.phases)
        if segments:
            yield segments


def _stretches(given: Iterable[tuple[int, Segment]], may_watch: int) -> Iterator[_Stretch]:
    """Yield, lane by lane, what a person gives who may serve in the turns that these segments belong to, by number."""
    lanes = [
        (purpose, level, number, segment)
        for number, segment in given
        for purpose, lanes in lanes_needed(segment, may_watch).items()
        for level in range(1, lanes + 1)
    ]
    for purpose, level in sorted({(purpose, level) for purpose, level, _, _ in lanes}):
        mine = [(number, segment) for p, n, number, segment in lanes if (p, n) == (purpose, level)]
        cuts = sorted({edge for _, segment in mine for edge in (segment.begins, segment.ends)})
        run: _Stretch | None = None
        for begin, end in zip(cuts, cuts[1:], strict=False):
            turns = frozenset(number for number, segment in mine if segment.begins <= begin < segment.ends)
            if run is not None and run.turns == turns:
                run = _Stretch(purpose, run.begins, slots(end), turns)
                continue
            if run is not None and run.turns:
                yield run
            run = _Stretch(purpose, slots(begin), slots(end), turns)
        if run is not None and run.turns:
            yield run


def _levels(spans: Iterable[tuple[Moment, Moment]]) -> Iterator[tuple[Moment, Moment, int]]:
    """Yield the stretches in which equally many of the spans lie, where any does: from, to, how many."""
    edges: dict[Moment, int] = {}
    for begin, end in spans:
        edges[begin] = edges.get(begin, 0) + 1
        edges[end] = edges.get(end, 0) - 1
    level = 0
    since: Moment | None = None
    for moment in sorted(edges):
        if edges[moment]:
            if level and since is not None:
                yield since, moment, level
            level, since = level + edges[moment], moment


def solver(seconds: float) -> cp_model.CpSolver:
    """Return a solver with two workers that stops after this long."""
    made = cp_model.CpSolver()
    made.parameters.num_workers = 2
    made.parameters.max_time_in_seconds = seconds
    return made
