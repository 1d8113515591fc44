"""The table of permissions as a truth table, role by role."""

from __future__ import annotations

import pytest

from scheduler.access.permissions import ALLOWED, SYSTEM, AccountRole, Actor, Permission, may, may_at

DESK = {
    Permission.KEEP_PATIENT,
    Permission.SEE_PATIENTS,
    Permission.SEE_DAY,
    Permission.ADVANCE_APPOINTMENT,
    Permission.DECIDE_GATE,
    Permission.SEE_RULES,
    Permission.SEE_FINDINGS,
    Permission.SEE_COHORTS,
    Permission.CHANGE_COHORTS,
    Permission.PREVIEW_SERIES,
    Permission.BOOK_SERIES,
    Permission.EXTEND_SERIES,
    Permission.MOVE_APPOINTMENT,
    Permission.SUBSTITUTE_THERAPIST,
    Permission.CANCEL_SERIES,
    Permission.CANCEL_APPOINTMENT,
    Permission.SEE_CONFLICTS,
    Permission.RESOLVE_CONFLICT,
    Permission.ACCEPT_CONFLICT,
    Permission.SEE_STAFF,
    Permission.RECORD_ABSENCE,
    Permission.CHANGE_PLACES,
    Permission.MANAGE_BUSY_CALENDARS,
    Permission.MANAGE_SUBSCRIPTIONS,
    Permission.RECORD_CONTACT,
    Permission.KEEP_WAITING_LIST,
    Permission.CHOOSE_OWN_MANNER,
}
CLINICAL = {
    Permission.SEE_PATIENTS,
    Permission.SEE_DAY,
    Permission.SEE_OWN_DAY,
    Permission.ADVANCE_APPOINTMENT,
    Permission.NOTE_VITAL_SIGNS,
    Permission.EXTEND_STAY,
    Permission.DECIDE_GATE,
    Permission.SEE_RULES,
    Permission.SEE_FINDINGS,
    Permission.SEE_COHORTS,
    Permission.PREVIEW_SERIES,
    Permission.MANAGE_OWN_BUSY_CALENDARS,
    Permission.MANAGE_OWN_SUBSCRIPTION,
    Permission.SETTLE_FOLLOW_UP,
    Permission.CHOOSE_OWN_MANNER,
}
BOOKING = {
    Permission.BOOK_SERIES,
    Permission.EXTEND_SERIES,
    Permission.MOVE_APPOINTMENT,
    Permission.SUBSTITUTE_THERAPIST,
    Permission.CANCEL_APPOINTMENT,
}
KEEPING = {
    Permission.SEE_INSIGHTS,
    Permission.ADOPT_VERSION,
    Permission.SEE_HISTORY,
    Permission.CHANGE_STAFF,
    Permission.CHANGE_CALENDAR_WORDS,
    Permission.CHANGE_REMINDER_TIMES,
    Permission.CHANGE_MESSAGE_WORDS,
    Permission.CHANGE_SETTINGS,
    Permission.IMPORT_CLINIC,
    Permission.EXPORT_CLINIC,
    Permission.MANAGE_ACCOUNTS,
}
THERAPY = CLINICAL | BOOKING | {Permission.OVERRIDE_RULE}
TRUTH = {
    AccountRole.FRONT_DESK: DESK,
    AccountRole.NURSE: CLINICAL,
    AccountRole.THERAPIST: THERAPY,
    AccountRole.PRESCRIBER: THERAPY
    | {
        Permission.CANCEL_SERIES,
        Permission.CHANGE_COHORTS,
        Permission.ADOPT_VERSION,
        Permission.SEE_CONFLICTS,
        Permission.ACCEPT_CONFLICT,
    },
    AccountRole.ADMINISTRATOR: DESK | KEEPING | {Permission.OVERRIDE_RULE},
    AccountRole.SYSTEM: (
        DESK
        - {
            *(Permission.DECIDE_GATE, Permission.ADVANCE_APPOINTMENT, Permission.ACCEPT_CONFLICT),
            Permission.CHOOSE_OWN_MANNER,
        }
    )
    | KEEPING
    | {Permission.DISPATCH_REMINDERS},
}


@pytest.mark.parametrize("role", AccountRole)
@pytest.mark.parametrize("permission", Permission)
def test_the_table_says_exactly_this(role: AccountRole, permission: Permission) -> None:
    assert may(Actor("somebody", role), permission) is (permission in TRUTH[role])


def test_every_permission_stands_in_the_table() -> None:
    assert set(ALLOWED) == set(Permission)


def test_an_actor_of_one_site_may_nothing_at_another() -> None:
    desk = Actor("desk", AccountRole.FRONT_DESK, site="north")
    assert may_at(desk, Permission.BOOK_SERIES, "north")
    assert not may_at(desk, Permission.BOOK_SERIES, "south")
    assert not may_at(desk, Permission.IMPORT_CLINIC, "north")


def test_an_actor_without_a_site_may_act_at_every_site() -> None:
    assert may_at(SYSTEM, Permission.BOOK_SERIES, "south")
