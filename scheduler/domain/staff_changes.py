"""What may change about a member of staff: time off, weekly hours, credentials and roles."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.domain.errors import InvalidValue
from scheduler.domain.facts import Facts
from scheduler.domain.interval import BusyTimes, Interval, merged, without
from scheduler.domain.people import Credential, Role
from scheduler.domain.telling import told_moment
from scheduler.domain.weekly_hours import WeekChange


@dataclass(frozen=True, slots=True)
class _OfPerson:
    person: str

    @property
    def subject(self) -> tuple[str, str]:
        """The member of staff."""
        return "staff", self.person

    def during(self, zone: str) -> Interval | None:
        """Return `None`: anything may be different at any time."""
        return None


@dataclass(frozen=True, slots=True)
class TimeOffAdded(_OfPerson):
    """Somebody is away for a stretch of time; what is known of it already is joined with it."""

    time: Interval
    word = "time_off_added"

    def during(self, zone: str) -> Interval | None:
        """Return the time off."""
        return self.time

    def made_to(self, facts: Facts) -> Facts:
        """Return the facts with the time off."""
        person = facts.person(self.person)
        return facts.with_person(replace(person, time_off=merged([*person.time_off, self.time])))


@dataclass(frozen=True, slots=True)
class TimeOffRemoved(_OfPerson):
    """Somebody is not away after all in a stretch of time; what lies outside of it stays."""

    time: Interval
    word = "time_off_removed"

    def during(self, zone: str) -> Interval | None:
        """Return the time that is given back."""
        return self.time

    def made_to(self, facts: Facts) -> Facts:
        """Return the facts without the time off."""
        person = facts.person(self.person)
        left = without(person.time_off, [self.time])
        if left == merged(person.time_off):
            raise InvalidValue(
                f"{person.name} has no time off between {told_moment(self.time.start, facts.site.zone)} and "
                f"{told_moment(self.time.end, facts.site.zone)}"
            )
        return facts.with_person(replace(person, time_off=left))


@dataclass(frozen=True, slots=True)
class HoursChanged(_OfPerson):
    """Somebody works another week, for good or for a time."""

    change: WeekChange
    word = "hours_changed"

    def during(self, zone: str) -> Interval | None:
        """Return the days of the other week; `None` where they have no end."""
        return self.change.during(zone)

    def made_to(self, facts: Facts) -> Facts:
        """Return the facts with the new hours."""
        person = facts.person(self.person)
        return facts.with_person(replace(person, hours=self.change.made_to(person.hours)))


@dataclass(frozen=True, slots=True)
class CredentialRecorded(_OfPerson):
    """A credential is renewed, is new, or expires on another day: it stands in place of all others of its kind."""

    credential: Credential
    word = "credential_recorded"

    def made_to(self, facts: Facts) -> Facts:
        """Return the facts with the credential."""
        person = facts.person(self.person)
        others = [held for held in person.credentials if held.kind != self.credential.kind]
        held = tuple(sorted([*others, self.credential], key=lambda one: one.kind))
        return facts.with_person(replace(person, credentials=held))


@dataclass(frozen=True, slots=True)
class CredentialWithdrawn(_OfPerson):
    """Somebody does not hold a kind of credential any more."""

    kind: str
    word = "credential_withdrawn"

    def made_to(self, facts: Facts) -> Facts:
        """Return the facts without credentials of that kind."""
        person = facts.person(self.person)
        left = tuple(held for held in person.credentials if held.kind != self.kind)
        if left == person.credentials:
            raise InvalidValue(f"{person.name} holds no credential '{self.kind}'")
        return facts.with_person(replace(person, credentials=left))


@dataclass(frozen=True, slots=True)
class RolesChanged(_OfPerson):
    """Somebody serves in other roles; the limits are those of `StaffMember`."""

    roles: frozenset[Role]
    may_watch: int = 0
    may_supervise: int = 0
    word = "roles_changed"

    def made_to(self, facts: Facts) -> Facts:
        """Return the facts with the new roles."""
        if not self.roles:
            raise InvalidValue("somebody on the staff has at least one role")
        if min(self.may_watch, self.may_supervise) < 0:
            raise InvalidValue("a number of patients is not below 0")
        person = replace(
            facts.person(self.person),
            roles=self.roles,
            may_watch=self.may_watch,
            may_supervise=self.may_supervise,
        )
        return facts.with_person(person)


@dataclass(frozen=True, slots=True)
class BusyTimesChanged(_OfPerson):
    """Somebody's calendars elsewhere say other times than before; `busy` are all that they say together."""

    busy: BusyTimes
    differing: Interval | None = None
    word = "busy_elsewhere"

    def during(self, zone: str) -> Interval | None:
        """Return the stretch in which all that differs lies."""
        return self.differing

    def made_to(self, facts: Facts) -> Facts:
        """Return the facts with what the calendars say now."""
        return facts.with_person(replace(facts.person(self.person), busy=self.busy))


StaffChange = (
    TimeOffAdded | TimeOffRemoved | HoursChanged | CredentialRecorded | CredentialWithdrawn | RolesChanged
)
