"""The one table that says which role of an account may do what; what it does not grant is denied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class AccountRole(StrEnum):
    """What an account is for. `SYSTEM` is nobody's sign-in: the command line and the jobs act with it."""

    FRONT_DESK = "front_desk"
    THERAPIST = "therapist"
    NURSE = "nurse"
    PRESCRIBER = "prescriber"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


class Permission(StrEnum):
    """One thing an account may or may not do."""

    SEE_PATIENTS = "see_patients"
    KEEP_PATIENT = "keep_patient"
    SEE_DAY = "see_day"
    SEE_OWN_DAY = "see_own_day"
    SEE_RULES = "see_rules"
    SEE_FINDINGS = "see_findings"
    SEE_HISTORY = "see_history"
    SEE_COHORTS = "see_cohorts"
    CHANGE_COHORTS = "change_cohorts"
    PREVIEW_SERIES = "preview_series"
    BOOK_SERIES = "book_series"
    EXTEND_SERIES = "extend_series"
    MOVE_APPOINTMENT = "move_appointment"
    SUBSTITUTE_THERAPIST = "substitute_therapist"
    ADOPT_VERSION = "adopt_version"
    CANCEL_SERIES = "cancel_series"
    CANCEL_APPOINTMENT = "cancel_appointment"
    ADVANCE_APPOINTMENT = "advance_appointment"
    NOTE_VITAL_SIGNS = "note_vital_signs"
    EXTEND_STAY = "extend_stay"
    DECIDE_GATE = "decide_gate"
    OVERRIDE_RULE = "override_rule"
    SEE_CONFLICTS = "see_conflicts"
    RESOLVE_CONFLICT = "resolve_conflict"
    ACCEPT_CONFLICT = "accept_conflict"
    SEE_STAFF = "see_staff"
    SEE_INSIGHTS = "see_insights"
    RECORD_ABSENCE = "record_absence"
    CHANGE_STAFF = "change_staff"
    CHANGE_PLACES = "change_places"
    CHANGE_CALENDAR_WORDS = "change_calendar_words"
    CHANGE_REMINDER_TIMES = "change_reminder_times"
    CHANGE_MESSAGE_WORDS = "change_message_words"
    CHANGE_SETTINGS = "change_settings"
    MANAGE_BUSY_CALENDARS = "manage_busy_calendars"
    MANAGE_OWN_BUSY_CALENDARS = "manage_own_busy_calendars"
    MANAGE_SUBSCRIPTIONS = "manage_subscriptions"
    RECORD_CONTACT = "record_contact"
    KEEP_WAITING_LIST = "keep_waiting_list"
    SETTLE_FOLLOW_UP = "settle_follow_up"
    MANAGE_OWN_SUBSCRIPTION = "manage_own_subscription"
    CHOOSE_OWN_MANNER = "choose_own_manner"
    IMPORT_CLINIC = "import_clinic"
    EXPORT_CLINIC = "export_clinic"
    MANAGE_ACCOUNTS = "manage_accounts"
    DISPATCH_REMINDERS = "dispatch_reminders"


_DESK = frozenset({AccountRole.FRONT_DESK, AccountRole.ADMINISTRATOR, AccountRole.SYSTEM})
_CLINICAL = frozenset({AccountRole.THERAPIST, AccountRole.NURSE, AccountRole.PRESCRIBER})
_KEEPERS = frozenset({AccountRole.ADMINISTRATOR, AccountRole.SYSTEM})
_EVERYBODY = _DESK | _CLINICAL
_CLINIC = _EVERYBODY - {AccountRole.SYSTEM}

