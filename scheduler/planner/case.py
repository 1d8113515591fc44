"""A wish to reschedule made ready for the search: the visits by number, what may move and stay, and where to."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from scheduler.domain.appointment import NOT_BEGUN, Appointment
from scheduler.domain.diary import MARGIN, Diary
from scheduler.domain.errors import NotFound
from scheduler.domain.lazily import lazily
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.telling import told, told_moment
from scheduler.domain.treatment import Protocol
from scheduler.planner.change import Change
from scheduler.planner.network import Arc, Choices, Network
from scheduler.planner.outline import Outline
from scheduler.planner.proposal import Reason
from scheduler.planner.question import NOBODY, Question, network_of
from scheduler.planner.real_times import Facts, arcs_from_facts, length_in_slots, real_times
from scheduler.planner.standing import Standing
from scheduler.planner.staying import against_staying
from scheduler.planner.timeline import SLOT, LocalDays, slots_at_most, slots_in
from scheduler.planner.wishes import Wishes
from scheduler.rules.finding import Finding


@dataclass(frozen=True)
class Case:
    """A series, a change and a question about its visits, which are `visits` by the number of their steps."""

    question: Question
    series: Series
    visits: tuple[Appointment, ...]
    change: Change

    @classmethod
    def of(cls, diary: Diary, protocol: Protocol, series: Series, change: Change) -> Case:
        """Make a case ready. Raises `NotFound` when no visit stands for a step that the change names."""
        standing = {visit.step: visit for visit in reversed(series.standing)}
        for step in (change.step, *sorted(change.fixed | change.others_may_guide | change.guides.keys())):
            if step not in standing:
                raise NotFound(f"no visit stands for {step}: book it first")
        left = protocol
        if any(step.key not in standing for step in protocol.steps):
            left = protocol.only(standing)
        # So close to the end of what is known, a later dose or claim might be missed.
        latest = max(diary.horizon.end - MARGIN, diary.as_of)
        question = Question.of(diary, left, Wishes(diary.as_of, latest))
        return cls(question, series, tuple(standing[step.key] for step in left.steps), change)

    def with_change(self, change: Change) -> Case:
        """Return the case of another change."""
        return replace(self, change=change)

    @lazily
    def therapist(self) -> str:
        """Who guides the visits that ask for one therapist, mostly; the one of the latest where it is even."""
        kept = [
            visit.staff.get(Role.THERAPIST, NOBODY)
            for visit, shape in zip(self.visits, self.question.outline.shapes, strict=True)
            if shape.keeps_one_therapist
        ]
        return Counter(reversed(kept)).most_common(1)[0][0] if kept else NOBODY

    @lazily
    def network(self) -> Network:
        """The windows; visits that nothing else puts in order keep the order they have."""
        order = sorted(range(len(self.visits)), key=lambda step: self.visits[step].start)
        return _in_order(self.question.outline, self.question.days, tuple(order), self._facts)

    @lazily
    def _facts(self) -> Facts:
        """The real times of visits that have begun, where these differ from what was planned."""
        outline, origin = self.question.outline, self.question.grid.origin
        return tuple(
            real_times(visit, step.length, origin) if self.has_begun(visit) else None
            for visit, step in zip(self.visits, outline.steps, strict=True)
        )

    @lazily
    def standing(self) -> Standing:
        """Where the visits stand."""
        origin = self.question.grid.origin
        return Standing(
            starts=self.question.grid.slots_of(visit.start for visit in self.visits),
            may_move=frozenset(step for step, visit in enumerate(self.visits) if self._may_move(visit)),
            may_stay=frozenset(step for step in range(len(self.visits)) if self._may_stay(step)),
            within=frozenset(
                step
                for step, visit in enumerate(self.visits)
                if self._facts[step] is None and (visit.start - origin) % SLOT
            ),
        )

    def has_begun(self, visit: Appointment) -> bool:
        """Say whether a visit is past changing."""
        if visit.step in self.change.anew:
            return False
        return visit.state not in NOT_BEGUN or visit.start < self.question.diary.as_of

    def _is_past(self, visit: Appointment) -> bool:
        """Say whether nothing can be said against a visit any more: it has begun, or is only looked for again."""
        return self.has_begun(visit) or visit.start < self.question.diary.as_of

    def _may_move(self, visit: Appointment) -> bool:
        return not self.has_begun(visit) and visit.step not in self.change.fixed

    def _may_stay(self, step: int) -> bool:
        visit = self.visits[step]
        if visit.step == self.change.step and not self.change.allows(visit.interval):
            return False
        if step in self._out_of_place:
            return False
        if self.has_begun(visit) or step in self.reassigned:
            return True
        return not self.against_staying[step] and not self._changes_hands(step)

    @lazily
    def _out_of_place(self) -> frozenset[int]:
        """The visits looked for again whose former times are past, or do not keep the windows to where the others stand."""
        origin, anew, network = self.question.grid.origin, self.change.anew, self.network
        again = {step for step, visit in enumerate(self.visits) if visit.step in anew}
        past = {step for step in again if self.visits[step].start < self.question.diary.as_of}
        starts = [(visit.start - origin) // SLOT for visit in self.visits]
        broken = {
            end
            for arc in network.arcs
            if starts[arc.target] < arc.bound(starts[arc.source], network.days)
            for end in (arc.source, arc.target)
        }
        return frozenset(past | (again & broken))

    def _guide_of(self, step: int) -> str | None:
        """Return who is to take a visit, `None` when nothing is asked about that or nobody guides it."""
        is_guided = self.question.outline.shapes[step].guided
        return self.change.guides.get(self.visits[step].step) if is_guided else None

    def _changes_hands(self, step: int) -> bool:
        visit = self.visits[step]
        return not self.has_begun(visit) and self._guide_of(step) not in (
            None,
            visit.staff.get(Role.THERAPIST),
        )

    @lazily
    def against_staying(self) -> tuple[tuple[Finding, ...], ...]:
        """What forbids each visit to stay as it is, with its own room and people."""
        return tuple(
            () if self._is_past(visit) else against_staying(self.question, step, self.series, visit)
            for step, visit in enumerate(self.visits)
        )

    @lazily
    def reassigned(self) -> frozenset[int]:
        """The steps whose visits can keep their time, but not their room and people."""
        return frozenset(
            step
            for step, findings in enumerate(self.against_staying)
            if (findings or self._changes_hands(step)) and self._others_are_free(step)
        )

    def _others_are_free(self, step: int) -> bool:
        slot, rest = divmod(self.visits[step].start - self.question.grid.origin, SLOT)
        row, holes = self.rows[step], self.question.holes[step]
        place = bisect_left(row, slot)
        is_free = not rest and place < len(row) and row[place] == slot
        return is_free and (holes is None or holes.end_over(slot) is None)

    @lazily
    def rows(self) -> tuple[Sequence[int], ...]:
        """The starts of each step, as far as the site goes."""
        outline, question = self.question.outline, self.question
        guides: dict[int, str | None] = {outline.numbers[step]: None for step in self.change.others_may_guide}
        named = ((step, self._guide_of(step)) for step in range(len(self.visits)))
        guides |= {step: person for step, person in named if person is not None}
        return tuple(
            question.starts_of(outline.shapes[step], guides[step]) if step in guides else row
            for step, row in enumerate(question.rows(self.therapist))
        )

    @lazily
    def choices(self) -> Choices:
        """The starts to which visits may move."""
        question, change, number = self.question, self.change, self.question.outline.numbers[self.change.step]
        lower, upper = list(question.lower), list(question.upper)
        length = question.outline.lengths[number]
        spans = [question.grid.touching(interval) for interval in change.not_during]
        avoided = [(begin - length + 1, end) for begin, end in spans if begin < end]
        for limit in (change.no_earlier, change.exactly):
            if limit is not None:
                lower[number] = max(lower[number], slots_in(limit - question.grid.origin))
        for limit in (change.no_later, change.exactly):
            if limit is not None:
                upper[number] = min(upper[number], slots_at_most(limit - question.grid.origin))
        return Choices(self.rows, question.holes, tuple(lower), tuple(upper)).without(number, avoided)

    def therapist_at(self, step: int, slot: int) -> str:
        """Return who guides a visit of a step at a slot: the therapist of the series if that can be."""
        shape, supply = self.question.outline.shapes[step], self.question.supply
        if (guide := self._guide_of(step)) is not None:
            return guide
        if not shape.keeps_one_therapist or supply.starts(shape, self.therapist) >> slot & 1:
            return self.therapist
        met = {visit.staff.get(Role.THERAPIST) for visit in self.visits}
        fit = [p.id for p in supply.having(Role.THERAPIST) if supply.starts(shape, p.id) >> slot & 1]
        return min(fit, key=lambda person: (person not in met, person))

    @lazily
    def obstacles(self) -> tuple[Reason, ...]:
        """What makes the change impossible from the first."""
        visit = self.visits[self.question.outline.numbers[self.change.step]]
        found = []
        if not self._may_move(visit) and not self.change.allows(visit.interval):
            if self.has_begun(visit):
                why = told("%(called)s has begun or is over", called=self.called(visit))
                found.append(Reason("has_begun", why, told("move a visit that still lies ahead"), visit.step))
            else:
                why = told("%(called)s is fixed, and is to be moved", called=self.called(visit))
                found.append(Reason("fixed", why, told("let %(step)s move", step=visit.step), visit.step))
        for step, one in enumerate(self.visits):
            against = [finding.why for finding in self.against_staying[step]]
            if self._changes_hands(step):
                against.append(told("whoever is to take it is not free then"))
            if one.step in self.change.fixed and against and step not in self.reassigned:
                why = told(
                    "%(called)s is fixed and cannot stay: %(against)s",
                    called=self.called(one),
                    against=against[0],
                )
                found.append(Reason("cannot_stay", why, told("let %(step)s move", step=one.step), one.step))
        return tuple(found)

    def called(self, visit: Appointment) -> str:
        """Return a visit in words."""
        return told(
            "%(step)s (%(title)s) on %(time)s",
            step=visit.step,
            title=visit.title,
            time=told_moment(visit.start, self.question.zone),
        )


@lru_cache(maxsize=256)
def _in_order(outline: Outline, days: LocalDays, order: tuple[int, ...], facts: Facts) -> Network:
    """Return the windows of an outline, with those of its visits in order that the windows leave open."""
    if any(facts):
        network = Network.of(len(order), days, arcs_from_facts(outline, facts))
        lengths = tuple(length_in_slots(outline, facts, step) for step in range(len(order)))
    else:
        network, lengths = network_of(outline, days), outline.lengths
    added = [
        Arc(one, other, lengths[one])
        for place, one in enumerate(order)
        for other in order[place + 1 :]
        if network.apart[one][other] < lengths[one] and network.apart[other][one] < lengths[other]
    ]
    return network.plus(added) if added else network
