"""CP-SAT as a peer that is given our lists of feasible starts: who is free when is no question to it any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TypeAlias

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model import CpModel, Domain, IntVar

from bench.cp_sat_windows import Windows
from bench.dates import Dates
from bench.scale import slots
from bench.solved import Solved, Verdict
from scheduler.domain.treatment import Protocol, StepKind

Lists: TypeAlias = Mapping[str, Mapping[str, Sequence[int]]]
"""The feasible starts in order, as slots of a scale, by therapist and step."""

LIMIT = 60.0
"""Seconds after which a search is given up; it is told."""


def earliest(protocol: Protocol, given: Lists, dates: Dates) -> Solved:
    """Return the complete series that is over first, from one small model for each therapist."""
    best: Solved | None = None
    proven, scale = True, dates.scale
    for therapist, starts in given.items():
        if not all(starts.values()):
            continue
        model = _Small(protocol, starts, dates)
        finish = model.finish()
        if best is not None and best.finish is not None:
            model.model.add(finish < scale.before(best.finish))
        model.model.minimize(finish)
        engine = _solver()
        status = engine.solve(model.model)
        proven &= status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            found = {key: scale.at(engine.value(start)) for key, start in model.starts.items()}
            best = Solved(Verdict.FOUND, scale.at(engine.value(finish)), found, therapist)
    if not proven:
        return (
            Solved(Verdict.TIMED_OUT) if best is None else Solved(Verdict.TIMED_OUT, best.finish, best.starts)
        )
    return best or Solved(Verdict.NONE)


@dataclass(frozen=True)
class Moving:
    """One visit of a series must leave where it stands; `allowed` are the starts of every step, that one's elsewhere.

    `now` are the starts as booked, `fixed` the steps that may not move, all in slots of the scale of `dates`.
    """

    step: str
    now: Mapping[str, int]
    allowed: Mapping[str, Sequence[int]]
    dates: Dates
    fixed: Set[str] = frozenset()


@dataclass(frozen=True)
class Moved:
    """How a series gives way: the new starts in slots, how many other visits move, and by how many slots all move together.

    `starts` are empty when there is no way; `proven` says that there is none, or none better.
    """

    starts: Mapping[str, int]
    others: int
    shift: int
    proven: bool


def move(protocol: Protocol, moving: Moving) -> Moved:
    """Return the way with the fewest other visits moved, then the least shift in all."""
    if not all(moving.allowed.values()):
        return Moved({}, 0, 0, proven=True)
    small = _Small(protocol, moving.allowed, moving.dates)
    model = small.model
    moved: list[IntVar] = []
    shifts: list[IntVar] = []
    furthest = max(max(starts) for starts in moving.allowed.values())
    for key, start in small.starts.items():
        now = moving.now[key]
        if key in moving.fixed:
            model.add(start == now)
            continue
        shift = model.new_int_var(0, furthest, f"shift of {key}")
        model.add(shift >= start - now)
        model.add(shift >= now - start)
        shifts.append(shift)
        if key != moving.step:
            literal = model.new_bool_var(f"{key} moves")
            model.add(start == now).only_enforce_if(~literal)
            moved.append(literal)
    model.minimize(sum(moved) * furthest * (len(small.starts) + 1) + sum(shifts))
    engine = _solver()
    status = engine.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Moved({}, 0, 0, proven=status == cp_model.INFEASIBLE)
    starts = {key: engine.value(start) for key, start in small.starts.items()}
    return Moved(
        starts=starts,
        others=sum(starts[key] != moving.now[key] for key in starts if key != moving.step),
        shift=sum(abs(starts[key] - moving.now[key]) for key in starts),
        proven=status == cp_model.OPTIMAL,
    )


class _Small:
    """A start for each step from its list, and the windows between them."""

    def __init__(self, protocol: Protocol, allowed: Mapping[str, Sequence[int]], dates: Dates) -> None:
        self.protocol = protocol
        self.model = CpModel()
        self.starts: dict[str, IntVar] = {
            step.key: self.model.new_int_var_from_domain(Domain.from_values(allowed[step.key]), step.key)
            for step in protocol.steps
        }
        span = min(map(min, allowed.values())), max(map(max, allowed.values()))
        Windows(self.model, protocol, self.starts, dates, span).keep()
        doses = protocol.of_kind(StepKind.DOSING)
        for earlier, later in zip(doses, doses[1:], strict=False):
            apart = slots(earlier.holds_dose_spacing)
            self.model.add(self.starts[later.key] >= self.starts[earlier.key] + apart)

    def finish(self) -> IntVar:
        """Return a variable that is no earlier than the end of any visit."""
        ends = {step.key: slots(step.length) for step in self.protocol.steps}
        finish = self.model.new_int_var(0, cp_model.INT32_MAX, "finish")
        for key, start in self.starts.items():
            self.model.add(finish >= start + ends[key])
        return finish


def _solver() -> cp_model.CpSolver:
    """Return a solver without presolve, which costs more than it saves on models this small."""
    made = cp_model.CpSolver()
    made.parameters.num_workers = 1
    made.parameters.cp_model_presolve = False
    made.parameters.max_time_in_seconds = LIMIT
    return made
