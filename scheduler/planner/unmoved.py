"""Why a visit cannot be moved as asked: the visit at which it breaks, what holds it, and what would make it possible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scheduler.domain.appointment import Appointment
from scheduler.domain.telling import Told, told, told_joined, told_moment, told_of_number
from scheduler.planner.case import Case
from scheduler.planner.change import Change
from scheduler.planner.moving import NoWay, Shifted, rescheduled_starts
from scheduler.planner.network import Arc, Stuck
from scheduler.planner.proposal import Reason
from scheduler.rules.wording import last_words

_NOT_PROVEN = Reason(
    "not_proven",
    told("nothing was found, though it is not proven that there is nothing"),
    told("let fewer visits move"),
)
_NO_OTHER_STARTS = Reason(
    "no_other_starts",
    told("with these visits moved, no free starts keep every window to those that stay"),
    told("ask for another time, or plan the rest of the series anew"),
)
_NO_CONCESSION = Reason(
    "no_concession",
    told("no single concession makes the change possible"),
    told("look at another time, or plan the rest of the series anew"),
)


@dataclass(frozen=True, slots=True)
class _Limit:
    """The first or the last slot at which a step may start, and the arc that says so; `None` where nothing else does."""

    slot: int
    arc: Arc | None = None


def reasons_against_change(case: Case, none: NoWay) -> tuple[Reason, ...]:
    """Return at least one reason: first the visit at which it breaks, then the concessions that would help."""
    concessions = tuple(_concessions(case))
    untold = _NO_OTHER_STARTS if none.exact else _NOT_PROVEN
    broken = _broken(case, none.stuck) if none.stuck else untold
    return (broken, *(concessions or (_NO_CONCESSION,)))


def _broken(case: Case, stuck: Stuck) -> Reason:
    number = case.question.outline.numbers[case.change.step]
    if case.choices.at_or_after(number, case.choices.lower[number]) is None:
        return _nowhere(case)
    visit, zone = case.visits[stuck.step], case.question.zone
    low, high = _limits(case, stuck)
    why = _would_start(case, visit, low, high)
    if stuck.step not in case.standing.may_move:
        return Reason(
            "chain",
            told("%(why)s; it stays on %(time)s", why=why, time=told_moment(visit.start, zone)),
            told("let %(step)s move", step=visit.step),
            visit.step,
        )
    if low.slot > high.slot and high.arc is not None:
        mend = told("ask for another time, or plan the rest of the series anew")
        return Reason("chain", told("%(why)s; it cannot do both", why=why), mend, visit.step)
    free = case.choices.at_or_after(stuck.step, low.slot)
    until = last_words(case.question.wishes.latest, zone)
    if free is not None:
        following = told(
            "the next one is on %(next_one)s", next_one=told_moment(case.question.grid.at(free), zone)
        )
    else:
        following = told("nor until %(until)s", until=until)
    mend = told("free some of that time, or plan the rest of the series anew")
    return Reason(
        "chain",
        told("%(why)s; no start is free then, %(following)s", why=why, following=following),
        mend,
        visit.step,
    )


def _would_start(case: Case, visit: Appointment, low: _Limit, high: _Limit) -> Told:
    words = [
        told(
            "on %(limit)s or later%(because)s",
            limit=case.question.limit_words(low.slot, low.arc),
            because=_because(case, low),
        )
    ]
    if high.arc is not None:
        words.append(
            told(
                "on %(limit)s or earlier%(because)s",
                limit=case.question.limit_words(high.slot, high.arc),
                because=_because(case, high),
            )
        )
    return told(
        "%(step)s (%(title)s) would have to start %(words)s",
        step=visit.step,
        title=visit.title,
        words=told_joined(words, told(", and ")),
    )


def _because(case: Case, limit: _Limit) -> str:
    if limit.arc is not None:
        return told(", because %(words)s", words=case.question.outline.said(limit.arc))
    return told(", because that is now") if limit.slot == case.question.lower[0] else ""


def _nowhere(case: Case) -> Reason:
    visit = case.visits[case.question.outline.numbers[case.change.step]]
    change, zone = case.change, case.question.zone
    words = [told("at %(time)s", time=told_moment(change.exactly, zone))] if change.exactly else []
    if change.no_earlier:
        words.append(told("from %(moment)s", moment=told_moment(change.no_earlier, zone)))
    if change.no_later:
        words.append(told("until %(time)s", time=told_moment(change.no_later, zone)))
    why = told(
        "%(step)s (%(title)s) has no free start %(words)s",
        step=visit.step,
        title=visit.title,
        words=told_joined(words) if words else told("in the time looked at"),
    )
    return Reason("no_start", why, told("ask for another time"), visit.step)


def _limits(case: Case, stuck: Stuck) -> tuple[_Limit, _Limit]:
    """Return the first and the last slot at which the step may start beside those that stay, and what says so."""
    standing, network, step = case.standing, case.network, stuck.step
    low = _Limit(case.choices.lower[step] if step in standing.may_move else stuck.bound)
    if stuck.bound >= low.slot:
        low = _Limit(stuck.bound, stuck.arc)
    high = _Limit(case.choices.upper[step])
    for arc in network.arcs:
        if arc.target == step and arc.source not in standing.may_move:
            source = standing.over_from(arc.source, standing.starts[arc.source])
            low = max(low, _Limit(arc.bound(source, network.days), arc), key=lambda limit: limit.slot)
        elif arc.source == step and arc.target not in standing.may_move:
            bound = arc.bound_back(standing.starts[arc.target], network.days)
            high = min(high, _Limit(bound, arc), key=lambda limit: limit.slot)
    return low, high


def _concessions(case: Case) -> Iterator[Reason]:
    """Yield what would make the change possible, the one that moves the fewest visits first."""
    found = []
    for code, step, words, change in _attempts(case):
        tried = case.with_change(change)
        shifted = None
        if not tried.obstacles:
            shifted = rescheduled_starts(tried.network, tried.choices, tried.standing)
        if isinstance(shifted, Shifted):
            number = case.question.outline.numbers[case.change.step]
            start = told_moment(case.question.grid.at(shifted.starts[number]), case.question.zone)
            moved = told_of_number("%(num)s visit moved in all", "%(num)s visits moved in all", shifted.moved)
            mend = told(
                "%(words)s %(step)s could start on %(start)s, with %(moved)s",
                words=words,
                step=case.change.step,
                start=start,
                moved=moved,
            )
            found.append(
                (shifted.moved, shifted.shift, Reason(code, told("the change would be possible"), mend, step))
            )
    for _, _, reason in sorted(found, key=lambda one: (one[0], one[1], one[2].code, one[2].step)):
        yield reason


def _attempts(case: Case) -> Iterator[tuple[str, str, str, Change]]:
    """Yield code, step and words of each concession, and the change with it made."""
    change = case.change
    shape = case.question.outline.shapes[case.question.outline.numbers[change.step]]
    is_open = change.step not in change.others_may_guide | change.guides.keys()
    if is_open and shape.keeps_one_therapist:
        others = replace(change, others_may_guide=change.others_may_guide | {change.step})
        yield "another_therapist", change.step, told("with another therapist"), others
    for step in sorted(change.fixed):
        yield (
            "let_move",
            step,
            told("if %(step)s might move,", step=step),
            replace(change, fixed=change.fixed - {step}),
        )
