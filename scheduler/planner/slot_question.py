"""One visit for which starts are looked for, made ready: what is free, the patient, and the rest of its series."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from scheduler.domain.appointment import Appointment, appointment_at
from scheduler.domain.claim_book import ClaimBook, ClaimsInOrder
from scheduler.domain.claims import Placement
from scheduler.domain.diary import Diary
from scheduler.domain.errors import InvalidValue
from scheduler.domain.interval import Interval
from scheduler.domain.lazily import lazily
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol, Step, StepKind, Window
from scheduler.planner.holes import Holes
from scheduler.planner.patient_time import ALL_FREE, PatientTime
from scheduler.planner.shapes import Shape, shape_of
from scheduler.planner.supply import SiteSupply, supply_of
from scheduler.planner.timeline import Grid, lasting, slots_at_most, slots_in
from scheduler.planner.windows import bounds_of
from scheduler.rules.finding import Breach
from scheduler.rules.question import Question as Judged
from scheduler.rules.spacing import doses_within_a_week_are_few_enough
from scheduler.rules.windows import gaps_between_doses, too_late, too_soon

Start = TypeVar("Start")

USUAL_STRETCH = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Beside:
    """The series that the visit belongs to, and its protocol, narrowed to the steps of the series."""

    series: Series
    protocol: Protocol


@dataclass(frozen=True, slots=True)
class SeriesWindow:
    """A window to another visit of the series: the first and the last instant at which the visit may start by it."""

    window: Window
    other: Appointment
    first: datetime | None
    last: datetime | None


@dataclass(eq=False)
class SlotQuestion:
    """A visit to be placed, never changed once it is made. `whom` is the only therapist who counts, `None` for anybody fit.

    `diary` holds the claims of the other visits of its series, `supply` those of them that could be in the way.
    """

    diary: Diary
    step: Step
    shape: Shape
    between: Interval
    whom: str | None
    beside: Beside | None
    windows: tuple[SeriesWindow, ...]
    grid: Grid
    supply: SiteSupply

    @classmethod
    def of(
        cls, diary: Diary, step: Step, between: Interval | None, whom: str | None, beside: Beside | None
    ) -> SlotQuestion:
        """Make a question ready. Raises `InvalidValue` when nothing is known of the stretch."""
        wanted = between or Interval.lasting(diary.as_of, USUAL_STRETCH)
        known = wanted.shared_with(diary.horizon)
        if known is None:
            raise InvalidValue("the starts asked for lie outside of the time that was looked at")
        grid = Grid.over(diary.horizon)
        supply = supply_of(diary, grid)
        if beside is None:
            return cls(diary, step, shape_of(step), known, whom, None, (), grid, supply)
        windows = tuple(_windows(beside, step, diary.site.zone))
        book = _with_series(diary, step, beside, _reach(known, windows, step))
        if whom is None and step.keeps_one_therapist:
            whom = usual_therapist(beside, step)
        diary, supply = replace(diary, claims=book), supply.after(book)
        return cls(diary, step, shape_of(step), known, whom, beside, windows, grid, supply)

    @property
    def zone(self) -> str:
        """The site's time zone."""
        return self.diary.site.zone

    @property
    def first(self) -> int:
        """The first slot that is asked about."""
        return slots_in(self.between.start - self.grid.origin)

    @property
    def last(self) -> int:
        """The last slot that is asked about: from there the visit is over just in time."""
        return slots_at_most(self.between.end - self.step.length - self.grid.origin)

    @property
    def now(self) -> int:
        """The first slot that does not lie in the past."""
        return max(0, slots_in(self.diary.as_of - self.grid.origin))

    def by_window(self, window: SeriesWindow) -> tuple[int, int]:
        """Return the first and the last slot at which the visit may start by a window."""
        origin = self.grid.origin
        first = 0 if window.first is None else slots_in(window.first - origin)
        last = self.grid.slots - 1 if window.last is None else slots_at_most(window.last - origin)
        return max(0, first), last

    @lazily
    def while_open(self) -> int:
        """The starts, as a mask, from which the visit lies within opening hours and is over early enough before they end."""
        return lasting(self.supply.open, slots_in(self.step.length + self.step.ends_before_close))

    @lazily
    def usual(self) -> str | None:
        """The therapist of the series, where the visit asks for that one; `None` where anybody fit may guide it."""
        if self.beside is None or not self.shape.keeps_one_therapist:
            return None
        return usual_therapist(self.beside, self.step)

    @property
    def keeps_the_patients_therapist(self) -> bool:
        """Say whether the therapist asked for is that of the series, where the visit asks for one."""
        return self.beside is None or self.usual in (None, self.whom)

    def at_work(self, person: StaffMember) -> int:
        """Return when a member of staff is at work, kept by id: reasons ask it of everybody, start by start."""
        if person.id not in self._at_work:
            self._at_work[person.id] = self.supply.working(person)
        return self._at_work[person.id]

    def holding(self, person: StaffMember, credential: str) -> int:
        """Return on which days, as slots, a credential of the person holds, kept in the same way."""
        key = (person.id, credential)
        if key not in self._holding:
            self._holding[key] = self.supply.valid(person, credential)
        return self._holding[key]

    @lazily
    def _at_work(self) -> dict[str, int]:
        return {}

    @lazily
    def _holding(self) -> dict[tuple[str, str], int]:
        return {}

    @lazily
    def patient(self) -> PatientTime:
        """What the patient's time is taken by."""
        return PatientTime.of(self.diary, self.grid)

    @lazily
    def holes(self) -> Holes | None:
        """When the patient cannot come."""
        return None if self.patient is ALL_FREE else self.patient.holes(self.shape)

    @lazily
    def free(self) -> Sequence[int]:
        """The slots at which the visit can start, in order."""
        doubtful = self._doubtful
        return doubtful if not self.too_far_over else [s for s in doubtful if s not in self.too_far_over]

    @property
    def instants(self) -> tuple[datetime, ...]:
        """The same starts as instants, UTC."""
        if self.beside is not None and self.too_far_over:
            return self.grid.instants(self.free)
        return tuple(self._cut(self.supply.offered(self.shape, self.whom).instants))

    @lazily
    def _doubtful(self) -> Sequence[int]:
        return self._cut(self.supply.offered(self.shape, self.whom).slots)

    def _cut(self, offered: Sequence[Start]) -> Sequence[Start]:
        """Return what lies in the runs of what is offered of every start that the site can give, in its order."""
        if len(self._runs) == 1:
            begin, end = self._runs[0]
            return offered[begin:end]
        found: list[Start] = []
        for begin, end in self._runs:
            found += offered[begin:end]
        return found

    @lazily
    def _runs(self) -> Sequence[tuple[int, int]]:
        """Which of the starts that the site can give the patient and the series can take as well: from place to place."""
        if not self.keeps_the_patients_therapist:
            return ()
        # The same as from the later of `first` and `now`.
        soonest = slots_in(max(self.between.start, self.diary.as_of) - self.grid.origin)
        lower, upper = max(0, soonest), self.last
        for window in self.windows:
            first, last = self.by_window(window)
            lower, upper = max(lower, first), min(upper, last)
        row = self.supply.offered(self.shape, self.whom).slots
        if self.holes is None:
            return ((bisect_left(row, lower), bisect_right(row, upper)),)
        places = [bisect_left(row, cut) for cut in self.holes.cuts_between(lower, upper + 1)]
        return list(zip(places[::2], places[1::2], strict=True))

    @lazily
    def too_far_over(self) -> frozenset[int]:
        """The slots at which nothing is wrong but the distance to another dose, over one that was called off.

        These distances hold from dose to standing dose whichever the protocol names, and few series have any: the
        rules are asked start by start.
        """
        if self.beside is None or not _counts_over_others(self.beside, self.step):
            return frozenset()
        return frozenset(slot for slot in self._doubtful if next(self.breaches_over(slot), None))

    def breaches_over(self, slot: int) -> Iterator[Breach]:
        """Yield what the rules say about distances over doses that were called off."""
        assert self.beside is not None
        visit = appointment_at(
            Placement(self.step, self.grid.at(slot), self.diary.patient.id, None, {}), {}, self.diary.site.id
        )
        series = self.beside.series
        others = (v for v in series.appointments if v.step != self.step.key or not v.state.takes_time)
        judged = Judged(self.diary, self.beside.protocol, replace(series, appointments=(*others, visit)))
        gaps = gaps_between_doses(judged)
        found = (
            *too_soon(judged, gaps),
            *too_late(judged, gaps),
            *doses_within_a_week_are_few_enough(judged),
        )
        yield from (breach for breach in found if visit in breach.visits)


