"""What binds the two readers of a protocol: the planner proposes only what the rules accept, and misses nothing of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import product

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from scheduler.domain.appointment import appointment_at
from scheduler.domain.claims import Claim, Placement
from scheduler.domain.clock import days_between, days_of, instant_at
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.treatment import Counting, Point, Protocol, Step, Window, WindowMeaning
from scheduler.planner.propose import propose
from scheduler.planner.wishes import Wishes
from tests.builders import (
    RESOURCES,
    ZONE,
    a_diary,
    a_nurse,
    a_patient,
    a_prescriber,
    a_room,
    a_site,
    a_small_protocol,
    a_therapist,
    an_induction_protocol,
    an_office,
    at,
    between,
    weekdays,
)
from tests.planner.judged import faults_of, is_accepted

FIRST, LAST = at("2027-03-08 08:00"), at("2027-03-17 12:00")
"""Eight mornings, the clocks going forward in the night to the second Sunday, and so within most windows."""
HORIZON = between("2027-03-08 00:00", "2027-03-28 00:00")


@st.composite
def claims(draw: st.DrawFn) -> tuple[Claim, ...]:
    """Draw visits of others that never take a lane twice: each resource's claims follow one another."""
    found = []
    for resource, purpose in RESOURCES:
        cursor = FIRST
        for gap, length in draw(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 40)), max_size=6)):
            begin = cursor + timedelta(minutes=30 * gap)
            cursor = begin + timedelta(minutes=15 * length)
            found.append(Claim(resource, purpose, Interval(begin, cursor), f"other-{resource}"))
    return tuple(found)


@st.composite
def diaries(draw: st.DrawFn) -> Diary:
    """Draw a clinic open for four hours a day, with two of nearly everybody and some of the time taken."""
    hours = weekdays("08:00", "12:00")
    staff = [replace(person, hours=hours) for person in (a_nurse("nurse-1"), a_nurse("nurse-2", may_watch=1))]
    staff += [replace(a_therapist(f"therapist-{n}"), hours=hours) for n in (1, 2)]
    leaves = draw(st.sampled_from(["12:00", "11:30", "11:00"]))
    staff.append(replace(a_prescriber(), may_supervise=1, hours=weekdays("08:00", leaves)))
    away = draw(st.lists(st.integers(0, 8), max_size=2))
    off = tuple(Interval.lasting(FIRST + timedelta(days=day), timedelta(hours=4)) for day in away)
    staff[0] = replace(staff[0], time_off=off)
    return a_diary(
        rooms=(a_room("dosing-1"), an_office("office-1")),
        staff=staff,
        claims=draw(claims()),
        site=a_site(hours=hours),
        patient=a_patient(),
        horizon=HORIZON,
        as_of=FIRST,
    )


def _by_dates(window: Window) -> Window:
    """Return a window that counts dates where the protocol counted hours, as far as whole days go."""
    if window.meaning not in (WindowMeaning.PREPARATION, WindowMeaning.DOSE_GAP, WindowMeaning.INTEGRATION):
        return window
    most = None if window.at_most is None else timedelta(days=window.at_most.days)
    least = timedelta(days=window.at_least.days)
    return replace(window, at_least=least, at_most=most, counted=Counting.CALENDAR)


BY_HOURS = a_small_protocol()
PROTOCOLS = st.sampled_from(
    [BY_HOURS, replace(BY_HOURS, windows=tuple(_by_dates(window) for window in BY_HOURS.windows))]
)


@dataclass(frozen=True)
class _Alone:
    """Every start at which the rules find nothing wrong with one visit taken alone, by therapist."""

    starts: Mapping[tuple[str, str], list[datetime]]

    @classmethod
    def of(cls, diary: Diary, protocol: Protocol) -> _Alone:
        found: dict[tuple[str, str], list[datetime]] = {}
        known: dict[Step, str] = {}
        for step in protocol.steps:
            # Visits that differ by name alone are judged once.
            like = known.setdefault(replace(step, key="", title=""), step.key)
            for therapist in ("therapist-1", "therapist-2"):
                found[step.key, therapist] = found.get((like, therapist)) or [
                    start for start in _quarters() if _possible(diary, protocol, step, start, therapist)
                ]
        return cls(found)


def _quarters() -> Iterator[datetime]:
    for day in days_of(Interval(FIRST, LAST), ZONE):
        opens = instant_at(day, time(8), ZONE)
        yield from (opens + timedelta(minutes=15 * quarter) for quarter in range(16))


def _possible(diary: Diary, protocol: Protocol, step: Step, start: datetime, therapist: str) -> bool:
    if start + step.length > LAST:
        return False
    nurses = ("nurse-1", "nurse-2") if Role.MEDICAL_MONITOR in step.roles else ("",)
    for monitor, giver in product(nurses, nurses):
        people = {
            Role.THERAPIST: therapist,
            Role.MEDICAL_MONITOR: monitor,
            Role.ADMINISTERING_CLINICIAN: giver,
            Role.PRESCRIBER: "prescriber-1",
        }
        room = "office-1" if step.room_capability == "office" else "dosing-1"
        placement = Placement(
            step, start, diary.patient.id, room, {role: people[role] for role in step.roles}
        )
        visit = appointment_at(placement, diary.staff, diary.site.id)
        if is_accepted(diary, protocol.only([step.key]), visit):
            return True
    return False


