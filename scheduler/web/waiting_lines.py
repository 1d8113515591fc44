"""The waiting list and freed times as a page shows them: who, since when, what is wished, and what each would gain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from flask import url_for

from scheduler.booking.see_backfill import Backfill, Candidate
from scheduler.booking.waiting_list import wanted_by
from scheduler.domain.clock import local, local_day
from scheduler.domain.people import Patient, Role
from scheduler.domain.places import Site
from scheduler.domain.series import Series
from scheduler.domain.waiting import EarlierWish, FreedBy, FreedTime, LeftBecause, WaitingEntry
from scheduler.planner.backfill import Gain, GainKind
from scheduler.store import clinic
from scheduler.store.glances import patients_named, series_in_outline, staff_names
from scheduler.web.move_form import EXACTLY
from scheduler.web.speech import Spoken, SpokenInOrder, mark, said
from scheduler.web.visit_rows import Names
from scheduler.web.wishes_form import entered
from scheduler.web.words import KINDS, absence_in, count_words, day_words, short_day_words, time_words

LEFT = Spoken(
    {
        LeftBecause.NOT_WANTED: mark("Does not want it any more"),
        LeftBecause.ELSEWHERE: mark("Is treated elsewhere"),
        LeftBecause.NOT_REACHED: mark("Could not be reached"),
        LeftBecause.CLINICAL_DECISION: mark("Clinical decision"),
        LeftBecause.OTHER: mark("Other"),
    }
)
"""Why somebody is taken off the list by hand, as a choice."""

CAUSES = Spoken(
    {
        FreedBy.CALLED_OFF: mark("called off"),
        FreedBy.MOVED: mark("moved away"),
        FreedBy.OPENED_AGAIN: mark("the site is open after all"),
        FreedBy.ROOM_BACK: mark("the room is in use again"),
        FreedBy.BACK_AT_WORK: mark("not away after all"),
    }
)

_EVERY = SpokenInOrder(
    mark("Mondays"),
    mark("Tuesdays"),
    mark("Wednesdays"),
    mark("Thursdays"),
    mark("Fridays"),
    mark("Saturdays"),
    mark("Sundays"),
)

Fields = tuple[tuple[str, str], ...]
"""Hidden fields of a form: name and value, a name as often as it has values."""


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """Somebody whom a freed time would help: what they gain, and the form that goes on with everything filled in."""

    patient: Patient
    gains: tuple[str, ...]
    waits: str
    more_times: int
    address: str
    fields: Fields
    verb: str


@dataclass(frozen=True, slots=True)
class FreedLine:
    """One freed time in words, with whom it would help, the most gained first."""

    id: str
    when: str
    what: str
    how: str
    candidates: tuple[CandidateLine, ...]


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One who waits for a series: for what, since when, what is wished, and whether the time to wait is over."""

    id: str
    patient: Patient
    title: str
    wishes: tuple[str, ...]
    since: str
    by: str
    until: str
    is_over: bool
    fields: Fields


@dataclass(frozen=True, slots=True)
class EarlierLine:
    """One standing series whose patient would come earlier."""

    series: Series
    patient: Patient
    title: str
    since: str
    by: str


def freed_lines(found: Backfill, site: Site, now: datetime) -> tuple[FreedLine, ...]:
    """Return the freed times by start; for use in one reading."""
    patients = patients_named(one.patient for some in found.candidates.values() for one in some)
    names = Names.of(site.id)
    return tuple(
        FreedLine(
            id=freed.id,
            when=absence_in(freed.interval, site.zone),
            what=_what(freed, names),
            how=said(
                "%(cause)s, noted %(day)s",
                cause=CAUSES[freed.cause],
                day=short_day_words(local(freed.freed_at, site.zone)),
            ),
            candidates=tuple(
                _candidate(one, patients[one.patient], site, now)
                for one in found.candidates.get(freed.id, ())
            ),
        )
        for freed in found.freed
    )


def entry_lines(entries: Iterable[WaitingEntry], site: Site, now: datetime) -> tuple[EntryLine, ...]:
    """Return who waits, in the order given; for use in one reading."""
    listed, today = list(entries), local_day(now, site.zone)
    patients = patients_named(entry.patient for entry in listed)
    titles = _titles()
    therapists = staff_names(site.id, Role.THERAPIST)
    return tuple(
        EntryLine(
            id=entry.id,
            patient=patients[entry.patient],
            title=titles.get(entry.protocol, entry.protocol),
            wishes=tuple(wishes_words(entry, therapists)),
            since=day_words(local_day(entry.since, site.zone)),
            by=entry.by,
            until=day_words(entry.until) if entry.until else "",
            is_over=not entry.waits_on(today),
            fields=fields_for(entry, today),
        )
        for entry in listed
    )


def earlier_lines(wishes: Iterable[EarlierWish], site: Site) -> tuple[EarlierLine, ...]:
    """Return the standing series whose patients would come earlier, in the order given; for use in one reading."""
    listed = list(wishes)
    series, titles = series_in_outline(wish.series for wish in listed), _titles()
    patients = patients_named(one.patient for one in series.values())
    return tuple(
        EarlierLine(
            series=series[wish.series],
            patient=patients[series[wish.series].patient],
            title=titles.get(series[wish.series].protocol, series[wish.series].protocol),
            since=day_words(local_day(wish.since, site.zone)),
            by=wish.by,
        )
        for wish in listed
    )


