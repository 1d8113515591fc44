"""How refusals call states, roles, reasons and kinds of visits."""

from __future__ import annotations

from collections.abc import Mapping

from scheduler.access.permissions import AccountRole
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.series import SeriesState
from scheduler.domain.telling import Told, told
from scheduler.domain.treatment import StepKind
from scheduler.domain.visit_day import DayReason

_OF_VISITS: Mapping[AppointmentState, Told] = {
    AppointmentState.TENTATIVE: told("tentative"),
    AppointmentState.BOOKED: told("booked"),
    AppointmentState.CONFIRMED: told("confirmed"),
    AppointmentState.CHECKED_IN: told("checked in"),
    AppointmentState.CLEARED: told("cleared"),
    AppointmentState.DOSING: told("dosing"),
    AppointmentState.OBSERVING: told("observing"),
    AppointmentState.RECOVERING: told("recovering"),
    AppointmentState.DISCHARGED: told("discharged"),
    AppointmentState.CLOSED: told("closed"),
    AppointmentState.CANCELLED_BY_PATIENT: told("cancelled by patient"),
    AppointmentState.CANCELLED_BY_CLINIC: told("cancelled by clinic"),
    AppointmentState.SAME_DAY_HOLD: told("same day hold"),
    AppointmentState.NO_SHOW: told("no show"),
    AppointmentState.LEFT_BEFORE_RELEASE: told("left before release"),
    AppointmentState.LAPSED: told("lapsed"),
}
_OF_SERIES: Mapping[SeriesState, Told] = {
    SeriesState.TENTATIVE: told("tentative"),
    SeriesState.BOOKED: told("booked"),
    SeriesState.PAUSED: told("paused"),
    SeriesState.STOPPED: told("stopped"),
    SeriesState.CANCELLED: told("cancelled"),
    SeriesState.COMPLETED: told("completed"),
    SeriesState.DORMANT: told("dormant"),
    SeriesState.LAPSED: told("lapsed"),
}
_OF_ROLES: Mapping[AccountRole, Told] = {
    AccountRole.FRONT_DESK: told("front desk"),
    AccountRole.THERAPIST: told("therapist"),
    AccountRole.NURSE: told("nurse"),
    AccountRole.PRESCRIBER: told("prescriber"),
    AccountRole.ADMINISTRATOR: told("administrator"),
    AccountRole.SYSTEM: told("system"),
}
_OF_REASONS: Mapping[DayReason, Told] = {
    DayReason.ATE: told("ate"),
    DayReason.NO_DRIVER: told("no driver"),
    DayReason.BLOOD_PRESSURE: told("blood pressure"),
    DayReason.UNWELL: told("unwell"),
    DayReason.CLINIC_CANNOT: told("clinic cannot"),
    DayReason.AGAINST_ADVICE: told("against advice"),
    DayReason.WITHOUT_A_WORD: told("without a word"),
    DayReason.NOTED_ELSEWHERE: told("noted elsewhere"),
    DayReason.DECLINED: told("declined"),
    DayReason.OTHER: told("other"),
    DayReason.UNDONE: told("undone"),
}
_OF_KINDS: Mapping[StepKind, Told] = {
    StepKind.SCREENING: told("screening"),
    StepKind.PREPARATION: told("preparation"),
    StepKind.DOSING: told("dosing"),
    StepKind.CONTACT: told("contact"),
    StepKind.INTEGRATION: told("integration"),
    StepKind.REVIEW: told("review"),
}


def visit_state_name(state: AppointmentState) -> Told:
    """Return the state of a visit in words: 'checked in'."""
    return _OF_VISITS[state]


def series_state_name(state: SeriesState) -> Told:
    """Return the state of a series in words: 'booked'."""
    return _OF_SERIES[state]


def account_role_name(role: AccountRole) -> Told:
    """Return what an account is for in words: 'front desk'."""
    return _OF_ROLES[role]


def day_reason_name(reason: DayReason) -> Told:
    """Return a reason noted on the day in words: 'no driver'."""
    return _OF_REASONS[reason]


def step_kind_name(kind: StepKind) -> Told:
    """Return a kind of visit in words: 'preparation'."""
    return _OF_KINDS[kind]
