"""The protocol of the benchmark: screening, two preparations, six infusions with an integration each; 15 visits."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from scheduler.domain.people import Role
from scheduler.domain.treatment import (
    Attention,
    Cover,
    Phase,
    Point,
    Protocol,
    Step,
    StepKind,
    Window,
    WindowMeaning,
)

INFUSIONS = 6
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

_GUIDED = Cover(Role.THERAPIST, Attention.IN_ROOM)
_SET_UP = Cover(Role.MEDICAL_MONITOR, Attention.HANDS_ON, first_minutes=15)
_WATCHED = Cover(Role.MEDICAL_MONITOR, Attention.WATCHING, patients_per_person=2)
_BEHIND = Cover(Role.PRESCRIBER, Attention.ON_PREMISES)


def infusion_step(number: int) -> Step:
    """Return the infusion with this number: 135 minutes and 15 of turnover.

    The therapist is free during recovery; the nurse is shared with another patient but for setting up.
    """
    return Step(
        key=f"D{number}",
        kind=StepKind.DOSING,
        title=f"Infusion {number}",
        phases=(
            Phase("check_in", 15, (_GUIDED,)),
            Phase("administration", 45, (_GUIDED, _SET_UP, _WATCHED, _BEHIND)),
            # Recovery may last from one to two hours; it is planned with what it takes at the least.
            Phase("recovery", 60, (_WATCHED, _BEHIND)),
            Phase("debrief", 15, (_GUIDED,)),
            Phase("turnover", 15, with_patient=False),
        ),
        room_capability="iv_dosing",
        holds_dose_spacing=48 * HOUR,
    )


def talk_step(key: str, kind: StepKind, minutes: int) -> Step:
    """Return a visit with the therapist in an office."""
    title = f"{kind.value.capitalize()} {key[1:]}"
    return Step(key, kind, title, (Phase(kind.value, minutes, (_GUIDED,)),), "office")


def _between_starts(
    meaning: WindowMeaning, steps: tuple[str, str], at_least: timedelta, at_most: timedelta
) -> Window:
    return Window(meaning, steps[0], Point.START, steps[1], Point.START, at_least, at_most)


def _windows(infusions: int) -> tuple[Window, ...]:
    preparation = WindowMeaning.PREPARATION
    windows = [
        _between_starts(WindowMeaning.ORDER, ("S1", "P1"), 1 * DAY, 14 * DAY),
        _between_starts(WindowMeaning.ORDER, ("P1", "P2"), 1 * DAY, 7 * DAY),
        _between_starts(preparation, ("P1", "D1"), 2 * DAY, 14 * DAY),
        _between_starts(preparation, ("P2", "D1"), 1 * DAY, 14 * DAY),
    ]
    for number in range(1, infusions + 1):
        dose, talk, following = f"D{number}", f"I{number}", f"D{number + 1}"
        windows.append(_between_starts(WindowMeaning.INTEGRATION, (dose, talk), 24 * HOUR, 72 * HOUR))
        if number < infusions:
            windows.append(_between_starts(WindowMeaning.DOSE_GAP, (dose, following), 48 * HOUR, 96 * HOUR))
            windows.append(
                Window(
                    WindowMeaning.INTEGRATION_BEFORE_DOSE,
                    talk,
                    Point.END,
                    following,
                    Point.START,
                    timedelta(0),
                )
            )
    return tuple(windows)


@cache
def the_protocol(infusions: int = INFUSIONS) -> Protocol:
    """Return S1, P1, P2, D1, I1 and so on; every gap is counted from start to start but integration before dose.

    Sites share a protocol, as they do where it is stored.
    """
    steps = [
        talk_step("S1", StepKind.SCREENING, 60),
        talk_step("P1", StepKind.PREPARATION, 60),
        talk_step("P2", StepKind.PREPARATION, 60),
    ]
    for number in range(1, infusions + 1):
        steps += [infusion_step(number), talk_step(f"I{number}", StepKind.INTEGRATION, 45)]
    return Protocol(
        key="bench",
        version=1,
        title="Infusions with an integration each",
        route="iv",
        series_kind="induction",
        steps=tuple(steps),
        windows=_windows(infusions),
        most_doses=infusions,
    )
