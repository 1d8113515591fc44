"""Draws protocols that ask for what elapsed hours and one person a role do not: dates, hand-overs, visits left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

from scheduler.clinic_file.protocol_contradictions import faults_of_contradiction
from scheduler.clinic_file.protocol_order import faults_of_order
from scheduler.domain.people import Role
from scheduler.domain.treatment import (
    Attention,
    Counting,
    Cover,
    Phase,
    Protocol,
    SiteCover,
    Step,
    StepKind,
    Window,
    WindowMeaning,
)
from tests.builders import (
    DAY,
    HOUR,
    a_contact_step,
    a_preparation_step,
    a_talking_step,
    a_window,
    an_integration_step,
)

HANDED_OVER = (Role.MEDICAL_MONITOR, Role.ADMINISTERING_CLINICIAN, Role.PRESCRIBER)

_GUIDED = Cover(Role.THERAPIST, Attention.IN_ROOM, credentials=frozenset({"kap_training"}))
_HANDS = Cover(Role.MEDICAL_MONITOR, Attention.HANDS_ON, credentials=frozenset({"rn_licence"}))
_EYES = Cover(Role.MEDICAL_MONITOR, Attention.WATCHING, 2, credentials=frozenset({"bls"}))
_DRUG = Cover(Role.ADMINISTERING_CLINICIAN, Attention.HANDS_ON, 1, 15, frozenset({"rn_licence"}))
_AGAIN = Cover(Role.ADMINISTERING_CLINICIAN, Attention.HANDS_ON, 1, 5)
_BEHIND = Cover(Role.PRESCRIBER, Attention.ON_PREMISES, credentials=frozenset({"prescriber_licence"}))


def a_protocol_of(random: Random) -> Protocol:
    """Draw a protocol that could be read: its visits have one order, and its windows do not contradict each other."""
    while True:
        doses = random.choice((1, 2, 2, 3))
        steps = tuple(_steps(doses, random))
        windows = tuple(_windows(doses, random))
        assert not faults_of_order(steps, windows)
        if not faults_of_contradiction(steps, windows):
            return Protocol("drawn", 1, "Drawn", "iv", "course", steps, windows, most_doses=doses)


def _steps(doses: int, random: Random) -> Iterator[Step]:
    yield a_talking_step("S1", StepKind.SCREENING, 45, left_out_when_passed="clearance.psychological")
    yield a_preparation_step("P1")
    dose = _dose(random)
    for number in range(1, doses + 1):
        yield replace(dose, key=f"D{number}", title=f"Dosing {number}")
        yield a_contact_step(f"C{number}", optional=True)
        yield an_integration_step(f"I{number}", keeps_one_therapist=random.random() < 0.8)


def _dose(random: Random) -> Step:
    """Draw a dose of about three hours, in which some roles may be handed over, now and then two covers in one phase."""
    at_once = random.random() < 0.4
    phases = (
        Phase("check_in", 20, (_HANDS,)),
        Phase("settle", 15, (_GUIDED,)),
        Phase("administration", 40, (_GUIDED, _DRUG, _EYES, _BEHIND, *((_HANDS_FIRST,) if at_once else ()))),
        Phase("observation", 30, (_GUIDED, _EYES, _BEHIND, *((_AGAIN,) if random.random() < 0.5 else ()))),
        Phase("recovery", 45, (_EYES, _BEHIND)),
        Phase("discharge", 10, (_HANDS, _BEHIND)),
        Phase("turnover", 15, with_patient=False),
    )
    return Step(
        key="D",
        kind=StepKind.DOSING,
        title="Dosing",
        phases=phases,
        room_capability="iv_dosing",
        site_cover=(SiteCover("bls", random.choice((1, 2)), "administration", "discharge"),),
        holds_dose_spacing=random.choice((24, 48)) * HOUR,
        ends_before_close=timedelta(minutes=random.choice((0, 30))),
        hands_over=frozenset(role for role in HANDED_OVER if random.random() < 0.8),
    )


_HANDS_FIRST = replace(_HANDS, first_minutes=15)


def _windows(doses: int, random: Random) -> Iterator[Window]:
    order, preparation = WindowMeaning.ORDER, WindowMeaning.PREPARATION
    yield a_window(order, "S1.end", "P1.start")
    yield a_window(order, "P1.end", "D1.start")
    yield _counted(random, preparation, ("P1.end", "D1.start"), (1, 3), (1, 4))
    for number in range(1, doses + 1):
        dose, call, talk, following = f"D{number}", f"C{number}", f"I{number}", f"D{number + 1}"
        yield a_window(order, f"{dose}.end", f"{call}.start")
        yield a_window(order, f"{dose}.end", f"{talk}.start")
        yield a_window(order, f"{call}.end", f"{talk}.start")
        yield _counted(random, WindowMeaning.FOLLOW_UP, (f"{dose}.end", f"{call}.start"), (0, 1), (0, 1))
        yield _counted(random, WindowMeaning.INTEGRATION, (f"{dose}.end", f"{talk}.start"), (0, 2), (0, 2))
        if number < doses:
            gap = (f"{dose}.start", f"{following}.start")
            yield _counted(random, WindowMeaning.DOSE_GAP, gap, (1, 3), (0, 3))
            for earlier in (dose, call, talk):
                yield a_window(order, f"{earlier}.end", f"{following}.start")


def _counted(
    random: Random,
    meaning: WindowMeaning,
    moments: tuple[str, str],
    least: tuple[int, int],
    more: tuple[int, int],
) -> Window:
    """Draw a window of some days, mostly by date, and how many more the latest lies behind the earliest, if there is one."""
    days = random.randint(*least)
    most = days + random.randint(*more) if random.random() < 0.8 else None
    if random.random() < 0.7:
        window = a_window(meaning, *moments, days * DAY, None if most is None else most * DAY)
        return replace(window, counted=Counting.CALENDAR)
    # A whole number of days in hours would hardly leave a start where the clinic is open for half a day.
    latest = None if most is None else most * DAY + random.choice((3, 8)) * HOUR
    return a_window(meaning, *moments, days * DAY, latest)
