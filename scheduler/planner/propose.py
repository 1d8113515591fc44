"""From a diary, a protocol and wishes to the best complete series, or to the reasons why there is none."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from scheduler.domain.appointment import appointment_at
from scheduler.domain.clock import in_words, instant_at, local_day
from scheduler.domain.diary import Diary
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import Protocol, StepKind
from scheduler.planner.assign import place
from scheduler.planner.network import Arc, Network, Stuck, with_extra
from scheduler.planner.preferences import PREFERENCES, unmet
from scheduler.planner.reasons import Reason, reasons_against
from scheduler.planner.starts import FeasibleStarts
from scheduler.planner.supply import Supply
from scheduler.planner.timeline import Grid, slots_in


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the patient and the front desk ask for.

    No visit starts before `earliest` or is over after `latest` (instants). `therapist` is an id, `None` for anybody fit.
    `limit` is how many proposals are wanted at the most.
    """

    earliest: datetime
    latest: datetime
    therapist: str | None = None
    limit: int = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    """One complete series that could be booked now; its visits carry their step keys as ids.

    `finish` is the end of the last visit. `preferences` explain the order of proposals: name and value in words.
    """

    series: Series
    therapist: str | None
    finish: datetime
    preferences: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Proposals, best first, or reasons. `exact` says that no better series exists on the grid of starts."""

    proposals: tuple[Proposal, ...]
    reasons: tuple[Reason, ...]
    exact: bool = True


@dataclass(order=True)
class _Candidate:
    """A series for one therapist, ordered by preference.

    `least` is the least one, from which others are found. `unmet` is empty until the wishes have been asked, which puts a
    candidate before those of the same finish that have been.
    """

    finish: int
    unmet: tuple[int, ...]
    starts_in_order: tuple[int, ...]
    therapist: str
    starts: dict[str, int] = field(compare=False)
    least: dict[str, int] = field(compare=False)


def propose(diary: Diary, protocol: Protocol, wishes: Wishes) -> Answer:
    """Return the best complete series that differ in therapist or in the week of the first dose.

    The order of preference: the earliest finish; then `PREFERENCES`, each kept where it costs no later finish; then every
    visit as early as it can be; then the therapist's id, so that the answer does not depend on the order of input. The
    best of each class is exact, hence so is the first proposal. The protocol is narrowed to the steps of the series.
    """
    supply = Supply(diary, Grid.over(diary.horizon))
    feasible = FeasibleStarts(supply, protocol, max(wishes.earliest, diary.as_of), wishes.latest)
    therapists = _therapists(diary, protocol, wishes)
    network = Network.of(protocol)
    search = _Search(feasible, network, tuple(wish.arcs(protocol) for wish in PREFERENCES))
    found = list(search.best(therapists, wishes.limit))
    if not found:
        return Answer((), reasons_against(feasible, network, therapists, wishes.therapist))
    return Answer(tuple(_proposal(feasible, protocol, candidate) for candidate in found), ())


def _therapists(diary: Diary, protocol: Protocol, wishes: Wishes) -> tuple[str, ...]:
    """Return whom to try; one empty name when no visit keeps to a therapist."""
    if not any(step.keeps_one_therapist and Role.THERAPIST in step.roles for step in protocol.steps):
        return ("",)
    people = diary.having(Role.THERAPIST)
    return tuple(person.id for person in people if wishes.therapist in (None, person.id))


@dataclass
class _Search:
    """The least solutions by class (therapist, first week of dosing at or after), best first."""

    feasible: FeasibleStarts
    network: Network
    wished: tuple[tuple[Arc, ...], ...]

    def best(self, therapists: tuple[str, ...], limit: int) -> Iterator[_Candidate]:
        """Yield at most `limit` candidates in order of preference, each of a class of its own."""
        heap = [c for therapist in therapists if (c := self._least(therapist, {}))]
        heapq.heapify(heap)
        seen: set[tuple[str, tuple[int, ...]]] = set()
        yielded = 0
        while heap and yielded < limit:
            candidate = heapq.heappop(heap)
            if not candidate.unmet:
                # Wishes decide between equal finishes alone, so they are asked of the foremost only.
                heapq.heappush(heap, self._with_wishes(candidate))
                continue
            if (key := (candidate.therapist, candidate.starts_in_order)) not in seen:
                seen.add(key)
                yielded += 1
                yield candidate
            if yielded < limit and (later := self._week_later(candidate)) is not None:
                heapq.heappush(heap, later)

    def _least(self, therapist: str, not_before: dict[str, int]) -> _Candidate | None:
        plain = self.network.least(self._starts(therapist), not_before)
        if isinstance(plain, Stuck):
            return None
        return _Candidate(self._finish(plain), (), tuple(sorted(plain.values())), therapist, plain, plain)

    def _with_wishes(self, candidate: _Candidate) -> _Candidate:
        starts = self._starts(candidate.therapist)
        network, kept = self.network, candidate.least
        for arcs in self.wished:
            # More is asked, so the search goes on from where it ended.
            asked = with_extra(network, arcs)
            found = asked.least(starts, kept)
            if not isinstance(found, Stuck) and self._finish(found) == candidate.finish:
                network, kept = asked, found
        missed = tuple(unmet(arcs, kept) for arcs in self.wished)
        return replace(candidate, unmet=missed, starts_in_order=tuple(sorted(kept.values())), starts=kept)

    def _starts(self, therapist: str) -> dict[str, int]:
        return {step.key: self.feasible.of(step, therapist or None) for step in self.feasible.protocol.steps}

    def _finish(self, starts: dict[str, int]) -> int:
        return max(starts[step.key] + slots_in(step.length) for step in self.feasible.protocol.steps)

    def _week_later(self, candidate: _Candidate) -> _Candidate | None:
        """Return the least series of the same therapist whose first dose lies in a later local week."""
        steps = self.feasible.protocol.steps
        doses = self.feasible.protocol.of_kind(StepKind.DOSING)
        first = (doses or steps)[0].key
        grid, zone = self.feasible.supply.grid, self.feasible.supply.diary.site.zone
        day = local_day(grid.at(candidate.starts[first]), zone)
        monday = day + timedelta(days=7 - day.weekday())
        bound = slots_in(instant_at(monday, datetime.min.time(), zone) - grid.origin)
        return self._least(candidate.therapist, {**candidate.least, first: bound})


def _proposal(feasible: FeasibleStarts, protocol: Protocol, candidate: _Candidate) -> Proposal:
    diary = feasible.supply.diary
    therapist = candidate.therapist or None
    visits = tuple(
        appointment_at(placement, diary.staff, diary.site.id)
        for placement in place(feasible, protocol, candidate.starts, therapist)
    )
    series = Series(
        id="", site=diary.site.id, patient=diary.patient.id, protocol=protocol.key,
        protocol_version=protocol.version, state=SeriesState.BOOKED, appointments=visits,
    )  # fmt: skip
    finish = max(visit.discharge for visit in visits)
    explained = _explained(diary, series, finish, diary.staff.get(therapist or ""))
    return Proposal(series, therapist, finish, (*explained, *_wishes_kept(candidate)))


def _wishes_kept(candidate: _Candidate) -> Iterator[tuple[str, str]]:
    for wish, missed in zip(PREFERENCES, candidate.unmet, strict=True):
        yield wish.name, "kept" if not missed else f"not kept by {missed} visit{'s' if missed > 1 else ''}"


def _explained(
    diary: Diary, series: Series, finish: datetime, therapist: StaffMember | None
) -> tuple[tuple[str, str], ...]:
    first = series.appointments[0]
    doses = [visit for visit in series.appointments if visit.kind is StepKind.DOSING]
    lines = [
        ("earliest finish", in_words(finish, diary.site.zone)),
        ("first visit", in_words(first.start, diary.site.zone)),
    ]
    if doses:
        span = (doses[-1].start - doses[0].start).days
        lines.append(("first to last dose", f"{span} days"))
    if therapist:
        lines.append(("one therapist", therapist.name))
    return tuple(lines)
