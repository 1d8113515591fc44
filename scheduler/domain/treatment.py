"""Protocols: the versioned recipes from which a treatment series is made, with every number named and sourced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import groupby

from scheduler.domain.errors import InvalidValue, NotFound
from scheduler.domain.group_terms import GroupTerms, Reading
from scheduler.domain.people import Patient, Role


class StepKind(StrEnum):
    """The kinds of visit, in the field's standard terms."""

    SCREENING = "screening"
    PREPARATION = "preparation"
    DOSING = "dosing"
    INTEGRATION = "integration"
    REVIEW = "review"
    CONTACT = "contact"


class Attention(StrEnum):
    """How much of a person a phase takes.

    `IN_ROOM`: the whole person, who can do and watch nothing else meanwhile.
    `HANDS_ON`: both hands, one patient at a time, while those already watched stay in view.
    `WATCHING`: a share, up to the ratio.
    `ON_PREMISES`: stands behind the visit from within the building, whatever else the person does there.
    """

    IN_ROOM = "in_room"
    HANDS_ON = "hands_on"
    WATCHING = "watching"
    ON_PREMISES = "on_premises"


class Point(StrEnum):
    """A moment of a visit from which windows are measured; `END` is the patient's planned discharge."""

    START = "start"
    END = "end"


class WindowMeaning(StrEnum):
    """Why a window between two visits exists; each meaning is read by its own rules."""

    ORDER = "order"
    PREPARATION = "preparation"
    DOSE_GAP = "dose_gap"
    DOSES_PER_WEEK = "doses_per_week"
    DOSING_SPAN = "dosing_span"
    INTEGRATION = "integration"
    INTEGRATION_BEFORE_DOSE = "integration_before_dose"
    FOLLOW_UP = "follow_up"


class Counting(StrEnum):
    """How the time between two moments is counted.

    `ELAPSED`: as it passes, whatever the clocks do; a day is 24 hours.
    `CALENDAR`: by the clinic-local dates of the two moments, whatever the hour; the day after is one day.
    """

    ELAPSED = "elapsed"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Window:
    """The time allowed from a point of one visit to a point of a later one, both limits included.

    `at_most` is `None` when only a minimum is asked for. `ideally_at_most` is kept where that costs no later finish.
    Counted by the calendar the limits are whole days from the local date of the one moment to that of the other; then
    a minimum of no days lets them stand in any order on one date.
    """

    meaning: WindowMeaning
    from_step: str
    from_point: Point
    to_step: str
    to_point: Point
    at_least: timedelta
    at_most: timedelta | None = None
    ideally_at_most: timedelta | None = None
    counted: Counting = Counting.ELAPSED


