"""One question to the planner, made ready: the protocol in outline, what is free, and when this patient can come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import repeat
from operator import sub

from scheduler.domain.clock import local_day, whole_local_day
from scheduler.domain.diary import Diary
from scheduler.domain.lazily import lazily
from scheduler.domain.people import Role
from scheduler.domain.telling import told_moment
from scheduler.domain.treatment import Protocol, Step
from scheduler.planner.holes import Holes
from scheduler.planner.network import Arc, Choices, Network
from scheduler.planner.outline import Outline, outline_of
from scheduler.planner.patient_time import ALL_FREE, PatientTime
from scheduler.planner.shapes import Shape
from scheduler.planner.supply import Scarcity, SiteSupply, supply_of
from scheduler.planner.timeline import SLOT, Grid, LocalDays, local_days, slots_at_most, slots_in
from scheduler.planner.wishes import Wishes
from scheduler.rules.wording import day_words

#: Stands for the therapist of a protocol in which no visit keeps to one.
NOBODY = ""


@dataclass(frozen=True)
class Question:
    """A diary, a protocol narrowed to the steps of the series, and wishes.

    `ignoring` is taken to be no obstacle; `extra` are arcs besides those of the windows.
    """

    diary: Diary
    outline: Outline
    wishes: Wishes
    grid: Grid
    supply: SiteSupply
    ignoring: frozenset[Scarcity] = frozenset()
    extra: tuple[Arc, ...] = ()

    @classmethod
    def of(cls, diary: Diary, protocol: Protocol, wishes: Wishes) -> Question:
        """Make a question ready."""
        grid = Grid.over(diary.horizon)
        return cls(diary, outline_of(protocol), wishes, grid, supply_of(diary, grid))

    @property
    def zone(self) -> str:
        """The site's time zone."""
        return self.diary.site.zone

    @lazily
    def days(self) -> LocalDays:
        """The clinic-local days around the grid."""
        return local_days(self.grid, self.zone)

    @lazily
    def network(self) -> Network:
        """The windows of the protocol, and what else is asked."""
        network = network_of(self.outline, self.days)
        return network.plus(self.extra) if self.extra else network

    @lazily
    def therapists(self) -> tuple[str, ...]:
        """Whom to try, by id."""
        if not self.outline.keeps_one_therapist:
            return (NOBODY,)
        wished = self.wishes.therapist
        return tuple([p.id for p in self.supply.having(Role.THERAPIST) if wished is None or wished == p.id])

    @lazily
    def holes(self) -> tuple[Holes | None, ...]:
        """When the patient cannot come, by step."""
        patient = PatientTime.of(self.diary, self.grid)
        if patient is ALL_FREE:
            return (None,) * len(self.outline.shapes)
        holes_of = patient.too_near_a_dose if Scarcity.PATIENT in self.ignoring else patient.holes
        by_shape = {shape: holes_of(shape) for shape in set(self.outline.shapes)}
        return tuple([by_shape[shape] for shape in self.outline.shapes])

    @lazily
    def lower(self) -> tuple[int, ...]:
        """The first slot at which each step may start."""
        first = max(self.wishes.earliest, self.diary.as_of)
        return (max(0, slots_in(first - self.grid.origin)),) * len(self.outline.steps)

    @lazily
    def upper(self) -> tuple[int, ...]:
        """The last slot at which each step may start to be over in time."""
        last = self.wishes.latest - self.grid.origin
        if not last % SLOT:
            # Quicker, and the same where the end is that of a slot.
            end = min(slots_at_most(last), self.grid.slots)
            return tuple([end - length for length in self.outline.lengths])
        return tuple(
            min(slots_at_most(last - step.length), self.grid.slots - 1) for step in self.outline.steps
        )

    def upper_for(self, finish: int) -> tuple[int, ...]:
        """Return the last slot at which each step may start if all is to be over by a slot."""
        least = map(sub, repeat(finish), self.outline.reach)
        return tuple([one if one < other else other for one, other in zip(self.upper, least, strict=True)])

    def rows(self, therapist: str) -> tuple[Sequence[int], ...]:
        """Return the starts of each step, as far as the site goes, in a series of this therapist."""
        if not self.ignoring:
            return self.supply.row(self.outline.shapes, therapist or None)
        if therapist not in self._rows:
            lists = {
                shape: self.starts_of(shape, therapist if shape.keeps_one_therapist and therapist else None)
                for shape in set(self.outline.shapes)
            }
            self._rows[therapist] = tuple(map(lists.__getitem__, self.outline.shapes))
        return self._rows[therapist]

    @lazily
    def _rows(self) -> dict[str, tuple[Sequence[int], ...]]:
        return {}

    def starts_of(self, shape: Shape, therapist: str | None) -> Sequence[int]:
        """Return the starts of visits of a shape, as far as the site goes, with this therapist or anybody fit."""
        if self.ignoring <= {Scarcity.PATIENT}:
            return self.supply.listed(shape, therapist)
        key = (shape, therapist)
        if key not in self._relaxed:
            # The calendar is much emptier then: only the time asked about is looked at.
            asked = self.grid.run((min(self.lower), max(self.upper) + 1))
            starts = self.supply.starts(shape, therapist, self.ignoring)
            self._relaxed[key] = self.supply.list_of(starts & asked)
        return self._relaxed[key]

    @lazily
    def _relaxed(self) -> dict[tuple[Shape, str | None], Sequence[int]]:
        return {}

    def without(self, scarcity: Scarcity) -> Question:
        """Return the same question with one more kind of thing taken to be no obstacle."""
        if scarcity not in self._without:
            self._without[scarcity] = replace(self, ignoring=self.ignoring | {scarcity})
        return self._without[scarcity]

    @lazily
    def _without(self) -> dict[Scarcity, Question]:
        return {}

    def limit_words(self, slot: int, arc: Arc | None) -> str:
        """Return the first or the last slot that an arc leaves a step: the day itself where the arc counts days."""
        at, day = self.grid.at(slot), local_day(self.grid.at(slot), self.zone)
        whole = whole_local_day(day, self.zone)
        if arc is not None and arc.days is not None and (at == whole.start or at + SLOT == whole.end):
            return day_words(day)
        return told_moment(at, self.zone)

    def of_steps(self, steps: Collection[Step]) -> Question:
        """Return the same question about these steps alone, given in the order of the protocol, changed or not."""
        outline, keys = self.outline, {step.key for step in steps}
        rest = replace(outline.protocol.only(keys), steps=tuple(steps))
        places = {outline.numbers[step.key]: place for place, step in enumerate(rest.steps)}
        extra = tuple(
            replace(arc, source=places[arc.source], target=places[arc.target])
            for arc in self.extra
            if arc.source in places and arc.target in places
        )
        return replace(self, outline=outline_of(rest), extra=extra)

    def choices(self, therapist: str) -> Choices:
        """Return the feasible starts of each step in a series of this therapist."""
        return Choices(self.rows(therapist), self.holes, self.lower, self.upper)


@lru_cache(maxsize=256)
def network_of(outline: Outline, days: LocalDays) -> Network:
    """Return the windows of an outline as a network."""
    return Network.of(len(outline.steps), days, outline.arcs)
