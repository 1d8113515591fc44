"""A proposal that could not be booked any more, with every finding beside its visit."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.booking.book_series import BookSeries
from scheduler.booking.choice import as_series
from scheduler.booking.outcomes import Refused
from scheduler.domain.people import Patient
from scheduler.domain.treatment import Protocol
from scheduler.planner.proposal import Reason
from scheduler.rules.evaluate import refuses
from scheduler.rules.finding import Finding, Level
from scheduler.web.drawing import Drawing, draw
from scheduler.web.proposal_panels import Onlooker
from scheduler.web.visit_rows import (
    Manner,
    VisitRow,
    beside_no_visit,
    rows_of,
    windows_of,
    worst_by_visit,
)


@dataclass(frozen=True, slots=True)
class RefusedChoice:
    """What was chosen, drawn as it was, and what is against it; `blocking` is in the order of the findings.

    `general` are findings that touch no visit, such as those about visits that were not chosen.
    """

    drawing: Drawing | None
    rows: tuple[VisitRow, ...]
    general: tuple[Finding, ...]
    blocking: tuple[Finding, ...]
    reasons: tuple[Reason, ...]
    race_lost: bool


def refused_choice(
    command: BookSeries, outcome: Refused, patient: Patient, protocol: Protocol, onlooker: Onlooker
) -> RefusedChoice:
    """Return the refused choice for showing. The visits are drawn as chosen; nothing is looked up about them anew."""
    site, now = onlooker.site, onlooker.now
    series = as_series(command.visits or (), protocol, patient)
    narrowed = protocol.only(visit.step for visit in series.appointments)
    windows = windows_of(narrowed, series, site.zone, now)
    shown = [finding for finding in outcome.findings if finding.level is not Level.GATE]
    return RefusedChoice(
        drawing=draw(series, windows, site, now, worst_by_visit(shown)) if series.appointments else None,
        rows=rows_of(series, narrowed, windows, Manner(onlooker.names, site.zone), shown),
        general=beside_no_visit(shown),
        blocking=tuple(finding for finding in outcome.findings if refuses((finding,))),
        reasons=outcome.reasons,
        race_lost=outcome.race_lost,
    )
