"""Series that would fit if one member of staff worked half a day more each week, renewed what runs out, or stood in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from functools import lru_cache

from scheduler.domain.clock import local_day
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.places import Site, WeeklyHours
from scheduler.domain.telling import told, told_of_number
from scheduler.planner.concessions import Concession, Price
from scheduler.planner.earliest import earliest
from scheduler.planner.question import Question
from scheduler.planner.scarce_things import without_all
from scheduler.planner.supply import Scarcity
from scheduler.planner.weekday_names import AFTERNOONS, EVERY_WEEK, MORNINGS
from scheduler.rules.discretion import may_be_waived, rule_of_continuity
from scheduler.rules.wording import credential_name, day_words, listed, role_name

NOON = time(12)


@dataclass(frozen=True, slots=True)
class HalfDay:
    """The morning or the afternoon of one weekday, as far as the site is open then."""

    name: str
    hours: tuple[WeeklyHours, ...]

    @property
    def said(self) -> str:
        """The half day with its local times, such as 'Thursday mornings (08:00 to 12:00)'."""
        opens, closes = min(one.opens for one in self.hours), max(one.closes for one in self.hours)
        return told(
            "%(name)s (%(opens)s to %(closes)s)",
            name=self.name,
            opens=f"{opens:%H:%M}",
            closes=f"{closes:%H:%M}",
        )


@lru_cache(maxsize=256)
def half_days_of(site: Site) -> tuple[HalfDay, ...]:
    """Return the half days of a week on which the site is open: before noon, and after."""
    return tuple(
        HalfDay(names[weekday], tuple(hours))
        for weekday in range(7)
        for names, first, last in ((MORNINGS, time.min, NOON), (AFTERNOONS, NOON, time.max))
        if (
            hours := [_clipped(one, first, last) for one in site.hours if _open_in(one, weekday, first, last)]
        )
    )


def _open_in(hours: WeeklyHours, weekday: int, first: time, last: time) -> bool:
    return hours.weekday == weekday and hours.opens < last and first < hours.closes


def _clipped(hours: WeeklyHours, first: time, last: time) -> WeeklyHours:
    return replace(hours, opens=max(hours.opens, first), closes=min(hours.closes, last))


def with_half_a_day_more(question: Question) -> Iterator[Concession]:
    """Yield for each scarce role the half day of one of its people, worked every week, that gives the earliest series."""
    best: dict[Role, int] = {}
    for person, roles in needed(question).items():
        scarce = without_all(question, (Scarcity(role.value) for role in roles))
        if earliest(scarce, before=best.get(roles[0])) is None:
            continue
        found = _soonest(question, person, half_days_of(question.diary.site), best.get(roles[0]))
        if found is not None:
            best[roles[0]], half = found
            what = told("if %(name)s were at work on %(said)s too", name=person.name, said=half.said)
            why = _when_at_work(question, person, roles[0])
            yield Concession("half_day", Price.HALF_DAY, roles[0].value, best[roles[0]], why, what)


def _soonest(
    question: Question, person: StaffMember, halves: Sequence[HalfDay], before: int | None
) -> tuple[int, HalfDay] | None:
    """Return the half day, and when all is over with it, that gives the earliest series over before a slot, if any.

    All of these half days together are tried first: none of them alone gives an earlier one.
    """
    hours = tuple(hours for half in halves for hours in half.hours)
    supply = question.supply.with_more_work(person, hours)
    finish = earliest(replace(question, supply=supply), before=before)
    if finish is None or len(halves) == 1:
        return None if finish is None else (finish, halves[0])
    middle = len(halves) // 2
    first = _soonest(question, person, halves[:middle], before)
    second = _soonest(question, person, halves[middle:], first[0] if first else before)
    return second or first


def needed(question: Question) -> Mapping[StaffMember, tuple[Role, ...]]:
    """Return who may serve in the series, by id, with the roles in which they may."""
    roles = dict.fromkeys(role for shape in question.outline.shapes for role in shape.like.roles)
    people: dict[StaffMember, tuple[Role, ...]] = {}
    for role in roles:
        for person in _serving(question, role):
            people[person] = (*people.get(person, ()), role)
    return dict(sorted(people.items(), key=lambda pair: pair[0].id))


def _serving(question: Question, role: Role) -> tuple[StaffMember, ...]:
    return question.supply.having(role, question.wishes.therapist if role is Role.THERAPIST else None)


def _when_at_work(question: Question, person: StaffMember, role: Role) -> str:
    others = len(_serving(question, role)) - 1
    count = (
        told("one of %(others)s with the role %(role)s", others=others + 1, role=role_name(role))
        if others
        else told("the only %(role)s", role=role_name(role))
    )
    days = sorted({hours.weekday for hours in person.hours})
    if not days:
        return told("%(name)s, %(count)s, has no weekly hours", name=person.name, count=count)
    names = listed(EVERY_WEEK[day] for day in days)
    return told_of_number(
        "%(name)s, %(count)s, is at work on %(names)s alone",
        "%(name)s, %(count)s, is at work on %(names)s",
        len(days),
        name=person.name,
        count=count,
        names=names,
    )


def with_a_credential_renewed(question: Question) -> Iterator[Concession]:
    """Yield for each credential that runs out before the last day the earliest series if it were renewed in time."""
    last = local_day(question.wishes.latest, question.zone)
    for person, roles in needed(question).items():
        for kind, until in sorted(_running_out(person, last).items()):
            held = tuple(
                replace(mine, valid_until=None) if mine.kind == kind else mine for mine in person.credentials
            )
            finish = earliest(replace(question, supply=question.supply.with_credentials(person, held)))
            if finish is not None:
                name = credential_name(kind)
                why = told(
                    "%(name)s's %(credential)s is valid until %(day)s only",
                    name=person.name,
                    credential=name,
                    day=day_words(until),
                )
                what = told("if %(name)s's %(credential)s were renewed", name=person.name, credential=name)
                yield Concession("credential", Price.CREDENTIAL, roles[0].value, finish, why, what)


def _running_out(person: StaffMember, last: date) -> Mapping[str, date]:
    """Return until when the credentials hold that the person will not hold on a day any more."""
    kinds = {mine.kind for mine in person.credentials if not person.holds(mine.kind, last)}
    ends = [(mine.kind, mine.valid_until) for mine in person.credentials if mine.kind in kinds]
    return {kind: until for kind, until in sorted(ends, key=_by_end) if until is not None}


def _by_end(pair: tuple[str, date | None]) -> date:
    return pair[1] or date.max


def with_a_substitute(question: Question) -> Iterator[Concession]:
    """Yield the earliest series if another therapist guided one visit, or any visit where one alone is not enough."""
    rule, steps = rule_of_continuity(), question.outline.steps
    kept = tuple(step.key for step in steps if step.keeps_one_therapist and Role.THERAPIST in step.roles)
    finish = earliest(_guided_by_anybody(question, kept)) if kept and may_be_waived(rule) else None
    if finish is None:
        return
    decides = told(
        "only the %(role)s may let it take place otherwise (%(id)s)", role=rule.override_role, id=rule.id
    )
    best = _best_substitute(question, kept)
    if best is not None:
        key, sooner = best
        step = question.outline.protocol.step(key)
        why = told(
            "%(key)s is asked for with the therapist of the series; %(decides)s", key=key, decides=decides
        )
        what = told("if another therapist might guide %(key)s (%(title)s)", key=key, title=step.title)
        yield Concession("substitute", Price.SUBSTITUTE, Scarcity.THERAPIST, sooner, why, what, key)
    if best is None or finish < best[1]:
        why = told(
            "%(kept)s keep to the therapist of the series; only the %(role)s may let them take place otherwise (%(id)s)",
            kept=listed(kept),
            role=rule.override_role,
            id=rule.id,
        )
        what = told("if any visit might be guided by whoever is free")
        yield Concession("substitutes", Price.SUBSTITUTES, Scarcity.THERAPIST, finish, why, what)


def _best_substitute(
    question: Question, keys: Sequence[str], before: int | None = None
) -> tuple[str, int] | None:
    """Return the visit that gives the earliest series over before a slot when anybody guides it, and when all is over.

    All of these visits together are tried first: none of them alone gives an earlier one.
    """
    finish = earliest(_guided_by_anybody(question, keys), before=before)
    if finish is None or len(keys) == 1:
        return None if finish is None else (keys[0], finish)
    middle = len(keys) // 2
    first = _best_substitute(question, keys[:middle], before)
    second = _best_substitute(question, keys[middle:], first[1] if first else before)
    return second or first


def _guided_by_anybody(question: Question, keys: Sequence[str]) -> Question:
    steps = question.outline.steps
    return question.of_steps(
        [replace(step, keeps_one_therapist=False) if step.key in keys else step for step in steps]
    )
