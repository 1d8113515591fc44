"""A proposal that could not be booked any more, with every finding beside its visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.booking.book_series import BookSeries
from scheduler.booking.outcomes import Refused
from scheduler.domain.appointment import appointment_at
from scheduler.domain.claims import Placement
from scheduler.domain.places import Site
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import Protocol
from scheduler.planner.reasons import Reason
from scheduler.rules.evaluate import refuses
from scheduler.rules.finding import Finding, Level
from scheduler.store import clinic
from scheduler.web.drawing import Drawing, draw
from scheduler.web.visit_rows import Names, VisitRow, rows_of, windows_of, worst_by_step


@dataclass(frozen=True, slots=True)
class RefusedChoice:
    """What was chosen, drawn as it was, and what is against it; `blocking` is in the order of the findings."""

    drawing: Drawing | None
    rows: tuple[VisitRow, ...]
    blocking: tuple[Finding, ...]
    reasons: tuple[Reason, ...]
    race_lost: bool


def refused_choice(command: BookSeries, outcome: Refused, site: Site, now: datetime) -> RefusedChoice:
    """Return the refused choice for showing. The visits are drawn as chosen; nothing is looked up about them anew."""
    protocol = clinic.protocol(command.protocol)
    steps = [visit.step for visit in command.visits or () if protocol.has_step(visit.step)]
    narrowed = protocol.only(steps)
    series = _as_chosen(command, narrowed, site)
    windows = windows_of(narrowed, series, now)
    shown = [finding for finding in outcome.findings if finding.level is not Level.GATE]
    return RefusedChoice(
        drawing=draw(series, windows, site, now, worst_by_step(shown)) if series.appointments else None,
        rows=rows_of(series, windows, Names.of(site.id), site.zone, shown) if series.appointments else (),
        blocking=tuple(finding for finding in outcome.findings if refuses((finding,))),
        reasons=outcome.reasons,
        race_lost=outcome.race_lost,
    )


def _as_chosen(command: BookSeries, protocol: Protocol, site: Site) -> Series:
    visits = sorted(command.visits or (), key=lambda visit: visit.start)
    return Series(
        id="",
        site=site.id,
        patient=command.patient,
        protocol=protocol.key,
        protocol_version=protocol.version,
        state=SeriesState.BOOKED,
        appointments=tuple(
            appointment_at(
                Placement(protocol.step(visit.step), visit.start, command.patient, visit.room, visit.staff),
                {},
                site.id,
            )
            for visit in visits
            if protocol.has_step(visit.step)
        ),
    )
