"""Makes steps, windows and whole protocols for tests; `tests.builders` hands them on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from scheduler.domain.people import Role
from scheduler.domain.treatment import (
    Attention,
    Cover,
    GateRequirement,
    Phase,
    Point,
    Protocol,
    SiteCover,
    Step,
    StepKind,
    Window,
    WindowMeaning,
)

ALL_GATES = (
    "clearance.medical",
    "clearance.psychological",
    "eligibility",
    "consent.treatment",
    "order.prescription",
    "payment",
    "escort",
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def _covered(name: str, minutes: int, *cover: Cover) -> Phase:
    return Phase(name, minutes, cover)


def _dosing_phases() -> tuple[Phase, ...]:
    nurse = frozenset({"rn_licence", "bls"})
    guide = Cover(
        Role.THERAPIST, Attention.IN_ROOM, credentials=frozenset({"therapist_licence", "kap_training"})
    )
    hands = Cover(Role.MEDICAL_MONITOR, Attention.HANDS_ON, credentials=nurse)
    eyes = Cover(Role.MEDICAL_MONITOR, Attention.WATCHING, 2, credentials=nurse)
    drug = Cover(Role.ADMINISTERING_CLINICIAN, Attention.HANDS_ON, 1, 15, frozenset({"rn_licence"}))
    behind = Cover(Role.PRESCRIBER, Attention.ON_PREMISES, credentials=frozenset({"prescriber_licence"}))
    return (
        _covered("check_in", 20, hands),
        _covered("settle", 15, guide),
        _covered("administration", 40, guide, drug, eyes, behind),
        _covered("observation", 20, guide, eyes, behind),
        _covered("recovery", 45, guide, eyes, behind),
        _covered("processing", 15, guide, eyes, behind),
        _covered("discharge", 10, hands, behind),
        Phase("turnover", 15, with_patient=False),
    )


def a_dosing_step(key: str = "D1", **fields: Any) -> Step:
    """Build an IV dosing visit of 165 minutes and 15 of turnover, covered as the induction protocol asks."""
    step = Step(
        key=key,
        kind=StepKind.DOSING,
        title=f"Dosing {key[1:]}",
        phases=_dosing_phases(),
        room_capability="iv_dosing",
        site_cover=(
            SiteCover("bls", 2, "administration", "discharge"),
            SiteCover("acls", 1, "administration", "discharge"),
        ),
        gates=tuple(GateRequirement(kind) for kind in ALL_GATES if kind != "eligibility"),
        holds_dose_spacing=48 * HOUR,
        ends_before_close=timedelta(minutes=30),
        no_driving=24 * HOUR,
    )
    return replace(step, **fields)


def a_talking_step(key: str, kind: StepKind, minutes: int, **fields: Any) -> Step:
    """Build a visit with a therapist in an office."""
    cover = Cover(Role.THERAPIST, Attention.IN_ROOM, credentials=frozenset({"therapist_licence"}))
    step = Step(
        key, kind, f"{kind.value.capitalize()} {key[1:]}", (_covered(kind.value, minutes, cover),), "office"
    )
    return replace(step, **fields)


def a_preparation_step(key: str = "P1", **fields: Any) -> Step:
    """Build a preparation visit of 60 minutes, which asks for the eligibility decision."""
    gates = (GateRequirement("eligibility"),)
    return a_talking_step(key, StepKind.PREPARATION, 60, **{"gates": gates, **fields})


def an_integration_step(key: str = "I1", **fields: Any) -> Step:
    """Build an integration visit of 50 minutes that the patient may decline."""
    return a_talking_step(key, StepKind.INTEGRATION, 50, **{"declinable": True, **fields})


def a_contact_step(key: str = "C1", **fields: Any) -> Step:
    """Build a call of 10 minutes by the coordinator, which needs no room."""
    cover = Cover(Role.CARE_COORDINATOR, Attention.IN_ROOM)
    step = Step(key, StepKind.CONTACT, f"Check-in call {key[1:]}", (_covered("contact", 10, cover),), None)
    return replace(step, **{"keeps_one_therapist": False, **fields})


def a_review_step(key: str = "R1", **fields: Any) -> Step:
    """Build a review of 30 minutes with a prescriber in an office."""
    cover = Cover(Role.PRESCRIBER, Attention.IN_ROOM, credentials=frozenset({"prescriber_licence"}))
    step = Step(key, StepKind.REVIEW, "Full review", (_covered("review", 30, cover),), "office")
    return replace(step, **{"keeps_one_therapist": False, **fields})


def a_window(
    meaning: WindowMeaning,
    begin: str,
    end: str,
    at_least: timedelta = timedelta(0),
    at_most: timedelta | None = None,
) -> Window:
    """Build a window between two moments written as 'D1.start' or 'D1.end'."""
    from_step, from_point = begin.split(".")
    to_step, to_point = end.split(".")
    return Window(meaning, from_step, Point(from_point), to_step, Point(to_point), at_least, at_most)


def _dosing_windows(doses: int) -> list[Window]:
    windows = [
        a_window(WindowMeaning.DOSE_GAP, f"D{n}.start", f"D{n + 1}.start", 48 * HOUR, 5 * DAY)
        for n in range(1, doses)
    ]
    windows += [
        a_window(WindowMeaning.DOSES_PER_WEEK, f"D{n}.start", f"D{n + 3}.start", 7 * DAY)
        for n in range(1, doses - 2)
    ]
    for n in range(1, doses + 1):
        windows.append(a_window(WindowMeaning.INTEGRATION, f"D{n}.end", f"I{n}.start", 24 * HOUR, 72 * HOUR))
        if n < doses:
            windows.append(a_window(WindowMeaning.INTEGRATION_BEFORE_DOSE, f"I{n}.end", f"D{n + 1}.start"))
    if doses > 1:
        windows.append(a_window(WindowMeaning.DOSING_SPAN, "D1.start", f"D{doses}.start", at_most=21 * DAY))
    return windows


def a_small_protocol(doses: int = 2, **fields: Any) -> Protocol:
    """Build P1, then D1, I1, D2, I2 and so on, with the phases and windows of the induction protocol."""
    numbers = range(1, doses + 1)
    visits = [step for n in numbers for step in (a_dosing_step(f"D{n}"), an_integration_step(f"I{n}"))]
    windows = (
        a_window(WindowMeaning.PREPARATION, "P1.end", "D1.start", 24 * HOUR),
        a_window(WindowMeaning.PREPARATION, "P1.start", "D1.start", at_most=30 * DAY),
        *_dosing_windows(doses),
    )
    protocol = Protocol(
        "small",
        1,
        "Small protocol",
        "iv",
        "induction",
        (a_preparation_step("P1"), *visits),
        windows,
        most_doses=doses,
    )
    return replace(protocol, **fields)


def an_induction_protocol(**fields: Any) -> Protocol:
    """Build the IV induction of six doses: P1 P2, D1-D6 with C1-C6 and I1-I6, I7, R1; 22 visits."""
    steps: list[Step] = [a_preparation_step("P1"), a_preparation_step("P2", gates=())]
    windows = [
        a_window(WindowMeaning.ORDER, "P1.end", "P2.start", 24 * HOUR),
        a_window(WindowMeaning.PREPARATION, "P1.end", "D1.start", 48 * HOUR),
        a_window(WindowMeaning.PREPARATION, "P1.start", "D1.start", at_most=30 * DAY),
        a_window(WindowMeaning.PREPARATION, "P2.end", "D1.start", 24 * HOUR),
        a_window(WindowMeaning.PREPARATION, "P2.start", "D1.start", at_most=10 * DAY),
        *_dosing_windows(6),
    ]
    for n in range(1, 7):
        late_gate = (GateRequirement("review.response", "D3"),) if n > 3 else ()
        dose = a_dosing_step(f"D{n}")
        steps += [
            replace(dose, gates=dose.gates + late_gate),
            a_contact_step(f"C{n}"),
            an_integration_step(f"I{n}"),
        ]
        windows.append(a_window(WindowMeaning.FOLLOW_UP, f"D{n}.end", f"C{n}.start", 24 * HOUR, 48 * HOUR))
        windows.append(a_window(WindowMeaning.ORDER, f"C{n}.end", f"I{n}.start"))
    windows += [
        a_window(WindowMeaning.FOLLOW_UP, "D6.end", "I7.start", 4 * DAY, 10 * DAY),
        a_window(WindowMeaning.ORDER, "I6.end", "I7.start"),
        a_window(WindowMeaning.FOLLOW_UP, "D6.end", "R1.start", 10 * DAY, 21 * DAY),
        a_window(WindowMeaning.ORDER, "I7.end", "R1.start"),
    ]
    protocol = Protocol(
        key="iv_kap_induction_6",
        version=1,
        title="IV ketamine induction ×6 with psychotherapy",
        route="iv",
        series_kind="induction",
        steps=(*steps, an_integration_step("I7", title="Consolidation"), a_review_step("R1")),
        windows=tuple(windows),
        most_doses=10,
    )
    return replace(protocol, **fields)
