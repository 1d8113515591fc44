"""Reads a protocol document into a protocol: repeats expanded, every number looked up, order and windows checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

from scheduler.clinic_file.faults import nearest, read_as
from scheduler.clinic_file.protocol_contradictions import faults_of_contradiction
from scheduler.clinic_file.protocol_groups import group_terms
from scheduler.clinic_file.protocol_models import (
    CoverEntry,
    PhaseEntry,
    ProtocolDocument,
    StepEntry,
    WindowEntry,
)
from scheduler.clinic_file.protocol_order import faults_of_order, in_order
from scheduler.clinic_file.protocol_references import Keys, Numbers, expand
from scheduler.domain.errors import FaultyDocument
from scheduler.domain.people import Role
from scheduler.domain.treatment import (
    Attention,
    Counting,
    Cover,
    GateRequirement,
    Phase,
    Point,
    Protocol,
    Quantity,
    SiteCover,
    Step,
    StepKind,
    Window,
)

_Limits: TypeAlias = tuple[timedelta, timedelta | None, timedelta | None, Counting]


def read_protocol(document: Mapping[str, object]) -> Protocol:
    """Read one protocol, its steps in the order of the series.

    Lengths are elapsed time: h are hours, d are 24 hours; limits in calendar_days go by dates. Raises `FaultyDocument`
    with every fault and its path: first those of form, then names and numbers, then the order of the visits and windows
    that contradict each other.
    """
    form = read_as(ProtocolDocument, document)
    numbers = Numbers(form.quantities)
    keys = Keys.of(form, numbers)
    steps = [
        step
        for position, entry in enumerate(form.steps)
        for step in _steps(entry, f"steps[{position}]", keys)
    ]
    windows = [
        w
        for position, entry in enumerate(form.windows)
        for w in _windows(entry, f"windows[{position}]", keys)
    ]
    most_doses = numbers.count(form.most_doses, "most_doses")
    group = group_terms(form, numbers)
    doses = sum(step.kind is StepKind.DOSING for step in steps)
    if not numbers.faults and doses > most_doses:
        numbers.note("most_doses", f"there are {doses} dosing visits, but at most {most_doses} are allowed")
    _refuse(numbers)
    numbers.faults += [*faults_of_order(steps, windows), *faults_of_contradiction(steps, windows)]
    _refuse(numbers)
    steps = _asked_in_time(in_order(steps, windows), numbers)
    _refuse(numbers)
    return Protocol(
        key=form.protocol,
        version=form.version,
        title=form.title,
        route=form.route,
        series_kind=form.series_kind,
        steps=tuple(steps),
        windows=tuple(windows),
        most_doses=most_doses,
        quantities=_quantities(form),
        document=document,
        group=group,
    )


def _refuse(numbers: Numbers) -> None:
    if numbers.faults:
        raise FaultyDocument(tuple(numbers.faults))


def _quantities(form: ProtocolDocument) -> tuple[Quantity, ...]:
    return tuple(
        Quantity(key, entry.value, entry.unit, entry.source, *(entry.range or (None, None)))
        for key, entry in form.quantities.items()
    )


TIMES = ("holds_dose_spacing", "ends_before_close", "no_driving", "no_solids", "no_clear_liquids")
"""What a step says of times by the name of a quantity, in the format as in the domain."""


def _steps(entry: StepEntry, path: str, keys: Keys) -> Iterator[Step]:
    """Yield the visits that one entry stands for."""
    numbers = keys.numbers
    phases = _phases(entry, path, numbers)
    site_cover = _site_cover(entry, path, numbers)
    times = {
        name: timedelta(minutes=numbers.minutes(getattr(entry, name), f"{path}.{name}")) for name in TIMES
    }
    if times["holds_dose_spacing"] and entry.kind is not StepKind.DOSING:
        numbers.note(f"{path}.holds_dose_spacing", f"a {entry.kind} visit gives no dose", "leave it out")
    if entry.optional and entry.declinable:
        numbers.note(
            f"{path}.optional",
            "a visit that nobody gets unasked cannot be declined as well",
            "keep one of optional and declinable",
        )
    _check_hand_over(entry, path, numbers)
    for i, key in enumerate(expand(entry.key, keys.repeats[entry.key]), start=1):
        yield Step(
            key=key,
            kind=entry.kind,
            title=entry.title.replace("[i]", str(i)),
            phases=phases,
            room_capability=entry.room,
            site_cover=site_cover,
            gates=tuple(_gates(entry, i, path, keys)),
            keeps_one_therapist=entry.keeps_one_therapist,
            holds_dose_spacing=times["holds_dose_spacing"],
            ends_before_close=times["ends_before_close"],
            no_driving=times["no_driving"],
            no_solids=times["no_solids"],
            no_clear_liquids=times["no_clear_liquids"],
            left_out_when_passed=entry.left_out_when_passed,
            declinable=entry.declinable,
            optional=entry.optional,
            hands_over=frozenset(entry.hands_over),
            with_group=entry.with_group,
        )


def _phases(entry: StepEntry, path: str, numbers: Numbers) -> tuple[Phase, ...]:
    """Build the phases, each with the cover that spans it."""
    names = [phase.name for phase in entry.phases]
    for position, phase in enumerate(entry.phases):
        where = f"{path}.phases[{position}]"
        if phase.name in names[:position]:
            numbers.note(f"{where}.name", f"there are two phases called {phase.name}")
        if phase.with_patient and position and not entry.phases[position - 1].with_patient:
            numbers.note(
                where, "the patient cannot come back after a phase without the patient", "put that phase last"
            )
    if not entry.phases[0].with_patient:
        numbers.note(f"{path}.phases[0]", "a visit cannot begin without the patient")
    spans = [_cover_span(cover, f"{path}.cover[{n}]", entry, numbers) for n, cover in enumerate(entry.cover)]
    covers = [_cover(cover, f"{path}.cover[{n}]", numbers) for n, cover in enumerate(entry.cover)]
    phases: list[Phase] = []
    for position, phase in enumerate(entry.phases):
        minutes = _minutes_of(phase, f"{path}.phases[{position}]", phases, numbers)
        spanning = tuple(cover for cover, span in zip(covers, spans, strict=True) if position in span)
        phases.append(Phase(phase.name, minutes, spanning, phase.with_patient))
    return tuple(phases)


def _minutes_of(phase: PhaseEntry, path: str, before: Sequence[Phase], numbers: Numbers) -> int:
    """Return how long a phase takes from its own beginning, whatever its length counts from."""
    length = numbers.minutes(phase.length, f"{path}.length")
    passed = 0
    if phase.counts_from is not None:
        names = [one.name for one in before]
        if phase.counts_from not in names:
            problem = f"there is no earlier phase '{phase.counts_from}'"
            numbers.note(f"{path}.counts_from", problem, nearest(phase.counts_from, names))
            return length
        passed = sum(one.minutes for one in before[names.index(phase.counts_from) :])
    if length <= passed and phase.length in numbers.quantities:
        since = f" beyond the {passed} min since {phase.counts_from}" if passed else ""
        numbers.note(f"{path}.length", f"the phase {phase.name} takes no time{since}")
    return max(length - passed, 0)


def _check_hand_over(entry: StepEntry, path: str, numbers: Numbers) -> None:
    """Note the roles that nobody could take over: those without cover, and the therapist, whom the patient keeps."""
    for position, role in enumerate(entry.hands_over):
        where = f"{path}.hands_over[{position}]"
        if role in (Role.THERAPIST, Role.CO_THERAPIST):
            numbers.note(where, "the patient keeps one therapist through a visit", "leave it out")
        elif role is Role.MEDICAL_MONITOR and Role.CO_THERAPIST in {cover.role for cover in entry.cover}:
            numbers.note(where, "beside a co-therapist one monitor stays through the visit", "leave it out")
        elif role not in {cover.role for cover in entry.cover}:
            named = list(dict.fromkeys(cover.role.value for cover in entry.cover))
            numbers.note(
                where, f"no cover of this visit asks for a {role.replace('_', ' ')}", nearest(role, named)
            )


def _cover_span(cover: CoverEntry, path: str, entry: StepEntry, numbers: Numbers) -> range:
    """Return the positions of the phases that a cover spans."""
    if cover.from_phase is None and cover.through is None:
        span = range(sum(phase.with_patient for phase in entry.phases))
    else:
        first = cover.from_phase or entry.phases[0].name
        span = _span(first, cover.through or first, path, entry, numbers)
    if cover.first is not None and len(span) > 1:
        numbers.note(
            f"{path}.first", "only the beginning of a single phase can be covered", "leave out `through`"
        )
    elif cover.first is not None and span:
        _check_beginning(cover.first, entry.phases[span[0]].length, f"{path}.first", numbers)
    if any(not entry.phases[position].with_patient for position in span):
        numbers.note(path, "spans a phase without the patient, in which only the room is held")
    return span


def _check_beginning(first: str, phase: str, path: str, numbers: Numbers) -> None:
    """Note a fault for cover of the beginning of a phase that takes no time, or longer than the phase."""
    if {first, phase} <= numbers.quantities.keys():
        length = numbers.minutes(phase, path)
        if not 0 < numbers.minutes(first, path) <= length:
            numbers.note(
                path, "does not lie within its phase", f"more than nothing, and {length} min at most"
            )


def _span(first: str, last: str, path: str, entry: StepEntry, numbers: Numbers) -> range:
    names = [phase.name for phase in entry.phases]
    unknown = [name for name in dict.fromkeys((first, last)) if name not in names]
    for name in unknown:
        numbers.note(path, f"there is no phase '{name}'", nearest(name, names))
    if unknown:
        return range(0)
    if names.index(last) < names.index(first):
        numbers.note(path, f"runs backwards, from {first} through {last}")
    return range(names.index(first), names.index(last) + 1)


def _cover(cover: CoverEntry, path: str, numbers: Numbers) -> Cover:
    if cover.patients_per_person is not None and cover.attention is not Attention.WATCHING:
        numbers.note(
            f"{path}.patients_per_person", f"does not go with {cover.attention}", "only watching is shared"
        )
    if cover.attention is Attention.WATCHING and cover.patients_per_person is None:
        numbers.note(
            f"{path}.patients_per_person", "is missing", "say how many patients one person may watch"
        )
    return Cover(
        role=cover.role,
        attention=cover.attention,
        patients_per_person=numbers.count(cover.patients_per_person, f"{path}.patients_per_person"),
        first_minutes=numbers.minutes(cover.first, f"{path}.first") if cover.first else None,
        credentials=frozenset(cover.credentials),
    )


def _site_cover(entry: StepEntry, path: str, numbers: Numbers) -> tuple[SiteCover, ...]:
    result = []
    for position, cover in enumerate(entry.site_cover):
        where = f"{path}.site_cover[{position}]"
        _span(cover.from_phase, cover.through, where, entry, numbers)
        at_least = numbers.count(cover.at_least, f"{where}.at_least")
        result.append(SiteCover(cover.credential, at_least, cover.from_phase, cover.through))
    return tuple(result)


def _gates(entry: StepEntry, i: int, path: str, keys: Keys) -> Iterator[GateRequirement]:
    """Yield the gates of one visit, whatever its place in the order."""
    for gate in entry.gates:
        yield GateRequirement(gate)
    for position, decided in enumerate(entry.gates_decided_after):
        where = f"{path}.gates_decided_after[{position}].step"
        step = keys.resolve(decided.step, i, where)
        if step is not None:
            yield GateRequirement(decided.gate, step)


def _asked_in_time(steps: Sequence[Step], numbers: Numbers) -> list[Step]:
    """Return the steps, in their order, with each decision after a visit asked of the visits after that one alone.

    Before it, the gate could never open. Notes a fault for a decision that no visit is left to ask for.
    """
    earlier: set[str] = set()
    wanted: dict[GateRequirement, None] = {}
    kept: list[Step] = []
    for step in steps:
        wanted |= dict.fromkeys(step.gates)
        gates = tuple(gate for gate in step.gates if gate.decided_after_step in (None, *earlier))
        kept.append(replace(step, gates=gates))
        earlier.add(step.key)
    asked = {gate for step in kept for gate in step.gates}
    for gate in wanted:
        if gate not in asked:
            problem = f"{gate.kind} is to be decided after {gate.decided_after_step}, but no visit asks for it later"
            numbers.note("steps", problem, "name an earlier visit")
    return kept


def _windows(entry: WindowEntry, path: str, keys: Keys) -> Sequence[Window]:
    """Return the windows that one entry stands for, one for each `i` for which both visits exist."""
    numbers = keys.numbers
    known_faults = len(numbers.faults)
    limits = _limits(entry, path, numbers)
    from_step, _, from_point = entry.from_moment.rpartition(".")
    to_step, _, to_point = entry.to_moment.rpartition(".")
    found = []
    for i in _numbers_meant(entry, path, keys.runs_over(from_step, to_step), numbers):
        first = keys.resolve(from_step, i, f"{path}.from")
        second = keys.resolve(to_step, i, f"{path}.to")
        if first and second:
            points = Point(from_point), Point(to_point)
            found.append(Window(entry.meaning, first, points[0], second, points[1], *limits))
    if not found and len(numbers.faults) == known_faults:
        numbers.note(path, f"there are no two visits from {entry.from_moment} to {entry.to_moment}")
    return found


def _numbers_meant(entry: WindowEntry, path: str, every: range, numbers: Numbers) -> range:
    """Return those of the numbers `i` that the window is made for."""
    if (entry.i_from or entry.i_before) and "[i" not in entry.from_moment + entry.to_moment:
        numbers.note(
            path, "is made once, for it names no visit with [i]", "leave out `i_from` and `i_before`"
        )
    first = numbers.count(entry.i_from, f"{path}.i_from") if entry.i_from else every.start
    end = numbers.count(entry.i_before, f"{path}.i_before") if entry.i_before else every.stop
    return range(max(first, every.start), min(end, every.stop))


def _limits(entry: WindowEntry, path: str, numbers: Numbers) -> _Limits:
    """Return the least, the most and the ideally most of a window, in this order of size, and how they are counted."""
    names = {name: getattr(entry, name) for name in ("at_least", "at_most", "ideally_at_most")}
    read = {
        field: found
        for field, name in names.items()
        if name and (found := numbers.limit(name, f"{path}.{field}"))
    }
    kinds = {counted for _, counted in read.values()}
    if len(kinds) > 1:
        numbers.note(
            path,
            "some of its limits are in calendar days and some in elapsed time",
            "make two windows of it, one for each",
        )
        return timedelta(0), None, None, Counting.ELAPSED
    sizes = {field: size for field, (size, _) in read.items()}
    for smaller, greater in (
        ("at_least", "at_most"),
        ("at_least", "ideally_at_most"),
        ("ideally_at_most", "at_most"),
    ):
        if smaller in sizes and greater in sizes and sizes[greater] < sizes[smaller]:
            numbers.note(
                path, f"{_said(greater)} {names[greater]} is less than {_said(smaller)} {names[smaller]}"
            )
    counted = kinds.pop() if kinds else Counting.ELAPSED
    least = sizes.get("at_least", timedelta(0))
    return least, sizes.get("at_most"), sizes.get("ideally_at_most"), counted


def _said(field: str) -> str:
    return field.replace("_", " ")