@dataclass(frozen=True, slots=True)
class Cover:
    """Who must be there during a phase, and how.

    `patients_per_person` is the ratio for `WATCHING` (2 means at most two patients for one person).
    `first_minutes` limits the cover to the beginning of the phase; `None` means the whole phase.
    `credentials` must be valid on the day of the visit.
    """

    role: Role
    attention: Attention
    patients_per_person: int = 1
    first_minutes: int | None = None
    credentials: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of a visit, in minutes. In a phase without the patient, such as turnover, only the room is held."""

    name: str
    minutes: int
    cover: tuple[Cover, ...] = ()
    with_patient: bool = True


@dataclass(frozen=True, slots=True)
class SiteCover:
    """How many people holding a credential must be at work on the premises, from the first named phase through the last."""

    credential: str
    at_least: int
    from_phase: str
    through_phase: str


@dataclass(frozen=True, slots=True)
class GateRequirement:
    """A gate that must stand open before the visit may start.

    `decided_after_step` asks for a decision taken on or after the day of that earlier visit; `None` for any time before.
    """

    kind: str
    decided_after_step: str | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """What one person gives to a visit without a break, counted from its start; derived from phases and cover."""

    role: Role
    attention: Attention
    begins: timedelta
    ends: timedelta
    patients_per_person: int
    credentials: frozenset[str]
    phases: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One visit of a protocol, such as `P1`, `D3` or `I3`.

    `room_capability` is `None` for a call that needs no room. `keeps_one_therapist` asks for the series' therapist.
    `holds_dose_spacing` is how long after its start no other dose may be given to the patient (dosing only).
    `ends_before_close` is how long before closing time the patient must be discharged.
    `no_driving` is how long after discharge the patient may not drive.
    `no_solids` and `no_clear_liquids` are how long before the start the patient neither eats nor drinks.
    `left_out_when_passed` names a gate: when the patient already has it, the visit is not needed.
    `declinable` visits may be declined by the patient, which is recorded; `optional` ones are left out unless asked for.
    `hands_over` are the roles in which one person may hand over to another between two phases.
    `with_group` visits are held with a whole group, in a room for so many `places`.
    """

    key: str
    kind: StepKind
    title: str
    phases: tuple[Phase, ...]
    room_capability: str | None
    site_cover: tuple[SiteCover, ...] = ()
    gates: tuple[GateRequirement, ...] = ()
    keeps_one_therapist: bool = True
    holds_dose_spacing: timedelta = timedelta(0)
    ends_before_close: timedelta = timedelta(0)
    no_driving: timedelta = timedelta(0)
    no_solids: timedelta = timedelta(0)
    no_clear_liquids: timedelta = timedelta(0)
    left_out_when_passed: str | None = None
    declinable: bool = False
    optional: bool = False
    hands_over: frozenset[Role] = frozenset()
    with_group: bool = False
    places: int = 1

    def __hash__(self) -> int:
        # All that it says takes long to go through, and these tell steps apart well enough.
        return hash((self.key, self.title))

    def is_passed_by(self, patient: Patient, day: date) -> bool:
        """Say whether the patient already has what the visit is for, by the clinic-local day: it is not needed then."""
        gate = self.left_out_when_passed
        return gate is not None and patient.passes(gate, day)

    @cached_property
    def length(self) -> timedelta:
        """From the start to the patient's planned discharge."""
        return timedelta(minutes=sum(phase.minutes for phase in self.phases if phase.with_patient))

    @cached_property
    def room_length(self) -> timedelta:
        """How long the room is held: the visit and what follows it without the patient."""
        return timedelta(minutes=sum(phase.minutes for phase in self.phases))

    @cached_property
    def phase_times(self) -> Mapping[str, tuple[timedelta, timedelta]]:
        """Begin and end of each phase, counted from the start of the visit."""
        times: dict[str, tuple[timedelta, timedelta]] = {}
        cursor = timedelta(0)
        for phase in self.phases:
            begin, cursor = cursor, cursor + timedelta(minutes=phase.minutes)
            times[phase.name] = (begin, cursor)
        return times

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """Every role that gives something to the visit, in order of first need."""
        return tuple(dict.fromkeys(segment.role for segment in self.segments))

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """What each role gives, sorted by begin.

        Neighbouring phases of the same cover are one segment, but for roles that are handed over: there each phase has
        its own, so that each may be served by another person.
        """
        pieces = tuple(self._pieces())
        whole = joined(piece for piece in pieces if piece.role not in self.hands_over)
        handed_over = tuple(piece for piece in pieces if piece.role in self.hands_over)
        return tuple(sorted((*whole, *handed_over), key=lambda s: (s.begins, s.ends, s.role)))

    def _pieces(self) -> Iterator[Segment]:
        """Yield what each phase asks of each role, in order of phases."""
        for phase in self.phases:
            begin, end = self.phase_times[phase.name]
            for cover in phase.cover:
                first = end if cover.first_minutes is None else begin + timedelta(minutes=cover.first_minutes)
                yield Segment(
                    cover.role,
                    cover.attention,
                    begin,
                    min(end, first),
                    cover.patients_per_person,
                    cover.credentials,
                    (phase.name,),
                )

    def stretched_to(self, minutes: Mapping[str, int]) -> Step:
        """Return the step with phases as long as these, by name, where that is longer; the very same step where none is.

        For visits under way: what a phase asks for is never cut short.
        """
        if all(minutes.get(phase.name, 0) <= phase.minutes for phase in self.phases):
            return self
        longer = tuple(
            replace(phase, minutes=max(phase.minutes, minutes.get(phase.name, 0))) for phase in self.phases
        )
        return replace(self, phases=longer)

    def segments_of(self, role: Role) -> tuple[Segment, ...]:
        """Return what one role gives."""
        return tuple(segment for segment in self.segments if segment.role is role)

    def turns_of(self, role: Role) -> tuple[tuple[Segment, ...], ...]:
        """Return what one and the same person gives in a role: all of it, or phase by phase where it is handed over.

        A phase may ask for a role twice, for both hands at first and for eyes throughout; who serves in it does both.
        """
        segments = self.segments_of(role)
        if role not in self.hands_over:
            return (segments,) if segments else ()
        return tuple(tuple(turn) for _, turn in groupby(segments, lambda segment: segment.phases))

    def site_cover_times(self, cover: SiteCover) -> tuple[timedelta, timedelta]:
        """Return begin and end of a site cover, counted from the start of the visit."""
        return self.phase_times[cover.from_phase][0], self.phase_times[cover.through_phase][1]


