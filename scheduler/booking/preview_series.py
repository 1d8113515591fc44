"""Preview a series: the best complete ones that could be booked now, and what the rules say, writing nothing."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.consideration import considered
from scheduler.booking.group_requests import against_booking_again
from scheduler.booking.outcomes import NotAllowed, PreviewedSeries
from scheduler.booking.request import SeriesRequest, WantedSeries, understood
from scheduler.domain.clock import Clock
from scheduler.domain.people import Patient
from scheduler.domain.treatment import Protocol
from scheduler.planner.proposal import Reason
from scheduler.store.work import reading


@dataclass(frozen=True, slots=True)
class PreviewSeries(WantedSeries):
    """Ask for the best series, at most `limit` of them."""

    limit: int = 5


@dataclass(frozen=True, slots=True)
class SeriesPreview:
    """The options, best first, or the reasons why there is none.

    `patient` and `protocol` (with all its visits) are `None` when the request did not make sense. `exact` says that no
    better series exists, or none at all; otherwise it is only the best that was found.
    """

    options: tuple[PreviewedSeries, ...]
    reasons: tuple[Reason, ...]
    patient: Patient | None
    protocol: Protocol | None
    exact: bool = True

    @property
    def made_sense(self) -> bool:
        """Say whether there was anything to look for: otherwise the reasons are against the question itself."""
        return self.protocol is not None


def preview_series(command: PreviewSeries, actor: Actor, clock: Clock) -> SeriesPreview | NotAllowed:
    """Answer with what could be booked; runs the same lines as `book_series` and stops before writing."""
    if not may(actor, Permission.PREVIEW_SERIES):
        return NotAllowed(Permission.PREVIEW_SERIES)
    now = clock.now()
    with reading():
        asked = understood(SeriesRequest(command, limit=command.limit), now)
        if isinstance(asked, tuple):
            return SeriesPreview((), asked, None, None)
        if not may_at(actor, Permission.PREVIEW_SERIES, asked.site.id):
            return NotAllowed(Permission.PREVIEW_SERIES)
        if reasons := against_booking_again(asked.patient):
            return SeriesPreview((), reasons, asked.patient, asked.protocol)
        found = considered(asked, now)
    return SeriesPreview(found.options, found.reasons, asked.patient, asked.protocol, found.exact)
