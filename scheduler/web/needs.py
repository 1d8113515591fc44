"""What waits for somebody, whatever it is: one list by when it must be done, each with its next step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from flask import url_for

from scheduler.access.permissions import Permission
from scheduler.booking.gates_ahead import waiting_visits
from scheduler.booking.let_rest import rests_since
from scheduler.booking.see_offers import offers_to_see
from scheduler.domain.clock import instant_at, local_day, whole_local_day
from scheduler.domain.places import Site
from scheduler.planner.closing_windows import closing_windows
from scheduler.rules.wording import credential_name, sentence
from scheduler.store import clinic
from scheduler.store.conflicts import open_conflicts
from scheduler.store.follow_ups import open_follow_ups
from scheduler.store.freed_now import still_free
from scheduler.store.glances import patients_named, series_in_outline
from scheduler.store.series import dormant_series, series_with_gaps
from scheduler.store.waiting import count_waiting
from scheduler.web.answer_words import waiting_at
from scheduler.web.call_words import calls_at
from scheduler.web.offer_routes import news_words
from scheduler.web.retelling import as_read
from scheduler.web.speech import mark, said, said_of_number
from scheduler.web.unconfirmed_routes import unconfirmed_at
from scheduler.web.words import absence_in, day_words, moment_in

GAPS_BEHIND = timedelta(days=60)
"""A visit called off longer ago and never booked anew is missed, and nobody's next step."""

CREDENTIALS_AHEAD = timedelta(days=30)

GATES_AHEAD = timedelta(days=3)
"""What visits further ahead wait for stands in a list of its own, and is not urgent."""

_A_DAY = timedelta(days=1)


