"""Whose series a freed time would improve: those who wait and those who would come earlier, told with what they gain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from scheduler.booking.changed_series import SeriesAtHand, protocol_at_hand
from scheduler.booking.consideration import facts_for
from scheduler.booking.preview_move import MOVABLE
from scheduler.booking.request import Asked, SeriesRequest, understood
from scheduler.booking.waiting_list import wanted_by
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import local_day
from scheduler.domain.places import Site
from scheduler.domain.series import Series
from scheduler.domain.waiting import EarlierWish, FreedTime, WaitingEntry
from scheduler.planner.backfill import Improvement, Try, for_waiting, moved_into, tries, worth_of_move
from scheduler.planner.change import Option, Way
from scheduler.rules.evaluate import evaluate, refuses
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.freed_now import still_free
from scheduler.store.waiting import earlier_wishes, open_entries

MOST_CANDIDATES = 12
"""So many are looked at for one page; whoever wants to know of the others looks at the next ones."""

MOST_TRIES = 24
"""So many moves are tried for one standing series, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whose series freed times would improve: who waits, or whose series stands; and by what.

    `visit` is the visit that would move or be booked again, `None` for a series that is not booked yet.
    """

    patient: str
    since: datetime
    improvement: Improvement
    entry: WaitingEntry | None = None
    visit: Appointment | None = None


@dataclass(frozen=True, slots=True)
class Backfill:
    """Freed times with whom each would help, the most gained first, and of equal gains whoever waits longest.

    Whoever needs several of the times stands with the first of them. `looked_at` of the `number` who wait were looked at,
    from `begin` on; of one series not every move was tried where `is_cut`.
    """

    freed: tuple[FreedTime, ...]
    candidates: Mapping[str, tuple[Candidate, ...]]
    begin: int
    looked_at: int
    number: int
    is_cut: bool = False

    @property
    def next_begin(self) -> int | None:
        """From where on to look for the next ones; `None` where all were looked at."""
        end = self.begin + self.looked_at
        return end if end < self.number else None


def backfill_at(site: Site, now: datetime, begin: int = 0) -> Backfill:
    """Look for whom the freed times of a site would help, of those who wait from the `begin`-th on; for use in one reading.

    Everything is asked of the planner and of the rules as booking and moving ask it; nothing is written.
    """
    freed = still_free(site.id, now)
    waiting = _waiting_longest_first(site, now)
    looked_at = waiting[begin : begin + MOST_CANDIDATES] if freed else ()
    found: dict[str, list[Candidate]] = {}
    is_cut = False
    for one in looked_at:
        if isinstance(one, WaitingEntry):
            candidates: Sequence[Candidate] = tuple(_for_entry(one, freed, now))
        else:
            candidates, was_cut = _for_series(one, freed, now)
            is_cut = is_cut or was_cut
        for candidate in candidates:
            found.setdefault(candidate.improvement.freed[0], []).append(candidate)
    sorted_ones = {
        id: tuple(sorted(some, key=lambda one: (-one.improvement.worth, one.since, one.patient)))
        for id, some in found.items()
    }
    return Backfill(freed, sorted_ones, begin, len(looked_at), len(waiting) if freed else 0, is_cut)


def _waiting_longest_first(site: Site, now: datetime) -> tuple[WaitingEntry | EarlierWish, ...]:
    today = local_day(now, site.zone)
    entries = [entry for entry in open_entries(site.id) if entry.waits_on(today)]
    everybody: list[WaitingEntry | EarlierWish] = [*entries, *earlier_wishes(site.id, now)]
    return tuple(sorted(everybody, key=lambda one: one.since))


def _for_entry(entry: WaitingEntry, freed: Sequence[FreedTime], now: datetime) -> Iterator[Candidate]:
    asked = understood(SeriesRequest(wanted_by(entry)), now)
    # What makes no sense any more, such as days that are over, is told where the entry stands.
    if not isinstance(asked, Asked):
        return
    diary, protocol = facts_for(asked, now)
    found = for_waiting(diary, protocol, asked.wishes(now), freed)
    if found is not None and not refuses(evaluate(diary, protocol, found.series)):
        yield Candidate(entry.patient, entry.since, found, entry=entry)


def _for_series(
    wish: EarlierWish, freed: Sequence[FreedTime], now: datetime
) -> tuple[Sequence[Candidate], bool]:
    """Return for each freed time the best that it does for a series, and whether not every move was tried."""
    series = stored.series(wish.series)
    if series.state not in MOVABLE:
        return (), False
    wanted = tries(series, protocol_at_hand(series), freed, now, clinic.site(series.site).zone)
    if not wanted:
        return (), False
    known = SeriesAtHand.of(series, now)
    best: dict[str, Candidate] = {}
    for one in wanted[:MOST_TRIES]:
        improvement = _tried(known, series, one)
        former = best.get(one.freed.id)
        if improvement and (former is None or improvement.worth > former.improvement.worth):
            best[one.freed.id] = Candidate(series.patient, wish.since, improvement, visit=one.visit)
    return tuple(best.values()), len(wanted) > MOST_TRIES


def _tried(known: SeriesAtHand, series: Series, one: Try) -> Improvement | None:
    """Return what a move into a freed time gains, if it works and no rule refuses it."""
    is_missing = not one.visit.state.takes_time
    if is_missing and one.visit.step not in known.missing:
        return None
    whole = known.with_missing({one.visit.step}) if is_missing else series
    found = moved_into(known.diary, known.protocol, whole, one)
    if found is None:
        return None
    planned = known.planned(Option(Way.FEWEST_MOVED, found))
    if planned.refusing:
        return None
    return worth_of_move(series, planned.after, known.protocol, one, known.diary.site.zone)
