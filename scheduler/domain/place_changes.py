"""What may change about a place: a room goes out of use, a site is shut or open by other hours, and all is taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.domain.clock import whole_local_day
from scheduler.domain.errors import InvalidValue
from scheduler.domain.facts import Facts
from scheduler.domain.interval import Interval, merged, without
from scheduler.domain.places import Closure
from scheduler.domain.telling import told_moment
from scheduler.domain.weekly_hours import WeekChange


@dataclass(frozen=True, slots=True)
class _OfRoom:
    room: str

    @property
    def subject(self) -> tuple[str, str]:
        """The room."""
        return "room", self.room


@dataclass(frozen=True, slots=True)
class _OfSite:
    site: str

    @property
    def subject(self) -> tuple[str, str]:
        """The site."""
        return "site", self.site


@dataclass(frozen=True, slots=True)
class RoomOutOfUse(_OfRoom):
    """A room is out of use for a stretch of time; what is known of it already is joined with it."""

    time: Interval
    word = "room_out_of_use"

    def during(self, zone: str) -> Interval | None:
        """Return the time out of use."""
        return self.time

    def made_to(self, facts: Facts) -> Facts:
        """Return the facts with the room out of use."""
        room = facts.room(self.room)
        return facts.with_room(replace(room, out_of_use=merged([*room.out_of_use, self.time])))


@dataclass(frozen=True, slots=True)
class RoomBackInUse(_OfRoom):
    """A room can be used after all in a stretch of time; what lies outside of it stays."""

    time: Interval
    word = "room_back_in_use"

    def during(self, zone: str) -> Interval | None:
        """Return the time that is given back."""
        return self.time

    def made_to(self, facts: Facts) -> Facts:
        """Return the facts with the room in use."""
        room = facts.room(self.room)
        left = without(room.out_of_use, [self.time])
        if left == merged(room.out_of_use):
            raise InvalidValue(
                f"{room.name} is not out of use between {told_moment(self.time.start, facts.site.zone)} and "
                f"{told_moment(self.time.end, facts.site.zone)}"
            )
        return facts.with_room(replace(room, out_of_use=left))


@dataclass(frozen=True, slots=True)
class OpeningHoursChanged(_OfSite):
    """A site is open by another week, for good or for a time."""

    change: WeekChange
    word = "opening_hours_changed"

    def during(self, zone: str) -> Interval | None:
        """Return the days of the other week; `None` where they have no end."""
        return self.change.during(zone)

    def made_to(self, facts: Facts) -> Facts:
        """Return the facts with the new hours."""
        return replace(facts, site=replace(facts.site, hours=self.change.made_to(facts.site.hours)))


@dataclass(frozen=True, slots=True)
class SiteClosed(_OfSite):
    """A site is shut on whole days."""

    closure: Closure
    word = "closure_added"

    def during(self, zone: str) -> Interval | None:
        """Return the days."""
        return _days(self.closure, zone)

    def made_to(self, facts: Facts) -> Facts:
        """Return the facts with the closure."""
        if self.closure.last_day < self.closure.first_day:
            raise InvalidValue("the last day of a closure is not before its first")
        if self.closure in facts.site.closures:
            raise InvalidValue("the site is shut on these days already")
        closures = sorted([*facts.site.closures, self.closure], key=lambda one: (one.first_day, one.last_day))
        return replace(facts, site=replace(facts.site, closures=tuple(closures)))


@dataclass(frozen=True, slots=True)
class HolidaysTaken(_OfSite):
    """A site is shut on public holidays, one closure or more; days on which it is shut already stay as they are."""

    closures: tuple[Closure, ...]
    word = "holidays_taken"

    def during(self, zone: str) -> Interval | None:
        """Return from the first of the days to the last; `None` where there is none."""
        if not self.closures:
            return None
        first = min(one.first_day for one in self.closures)
        last = max(one.last_day for one in self.closures)
        return _days(Closure(first, last, ""), zone)

    def made_to(self, facts: Facts) -> Facts:
        """Return the facts with the closures."""
        new = [one for one in self.closures if not _is_shut(facts, one)]
        if not new:
            raise InvalidValue("the site is shut on these days already")
        closures = sorted([*facts.site.closures, *new], key=lambda one: (one.first_day, one.last_day))
        return replace(facts, site=replace(facts.site, closures=tuple(closures)))


@dataclass(frozen=True, slots=True)
class SiteOpenedAgain(_OfSite):
    """A closure of a site does not take place."""

    closure: Closure
    word = "closure_removed"

    def during(self, zone: str) -> Interval | None:
        """Return the days."""
        return _days(self.closure, zone)

    def made_to(self, facts: Facts) -> Facts:
        """Return the facts without the closure."""
        left = tuple(one for one in facts.site.closures if one != self.closure)
        if left == facts.site.closures:
            raise InvalidValue("the site has no such closure")
        return replace(facts, site=replace(facts.site, closures=left))


PlaceChange = (
    RoomOutOfUse | RoomBackInUse | OpeningHoursChanged | SiteClosed | HolidaysTaken | SiteOpenedAgain
)


def _is_shut(facts: Facts, wanted: Closure) -> bool:
    return any(
        one.first_day <= wanted.first_day and wanted.last_day <= one.last_day for one in facts.site.closures
    )


def _days(closure: Closure, zone: str) -> Interval:
    return Interval(
        whole_local_day(closure.first_day, zone).start, whole_local_day(closure.last_day, zone).end
    )
