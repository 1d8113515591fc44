"""Names a calendar elsewhere for somebody of the staff, by its address or as a file; looks again at once; removes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.retrying import retried
from scheduler.booking.take_busy_times import BusyTimesTaken, give_back_busy_times, take_busy_times
from scheduler.domain.clock import Clock, first_moment, local_day
from scheduler.domain.interval import Interval
from scheduler.domain.places import Site
from scheduler.feeds.busy.addresses import target_of
from scheduler.feeds.busy.content import UnusableCalendar
from scheduler.feeds.busy.reading import Question, Reading, read_busy_times
from scheduler.feeds.busy.sealing import AddressSeal
from scheduler.store import busy_sources, clinic
from scheduler.store.audit import AuditEntry, record
from scheduler.store.busy_sources import BusySource, SourceKind
from scheduler.store.locks import lock
from scheduler.store.subscriptions import SubscriptionKind, site_of_subject
from scheduler.store.work import reading, unit_of_work

DAYS_BACK, DAYS_AHEAD = 30, 400
"""How far the times that are kept reach, counted from the week in which a calendar is read."""

MOST_SOURCES = 10
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class NewAddress:
    """A calendar of a member of staff, by its address; `public_url` is this program's own. `name` may be empty."""

    person: str
    address: str
    name: str = ""
    public_url: str = ""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A calendar of a member of staff, as the text of a file. `name` may be empty."""

    person: str
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class SourceAdded:
    """The new source, and what its times meant for visits that are booked; nothing yet of one that is fetched later."""

    source: BusySource
    taken: BusyTimesTaken


def add_address(new: NewAddress, seal: AddressSeal, actor: Actor, clock: Clock) -> SourceAdded | NotAllowed:
    """Keep the address, sealed; the jobs fetch it next. Raises `UnusableCalendar` and `NotFound`."""
    target, now = target_of(new.address, new.public_url), clock.now()
    id = uuid4().hex
    with unit_of_work():
        site = site_of_subject(SubscriptionKind.STAFF, new.person)
        if refusal := _refusal(actor, new.person, site):
            return refusal
        _against_too_many(new.person)
        source = BusySource(
            id=id,
            site=site,
            staff=new.person,
            kind=SourceKind.ADDRESS,
            name=_name(new.name) or target.host,
            added_at=now,
            host=target.host,
            sealed_address=seal.sealed(new.address.strip(), id),
            next_try_at=now,
        )
        busy_sources.add_source(source)
        _note(source, "add_busy_calendar", actor, now)
    return SourceAdded(source, BusyTimesTaken())


def add_file(new: NewFile, actor: Actor, clock: Clock) -> SourceAdded | NotAllowed:
    """Read a file and take its times. Raises `UnusableCalendar` and `NotFound`."""
    now = clock.now()
    with reading():
        site = clinic.site(site_of_subject(SubscriptionKind.STAFF, new.person))
        if refusal := _refusal(actor, new.person, site.id):
            return refusal
    found = read_at(new.text, site, now)
    source = BusySource(
        id=uuid4().hex,
        site=site.id,
        staff=new.person,
        kind=SourceKind.FILE,
        name=_name(new.name) or "Uploaded file",
        added_at=now,
        last_good_at=now,
        read_whole_at=now,
        read_until=window_at(site, now).end,
        remark=found.remark,
    )

    def attempt() -> SourceAdded:
        with unit_of_work():
            lock([site.id], [])
            _against_too_many(new.person)
            busy_sources.add_source(source)
            _note(source, "add_busy_calendar", actor, now)
            return SourceAdded(source, take_busy_times(source, found.times, actor, now))

    return retried(attempt)


def refresh_source(id: str, actor: Actor, clock: Clock) -> BusySource | NotAllowed:
    """Let the jobs fetch a calendar at their next look, and all of it. Raises `NotFound`."""
    now = clock.now()
    with unit_of_work():
        source = busy_sources.busy_source(id)
        if refusal := _refusal(actor, source.staff, source.site):
            return refusal
        if source.kind is SourceKind.ADDRESS:
            source = replace(source, next_try_at=now, read_whole_at=None)
            busy_sources.save_source(source)
    return source


def remove_source(id: str, actor: Actor, clock: Clock) -> BusyTimesTaken | NotAllowed:
    """Forget a calendar: its times are free again, and conflicts that came of them are settled. Raises `NotFound`."""
    now = clock.now()

    def attempt() -> BusyTimesTaken | NotAllowed:
        with unit_of_work():
            site = busy_sources.busy_source(id).site
            lock([site], [])
            source = busy_sources.busy_source(id)
            if refusal := _refusal(actor, source.staff, source.site):
                return refusal
            taken = give_back_busy_times(source, actor, now)
            busy_sources.remove_source(source)
            _note(source, "remove_busy_calendar", actor, now)
            return taken

    return retried(attempt)


def may_manage(actor: Actor, person: str, site: str) -> bool:
    """Say whether somebody may see to the calendars of a member of staff: the desk for all, each for themselves."""
    return _refusal(actor, person, site) is None


def window_at(site: Site, now: datetime) -> Interval:
    """Return the stretch of time that is kept of a calendar that is read now; it moves once a week."""
    today = local_day(now, site.zone)
    monday = today - timedelta(days=today.weekday())
    begins, ends = monday - timedelta(days=DAYS_BACK), monday + timedelta(days=DAYS_AHEAD + 7)
    return Interval(first_moment(begins, site.zone), first_moment(ends, site.zone))


def read_at(text: str, site: Site, now: datetime) -> Reading:
    """Read a calendar for a site as of now. Raises `UnusableCalendar`."""
    window = window_at(site, now)
    ours = busy_sources.calendar_uids_at(site.id, window)
    return read_busy_times(text, Question(window, site.zone, ours))


def _name(text: str) -> str:
    return " ".join(text.split())[:LONGEST_NAME]


def _against_too_many(person: str) -> None:
    if len(busy_sources.busy_sources_of(person)) >= MOST_SOURCES:
        raise UnusableCalendar(f"There are {MOST_SOURCES} calendars already. Remove one that is not needed.")


def _note(source: BusySource, verb: str, actor: Actor, now: datetime) -> None:
    details = {"source": source.id, "kind": source.kind.value}
    record(AuditEntry(now, actor.id, verb, "staff", source.staff, details, source.site))


def _refusal(actor: Actor, person: str, site: str) -> NotAllowed | None:
    if may_at(actor, Permission.MANAGE_BUSY_CALENDARS, site):
        return None
    if person == actor.staff and may(actor, Permission.MANAGE_OWN_BUSY_CALENDARS):
        return None
    return NotAllowed(Permission.MANAGE_BUSY_CALENDARS)