def joined(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Return the segments with those of the same cover that follow one another without a gap made one; in order of begin."""
    runs: dict[tuple[object, ...], list[Segment]] = {}
    for segment in segments:
        key = (segment.role, segment.attention, segment.patients_per_person, segment.credentials)
        run = runs.setdefault(key, [])
        if run and run[-1].ends == segment.begins:
            run[-1] = replace(run[-1], ends=segment.ends, phases=(*run[-1].phases, *segment.phases))
        else:
            run.append(segment)
    return tuple(sorted((s for run in runs.values() for s in run), key=lambda s: (s.begins, s.ends, s.role)))


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a protocol as people read it: what it is, its unit, the sensible range and where it comes from."""

    key: str
    value: float
    unit: str
    source: str
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True)
class Protocol:
    """One version of a recipe: its visits in order and the windows between them.

    Windows name steps of this protocol alone; `quantities` list its numbers with unit, range and source;
    `document` is the text it was read from, kept unchanged for export. `group` says how its group is made up, `None` where
    it speaks of none, and `reading` which reading of the document this is.
    """

    key: str
    version: int
    title: str
    route: str
    series_kind: str
    steps: tuple[Step, ...]
    windows: tuple[Window, ...]
    most_doses: int
    quantities: tuple[Quantity, ...] = ()
    document: Mapping[str, object] | None = None
    group: GroupTerms | None = None
    reading: Reading = Reading.ALONE

    def __post_init__(self) -> None:
        known = set(self._by_key)
        if len(known) != len(self.steps):
            raise InvalidValue(f"protocol {self.key}: two steps share one key")
        for window in self.windows:
            if not {window.from_step, window.to_step} <= known:
                raise InvalidValue(
                    f"protocol {self.key}: a window names a step that does not exist: {window}"
                )

    def __hash__(self) -> int:
        # A document cannot be hashed, and these tell protocols apart well enough.
        return hash((self.key, self.version, tuple(self._by_key)))

    @cached_property
    def _by_key(self) -> Mapping[str, Step]:
        return {step.key: step for step in self.steps}

    def step(self, key: str) -> Step:
        """Return the step with this key. Raises `NotFound`."""
        try:
            return self._by_key[key]
        except KeyError:
            raise NotFound(f"protocol {self.key} has no step {key}") from None

    def has_step(self, key: str) -> bool:
        """Say whether there is a step with this key."""
        return key in self._by_key

    def of_kind(self, kind: StepKind) -> tuple[Step, ...]:
        """Return all steps of one kind, in order."""
        return tuple(step for step in self.steps if step.kind is kind)

    def moments_of(self, window: Window) -> tuple[timedelta, timedelta]:
        """Return how long after the start of its first visit, and of its second, a window's moments are."""
        lead = self.step(window.from_step).length if window.from_point is Point.END else timedelta(0)
        tail = self.step(window.to_step).length if window.to_point is Point.END else timedelta(0)
        return lead, tail

    def between_starts(self, window: Window) -> timedelta:
        """Return what turns the time between the moments of a window into the time between the starts of its visits.

        For windows counted in elapsed time alone: dates cannot be shifted by a length.
        """
        lead, tail = self.moments_of(window)
        return lead - tail

    def only(self, keys: Iterable[str]) -> Protocol:
        """Return the same protocol with these steps alone, and the windows among them; itself where it has no others."""
        kept = set(keys)
        if kept.issuperset(self._by_key):
            return self
        return replace(
            self,
            steps=tuple(step for step in self.steps if step.key in kept),
            windows=tuple(w for w in self.windows if w.from_step in kept and w.to_step in kept),
        )
