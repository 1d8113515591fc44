"""CP-SAT as a peer that is told everything: the earliest complete series, and alternatives of other classes in turn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from ortools.sat.python import cp_model

from bench.cp_sat_model import FullModel, solver
from bench.instances import Query
from bench.solved import Solved, Verdict
from scheduler.domain.claims import Placement
from scheduler.domain.clock import days_of, instant_at
from scheduler.domain.diary import Diary
from scheduler.domain.people import Role
from scheduler.domain.treatment import Protocol, Step, StepKind

LIMIT = 60.0
"""Seconds after which a search is given up; it is told."""


def earliest(diary: Diary, protocol: Protocol, query: Query, limit: float = LIMIT) -> Solved:
    """Return the complete series that is over first, with rooms and people chosen."""
    full = FullModel(diary, protocol, query)
    full.model.minimize(full.finish)
    return _solve(full, limit)


def alternatives(
    diary: Diary, protocol: Protocol, query: Query, number: int, limit: float = LIMIT
) -> Iterator[Solved]:
    """Yield the earliest series, then the earliest of another therapist or another local week of the first dose, and so on.

    The last answer says `NONE` when there are fewer than `number`, or `TIMED_OUT`.
    """
    full = FullModel(diary, protocol, query)
    full.model.minimize(full.finish)
    first = (full.protocol.of_kind(StepKind.DOSING) or full.protocol.steps)[0].key
    weeks = full.week_of(first, _weeks(full))
    for _ in range(number):
        engine = solver(limit)
        solved = _read(full, engine, engine.solve(full.model))
        yield solved
        if solved.verdict is not Verdict.FOUND:
            return
        week = next(literal for literal in weeks.values() if engine.boolean_value(literal))
        full.model.add_bool_or(~week, ~full.guides[solved.therapist or ""])


def _weeks(full: FullModel) -> Iterator[tuple[int, int]]:
    zone = full.diary.site.zone
    for day in days_of(full.diary.horizon, zone):
        monday = day - timedelta(days=day.weekday())
        if day in (monday, next(days_of(full.diary.horizon, zone))):
            begin, end = (
                full.scale.after(instant_at(edge, time(0), zone))
                for edge in (monday, monday + timedelta(days=7))
            )
            yield begin, end


def _solve(full: FullModel, limit: float) -> Solved:
    engine = solver(limit)
    return _read(full, engine, engine.solve(full.model))


def _read(full: FullModel, engine: cp_model.CpSolver, status: cp_model.CpSolverStatus) -> Solved:
    if status == cp_model.INFEASIBLE:
        return Solved(Verdict.NONE)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        if status == cp_model.MODEL_INVALID:
            raise RuntimeError(f"the model is not valid: {full.model.validate()}")
        return Solved(Verdict.TIMED_OUT)
    starts = {key: full.scale.at(engine.value(start)) for key, start in full.starts.items()}
    return Solved(
        verdict=Verdict.FOUND if status == cp_model.OPTIMAL else Verdict.TIMED_OUT,
        finish=max(starts[step.key] + step.length for step in full.protocol.steps),
        starts=starts,
        therapist=next((id for id, guides in full.guides.items() if engine.boolean_value(guides)), None),
        placements=tuple(_placement(full, engine, step, starts[step.key]) for step in full.protocol.steps),
    )


def _placement(full: FullModel, engine: cp_model.CpSolver, step: Step, start: datetime) -> Placement:
    rooms = full.rooms.get(step.key, {})
    staff: dict[Role, str] = {}
    relief: dict[tuple[Role, int], str] = {}
    for role in step.roles:
        served = [
            (segment, next(id for id, serves in turn.chosen.items() if engine.boolean_value(serves)))
            for turn in full.serving[step.key, role]
            for segment in turn.segments
        ]
        staff[role] = served[0][1]
        for number, (_, person) in enumerate(served):
            if person != staff[role]:
                relief[role, number] = person
    room = next((id for id, here in rooms.items() if engine.boolean_value(here)), None)
    return Placement(step, start, full.diary.patient.id, room, staff, relief)
