"""The slot picker: every free start of one visit over a stretch, and why each other start is not free.

A start that is free has no reason, one that is not has at least one, and the rules find nothing wrong with a visit at a free
start with some room and people that fit. Every reason must be settled for a start to become free; of the rooms and people
that one reason names, one is enough. Outside of opening hours nothing is told of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from scheduler.domain.clock import days_of, whole_local_day
from scheduler.domain.diary import Diary
from scheduler.domain.errors import InvalidValue
from scheduler.domain.interval import Interval
from scheduler.domain.lazily import lazily
from scheduler.domain.people import Role
from scheduler.domain.telling import told
from scheduler.domain.treatment import Step
from scheduler.planner.obstacles_of_people import of_people
from scheduler.planner.obstacles_of_places import closed_for, of_places
from scheduler.planner.obstacles_of_series import of_series
from scheduler.planner.proposal import Reason
from scheduler.planner.slot_obstacles import Obstacle
from scheduler.planner.slot_question import Beside as Beside
from scheduler.planner.slot_question import SlotQuestion
from scheduler.planner.supply import START_EVERY, Scarcity
from scheduler.planner.timeline import every, slots_in
from scheduler.rules.wording import day_words


def free_starts(
    diary: Diary,
    step: Step,
    between: Interval | None = None,
    therapist: str | None = None,
    beside: Beside | None = None,
) -> Slots:
    """Return the free starts of a visit that lies wholly in a stretch: by default the 90 days from now.

    Of the stretch only what lies in the diary's horizon is answered. `therapist` is an id, `None` for anybody fit. With
    the series that the visit belongs to, the windows to its other standing visits, the spacing of doses and the therapist
    of the series narrow the starts too; a standing visit of the same step is taken to be the one that is moved. The diary
    may hold the series' own claims or not. To look for a substitute therapist, ask with a step that does not keep to one.

    Raises `InvalidValue` when the stretch lies outside of the horizon, and `NotFound` when the series has a visit that its
    protocol does not have.
    """
    return Slots(SlotQuestion.of(diary, step, between, therapist, beside))


@dataclass(frozen=True, slots=True)
class SlotDay:
    """One clinic-local day: its free starts, in UTC, and where there are none, why."""

    day: date
    starts: tuple[datetime, ...]
    why: tuple[Reason, ...]


@dataclass(eq=False)
class Slots:
    """The answer: the free starts, which were asked for, and the rest, which is worked out when it is asked for."""

    question: SlotQuestion
    #: The free starts in order, UTC, on the quarter of an hour.
    free: tuple[datetime, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.free = self.question.instants

    @property
    def between(self) -> Interval:
        """The stretch that was looked at: visits lie wholly in it."""
        return self.question.between

    def __len__(self) -> int:
        return len(self.free)

    @lazily
    def asked(self) -> tuple[datetime, ...]:
        """Every start that was asked about, free or not."""
        return self._instants(self._quarters(self.question.first, self.question.last))

    def is_free(self, start: datetime) -> bool:
        """Say whether a start is free. Raises `InvalidValue` for one that was not asked about."""
        return self._has(self._slot(start))

    def therapists_at(self, start: datetime) -> tuple[str, ...]:
        """Return the ids of who could guide the visit at a free start; none where it needs no therapist."""
        slot, question = self._slot(start), self.question
        if not question.shape.guided or not self._has(slot):
            return ()
        guides = question.supply.having(Role.THERAPIST, question.whom)
        return tuple(p.id for p in guides if question.supply.starts(question.shape, p.id) >> slot & 1)

    def reasons_at(self, start: datetime) -> tuple[Reason, ...]:
        """Return why a start is not free; nothing when it is. Raises `InvalidValue` for one that was not asked about."""
        slot = self._slot(start)
        if self._has(slot):
            return ()
        known = self._obstacles if self.question.while_open >> slot & 1 else self._when_shut
        standing = (obstacle for obstacle in known if obstacle.stands_at(slot))
        return tuple(reason for one in standing for reason in one.reasons_at(slot, self.question))

    def days(self) -> tuple[SlotDay, ...]:
        """Return every clinic-local day of the stretch with its free starts, and why where there are none."""
        return tuple(self._days())

    def _days(self) -> Iterator[SlotDay]:
        question, free = self.question, self.question.free
        for day in days_of(question.between, question.zone):
            whole = whole_local_day(day, question.zone)
            begin, end = (slots_in(at - question.grid.origin) for at in (whole.start, whole.end))
            starts = free[bisect_left(free, begin) : bisect_left(free, end)]
            asked = range(max(begin, question.first), min(end, question.last + 1))
            why = () if starts or not asked else tuple(self._reasons_for(day, asked))
            yield SlotDay(day, self._instants(starts), why)

    def _reasons_for(self, day: date, asked: range) -> Iterator[Reason]:
        """Yield what stands in the way at every start of a day at which the site is open."""
        question = self.question
        run = every(question.grid, slots_in(START_EVERY)) & question.grid.run((asked.start, asked.stop))
        hours = next(o for o in self._obstacles if o.code == Scarcity.HOURS)
        if not hours.clear & run:
            closure = closed_for(question, day)
            why = told(
                "%(name)s is not open long enough for %(key)s on %(day)s",
                name=question.diary.site.name,
                key=question.step.key,
                day=day_words(day),
            )
            why = told("%(why)s (%(closure)s)", why=why, closure=closure) if closure else why
            yield Reason(hours.code, why, hours.mend(asked.stop, question), question.step.key)
            return
        run &= hours.clear
        found = [obstacle for obstacle in self._obstacles if not obstacle.clear & run]
        for obstacle in found:
            why = told(
                "because of %(what)s no start is left on %(day)s", what=obstacle.what, day=day_words(day)
            )
            yield Reason(obstacle.code, why, obstacle.mend(asked.stop, question), question.step.key)
        if not found:
            why = told("at each hour of %(day)s something else stands in the way", day=day_words(day))
            yield Reason("mixed", why, told("look at the single starts of the day"), question.step.key)

    @lazily
    def _obstacles(self) -> tuple[Obstacle, ...]:
        """Everything that can stand in the way, in the order in which a person would ask."""
        question = self.question
        return (*of_series(question), *of_places(question), *of_people(question))

    @lazily
    def _when_shut(self) -> tuple[Obstacle, ...]:
        """What is worth telling of a start outside of opening hours: that nobody is at work then goes without saying."""
        return (*of_series(self.question), next(o for o in self._obstacles if o.code == Scarcity.HOURS))

    def _has(self, slot: int) -> bool:
        free = self.question.free
        place = bisect_left(free, slot)
        return place < len(free) and free[place] == slot

    def _slot(self, start: datetime) -> int:
        question = self.question
        slot, rest = divmod(start - question.grid.origin, START_EVERY)
        slot *= slots_in(START_EVERY)
        if rest or not question.first <= slot <= question.last:
            raise InvalidValue(
                f"{start.isoformat()} is not among the starts asked about: every quarter of an hour from "
                f"{question.between.start.isoformat()}, over by {question.between.end.isoformat()}"
            )
        return slot

    def _quarters(self, first: int, last: int) -> range:
        apart = slots_in(START_EVERY)
        return range(-(-first // apart) * apart, last + 1, apart)

    def _instants(self, slots: Sequence[int]) -> tuple[datetime, ...]:
        return self.question.grid.instants(slots)