class NeedKind(StrEnum):
    """What sort of thing waits; each has its words on the page."""

    CONFLICT = mark("Conflict")
    CALL = mark("Call the patient")
    UNCONFIRMED = mark("Not confirmed")
    GATE = mark("Still needed")
    FOLLOW_UP = mark("Ask how they are")
    WINDOW = mark("Window closing")
    DORMANT = mark("Does it go on?")
    FREED = mark("Free again")
    OFFER = mark("Offered times")
    CREDENTIAL = mark("Credential")

    @property
    def words(self) -> str:
        """The words, in the reader's language."""
        return said(self.value)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that waits: until when, about whom or what, why in words, and where its next step is.

    `by` is an instant, UTC: the start of the visit that it hinders, or the end of the time left. The next step is for
    whoever has the permission.
    """

    by: datetime
    kind: NeedKind
    about: str
    why: str
    address: str
    verb: str
    permission: Permission = Permission.SEE_CONFLICTS


@dataclass(frozen=True, slots=True)
class Stretch:
    """The needs of one stretch of time, under its heading; `is_over` says that it is past."""

    heading: str
    is_over: bool
    needs: tuple[Need, ...]


def needs_at(site: Site, now: datetime) -> tuple[Need, ...]:
    """Return all that waits at a site, the most urgent first; for use in one reading."""
    found = (need for source in SOURCES for need in source(site, now))
    return tuple(sorted(found, key=lambda need: (need.by, need.kind, need.about)))


def by_urgency(needs: Iterable[Need], now: datetime, zone: str) -> tuple[Stretch, ...]:
    """Put needs under the headings of a working day; those without any are left out."""
    today = local_day(now, zone)
    headings: dict[tuple[str, bool], list[Need]] = {}
    for need in needs:
        is_over = need.by < now
        heading = _heading(local_day(need.by, zone), today, is_over)
        headings.setdefault((heading, is_over), []).append(need)
    return tuple(Stretch(*heading, tuple(found)) for heading, found in headings.items())


def _heading(day: date, today: date, is_over: bool) -> str:
    if is_over:
        return said("Overdue")
    ahead = (day - today).days
    if ahead <= 1:
        return said("Today") if ahead == 0 else said("Tomorrow")
    return said("Within a week") if ahead <= 7 else said("Later")


def _conflicts(site: Site, _now: datetime) -> Iterator[Need]:
    found = open_conflicts(site.id)
    series = series_in_outline(one.series for one in found)
    patients = patients_named(one.patient for one in series.values())
    for one in found:
        name = patients[series[one.series].patient].name
        address = url_for("conflicts.conflict", conflict=one.id)
        why, verb = as_read(sentence(one.why)), said("See ways to mend")
        yield Need(one.visit_starts_at, NeedKind.CONFLICT, name, why, address, verb)


def _answers(site: Site, now: datetime) -> Iterator[Need]:
    for one in waiting_at(site.id, now):
        why = f"{one.said}: {one.visit.step}, {moment_in(one.visit.start, site.zone)}."
        address = url_for("visits.visit", appointment=one.visit.id)
        yield Need(one.visit.start, NeedKind.CALL, one.patient.name, why, address, said("Open the visit"))


def _calls(site: Site, now: datetime) -> Iterator[Need]:
    for one in calls_at(site.id, now):
        address = url_for("conflicts.conflicts") + "#calls"
        why = ". ".join(one.reasons) + "."
        # Whoever was not reached waits already: a day is as long as that may take.
        verb = said("Call, and settle it")
        yield Need(one.since + _A_DAY, NeedKind.CALL, one.patient.name, why, address, verb)


def _unconfirmed(site: Site, now: datetime) -> Iterator[Need]:
    for one in unconfirmed_at(site, now):
        at = moment_in(one.visit.start, site.zone)
        why = said("%(visit)s, %(time)s, is not confirmed.", visit=one.visit.step, time=at)
        address, verb = url_for("unconfirmed.unconfirmed"), said("Call, and confirm it")
        yield Need(one.visit.start, NeedKind.UNCONFIRMED, one.patient.name, why, address, verb)


def _gates(site: Site, now: datetime) -> Iterator[Need]:
    for one in waiting_visits(site, now, GATES_AHEAD):
        missing = as_read(" ".join(sentence(finding.why) for finding, _ in one.gates))
        address = url_for("visits.visit", appointment=one.visit.id) + "#needs"
        yield Need(one.visit.start, NeedKind.GATE, one.patient.name, missing, address, said("See to it"))


def _follow_ups(site: Site, now: datetime) -> Iterator[Need]:
    found = open_follow_ups(site.id, now)
    patients = patients_named(one.visit.patient for one in found)
    for one in found:
        day = day_words(local_day(one.visit.start, site.zone))
        why = said("The dose of %(day)s lies a day back; ask, and note it.", day=day)
        address = url_for("visits.visit", appointment=one.visit.appointment)
        name, verb = patients[one.visit.patient].name, said("Open the visit")
        yield Need(one.due, NeedKind.FOLLOW_UP, name, why, address, verb)


def _windows(site: Site, now: datetime) -> Iterator[Need]:
    found = series_with_gaps(now - GAPS_BEHIND, site.id)
    patients = patients_named(one.patient for one in found)
    for series in found:
        for closing in closing_windows(clinic.protocol_of(series), series, site.zone):
            told = {"visit": closing.visit.step, "time": moment_in(closing.last, site.zone)}
            why = (
                said("%(visit)s was called off and is not booked anew; it can start until %(time)s.", **told)
                if closing.last >= now
                else said(
                    "%(visit)s was called off and is not booked anew; it could start until %(time)s.", **told
                )
            )
            yield Need(
                closing.last,
                NeedKind.WINDOW,
                patients[series.patient].name,
                why,
                url_for("replan.replan", series=series.id),
                said("Plan anew"),
                Permission.MOVE_APPOINTMENT,
            )


def _dormant(site: Site, now: datetime) -> Iterator[Need]:
    resting = dormant_series(site.id)
    patients = patients_named(one.patient for one in resting)
    for series in resting:
        since = rests_since(series, now, site.zone)
        if since is None:
            continue
        why = said("Nothing is ahead, and the series rests since %(day)s.", day=day_words(since))
        # Nothing hinges on the hour: it stands among what is for this week.
        by = whole_local_day(local_day(now, site.zone) + timedelta(days=7), site.zone).start
        address, verb = url_for("series.series", series=series.id), said("Go on, or end it")
        yield Need(by, NeedKind.DORMANT, patients[series.patient].name, why, address, verb)


def _offers(site: Site, now: datetime) -> Iterator[Need]:
    found = list(offers_to_see(site.id, now))
    patients = patients_named(one.visit.patient for one in found)
    for one in found:
        why = news_words(one.news, one.offer, one.visit, site.zone)
        address, name = url_for("offers.offer", appointment=one.visit.id), patients[one.visit.patient].name
        by = min(one.offer.expires_at, one.visit.start)
        verb = said("See it, and settle it")
        yield Need(by, NeedKind.OFFER, name, why, address, verb, Permission.MOVE_APPOINTMENT)


def _freed(site: Site, now: datetime) -> Iterator[Need]:
    """Yield one line for all freed times, where anybody waits: whom they would help is worked out on their own page."""
    number = count_waiting(site.id, now)
    freed = still_free(site.id, now) if number else ()
    if not freed:
        return
    first = absence_in(freed[0].interval, site.zone)
    times = said_of_number(
        "%(num)s time is free again, the first %(first)s",
        "%(num)s times are free again, the first %(first)s",
        len(freed),
        first=first,
    )
    waits = said_of_number("%(num)s patient waits", "%(num)s patients wait", number)
    why = f"{times}; {waits}."
    # What lasts for days has begun already, perhaps; it is for today then.
    by = max(freed[0].interval.start, now)
    address, verb = url_for("waiting.waiting"), said("See whom it would help")
    yield Need(by, NeedKind.FREED, said("Waiting list"), why, address, verb, Permission.KEEP_WAITING_LIST)


def _credentials(site: Site, now: datetime) -> Iterator[Need]:
    today = local_day(now, site.zone)
    for person in clinic.staff(site.id):
        for held in person.credentials:
            until = held.valid_until
            if until is None or not today <= until <= today + CREDENTIALS_AHEAD:
                continue
            if any(
                _lasts_longer(other.valid_until, until)
                for other in person.credentials
                if other.kind == held.kind
            ):
                continue
            name = credential_name(held.kind)
            why = said("%(credential)s holds through %(day)s.", credential=name, day=day_words(until))
            address = url_for("staff.person", person=person.id)
            by = instant_at(until + timedelta(days=1), time.min, site.zone)
            verb = said("Record the new one")
            yield Need(by, NeedKind.CREDENTIAL, person.name, why, address, verb, Permission.SEE_STAFF)


def _lasts_longer(other: date | None, until: date) -> bool:
    return other is None or other > until


SOURCES: Sequence[Callable[[Site, datetime], Iterator[Need]]] = (
    _conflicts,
    _answers,
    _calls,
    _unconfirmed,
    _gates,
    _follow_ups,
    _windows,
    _dormant,
    _offers,
    _freed,
    _credentials,
)
"""Where needs come from; a new sort of thing that waits is one more of these."""
