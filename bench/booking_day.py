"""The use cases themselves: eight processes book, move, cancel and change staff on the same days, and all is checked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from random import Random
from statistics import quantiles
from time import perf_counter
from typing import Any

from bench.booking_clinic import WRITERS
from bench.booking_databases import DATABASES, migrated
from bench.measure import Result
from scheduler.access.permissions import SYSTEM
from scheduler.app import create_app_without_pages
from scheduler.booking.book_series import BookSeries, book_series
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.cancel_series import CancelSeries, cancel_series
from scheduler.booking.change_staff import change_staff
from scheduler.booking.changing_facts import ChangeOfFacts, FactsChanged
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import CalledOffBy, CancelReason, Refused, SeriesChanged
from scheduler.booking.preview_move import WantedMove
from scheduler.config import settings_from
from scheduler.domain.clock import StandingClock
from scheduler.domain.errors import Conflict
from scheduler.domain.interval import Interval
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.staff_changes import TimeOffAdded, TimeOffRemoved
from scheduler.planner.proposal import Reason
from scheduler.store import clinic
from scheduler.store import series as stored
from tests import builders
from tests.booking.small_clinic import COURSE, MONDAY, store_small_clinic
from tests.journeys.check_export import faults_in
from tests.journeys.exported import CALLED_OFF

SECONDS = 60.0
PATIENTS = 24
SITE = "site-1"
BY, WHY = CalledOffBy.CLINIC, CancelReason.OTHER
PATIENCE = 300.0


@dataclass(slots=True)
class Told:
    """What processes were answered.

    How each deed ended; the visits that each booked series has; the version that each visit had after a move; what was
    called off; who is away when; and how many refusals gave no reason.
    """

    answers: Counter[str] = field(default_factory=Counter)
    made: dict[str, frozenset[str]] = field(default_factory=dict)
    moved: list[tuple[str, int]] = field(default_factory=list)
    called_off: set[str] = field(default_factory=set)
    away: list[tuple[str, Interval]] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    seconds: float = 0.0
    silent: int = 0

    def add(self, other: Told) -> None:
        """Add what another process was answered."""
        self.answers += other.answers
        self.made |= other.made
        self.moved += other.moved
        self.called_off |= other.called_off
        self.away += other.away
        self.took += other.took
        self.seconds = max(self.seconds, other.seconds)
        self.silent += other.silent


@dataclass
class Clerk:
    """One process at work: its dice, and what it is to tell."""

    number: int
    random: Random
    told: Told = field(default_factory=Told)
    clock: StandingClock = field(default_factory=lambda: StandingClock(MONDAY))

    def work(self, seconds: float) -> Told:
        """Do one thing after the other for so many seconds."""
        begun = perf_counter()
        deeds = (self.book, self.book, self.move, self.move, self.cancel, self.change_staff)
        while (before := perf_counter()) - begun < seconds:
            deed = self.random.choice(deeds)
            try:
                outcome = deed()
            except Conflict as lost:
                outcome = Refused(reasons=(Reason("race_lost", str(lost), "Try again.", ""),), race_lost=True)
            if outcome is None:
                continue
            self.told.took.append(perf_counter() - before)
            self._note(deed.__name__, outcome)
        self.told.seconds = perf_counter() - begun
        return self.told

    def _note(self, deed: str, outcome: object) -> None:
        if isinstance(outcome, Refused):
            self.told.answers["race lost" if outcome.race_lost else "refused"] += 1
            self.told.silent += not (outcome.findings or outcome.reasons)
            return
        self.told.answers[f"{deed} done"] += 1

    def book(self) -> object:
        """Book the best course of anybody: all want the same days."""
        outcome = book_series(BookSeries(self._patient(), COURSE), SYSTEM, self.clock)
        if isinstance(series := getattr(outcome, "series", None), Series):
            self.told.made[series.id] = frozenset(visit.id for visit in series.appointments)
        return outcome

    def move(self) -> object:
        """Move a visit of a booked series elsewhere."""
        if (series := self._series()) is None:
            return None
        visit = self.random.choice(series.standing)
        outcome = move_appointment(MoveAppointment(WantedMove(visit.id)), SYSTEM, self.clock)
        if isinstance(outcome, SeriesChanged):
            moved = {move.appointment for move in outcome.moves}
            self.told.moved += [
                (one.id, one.version)
                for one in outcome.series.standing
                if one.id in moved or one.step in outcome.reassigned
            ]
        return outcome

    def cancel(self) -> object:
        """Cancel a series, or a visit of it: what is given back is wanted by the others at once."""
        if (series := self._series()) is None:
            return None
        visit = self.random.choice(series.standing)
        if self.random.random() < 0.5:
            outcome: object = cancel_series(CancelSeries(series.id, BY, WHY), SYSTEM, self.clock)
            off = {one.id for one in series.appointments}
        else:
            outcome = cancel_appointment(CancelAppointment(visit.id, BY, WHY), SYSTEM, self.clock)
            off = {visit.id}
        if not isinstance(outcome, Refused):
            self.told.called_off |= off
        return outcome

    def change_staff(self) -> object:
        """Note that somebody is away for five minutes of a night, or that it is not so after all."""
        mine = [one for one in self.told.away if self.random.random() < 0.3][:1]
        person, when = mine[0] if mine else self._night()
        change = TimeOffRemoved(person, when) if mine else TimeOffAdded(person, when)
        outcome = change_staff(ChangeOfFacts(SITE, change), SYSTEM, self.clock)
        if isinstance(outcome, FactsChanged):
            if mine:
                self.told.away.remove((person, when))
            elif (person, when) not in self.told.away:
                self.told.away.append((person, when))
        return outcome

    def _night(self) -> tuple[str, Interval]:
        # Minutes that are this process's own, and do not touch those of others: each must be there in the end.
        night = MONDAY + timedelta(days=self.random.randrange(1, 15), hours=12, minutes=10 * self.number)
        return self.random.choice(("nurse-1", "therapist-1")), Interval(night, night + timedelta(minutes=5))

    def _patient(self) -> str:
        return f"patient-{self.random.randrange(PATIENTS)}"

    def _series(self) -> Series | None:
        theirs = stored.series_of_patient(self._patient())
        found = [one for one in theirs if one.state is SeriesState.BOOKED and one.standing]
        return self.random.choice(found) if found else None


def use_cases(kind: str) -> list[Result]:
    """Let the processes work on one database, and count what must not be there afterwards."""
    with DATABASES[kind]() as url, migrated(url, StandingClock(MONDAY)):
        patients = tuple(builders.a_patient(f"patient-{number}") for number in range(PATIENTS))
        store_small_clinic(patients=patients)
        told = _worked(url)
        document = export_clinic(StandingClock(MONDAY))
        double = _double(document)
        lost = list(_lost(told, document))
        half = list(_half(told, document))
        others = [fault for fault in faults_in(document) if fault not in double]
    wrong = len(double) + len(lost) + len(half) + len(others) + told.silent
    answers = ", ".join(f"{count} {name}" for name, count in sorted(told.answers.items()))
    return [
        Result(
            id=f"bookings/{kind}/use-cases",
            ours=len(told.took) / told.seconds,
            peer="none: counts alone",
            theirs=len(told.took) / told.seconds,
            ratio=1.0,
            target="nothing wrong",
            holds=wrong == 0,
            note=(
                f"{WRITERS} processes, {len(told.took)} attempts: {answers}; p50 {_at(told, 50):.0f} ms, "
                f"p99 {_at(told, 99):.0f} ms; {len(double)} double, {len(lost)} lost updates, {len(half)} half series, "
                f"{len(others)} other faults, {told.silent} refused without a reason"
            ),
            unit="/s",
        )
    ]


def _at(told: Told, percent: int) -> float:
    return quantiles(told.took, n=100)[percent - 1] * 1000


def _worked(url: str) -> Told:
    context = get_context("forkserver")
    context.set_forkserver_preload(["bench.booking_day"])
    ends = []
    for number in range(WRITERS):
        ours, theirs = context.Pipe()
        context.Process(target=_clerk, args=(number, url, theirs)).start()
        ends.append(ours)
    for end in ends:
        end.recv()
    for end in ends:
        end.send("begin")
    together = Told()
    for end in ends:
        assert end.poll(PATIENCE), "a process says nothing"
        together.add(end.recv())
    return together


def _clerk(number: int, url: str, end: Connection) -> None:
    settings = settings_from({"DATABASE_URL": url, "SECRET_KEY": "for the benchmark alone " * 2})
    with create_app_without_pages(settings).app_context():
        end.send("ready")
        end.recv()
        end.send(Clerk(number, Random(number)).work(SECONDS))


def _double(document: Mapping[str, Any]) -> list[str]:
    """Find the claims that begin when their resource gives all it can already: a sweep that knows nothing of lanes."""
    capacity = {one["id"]: one["capacity"] for one in document["resources"]}
    changes: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for claim in document["claims"]:
        changes[claim["resource"], claim["purpose"]] += [(claim["start"], 1), (claim["end"], -1)]
    found = []
    for (resource, purpose), listed in changes.items():
        taken = 0
        for at, change in sorted(listed):
            taken += change
            if taken > capacity[resource].get(purpose, 0) and change > 0:
                found.append(f"{resource} {purpose} is claimed {taken} times at {at}")
    return found


def _lost(told: Told, document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what somebody was told and is not so: each move raises a version by one, and so does calling off."""
    moves = Counter(visit for visit, _ in told.moved)
    for (visit, version), times in Counter(told.moved).items():
        if times > 1:
            yield f"visit {visit} was moved to version {version} by {times} at once"
    for visit in document["appointments"]:
        is_off = visit["state"] in CALLED_OFF
        if visit["version"] != 1 + moves[visit["id"]] + is_off:
            yield f"visit {visit['id']} has version {visit['version']} after {moves[visit['id']]} moves"
        if visit["id"] in told.called_off and not is_off:
            yield f"visit {visit['id']} was called off and stands"
    away = {person.id: person.time_off for person in clinic.staff(SITE)}
    for person, when in told.away:
        if when not in away[person]:
            yield f"{person} is not away at {when}"
    if (kept := sum(map(len, away.values()))) != len(told.away):
        yield f"{kept} times off are kept, {len(told.away)} were noted"


def _half(told: Told, document: Mapping[str, Any]) -> Iterable[str]:
    """Yield the series that are there otherwise than they were booked."""
    visits: dict[str, set[str]] = defaultdict(set)
    for visit in document["appointments"]:
        visits[visit["series"]].add(visit["id"])
    kept = {one["id"]: frozenset(visits[one["id"]]) for one in document["series"]}
    return [id for id in kept.keys() | told.made.keys() if kept.get(id) != told.made.get(id)]
