"""What changes about the clinic itself in a life of it: staff, rooms, closures, decisions, overrides, and the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.change_places import change_places
from scheduler.booking.change_staff import change_staff
from scheduler.booking.changing_facts import ChangeOfFacts
from scheduler.booking.decide_gate import DecideGate, decide_gate
from scheduler.booking.holds import release_lapsed_holds
from scheduler.booking.keep_inbox import KeepInbox, keep_inbox
from scheduler.booking.override_rule import OverrideRule, override_rule
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.booking.resolve_conflict import ResolveConflict, resolve_conflict
from scheduler.booking.withdraw_override import WithdrawOverride, withdraw_override
from scheduler.domain.clock import local_day
from scheduler.domain.interval import Interval
from scheduler.domain.people import Credential, GateDecision, Role
from scheduler.domain.place_changes import (
    OpeningHoursChanged,
    PlaceChange,
    RoomBackInUse,
    RoomOutOfUse,
    SiteClosed,
    SiteOpenedAgain,
)
from scheduler.domain.places import Closure
from scheduler.domain.staff_changes import (
    CredentialRecorded,
    CredentialWithdrawn,
    HoursChanged,
    RolesChanged,
    StaffChange,
    TimeOffAdded,
    TimeOffRemoved,
)
from scheduler.domain.weekly_hours import WeekChange
from scheduler.reminders.dispatch import dispatch
from scheduler.rules.finding import Level
from scheduler.store.conflicts import open_conflicts
from scheduler.store.overrides import all_overrides
from tests.booking.the_day import DESK, PRESCRIBER, THERAPIST
from tests.builders import ZONE, weekdays
from tests.journeys.clinic_in_use import NUMBERS, SITE, ClinicInUse
from tests.journeys.lives_booked import PATIENTS
from tests.reminders.recording import RecordingChannel

STAFF = st.sampled_from(["therapist-1", "therapist-2", "therapist-3", "nurse-1", "nurse-2", "prescriber-1"])
SHIFTS = st.sampled_from([("08:00", "18:00"), ("08:00", "18:00"), ("08:00", "13:00"), ("11:00", "16:30")])
CREDENTIALS = st.sampled_from(["bls", "acls", "kap_training", "rn_licence", "therapist_licence"])
ROLES = st.sampled_from(
    [
        RolesChanged("", frozenset({Role.THERAPIST})),
        RolesChanged("", frozenset({Role.THERAPIST, Role.MEDICAL_MONITOR}), may_watch=1),
        RolesChanged("", frozenset({Role.MEDICAL_MONITOR, Role.ADMINISTERING_CLINICIAN}), may_watch=2),
        RolesChanged("", frozenset({Role.MEDICAL_MONITOR}), may_watch=1),
        RolesChanged("", frozenset({Role.PRESCRIBER}), may_supervise=4),
        RolesChanged("", frozenset({Role.PRESCRIBER, Role.ADMINISTERING_CLINICIAN}), may_supervise=1),
    ]
)
LENGTHS = st.sampled_from([timedelta(hours=1), timedelta(hours=9), timedelta(days=3), None])
ACTORS: Mapping[str, Actor] = {
    "prescriber": PRESCRIBER,
    "therapist": THERAPIST,
    "administrator": Actor("admin", AccountRole.ADMINISTRATOR),
}
GATES = st.sampled_from(
    ["clearance.medical", "consent.treatment", "escort", "payment", "order.prescription", "outcome_scale"]
)


class OfFacts(ClinicInUse):
    """The deeds of whoever keeps the clinic's facts, and of those who decide."""

    @rule(one=NUMBERS, other=NUMBERS, which=NUMBERS, length=LENGTHS)
    def somebody_is_away(self, one: int, other: int, which: int, length: timedelta | None) -> None:
        """Let somebody who serves in a visit be ill from its start on, or be back after all."""
        if (visit := self.a_visit(one, other)) and visit.people:
            person = visit.people[which % len(visit.people)]
            time = Interval.lasting(visit.start, length or timedelta(days=9))
            self._change_staff(TimeOffAdded(person, time) if length else TimeOffRemoved(person, time))

    @rule(person=STAFF, shift=SHIFTS)
    def a_shift_is_changed(self, person: str, shift: tuple[str, str]) -> None:
        """Let somebody work shorter days, or whole ones again."""
        self._change_staff(HoursChanged(person, WeekChange(weekdays(*shift))))

    @rule(shift=SHIFTS, first=st.integers(0, 30), days=st.none() | st.integers(0, 14))
    def opening_hours_change(self, shift: tuple[str, str], first: int, days: int | None) -> None:
        """Let the site be open by another week, for some days or from a day on."""
        last = None if days is None else self._day(first + days)
        self._change_places(OpeningHoursChanged(SITE, WeekChange(weekdays(*shift), self._day(first), last)))

    @rule(person=STAFF, kind=CREDENTIALS, days=st.none() | st.just(900) | st.integers(-5, 60))
    def a_credential_changes(self, person: str, kind: str, days: int | None) -> None:
        """Note until when a credential is good, in days or for years, or that it is held no more."""
        if days is None:
            self._change_staff(CredentialWithdrawn(person, kind))
        else:
            self._change_staff(CredentialRecorded(person, Credential(kind, self._day(days))))

    @rule(person=STAFF, roles=ROLES)
    def roles_are_changed(self, person: str, roles: RolesChanged) -> None:
        """Let somebody serve in other roles."""
        self._change_staff(replace(roles, person=person))

    @rule(one=NUMBERS, other=NUMBERS, length=LENGTHS)
    def a_room_is_out_of_use(self, one: int, other: int, length: timedelta | None) -> None:
        """Take the room of a visit out of use from its start on, or let it be used after all."""
        if (visit := self.a_visit(one, other)) and visit.room:
            time = Interval.lasting(visit.start, length or timedelta(days=9))
            back = RoomBackInUse(visit.room, time)
            self._change_places(RoomOutOfUse(visit.room, time) if length else back)

    @rule(days=st.integers(0, 40), length=st.integers(0, 2), opens=st.booleans())
    def the_site_is_shut(self, days: int, length: int, opens: bool) -> None:
        """Shut the site on some days, or do not after all."""
        closure = Closure(self._day(days), self._day(days + length), "Works")
        self._change_places(SiteOpenedAgain(SITE, closure) if opens else SiteClosed(SITE, closure))

    @rule(
        patient=st.sampled_from(PATIENTS),
        gate=GATES,
        actor=st.sampled_from([DESK, THERAPIST, PRESCRIBER]),
        passes=st.booleans(),
        days=st.none() | st.integers(0, 30),
        visits=st.none() | st.integers(1, 4),
    )
    def a_gate_is_decided(
        self, patient: str, gate: str, actor: Actor, passes: bool, days: int | None, visits: int | None
    ) -> None:
        """Decide about a gate, for a time and a number of visits."""
        decision = GateDecision.PASS if passes else GateDecision.HOLD
        until = None if days is None or not passes else self._day(days)
        command = DecideGate(patient, gate, decision, until, visits if passes else None)
        decide_gate(command, actor, self.clock)

    @rule(which=NUMBERS, days=st.integers(1, 60))
    def a_rule_is_overridden(self, which: int, days: int) -> None:
        """Let a rule pass for a visit that waits for it."""
        answer = recheck(RecheckCommand(), SYSTEM, self.clock)
        assert isinstance(answer, tuple)
        gates = [finding for one in answer for finding in one.findings if finding.level is Level.GATE]
        if gates:
            finding = gates[which % len(gates)]
            actor = ACTORS.get(finding.override_role or "", PRESCRIBER)
            command = OverrideRule(finding.gated or "", finding.rule, "It was talked over", days)
            override_rule(command, actor, self.clock)

    @rule(which=NUMBERS)
    def an_override_is_withdrawn(self, which: int) -> None:
        """Take an override back."""
        if made := all_overrides():
            override = made[which % len(made)]
            withdraw_override(WithdrawOverride(override.id), ACTORS[override.role], self.clock)

    @rule(many=st.integers(1, 5))
    def the_inbox_is_worked_through(self, many: int) -> None:
        """Mend some of what is broken, each in the best way, the most urgent first."""
        for conflict in open_conflicts()[:many]:
            resolve_conflict(ResolveConflict(conflict.id), SYSTEM, self.clock)

    @rule()
    def the_inbox_is_looked_at(self) -> None:
        """Look at the inbox."""
        self.look_at_the_inbox()

    @rule(hours=st.integers(1, 16))
    def a_night_passes(self, hours: int) -> None:
        """Let a night pass with its recheck."""
        self.clock.advance(timedelta(hours=hours))
        release_lapsed_holds(self.clock)
        keep_inbox(KeepInbox(SITE), SYSTEM, self.clock)

    @rule(minutes=st.integers(1, 6000))
    def time_passes(self, minutes: int) -> None:
        """Let time pass; the timetable looks again."""
        self.clock.advance(timedelta(minutes=minutes))
        release_lapsed_holds(self.clock)
        dispatch(self.clock.now(), RecordingChannel())

    def _day(self, days: int) -> date:
        return local_day(self.clock.now() + timedelta(days=days), ZONE)

    def _change_staff(self, change: StaffChange) -> None:
        change_staff(ChangeOfFacts(SITE, change), SYSTEM, self.clock)

    def _change_places(self, change: PlaceChange) -> None:
        change_places(ChangeOfFacts(SITE, change), SYSTEM, self.clock)
