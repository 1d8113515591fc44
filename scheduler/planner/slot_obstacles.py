"""One thing that can stand in the way of a start: at which starts it does not, and in words what it is where it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from scheduler.domain.interval import Interval
from scheduler.domain.telling import told, told_joined, told_moment
from scheduler.planner.proposal import Reason
from scheduler.planner.slot_question import SlotQuestion
from scheduler.planner.supply import START_EVERY
from scheduler.planner.timeline import every, slots_in, spans_of
from scheduler.rules.wording import stretches


@dataclass(frozen=True, eq=False)
class Obstacle:
    """One kind of obstacle; a visit can start where none stands.

    `clear` is the mask of the starts at which it does not stand. `why` says at another one what stands there, at least
    once, in numbers and clinic-local time; it may name staff and rooms, never other patients. `settle` is what would
    take it away, empty when only another time does; `what` names it as a whole.
    """

    code: str
    what: str
    clear: int
    why: Callable[[int], Iterable[str]]
    settle: str = ""

    def stands_at(self, slot: int) -> bool:
        """Say whether it stands in the way of a start."""
        return not self.clear >> slot & 1

    def reasons_at(self, slot: int, question: SlotQuestion) -> Iterator[Reason]:
        """Yield why nothing can start at a slot at which it stands."""
        mend = self.mend(slot, question)
        for why in self.why(slot):
            yield Reason(self.code, why, mend, question.step.key)

    def mend(self, slot: int, question: SlotQuestion) -> str:
        """Return what would help: settling it, or the next start within opening hours at which it does not stand."""
        offered = self.clear & question.while_open & every(question.grid, slots_in(START_EVERY))
        later, earlier = offered >> slot, offered & ((1 << slot) - 1)
        ways = [self.settle] if self.settle else []
        if later:
            next_one = question.grid.at(slot + (later & -later).bit_length() - 1)
            ways.append(told("look from %(time)s on", time=told_moment(next_one, question.zone)))
        elif earlier:
            last_one = question.grid.at(earlier.bit_length() - 1)
            ways.append(told("look no later than %(time)s", time=told_moment(last_one, question.zone)))
        return told_joined(ways, told(", or ")) if ways else ""


def when(question: SlotQuestion, mask: int) -> str:
    """Return the slots of a mask as stretches of local time."""
    grid = question.grid
    times = (Interval(grid.at(begin), grid.at(end)) for begin, end in spans_of(mask))
    return stretches(times, question.zone)
