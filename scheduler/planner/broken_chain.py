"""The first visit of a series that fits nowhere beside those before it, and what keeps it from where it would have to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.domain.telling import told, told_joined, told_moment
from scheduler.planner.earliest import earliest
from scheduler.planner.network import Arc, Stuck
from scheduler.planner.proposal import Reason
from scheduler.planner.question import Question
from scheduler.planner.scarce_things import in_the_way
from scheduler.rules.wording import last_words, listed

_NO_BETTER = told("and with the visits before it at another time it is no better")


def first_without_a_place(question: Question) -> int:
    """Return the number of the first step for which no series of the steps up to it has a place.

    The question must have no answer. Every step asks for more, so what has no place beside some has none beside more.
    """
    fits, fails = 0, len(question.outline.steps)
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if earliest(_up_to(question, middle)) is None:
            fails = middle
        else:
            fits = middle
    return fits


def broken_chain(question: Question, number: int) -> Reason:
    """Return why the first step without a place has none, told beside the earliest series of the steps before it."""
    asked, before = _up_to(question, number + 1), _up_to(question, number)
    gap = _Gap.beside(asked, number, *_soonest(asked, before))
    step, mend = question.outline.steps[number], told("give a later last day") if gap.is_too_late else ""
    why = told("%(key)s (%(title)s) has no place: %(said)s", key=step.key, title=step.title, said=gap.said)
    things = in_the_way(asked, asked.outline.steps, lambda one: earliest(one) is not None)
    if things:
        why, mend = (
            told(
                "%(why)s; what stands in the way is %(things)s",
                why=why,
                things=told_joined(things, told(" or ")),
            ),
            told("free some of it, or look later"),
        )
    return Reason("chain", why, mend, step.key)


def _up_to(question: Question, count: int) -> Question:
    """Return the question about the first steps alone."""
    return question.of_steps(question.outline.steps[:count])


def _soonest(asked: Question, before: Question) -> tuple[str, Sequence[int]]:
    """Return the therapist with whom the steps before are over soonest, and their starts, each as early as it can be."""
    found = []
    for therapist in asked.therapists:
        starts = before.network.least(before.choices(therapist))
        if not isinstance(starts, Stuck):
            found.append((before.outline.finish(starts), therapist, starts))
    _, therapist, starts = min(found)
    return therapist, starts


@dataclass(frozen=True)
class _Gap:
    """Where a step would have to start beside those before it: from `low` to `high`, and the windows that say so."""

    question: Question
    number: int
    therapist: str
    starts: Sequence[int]
    low: int
    high: int
    after: Arc | None
    before: Arc | None

    @classmethod
    def beside(cls, question: Question, number: int, therapist: str, starts: Sequence[int]) -> _Gap:
        """Ask the windows to the steps before, which have these starts."""
        low, high = question.lower[number], question.upper[number]
        after = before = None
        for arc in question.network.arcs:
            if arc.target == number and (bound := arc.bound(starts[arc.source], question.days)) > low:
                low, after = bound, arc
            elif arc.source == number and (bound := arc.bound_back(starts[arc.target], question.days)) < high:
                high, before = bound, arc
        return cls(question, number, therapist, starts, low, high, after, before)

    @property
    def is_too_late(self) -> bool:
        """Say whether the steps before leave it no time until the last day."""
        return self.low > self.question.upper[self.number]

    @property
    def said(self) -> str:
        """Where it would have to start, and why it cannot."""
        last = last_words(self.question.wishes.latest, self.question.zone)
        free = self.question.choices(self.therapist).at_or_after(self.number, self.low)
        low = self.question.limit_words(self.low, self.after)
        from_low = told("%(given)s it would have to start on %(low)s or later", given=self._given, low=low)
        if self.is_too_late:
            return told(
                "%(from_low)s%(because)s, and could not be over by %(last)s",
                from_low=from_low,
                because=self._because,
                last=last,
            )
        if free is None:
            return told(
                "%(from_low)s%(because)s; no start is free from then to %(last)s",
                from_low=from_low,
                because=self._because,
                last=last,
            )
        # A start that is free and kept every window would be a place.
        high = self.question.limit_words(self.high, self.before)
        until_high = told(
            "%(from_low)s, and on %(high)s or earlier%(because)s",
            from_low=from_low,
            high=high,
            because=self._because,
        )
        if self.low > self.high:
            return told(
                "%(until_high)s; it cannot do both, %(no_better)s",
                until_high=until_high,
                no_better=_NO_BETTER,
            )
        return told(
            "%(until_high)s; no start is free then, the next one is on %(at)s, %(no_better)s",
            until_high=until_high,
            at=self._at(free),
            no_better=_NO_BETTER,
        )

    @property
    def _arcs(self) -> tuple[Arc, ...]:
        both = self.low <= self.question.upper[self.number]
        return tuple(arc for arc in (self.after, self.before if both else None) if arc is not None)

    @property
    def _given(self) -> str:
        steps, staff = self.question.outline.steps, self.question.diary.staff
        others = dict.fromkeys(arc.source if arc.target == self.number else arc.target for arc in self._arcs)
        given: list[str] = [
            told("%(key)s on %(at)s", key=steps[other].key, at=self._at(self.starts[other]))
            for other in others
        ]
        if self.therapist and len(self.question.therapists) > 1:
            given.insert(0, staff[self.therapist].name)
        return told("with %(given)s", given=listed(given)) if given else told("in this time")

    @property
    def _because(self) -> str:
        words = dict.fromkeys(self.question.outline.said(arc) for arc in self._arcs)
        return told(", because %(words)s", words=told_joined(words, told(" and "))) if words else ""

    def _at(self, slot: int) -> str:
        return told_moment(self.question.grid.at(slot), self.question.zone)