ALLOWED: Mapping[Permission, frozenset[AccountRole]] = MappingProxyType(
    {
        Permission.SEE_PATIENTS: _DESK | _CLINICAL,
        Permission.KEEP_PATIENT: _DESK,
        Permission.SEE_DAY: _DESK | _CLINICAL,
        Permission.SEE_OWN_DAY: _CLINICAL,
        Permission.SEE_RULES: _EVERYBODY,
        Permission.SEE_FINDINGS: _DESK | _CLINICAL,
        Permission.SEE_HISTORY: _KEEPERS,
        Permission.SEE_COHORTS: _DESK | _CLINICAL,
        Permission.CHANGE_COHORTS: _DESK | {AccountRole.PRESCRIBER},
        Permission.PREVIEW_SERIES: _DESK | _CLINICAL,
        Permission.BOOK_SERIES: _DESK | {AccountRole.THERAPIST, AccountRole.PRESCRIBER},
        Permission.EXTEND_SERIES: _DESK | {AccountRole.THERAPIST, AccountRole.PRESCRIBER},
        Permission.MOVE_APPOINTMENT: _DESK | {AccountRole.THERAPIST, AccountRole.PRESCRIBER},
        Permission.SUBSTITUTE_THERAPIST: _DESK | {AccountRole.THERAPIST, AccountRole.PRESCRIBER},
        Permission.ADOPT_VERSION: _KEEPERS | {AccountRole.PRESCRIBER},
        Permission.CANCEL_SERIES: _DESK | {AccountRole.PRESCRIBER},
        Permission.CANCEL_APPOINTMENT: _DESK | {AccountRole.THERAPIST, AccountRole.PRESCRIBER},
        # The table of the day says which of these may say what.
        Permission.ADVANCE_APPOINTMENT: _CLINIC,
        Permission.NOTE_VITAL_SIGNS: _CLINICAL,
        Permission.EXTEND_STAY: _CLINICAL,
        # The table of gates says which of these may decide which.
        Permission.DECIDE_GATE: _CLINIC,
        # Each rule names the one role of these that may let it pass.
        Permission.OVERRIDE_RULE: frozenset(
            {AccountRole.THERAPIST, AccountRole.PRESCRIBER, AccountRole.ADMINISTRATOR}
        ),
        Permission.SEE_CONFLICTS: _DESK | {AccountRole.PRESCRIBER},
        Permission.RESOLVE_CONFLICT: _DESK,
        # A gate is accepted by the one role that its rule names.
        Permission.ACCEPT_CONFLICT: frozenset(
            {AccountRole.FRONT_DESK, AccountRole.ADMINISTRATOR, AccountRole.PRESCRIBER}
        ),
        Permission.SEE_STAFF: _DESK,
        # It tells how much each person works.
        Permission.SEE_INSIGHTS: _KEEPERS,
        Permission.RECORD_ABSENCE: _DESK,
        Permission.CHANGE_STAFF: _KEEPERS,
        Permission.CHANGE_PLACES: _DESK,
        Permission.CHANGE_CALENDAR_WORDS: _KEEPERS,
        Permission.CHANGE_REMINDER_TIMES: _KEEPERS,
        Permission.CHANGE_MESSAGE_WORDS: _KEEPERS,
        Permission.CHANGE_SETTINGS: _KEEPERS,
        Permission.MANAGE_BUSY_CALENDARS: _DESK,
        Permission.MANAGE_OWN_BUSY_CALENDARS: _CLINICAL,
        Permission.MANAGE_SUBSCRIPTIONS: _DESK,
        Permission.RECORD_CONTACT: _DESK,
        Permission.KEEP_WAITING_LIST: _DESK,
        Permission.SETTLE_FOLLOW_UP: _CLINICAL,
        Permission.MANAGE_OWN_SUBSCRIPTION: _CLINICAL,
        # Everybody who signs in reads the pages.
        Permission.CHOOSE_OWN_MANNER: _CLINIC,
        Permission.IMPORT_CLINIC: _KEEPERS,
        Permission.EXPORT_CLINIC: _KEEPERS,
        Permission.MANAGE_ACCOUNTS: _KEEPERS,
        Permission.DISPATCH_REMINDERS: frozenset({AccountRole.SYSTEM}),
    }
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for something.

    `id` is the account's name and goes into the audit. `site` limits the actor to one site, `None` means every site.
    `staff` is the member of staff behind the account, `None` when there is none.
    """

    id: str
    role: AccountRole
    site: str | None = None
    staff: str | None = None


SYSTEM = Actor("system", AccountRole.SYSTEM)


def may(actor: Actor, permission: Permission) -> bool:
    """Say whether the actor's role has the permission; a permission the table does not name is nobody's."""
    return actor.role in ALLOWED.get(permission, frozenset())


def may_at(actor: Actor, permission: Permission, site: str) -> bool:
    """Say whether the actor has the permission at this site."""
    return may(actor, permission) and actor.site in (None, site)