def usual_therapist(beside: Beside, step: Step) -> str | None:
    """Return the therapist of the series, going by its other visits; of two with as many, the one who began."""
    visits = sorted(_others(beside, step).values(), key=lambda visit: visit.start)
    guided = [
        visit.staff[Role.THERAPIST]
        for visit in visits
        if beside.protocol.step(visit.step).keeps_one_therapist and Role.THERAPIST in visit.staff
    ]
    return Counter(guided).most_common(1)[0][0] if guided else None


def _others(beside: Beside, step: Step) -> Mapping[str, Appointment]:
    return {visit.step: visit for visit in reversed(beside.series.standing) if visit.step != step.key}


def _windows(beside: Beside, step: Step, zone: str) -> Iterator[SeriesWindow]:
    others = _others(beside, step)
    for window in beside.protocol.windows:
        if step.key in (window.from_step, window.to_step):
            for key, first, last in bounds_of(beside.protocol, window, others, zone):
                if key == step.key:
                    other = window.to_step if window.from_step == key else window.from_step
                    yield SeriesWindow(window, others[other], first, last)


def _reach(between: Interval, windows: tuple[SeriesWindow, ...], step: Step) -> Interval | None:
    """Return the time that the visit may touch; `None` when the windows leave it none."""
    first = max([between.start, *(window.first for window in windows if window.first)])
    last = min([between.end, *(window.last for window in windows if window.last)])
    return Interval(first, last + step.room_length) if first <= last else None


def _with_series(diary: Diary, step: Step, beside: Beside, reach: Interval | None) -> ClaimBook:
    """Return the claims of others with those of the series' other visits, whether or not the diary has them.

    Of rooms and people, those are left as they are that no start in question touches.
    """
    visits, own = beside.series.standing, {visit.id for visit in beside.series.appointments}
    near = [
        (visit, claim)
        for visit in visits
        for claim in visit.claims
        if claim.resource == visit.patient or (reach and claim.interval.overlaps(reach))
    ]
    mine = ClaimBook.of(claim for visit, claim in near if visit.step != step.key)
    lists = {}
    for key in dict.fromkeys((claim.resource, claim.purpose) for _, claim in near):
        known = diary.claims_on(*key)
        others = (claim for claim in known if claim.appointment not in own)
        ordered = ClaimsInOrder.of((*others, *mine.on(*key).found))
        if ordered.found != known:
            lists[key] = ordered
    return diary.book.beside(ClaimBook(lists))


def _counts_over_others(beside: Beside, step: Step) -> bool:
    called_off = (visit for visit in beside.series.appointments if not visit.state.takes_time)
    return step.kind is StepKind.DOSING and any(visit.kind is StepKind.DOSING for visit in called_off)
