"""How rooms and people are used: by hour of the week, and by person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval, merged, without
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.telling import told, told_of_number
from scheduler.insights.facts import Facts
from scheduler.insights.figure import Bar, Bars, Cell, Figure, Hours, Part, joined
from scheduler.insights.hours_of_week import Hour, minutes, minutes_by_hour

DOSING = "_dosing"
"""How the capabilities of a room end that is fit for a dose."""

WEEKDAYS = (
    told("Monday"),
    told("Tuesday"),
    told("Wednesday"),
    told("Thursday"),
    told("Friday"),
    told("Saturday"),
    told("Sunday"),
)

_ROLES = {
    Role.THERAPIST: told("therapist"),
    Role.CO_THERAPIST: told("co therapist"),
    Role.ADMINISTERING_CLINICIAN: told("administering clinician"),
    Role.MEDICAL_MONITOR: told("medical monitor"),
    Role.PRESCRIBER: told("prescriber"),
    Role.CARE_COORDINATOR: told("care coordinator"),
}


def chairs_by_hour(facts: Facts) -> Figure:
    """Return how much of the open time of rooms fit for a dose is taken, by hour of the week."""
    rooms = [room for room in facts.rooms if any(fit_for.endswith(DOSING) for fit_for in room.capabilities)]
    open_times = facts.site.open_times(facts.during)
    there = [
        interval
        for room in rooms
        for interval in _cut(without(open_times, room.out_of_use), facts.during)
        for _ in range(room.places)
    ]
    taken = _taken(facts, {room.id for room in rooms}, Purpose.OCCUPY)
    return _by_hour(
        facts,
        ("chairs", told("Chairs in use by hour")),
        told(
            "Time for which rooms fit for a dose are taken, turnover included, out of the time that they can be used in "
            "opening hours. A room with several places counts once for each, and is taken whole by a group."
        ),
        _whole(there, taken, facts, {room.id: room.places for room in rooms}),
    )


def therapists_by_hour(facts: Facts) -> Figure:
    """Return how much of the working time of therapists is taken by visits, by hour of the week."""
    people = [person for person in facts.staff if Role.THERAPIST in person.roles]
    there = [interval for person in people for interval in _at_work(facts, person)]
    taken = _taken(facts, {person.id for person in people}, Purpose.OCCUPY)
    return _by_hour(
        facts,
        ("therapists", told("Therapists in visits by hour")),
        told(
            "Time that therapists give to patients with both hands, out of the hours that they work. Notes, breaks and "
            "watching from nearby are not counted."
        ),
        (minutes_by_hour(there, facts.site.zone), minutes_by_hour(_intervals(taken), facts.site.zone)),
    )


_COLUMNS_BY_PERSON = (
    told("Person"),
    told("Roles"),
    told("Visits"),
    told("Hours with patients"),
    told("Hours at work"),
    told("Share"),
)

_HOW_LOAD_IS_COUNTED = told(
    "Hours with patients, watching included and counted once however many are watched, out of the hours worked."
)


def load_by_person(facts: Facts) -> Figure:
    """Return for each therapist, nurse and prescriber how much of their working time visits take, and how many visits."""
    rows: list[tuple[Cell, ...]] = []
    bars = []
    for person in sorted(facts.staff, key=lambda one: (one.name, one.id)):
        work = sum(minutes(interval.duration) for interval in _at_work(facts, person))
        claims = _taken(facts, {person.id}, Purpose.OCCUPY, Purpose.WATCH)
        visits = len({claim.appointment for claim in claims})
        given = sum(minutes(interval.duration) for interval in merged(_intervals(claims)))
        if not work and not visits:
            continue
        rows.append(
            (person.name, _roles_in_words(person), visits, _hours(given), _hours(work), _share(given, work))
        )
        bars.append(
            Bar(
                person.name,
                (
                    Part(told("with patients"), given, "accent"),
                    Part(told("other hours at work"), max(0, work - given), "pale"),
                ),
                told(
                    "%(visits)s, %(given)s of %(work)s h",
                    visits=told_of_number("%(num)s visit", "%(num)s visits", visits),
                    given=f"{_hours(given):g}",
                    work=f"{_hours(work):g}",
                ),
            )
        )
    return Figure(
        key="people",
        title=told("Load by person"),
        counted=_HOW_LOAD_IS_COUNTED,
        summed=told("%(people)s people with hours or visits.", people=len(rows)),
        columns=_COLUMNS_BY_PERSON,
        rows=tuple(rows),
        drawing=Bars(tuple(bars)),
    )


def load_by_nurse(facts: Facts) -> Figure:
    """Return for each medical monitor how many patients they watched, for how long, and the most at once."""
    watchers = [person for person in facts.staff if Role.MEDICAL_MONITOR in person.roles]
    loads = [_Watch.of(person, facts) for person in sorted(watchers, key=lambda one: (one.name, one.id))]
    return Figure(
        key="watching",
        title=told("Load by nurse"),
        counted=told(
            "Hours for which each medical monitor has patients to watch: one alone, or several at once."
        ),
        summed=told_of_number("%(num)s person watches.", "%(num)s people watch.", len(loads)),
        columns=(
            told("Person"),
            told("Patients"),
            told("Hours with one"),
            told("Hours with more"),
            told("Most at once"),
            told("Allowed at once"),
        ),
        rows=tuple(load.cells for load in loads),
        drawing=Bars(tuple(load.bar for load in loads)),
    )


@dataclass(frozen=True, slots=True)
class _Watch:
    """What one medical monitor had to watch: how many patients, for how many minutes one alone and several at once."""

    person: StaffMember
    patients: int
    alone: int
    several: int
    most: int

    @classmethod
    def of(cls, person: StaffMember, facts: Facts) -> _Watch:
        """Count it."""
        claims = _taken(facts, {person.id}, Purpose.OCCUPY, Purpose.WATCH)
        by_visit = _by_visit(claim for claim in claims if claim.role is Role.MEDICAL_MONITOR)
        levels = list(_levels(by_visit))
        alone = sum(minutes(length) for length, level in levels if level == 1)
        several = sum(minutes(length) for length, level in levels if level > 1)
        most = max((level for length, level in levels if length), default=0)
        return cls(person, len(by_visit), alone, several, most)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Its row of the table."""
        alone, several = _hours(self.alone), _hours(self.several)
        return (self.person.name, self.patients, alone, several, self.most, self.person.may_watch)

    @property
    def bar(self) -> Bar:
        """Its bar of the drawing."""
        parts = (
            Part(told("one patient"), self.alone, "accent"),
            Part(told("two or more at once"), self.several, "strong"),
        )
        patients = told_of_number("%(num)s patient", "%(num)s patients", self.patients)
        hours = f"{_hours(self.alone + self.several):g}"
        return Bar(self.person.name, parts, told("%(patients)s, %(hours)s h", patients=patients, hours=hours))


