"""Series that would fit if one window of the protocol were a little wider, and who may decide that it is.

Only windows whose rule leaves somebody a choice are stretched, a minimum down to nothing, a maximum to double: what goes
beyond that is another treatment. The least stretch is found by halving, for a wider window never makes a series impossible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from scheduler.domain.telling import told, told_of_number
from scheduler.domain.treatment import Counting, Point, Window
from scheduler.planner.concessions import Concession, Price
from scheduler.planner.earliest import earliest
from scheduler.planner.network import Arc, Network
from scheduler.planner.outline import at_least, at_most
from scheduler.planner.question import Question
from scheduler.planner.supply import START_EVERY
from scheduler.rules.catalogue import Rule
from scheduler.rules.discretion import may_be_waived, rule_of_maximum, rule_of_minimum
from scheduler.rules.finding import Level
from scheduler.rules.wording import day_count, limit, listed

_DAY = timedelta(days=1)
_STEP = {Counting.ELAPSED: START_EVERY, Counting.CALENDAR: _DAY}


@dataclass(frozen=True, slots=True)
class _Limit:
    """One limit of a window and the arc that asks for it; `step` is negative for a minimum, which is stretched downwards."""

    window: Window
    arc: Arc
    asked: timedelta
    step: timedelta
    most: int
    rule: Rule

    def after(self, steps: int) -> timedelta:
        """Return the limit stretched by so many steps."""
        return self.asked + steps * self.step

    def stretched(self, question: Question, steps: int) -> Arc:
        """Return the arc that asks for the limit stretched by so many steps."""
        outline = question.outline
        arc = at_most if self.step > timedelta(0) else at_least
        return arc(outline.protocol, outline.numbers, self.window, self.after(steps))


def with_a_stretched_window(question: Question) -> Iterator[Concession]:
    """Yield for each limit the least by which it would have to be stretched, where that makes a series possible.

    A limit that several visits have in common is stretched for all of them where none of them alone helps.
    """
    limits = tuple(_limits(question))
    helping = tuple(_helping(question, limits))
    for one in helping:
        yield _concession(question, (one,), *_least_stretch(question, (one,)))
    for alike in _alike(limits):
        if len(alike) > 1 and not set(alike) & set(helping) and _helps(question, alike):
            yield _concession(question, alike, *_least_stretch(question, alike))


def _alike(limits: Iterable[_Limit]) -> Iterable[tuple[_Limit, ...]]:
    """Return the limits by what they ask for: the same rule asks the same of each of these visits."""
    alike: dict[object, list[_Limit]] = {}
    for one in limits:
        window = one.window
        points = (window.from_point, window.to_point, window.counted)
        alike.setdefault((one.rule.id, window.meaning, points, one.asked, one.step), []).append(one)
    return map(tuple, alike.values())


def _helps(question: Question, limits: Iterable[_Limit]) -> bool:
    """Say whether there is a series when these limits are stretched as far as may be."""
    return earliest(question, _with(question, [(one, one.most) for one in limits])) is not None


def _helping(question: Question, limits: Sequence[_Limit]) -> Iterator[_Limit]:
    """Yield the limits that make a series possible when stretched as far as may be.

    All of them together are tried first: where that does not help, none of them alone does.
    """
    if not limits or not _helps(question, limits):
        return
    if len(limits) == 1:
        yield limits[0]
        return
    middle = len(limits) // 2
    yield from _helping(question, limits[:middle])
    yield from _helping(question, limits[middle:])


def _with(question: Question, stretched: Iterable[tuple[_Limit, int]]) -> Network:
    """Return the windows with some limits stretched by so many steps."""
    instead = {id(one.arc): one.stretched(question, steps) for one, steps in stretched}
    arcs = (instead.get(id(arc), arc) for arc in question.outline.arcs)
    return Network.of(len(question.outline.steps), question.days, arcs)


def _limits(question: Question) -> Iterator[_Limit]:
    """Yield the limits that somebody may stretch."""
    protocol, numbers = question.outline.protocol, question.outline.numbers
    for arc in question.outline.arcs:
        window = arc.window
        if window is None:
            continue
        step = _STEP[window.counted]
        if arc.source == numbers[window.to_step] and window.at_most is not None:
            asked, rule = window.at_most, rule_of_maximum(protocol, window)
            most = max(asked, _DAY) // step
        elif window.at_least:
            asked, rule, step = window.at_least, rule_of_minimum(protocol, window), -step
            most = asked // -step
        else:
            continue
        if rule is not None and may_be_waived(rule):
            yield _Limit(window, arc, asked, step, most, rule)


def _least_stretch(question: Question, limits: Sequence[_Limit]) -> tuple[int, int]:
    """Return by how many steps limits that help must be stretched at the least, and when the earliest series is over."""

    def stretched(steps: int) -> int | None:
        return earliest(question, _with(question, [(one, steps) for one in limits]))

    too_few, enough = 0, min(one.most for one in limits)
    found = stretched(enough)
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if (finish := stretched(middle)) is None:
            too_few = middle
        else:
            enough, found = middle, finish
    assert found is not None, "they were found to help"
    return enough, found


def _concession(question: Question, limits: Sequence[_Limit], steps: int, finish: int) -> Concession:
    one = limits[0]
    price = Price.WINDOW_OF_A_GATE if one.rule.level is Level.GATE else Price.WINDOW_OF_A_WARNING
    return Concession(
        code="window" if len(limits) == 1 else "windows",
        price=price if len(limits) == 1 else Price.WINDOWS_OF_A_KIND,
        about=one.rule.family.value,
        finish=finish,
        why=_who_decides(limits),
        what=_in_words(question, limits, steps),
        step=one.window.to_step,
        share=steps / one.most,
    )


def _who_decides(limits: Sequence[_Limit]) -> str:
    one, rule = limits[0], limits[0].rule
    asked, (later, earlier) = _said(one, one.asked), _visits(limits)
    values = {"later": later, "asked": asked, "earlier": earlier}
    number = len(limits)
    if one.step > timedelta(0):
        why = told_of_number(
            "%(later)s is asked for at most %(asked)s after %(earlier)s",
            "%(later)s are each asked for at most %(asked)s after %(earlier)s",
            number,
            **values,
        )
    else:
        why = told_of_number(
            "%(later)s is asked for at least %(asked)s after %(earlier)s",
            "%(later)s are each asked for at least %(asked)s after %(earlier)s",
            number,
            **values,
        )
    if rule.level is Level.GATE:
        role = (rule.override_role or "").replace("_", " ")
        return told_of_number(
            "%(why)s; only the %(role)s may let it take place otherwise (%(id)s)",
            "%(why)s; only the %(role)s may let them take place otherwise (%(id)s)",
            number,
            why=why,
            role=role,
            id=rule.id,
        )
    return told("%(why)s, which is a warning: the clinic may decide otherwise (%(id)s)", why=why, id=rule.id)


_IF_STRETCHED = {
    (Point.START, Point.START, True, False): told(
        "if %(later)s could start as late as %(length)s after the start of %(earlier)s"
    ),
    (Point.START, Point.START, True, True): told(
        "if %(later)s could each start as late as %(length)s after the start of %(earlier)s"
    ),
    (Point.START, Point.START, False, False): told(
        "if %(later)s could start as soon as %(length)s after the start of %(earlier)s"
    ),
    (Point.START, Point.START, False, True): told(
        "if %(later)s could each start as soon as %(length)s after the start of %(earlier)s"
    ),
    (Point.START, Point.END, True, False): told(
        "if %(later)s could start as late as %(length)s after the end of %(earlier)s"
    ),
    (Point.START, Point.END, True, True): told(
        "if %(later)s could each start as late as %(length)s after the end of %(earlier)s"
    ),
    (Point.START, Point.END, False, False): told(
        "if %(later)s could start as soon as %(length)s after the end of %(earlier)s"
    ),
    (Point.START, Point.END, False, True): told(
        "if %(later)s could each start as soon as %(length)s after the end of %(earlier)s"
    ),
    (Point.END, Point.START, True, False): told(
        "if %(later)s could be over as late as %(length)s after the start of %(earlier)s"
    ),
    (Point.END, Point.START, True, True): told(
        "if %(later)s could each be over as late as %(length)s after the start of %(earlier)s"
    ),
    (Point.END, Point.START, False, False): told(
        "if %(later)s could be over as soon as %(length)s after the start of %(earlier)s"
    ),
    (Point.END, Point.START, False, True): told(
        "if %(later)s could each be over as soon as %(length)s after the start of %(earlier)s"
    ),
    (Point.END, Point.END, True, False): told(
        "if %(later)s could be over as late as %(length)s after the end of %(earlier)s"
    ),
    (Point.END, Point.END, True, True): told(
        "if %(later)s could each be over as late as %(length)s after the end of %(earlier)s"
    ),
    (Point.END, Point.END, False, False): told(
        "if %(later)s could be over as soon as %(length)s after the end of %(earlier)s"
    ),
    (Point.END, Point.END, False, True): told(
        "if %(later)s could each be over as soon as %(length)s after the end of %(earlier)s"
    ),
}
"""What would be conceded: by which points the visits are related, whether later or sooner, and whether it is of several."""


def _in_words(question: Question, limits: Sequence[_Limit], steps: int) -> str:
    one, (later, earlier) = limits[0], _visits(limits)
    if len(limits) == 1:
        later = f"{later} ({question.outline.protocol.step(later).title})"
    shape = (one.window.to_point, one.window.from_point, one.step > timedelta(0), len(limits) > 1)
    return told(_IF_STRETCHED[shape], later=later, length=_said(one, one.after(steps)), earlier=earlier)


def _visits(limits: Iterable[_Limit]) -> tuple[str, str]:
    """Return the later visits of the windows and the earlier ones, as lists of keys in the same order."""
    windows = [one.window for one in limits]
    return listed(w.to_step for w in windows), listed(w.from_step for w in windows)


def _said(one: _Limit, time: timedelta) -> str:
    return day_count(time) if one.window.counted is Counting.CALENDAR else limit(time)
