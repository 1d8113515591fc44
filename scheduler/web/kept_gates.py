"""Open gates as they were found last, series by series, for the board: asked again only of those that were written since.

To ask every rule of every series on a full day takes longer than all the rest of the page. What the rules go by is compared
before anything kept is told: the visits, decisions and overrides, people and place, and the time until which it holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.booking.gates_ahead import Floor, gate_findings
from scheduler.domain.appointment import HAS_BEEN_CLEARED, Appointment
from scheduler.domain.clock import local_day, whole_local_day
from scheduler.domain.diary import BookedVisit
from scheduler.domain.extra_steps import ExtraStep
from scheduler.domain.override import Override
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.rules.finding import Finding
from scheduler.store import clinic
from scheduler.store.booked_visits import booked_of
from scheduler.store.freshness import Mark, marks_of_patients, marks_of_series
from scheduler.store.glances import series_in_outline
from scheduler.store.overrides import overrides_ahead

MOST = 2000
"""For so many series what was found is kept; then it is begun anew."""

LONGEST_VISIT, SOON = timedelta(hours=14), timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was found of a series, by visit; it holds before `good_until` while all that it went by is the same."""

    went_by: Mark
    visits: frozenset[str]
    overrides: tuple[Override, ...]
    good_until: datetime
    found: Mapping[str, tuple[Finding, ...]]


class KeptGates:
    """What one process found last; `asked` counts the series that the rules were asked about."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._floor: tuple[object, ...] = ()
        self.asked = 0

    def of(self, visits: Iterable[Appointment], floor: Floor) -> Mapping[str, tuple[Finding, ...]]:
        """Return the open gates of the visits that still need any, by visit; those without are left out.

        `floor` holds the site, its people and the patients of all the visits; overrides and other visits are read here.
        """
        waiting = [visit for visit in visits if _may_wait(visit)]
        whose = {visit.series: visit.patient for visit in waiting}
        # One that has expired lets nothing pass any more for a visit that was not cleared by then.
        overrides = overrides_ahead(floor.site.id, floor.now)
        marks = self._marks(whose, floor)
        self._forget_other(floor)
        stale = {one for one in whose if not self._still_holds(one, marks, overrides, floor.now)}
        if stale:
            self._ask(stale, marks, replace(floor, overrides=overrides))
        kept = self._kept
        return {visit.id: found for visit in waiting if (found := kept[visit.series].found.get(visit.id, ()))}

    @staticmethod
    def _marks(whose: Mapping[str, str], floor: Floor) -> Mapping[str, Mark]:
        of_patients, of_series = marks_of_patients(whose.values()), marks_of_series(whose)
        return {
            series: (of_series.get(series), of_patients.get(patient), floor.patients.get(patient))
            for series, patient in whose.items()
        }

    def _forget_other(self, floor: Floor) -> None:
        known = (floor.site, floor.staff)
        if known != self._floor or len(self._kept) > MOST:
            self._kept, self._floor = {}, known

    def _still_holds(
        self, series: str, marks: Mapping[str, Mark], overrides: Collection[Override], now: datetime
    ) -> bool:
        kept = self._kept.get(series)
        return (
            kept is not None
            and now < kept.good_until
            and kept.went_by == marks[series]
            and kept.overrides == _of(overrides, kept.visits)
        )

    def _ask(self, stale: Collection[str], marks: Mapping[str, Mark], floor: Floor) -> None:
        protocols: dict[tuple[str, int, tuple[ExtraStep, ...]], Protocol] = {}
        asked = series_in_outline(stale)
        booked = booked_of({one.patient for one in asked.values()}, floor.now)
        for id, series in asked.items():
            key = (series.protocol, series.protocol_version, series.extra)
            if key not in protocols:
                protocols[key] = clinic.protocol_of(series)
            found: dict[str, list[Finding]] = {}
            for finding in gate_findings(series, protocols[key], replace(floor, booked=booked)):
                for visit in finding.appointments:
                    found.setdefault(visit, []).append(finding)
            visits = frozenset(visit.id for visit in series.appointments)
            of_series = _of(floor.overrides, visits)
            until = _good_until(series, of_series, booked.get(series.patient, ()), floor)
            told = {visit: tuple(findings) for visit, findings in found.items()}
            self._kept[id] = _Kept(marks[id], visits, of_series, until, told)
            self.asked += 1


def _may_wait(visit: Appointment) -> bool:
    return bool(visit.series) and visit.state.takes_time and visit.state not in HAS_BEEN_CLEARED


def _of(overrides: Iterable[Override], visits: Collection[str]) -> tuple[Override, ...]:
    return tuple(one for one in overrides if one.appointment in visits)


def _good_until(
    series: Series, overrides: Iterable[Override], booked: Iterable[BookedVisit], floor: Floor
) -> datetime:
    """Return the first instant at which the rules might answer otherwise though nothing is written."""
    now = floor.now
    instants = [whole_local_day(local_day(now, floor.site.zone), floor.site.zone).end]
    instants += [visit.discharge for visit in series.appointments]
    instants += [one.expires_at for one in overrides]
    instants += [one.start for one in booked]
    if any(one.given is None and one.start <= now < one.start + LONGEST_VISIT for one in booked):
        # When such a visit ends as planned is not told here.
        instants.append(now + SOON)
    return min(instant for instant in instants if instant > now)