def _kept(window: Window, protocol: Protocol, starts: Mapping[str, datetime]) -> bool:
    def moment(key: str, point: Point) -> datetime:
        return starts[key] + (protocol.step(key).length if point is Point.END else timedelta(0))

    begin, end = moment(window.from_step, window.from_point), moment(window.to_step, window.to_point)
    gap = days_between(begin, end, ZONE) if window.counted is Counting.CALENDAR else end - begin
    return window.at_least <= gap and (window.at_most is None or gap <= window.at_most)


class _Search:
    """Tries every start of every step with one therapist, the last step first, keeping every window.

    Whether the steps still open can be placed depends only on the chosen starts that a window ties to them, so that is
    tried once for each.
    """

    def __init__(self, protocol: Protocol, alone: _Alone, therapist: str) -> None:
        self._protocol, self._keys = protocol, [step.key for step in reversed(protocol.steps)]
        self._starts = [alone.starts[key, therapist] for key in self._keys]
        # By how many steps are chosen: the windows of the next one with these, and which of these windows tie to the rest.
        counts = range(len(self._keys))
        self._windows = [self._between(self._keys[count : count + 1], self._keys[:count]) for count in counts]
        self._tied = [
            [key for key in self._keys[:count] if self._between([key], self._keys[count:])]
            for count in counts
        ]
        self._known: dict[tuple[int, tuple[datetime, ...]], bool] = {}

    def earliest(self) -> datetime | None:
        """Return the earliest start of the last step with which all others can be placed."""
        last = self._keys[0]
        return next((start for start in self._starts[0] if self._completes({last: start})), None)

    def _completes(self, chosen: dict[str, datetime]) -> bool:
        count = len(chosen)
        if count == len(self._keys):
            return True
        tied = count, tuple(chosen[key] for key in self._tied[count])
        if tied not in self._known:
            trials = ({**chosen, self._keys[count]: start} for start in self._starts[count])
            self._known[tied] = any(
                self._completes(trial)
                for trial in trials
                if all(_kept(window, self._protocol, trial) for window in self._windows[count])
            )
        return self._known[tied]

    def _between(self, some: Collection[str], others: Collection[str]) -> list[Window]:
        """Return the windows between some steps and others."""
        return [
            window
            for window in self._protocol.windows
            if (window.from_step in some and window.to_step in others)
            or (window.to_step in some and window.from_step in others)
        ]


def _earliest_finish(diary: Diary, protocol: Protocol) -> datetime | None:
    alone = _Alone.of(diary, protocol)
    found = (_Search(protocol, alone, therapist).earliest() for therapist in ("therapist-1", "therapist-2"))
    return min((start + protocol.steps[-1].length for start in found if start is not None), default=None)


def test_the_planner_finds_what_trying_everything_finds() -> None:
    finishes: dict[bool, list[datetime | None]] = {True: [], False: []}

    # A failing clinic is shown as it was drawn: to whittle it down, everything would be tried for minutes.
    @settings(max_examples=15, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    @given(diaries(), PROTOCOLS)
    def holds(diary: Diary, protocol: Protocol) -> None:
        answer = propose(diary, protocol, Wishes(FIRST, LAST))
        finish = answer.proposals[0].finish if answer.proposals else None
        assert finish == _earliest_finish(diary, protocol)
        assert bool(answer.reasons) == (finish is None)
        finishes[protocol is BY_HOURS].append(finish)

    holds()
    for counted in finishes.values():
        assert None in counted and any(counted), (
            "draw clinics in which a series fits, and such in which none does"
        )


@settings(max_examples=25)
@given(diaries())
def test_the_rules_find_nothing_wrong_with_any_proposal(diary: Diary) -> None:
    protocol = an_induction_protocol()
    protocol = protocol.only(key for key in [s.key for s in protocol.steps] if not key.startswith("C"))
    wide = replace(diary, horizon=between("2027-03-08 00:00", "2027-06-07 00:00"))
    answer = propose(wide, protocol, Wishes(FIRST, at("2027-05-29 00:00")))
    for proposal in answer.proposals:
        assert not faults_of(wide, protocol, proposal.series.appointments)


@settings(max_examples=15)
@given(diaries(), st.integers(0, 200))
def test_taking_a_booking_away_never_makes_the_best_later(diary: Diary, index: int) -> None:
    protocol = a_small_protocol()
    less = replace(
        diary, claims=tuple(c for n, c in enumerate(diary.claims) if n != index % max(1, len(diary.claims)))
    )
    before, after = (propose(d, protocol, Wishes(FIRST, LAST)).proposals for d in (diary, less))
    if before:
        assert after and after[0].finish <= before[0].finish
