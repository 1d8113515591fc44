"""The first dose of the group on its day: its members' visits, and what the clock says."""

from __future__ import annotations

from scheduler.booking.extend_stay import ExtendStay, StayReason, extend_stay
from scheduler.domain.appointment import Appointment
from scheduler.store.appointments import appointment
from scheduler.store.series import series_of_patient
from tests.booking.the_day import NURSE, Floor, S
from tests.cases.groups.group_clinic import COHORT, own_series

UNDER_THE_DRUG = (S.CHECKED_IN, S.CLEARED, S.DOSING, S.OBSERVING, S.RECOVERING)
"""The steps of a member from the door to the mats."""


def member(place: int, step: str = "GD1") -> Floor:
    """Return a member's visit on its day, with its own clock at its start."""
    return Floor(own_series(place), step)


def group_visit(step: str = "GD1") -> Appointment:
    """Return the visit of the group as it is stored."""
    (series,) = series_of_patient(COHORT)
    visit = series.visit(step)
    assert visit is not None
    return appointment(visit.id)


def recover(*places: int) -> None:
    """Take members through the day until they recover."""
    for place in places:
        member(place).goes(*UNDER_THE_DRUG)


def discharge(place: int, minutes: int) -> Appointment:
    """Let a member go, so many minutes after the planned start."""
    return member(place).minutes_in(minutes).goes(S.DISCHARGED)


def stays_longer(place: int, minutes: int, at_minute: int = 230) -> object:
    """Ask for a member to stay so many minutes longer, some time before the planned end."""
    floor = member(place).minutes_in(at_minute)
    command = ExtendStay(floor.id, StayReason.OVERRUN, minutes, floor.visit.version)
    return extend_stay(command, NURSE, floor.clock)
