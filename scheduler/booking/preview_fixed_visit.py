"""Preview a proposal with one of its visits at a start that somebody chose: the rest is planned anew around it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.book_series import BookSeries
from scheduler.booking.changed_series import SeriesAtHand
from scheduler.booking.choice import against_judging, as_series
from scheduler.booking.consideration import facts_for
from scheduler.booking.outcomes import NotAllowed, Refused, Ways
from scheduler.booking.preview_free_starts import FreeDay, InSeries, free_days
from scheduler.booking.request import SeriesRequest, nonsense, understood
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import Clock
from scheduler.domain.telling import told
from scheduler.domain.treatment import Protocol
from scheduler.planner.change import Change
from scheduler.planner.proposal import Reason
from scheduler.store.work import reading


@dataclass(frozen=True, slots=True)
class WantedStart:
    """A proposal as it could be booked, and the step whose visit is to start elsewhere.

    `start` is an instant, `None` while it is only asked where the visit could go; `stay` are steps whose visits must not
    move for it.
    """

    booking: BookSeries
    step: str
    start: datetime | None = None
    stay: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StartPreview:
    """The proposal with its visit, the days on which that could be, and the ways to have it at the wanted start."""

    at_hand: SeriesAtHand
    visit: Appointment
    days: tuple[FreeDay, ...]
    found: Ways | None


def preview_fixed_visit(
    wanted: WantedStart, actor: Actor, clock: Clock
) -> StartPreview | Refused | NotAllowed:
    """Look where a visit of a proposal could go, and how the rest would be then; nothing is written."""
    if not may(actor, Permission.BOOK_SERIES):
        return NotAllowed(Permission.BOOK_SERIES)
    now = clock.now()
    with reading():
        at_hand = _at_hand(wanted.booking, actor, now)
    if not isinstance(at_hand, SeriesAtHand):
        return at_hand
    visit = at_hand.series.visit(wanted.step)
    if visit is None:
        why = told("The proposal has no visit %(step)s.", step=wanted.step)
        return Refused(reasons=(nonsense("unknown_step", why, told("Choose one of its visits.")),))
    place = InSeries(visit, at_hand.series, at_hand.protocol, at_hand.diary)
    stay = wanted.stay & {one.step for one in at_hand.series.standing} - {wanted.step}
    days = free_days(place, lambda other: other.step not in stay)
    found = None
    if wanted.start is not None:
        found = at_hand.ways(Change(wanted.step, exactly=wanted.start, fixed=stay))
    return StartPreview(at_hand, visit, days, found)


def _at_hand(booking: BookSeries, actor: Actor, now: datetime) -> SeriesAtHand | Refused | NotAllowed:
    """Return the proposal as a series with all that a change of it is judged by."""
    chosen = booking.visits or ()
    asked = understood(SeriesRequest(booking, chosen=chosen), now)
    if isinstance(asked, tuple):
        return Refused(reasons=asked)
    if not may_at(actor, Permission.BOOK_SERIES, asked.site.id):
        return NotAllowed(Permission.BOOK_SERIES)
    diary, protocol = facts_for(asked, now)
    reasons = (
        *_incomplete(protocol, (visit.step for visit in chosen)),
        *against_judging(chosen, diary, protocol),
    )
    if asked.patient.stands_for_cohort or reasons:
        return Refused(reasons=reasons or (_of_a_group(),))
    series = as_series(chosen, protocol, asked.patient, diary.staff)
    return SeriesAtHand(series, protocol, diary)


def _incomplete(protocol: Protocol, chosen: Iterable[str]) -> Iterable[Reason]:
    if missing := sorted({step.key for step in protocol.steps} - set(chosen)):
        why = told("The proposal lacks %(missing)s by now.", missing=", ".join(missing))
        yield nonsense("incomplete", why, told("Look for proposals again."))


def _of_a_group() -> Reason:
    why = told("The visits of a group are booked as they are proposed.")
    return nonsense("for_a_group", why, told("Book them, and move a visit then."))