def fields_for(entry: WaitingEntry, today: date) -> Fields:
    """Return the fields of the form of wishes as this entry fills it in; not before today, for that day may be over."""
    kept = entered(wanted_by(entry))
    kept["earliest"] = max(today, wanted_by(entry).earliest or today)
    return plain_fields(kept)


def plain_fields(kept: Mapping[str, object]) -> Fields:
    """Return what was entered in a form as its hidden fields."""
    found: list[tuple[str, str]] = []
    for name, value in kept.items():
        values = value if isinstance(value, list | tuple) else [value]
        found += [(name, _as_sent(one)) for one in values if one not in (None, "")]
    return tuple(found)


def wishes_words(entry: WaitingEntry, therapists: Mapping[str, str]) -> Iterator[str]:
    """Yield what somebody wishes for, in words."""
    wanted = wanted_by(entry)
    if wanted.earliest:
        yield said("not before %(day)s", day=day_words(wanted.earliest))
    if wanted.latest:
        yield said("over by %(day)s", day=day_words(wanted.latest))
    if wanted.therapist:
        yield said("with %(name)s", name=therapists.get(wanted.therapist, wanted.therapist))
    elif wanted.rather:
        yield said("rather with %(name)s", name=therapists.get(wanted.rather, wanted.rather))
    if wanted.weekdays:
        yield said("on %(days)s", days=", ".join(_EVERY[day] for day in sorted(wanted.weekdays)))
    if wanted.from_time:
        yield said("from %(time)s", time=time_words(wanted.from_time))
    if wanted.until_time:
        yield said("until %(time)s", time=time_words(wanted.until_time))


def gain_words(gain: Gain, zone: str) -> str:
    """Return what gets better, such as 'first dose 6 days earlier: Tue 1 Dec instead of Mon 7 Dec'."""
    after = short_day_words(local(gain.after, zone))
    if gain.before is None:
        if gain.kind is GainKind.FITS:
            return said(
                "a complete series fits, and none did without this time: first dose %(day)s", day=after
            )
        return said("%(visit)s is booked again: %(day)s", visit=gain.step, day=after)
    before = short_day_words(local(gain.before, zone))
    days = {"day": after, "before": before, "days": count_words(gain.days, "day")}
    return said(_GAINS[gain.kind], visit=gain.step, **days)


_GAINS = {
    GainKind.IDEAL: mark("%(visit)s as close as the protocol wishes: %(day)s instead of %(before)s"),
    GainKind.FIRST_DOSE: mark("first dose %(days)s earlier: %(day)s instead of %(before)s"),
    GainKind.NEXT_DOSE: mark("next dose, %(visit)s, %(days)s earlier: %(day)s instead of %(before)s"),
    GainKind.FINISH: mark("all over %(days)s earlier: %(day)s instead of %(before)s"),
}
"""What is gained, in words."""


def _candidate(one: Candidate, patient: Patient, site: Site, now: datetime) -> CandidateLine:
    today, zone = local_day(now, site.zone), site.zone
    if one.entry is not None:
        address, verb = url_for("book.proposals", patient=patient.id), said("See proposals")
        fields = fields_for(one.entry, today)
        waits = said("Waits since %(day)s", day=day_words(local_day(one.since, zone)))
    else:
        assert one.visit is not None, "whoever does not wait has a visit to move"
        address, fields, verb = _moving(one, zone)
        waits = said("Would come earlier, since %(day)s", day=day_words(local_day(one.since, zone)))
    return CandidateLine(
        patient=patient,
        gains=tuple(gain_words(gain, zone) for gain in one.improvement.gains),
        waits=waits,
        more_times=len(one.improvement.freed) - 1,
        address=address,
        fields=fields,
        verb=verb,
    )


def _moving(one: Candidate, zone: str) -> tuple[str, Fields, str]:
    """Return where to move a visit to the freed time, or to book it again, the fields filled in, and what to call it."""
    visit = one.visit
    assert visit is not None
    after = one.improvement.series.visit(visit.step)
    assert after is not None, "the visit stands at the freed time"
    at = local(after.start, zone)
    if visit.state.takes_time:
        fields = (("where", EXACTLY), ("day", at.date().isoformat()), ("at", f"{at:%H:%M}"))
        return (
            url_for("move.ways", appointment=visit.id),
            fields,
            said("Move %(visit)s there", visit=visit.step),
        )
    address = url_for("replan.ways", series=one.improvement.series.id)
    return address, (("not_before", at.date().isoformat()),), said("Book %(visit)s again", visit=visit.step)


def _what(freed: FreedTime, names: Names) -> str:
    if freed.cause is FreedBy.OPENED_AGAIN:
        return said("All rooms and everybody at work")
    kind = f"{KINDS[freed.kind].name}: " if freed.kind else ""
    rooms = sorted({names.room(one.resource) for one in freed.claims if one.resource in names.rooms})
    people = sorted({names.person(one.resource) for one in freed.claims if one.resource in names.people})
    return kind + ", ".join([*rooms, *people])


def _titles() -> Mapping[str, str]:
    return {protocol.key: protocol.title for protocol in clinic.protocols()}


def _as_sent(value: object) -> str:
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)