def _whole(
    there: Iterable[Interval], taken: Iterable[Claim], facts: Facts, places: dict[str, int]
) -> tuple[Counter[Hour], Counter[Hour]]:
    zone = facts.site.zone
    used: Counter[Hour] = Counter()
    for claim in taken:
        for hour, amount in minutes_by_hour([claim.interval], zone).items():
            used[hour] += amount * places[claim.resource]
    return minutes_by_hour(there, zone), used


def _by_hour(
    facts: Facts, named: tuple[str, str], counted: str, known: tuple[Counter[Hour], Counter[Hour]]
) -> Figure:
    there, taken = known
    hours = sorted(there.keys() | taken.keys())
    rows = tuple(
        (
            WEEKDAYS[weekday],
            f"{hour:02d}:00",
            _hours(taken[weekday, hour]),
            _hours(there[weekday, hour]),
            _share(taken[weekday, hour], there[weekday, hour]),
        )
        for weekday, hour in hours
    )
    whole = _share(sum(taken.values()), sum(there.values()))
    return Figure(
        key=named[0],
        title=named[1],
        counted=counted,
        summed=told("Nothing is open then.")
        if whole is None
        else told("%(share)s of the time is taken.", share=f"{whole:.0%}"),
        columns=(
            told("Weekday"),
            told("Hour from (%(zone)s)", zone=facts.site.zone),
            told("Hours taken"),
            told("Hours there"),
            told("Share"),
        ),
        rows=rows,
        drawing=Hours(
            {
                hour: taken[hour] / there[hour] if there[hour] else 1.0
                for hour in hours
                if there[hour] or taken[hour]
            }
        ),
    )


def _at_work(facts: Facts, person: StaffMember) -> Iterator[Interval]:
    """Yield when somebody is at work while the site is open."""
    shut = without([facts.during], facts.site.open_times(facts.during))
    yield from _cut(without(person.working_times(facts.site, facts.during), shut), facts.during)


def _taken(facts: Facts, resources: set[str], *purposes: Purpose) -> list[Claim]:
    """Return the claims on resources, each cut to the stretch that is looked at."""
    found = []
    for claim in facts.claims:
        if claim.resource in resources and claim.purpose in purposes:
            part = claim.interval.shared_with(facts.during)
            if part is not None:
                found.append(Claim(claim.resource, claim.purpose, part, claim.appointment, role=claim.role))
    return found


def _cut(intervals: Iterable[Interval], during: Interval) -> Iterator[Interval]:
    for interval in intervals:
        part = interval.shared_with(during)
        if part is not None:
            yield part


def _intervals(claims: Iterable[Claim]) -> Sequence[Interval]:
    return [claim.interval for claim in claims]


def _by_visit(claims: Iterable[Claim]) -> dict[str, tuple[Interval, ...]]:
    """Return by visit when somebody is bound by it: several lanes at once count once."""
    found: dict[str, list[Interval]] = {}
    for claim in claims:
        found.setdefault(claim.appointment, []).append(claim.interval)
    return {visit: merged(intervals) for visit, intervals in found.items()}


def _levels(by_visit: dict[str, tuple[Interval, ...]]) -> Iterator[tuple[timedelta, int]]:
    """Yield how long how many visits go on at once, stretch by stretch."""
    changes = sorted(
        change
        for intervals in by_visit.values()
        for interval in intervals
        for change in ((interval.start, 1), (interval.end, -1))
    )
    level = 0
    for (at, by), (until, _) in zip(changes, changes[1:], strict=False):
        level += by
        yield until - at, level


def _roles_in_words(person: StaffMember) -> str:
    return joined([_ROLES[role] for role in sorted(person.roles)])


def _hours(amount: int) -> float:
    return round(amount / 60, 2)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
