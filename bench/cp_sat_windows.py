"""The windows of a protocol in a CP-SAT model, in elapsed time or by the dates of the clinic."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr

from bench.dates import Dates
from bench.scale import SLOT, slots
from scheduler.domain.treatment import Counting, Point, Protocol, Window


class Windows:
    """The moments between which windows count. `starts` are in slots, and lie from the one slot of `span` to the other."""

    def __init__(
        self,
        model: CpModel,
        protocol: Protocol,
        starts: Mapping[str, LinearExpr],
        dates: Dates,
        span: tuple[int, int],
    ) -> None:
        self.model, self.protocol, self.starts = model, protocol, starts
        self._dates, self._span = dates, span
        self._known: dict[tuple[str, Point], IntVar] = {}

    def keep(self) -> None:
        """Add every window of the protocol to the model."""
        for window in self.protocol.windows:
            moment = self._date if window.counted is Counting.CALENDAR else self._moment
            gap = moment(window.to_step, window.to_point) - moment(window.from_step, window.from_point)
            least, most = _limits(window)
            self.model.add(gap >= least)
            if most is not None:
                self.model.add(gap <= most)

    def _moment(self, key: str, point: Point) -> LinearExpr:
        step = self.protocol.step(key)
        return self.starts[key] + slots(step.length if point is Point.END else timedelta(0))

    def _date(self, key: str, point: Point) -> LinearExpr:
        """Return the number of the date that holds a moment, the date as a variable between two midnights."""
        known = self._known.get((key, point))
        if known is not None:
            return known
        first, last = self._span
        begins = self._dates.begins(first, last + slots(self.protocol.step(key).length))
        date = self.model.new_int_var(0, len(begins) - 2, f"date of {key} {point}")
        begin, end = (self.model.new_int_var(begins[0], begins[-1], f"midnight of {key}") for _ in range(2))
        self.model.add_element(date, begins[:-1], begin)
        self.model.add_element(date, begins[1:], end)
        moment = self._moment(key, point)
        self.model.add(moment >= begin)
        self.model.add(moment < end)
        self._known[key, point] = date
        return date


def _limits(window: Window) -> tuple[int, int | None]:
    """Return the least and the most of a window, in dates or in slots."""
    least, most = window.at_least, window.at_most
    if window.counted is Counting.CALENDAR:
        return least.days, None if most is None else most.days
    return slots(least), None if most is None else most // SLOT
