"""Which series run by a version before one that is new, and which of their visits the new one would break."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from scheduler.booking.adopting import PlannedAdoption, adoption_of
from scheduler.booking.outcomes import Refused
from scheduler.domain.appointment import Appointment
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.planner.proposal import Reason
from scheduler.rules.finding import Finding
from scheduler.store import series as stored


@dataclass(frozen=True, slots=True)
class OnOlderVersion:
    """A series with visits to come, and what a newer version of its protocol would mean for it.

    `broken` is what it would break, on `visits`; `reasons` say why it cannot be adopted at all, and are empty where it can.
    """

    series: Series
    version: int
    visits: tuple[Appointment, ...] = ()
    broken: tuple[Finding, ...] = ()
    reasons: tuple[Reason, ...] = ()


def on_older_versions(protocols: Iterable[Protocol], now: datetime) -> tuple[OnOlderVersion, ...]:
    """Return what the highest of these versions of each protocol would mean for series that run by lower ones.

    By site and next visit; nothing is written, and the protocols need not be in the store yet.
    """
    highest: dict[str, Protocol] = {}
    for one in sorted(protocols, key=lambda protocol: protocol.version):
        highest[one.key] = one
    found = [
        _meaning(series, highest[series.protocol], now)
        for series in (stored.standing_series(now) if highest else ())
        if series.protocol in highest and series.protocol_version < highest[series.protocol].version
    ]
    return tuple(
        sorted(found, key=lambda one: (one.series.site, _next_start(one.series, now), one.series.id))
    )


def _meaning(series: Series, protocol: Protocol, now: datetime) -> OnOlderVersion:
    found = adoption_of(series, protocol, now)
    match found:
        case Refused():
            return OnOlderVersion(series, protocol.version, reasons=found.reasons)
        case PlannedAdoption():
            return OnOlderVersion(series, protocol.version, found.visits, found.broken)


def _next_start(series: Series, now: datetime) -> datetime:
    return min((visit.start for visit in series.standing if visit.start >= now), default=now)
