"""Judges a series by intervals alone; it knows nothing of the planner, of the rules or of any solver.

What a phase takes from people is worked out here a second time, from the protocol, so that a mistake in the one way
does not hide itself in the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bench.instances import Query
from bench.wanted import wanted
from scheduler.domain.claims import Claim, Placement, Purpose, capacity_of
from scheduler.domain.clock import local_day
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval, uncovered
from scheduler.domain.people import Role
from scheduler.domain.treatment import Attention, Counting, Cover, Point, Protocol, Window

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class _Use:
    """What is taken of a resource for a while."""

    resource: str
    purpose: Purpose
    interval: Interval
    lanes: int


@dataclass(frozen=True, slots=True)
class _Need:
    """What a phase asks of a role: its number among all that the role gives, and who serves, empty for nobody."""

    phase: str
    cover: Cover
    time: Interval
    number: int
    person: str


def faults(diary: Diary, protocol: Protocol, query: Query, visits: Iterable[Placement]) -> tuple[str, ...]:
    """Return what is wrong with a complete series, in words; nothing when it could be booked."""
    placed = tuple(visits)
    keys = [visit.step.key for visit in placed]
    asked = wanted(diary, protocol, query)
    if sorted(keys) != sorted(step.key for step in asked.steps):
        return (f"the steps are {keys}",)
    starts = {visit.step.key: visit.start for visit in placed}
    found = [*windows_broken(asked, starts, diary.site.zone)]
    for visit in placed:
        found += _against_times(diary, query, visit)
        found += _against_room(diary, visit)
        found += _against_staff(diary, visit)
        found += _against_hand_over(visit)
        found += _against_site_cover(diary, visit)
    guides = {visit.staff.get(Role.THERAPIST) for visit in placed if visit.step.keeps_one_therapist}
    if len(guides - {None}) > 1:
        found.append(f"therapists change: {guides}")
    found += _against_capacity(diary, placed)
    return tuple(found)


def windows_broken(protocol: Protocol, starts: Mapping[str, datetime], zone: str) -> tuple[str, ...]:
    """Return which windows these starts do not keep; `zone` is that of the clinic, whose dates count."""
    return tuple(_against_windows(protocol, starts, zone))


def overbooked(claims: Iterable[Claim], capacities: Mapping[tuple[str, Purpose], int]) -> tuple[str, ...]:
    """Return where claims exceed what a resource has; one that is not listed has one lane."""
    by_key: dict[tuple[str, Purpose], list[tuple[Interval, int]]] = {}
    for claim in claims:
        by_key.setdefault((claim.resource, claim.purpose), []).append((claim.interval, 1))
    return tuple(
        f"{key[0]} {key[1]}: {most} of {capacities.get(key, 1)}"
        for key, taken in by_key.items()
        if (most := _most_at_once(taken)) > capacities.get(key, 1)
    )


def _against_windows(protocol: Protocol, starts: Mapping[str, datetime], zone: str) -> Iterator[str]:
    def moment(key: str, point: Point) -> datetime:
        return starts[key] + (protocol.step(key).length if point is Point.END else timedelta(0))

    for window in protocol.windows:
        begin = moment(window.from_step, window.from_point)
        end = moment(window.to_step, window.to_point)
        gap = end - begin
        if window.counted is Counting.CALENDAR:
            gap = end.astimezone(ZoneInfo(zone)).date() - begin.astimezone(ZoneInfo(zone)).date()
        if gap < window.at_least or (window.at_most is not None and gap > window.at_most):
            yield f"{gap} {_between(window)}"


def _between(window: Window) -> str:
    return f"from {window.from_step} {window.from_point} to {window.to_step} {window.to_point}"


def _against_times(diary: Diary, query: Query, visit: Placement) -> Iterator[str]:
    step, start = visit.step, visit.start
    end = start + step.length
    if start.timestamp() % QUARTER.total_seconds():
        yield f"{step.key} starts off the quarter: {start}"
    if start < max(query.earliest, diary.as_of) or end > query.latest:
        yield f"{step.key} lies outside what was asked for: {start}"
    if uncovered(Interval(start, end + step.ends_before_close), diary.site.open_times(diary.horizon)):
        yield f"{step.key} lies outside opening hours: {start}"
    if any(away.overlaps(Interval(start, end)) for away in query.patient.unavailable):
        yield f"{step.key}: the patient cannot come: {start}"


def _against_room(diary: Diary, visit: Placement) -> Iterator[str]:
    step = visit.step
    if step.room_capability is None:
        return
    room = diary.rooms.get(visit.room or "")
    if room is None or step.room_capability not in room.capabilities:
        yield f"{step.key}: the room is not fit: {visit.room}"
    elif any(shut.overlaps(Interval.lasting(visit.start, step.room_length)) for shut in room.out_of_use):
        yield f"{step.key}: the room is out of use: {visit.room}"


def _against_staff(diary: Diary, visit: Placement) -> Iterator[str]:
    step = visit.step
    day = local_day(visit.start, diary.site.zone)
    needed = list(_needed(visit))
    watchers = {need.person for need in needed if need.cover.role is Role.MEDICAL_MONITOR}
    if visit.staff.get(Role.THERAPIST) in watchers - {""}:
        yield f"{step.key}: the therapist watches their own patient"
    for need in needed:
        name, role, person = need.phase, need.cover.role, diary.staff.get(need.person)
        if person is None or role not in person.roles:
            yield f"{step.key}: nobody fit as {role}"
            continue
        if uncovered(need.time, person.working_times(diary.site, diary.horizon)):
            yield f"{step.key}: {person.id} is not at work in {name}"
        for credential in need.cover.credentials:
            if not person.holds(credential, day):
                yield f"{step.key}: {person.id} does not hold {credential}"


def _against_hand_over(visit: Placement) -> Iterator[str]:
    """Yield where somebody takes over who may not, or at another moment than when a phase begins."""
    needed = list(_needed(visit))
    known = {(need.cover.role, need.number) for need in needed if need.cover.role in visit.step.hands_over}
    for role, number in visit.relief:
        if number == 0 or (role, number) not in known:
            yield f"{visit.step.key}: nobody may take over as {role} at {number}"
    serving: dict[tuple[str, Role], set[str]] = {}
    for need in needed:
        serving.setdefault((need.phase, need.cover.role), set()).add(need.person)
    for (phase, role), people in serving.items():
        if len(people) > 1:
            yield f"{visit.step.key}: {phase} has more than one {role}: {sorted(people)}"


def _needed(visit: Placement) -> Iterator[_Need]:
    """Yield what every phase asks for and who serves, counting what a role gives in the order in which it begins.

    What begins together is counted in the order in which it ends. Where a role is not handed over, who begins serves.
    """
    cursor = visit.start
    numbers: Counter[Role] = Counter()
    for phase in visit.step.phases:
        lengths = [(min(phase.minutes, cover.first_minutes or phase.minutes), cover) for cover in phase.cover]
        for minutes, cover in sorted(lengths, key=lambda pair: pair[0]):
            number, begins = numbers[cover.role], visit.staff.get(cover.role, "")
            time = Interval.lasting(cursor, timedelta(minutes=minutes))
            handed_over = cover.role in visit.step.hands_over
            person = visit.relief.get((cover.role, number), begins) if handed_over else begins
            yield _Need(phase.name, cover, time, number, person)
            numbers[cover.role] += 1
        cursor += timedelta(minutes=phase.minutes)


def _against_site_cover(diary: Diary, visit: Placement) -> Iterator[str]:
    day = local_day(visit.start, diary.site.zone)
    for cover in visit.step.site_cover:
        begin, end = visit.step.site_cover_times(cover)
        stretch = Interval(visit.start + begin, visit.start + end)
        present = [
            (working, 1)
            for person in diary.staff.values()
            if person.holds(cover.credential, day)
            for time in person.working_times(diary.site, diary.horizon)
            if (working := time.shared_with(stretch)) is not None
        ]
        cuts = sorted({stretch.start, *(edge for time, _ in present for edge in (time.start, time.end))})
        for cut in cuts:
            if cut < stretch.end and sum(time.holds(cut) for time, _ in present) < cover.at_least:
                yield f"{visit.step.key}: too few with {cover.credential} at {cut}"


def _against_capacity(diary: Diary, visits: tuple[Placement, ...]) -> Iterator[str]:
    taken: dict[tuple[str, Purpose], list[_Use]] = {}
    for use in (use for visit in visits for use in _uses(diary, visit)):
        taken.setdefault((use.resource, use.purpose), []).append(use)
    for (resource, purpose), uses in taken.items():
        person = diary.staff.get(resource)
        capacity = capacity_of(person)[purpose] if person else 1
        others = {
            claim: (claim.interval, 1)
            for use in uses
            for claim in diary.claims_on(resource, purpose)
            if claim.interval.overlaps(use.interval)
        }
        # Claims of others that overlap none of ours are not our concern.
        for use in uses:
            within = [
                (shared, lanes)
                for interval, lanes in [*others.values(), *((mine.interval, mine.lanes) for mine in uses)]
                if (shared := interval.shared_with(use.interval)) is not None
            ]
            if _most_at_once(within) > capacity:
                yield f"{resource} {purpose} is taken beyond {capacity} at {use.interval.start}"


def _uses(diary: Diary, visit: Placement) -> Iterator[_Use]:
    step, start = visit.step, visit.start
    if visit.room is not None:
        yield _Use(visit.room, Purpose.OCCUPY, Interval.lasting(start, step.room_length), 1)
    yield _Use(visit.patient, Purpose.OCCUPY, Interval.lasting(start, step.length), 1)
    if step.holds_dose_spacing:
        yield _Use(visit.patient, Purpose.SPACING, Interval.lasting(start, step.holds_dose_spacing), 1)
    needed = list(_needed(visit))
    cuts = sorted({edge for need in needed for edge in (need.time.start, need.time.end)})
    for begin, end in zip(cuts, cuts[1:], strict=False):
        most: dict[tuple[str, Purpose], int] = {}
        for need in needed:
            if need.time.holds(begin):
                for purpose, lanes in _lanes(diary, need.person, need.cover).items():
                    # Somebody in two roles of one visit is one person still: the greater need counts.
                    key = (need.person, purpose)
                    most[key] = max(lanes, most.get(key, 0))
        for (person, purpose), lanes in most.items():
            yield _Use(person, purpose, Interval(begin, end), lanes)


def _lanes(diary: Diary, person: str, cover: Cover) -> Mapping[Purpose, int]:
    may_watch = diary.staff[person].may_watch if person in diary.staff else 0
    if cover.attention is Attention.IN_ROOM:
        return {Purpose.OCCUPY: 1, Purpose.WATCH: may_watch}
    if cover.attention is Attention.HANDS_ON:
        return {Purpose.OCCUPY: 1, Purpose.WATCH: min(may_watch, 1)}
    if cover.attention is Attention.ON_PREMISES:
        return {Purpose.ON_PREMISES: 1}
    share = -(-max(may_watch, 1) // cover.patients_per_person)
    return {Purpose.WATCH: share}


def _most_at_once(taken: Iterable[tuple[Interval, int]]) -> int:
    edges: list[tuple[datetime, int]] = []
    for interval, lanes in taken:
        edges += [(interval.start, lanes), (interval.end, -lanes)]
    level = most = 0
    for _, change in sorted(edges):
        level += change
        most = max(most, level)
    return most
