"""A small clinic over four weeks, in memory, to count figures from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Claim
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.insights.facts import Facts
from scheduler.insights.figure import Figure
from tests.builders import a_room, a_site, a_small_protocol, a_staff, an_office, at, between

DURING = between("2026-11-30 00:00", "2026-12-28 00:00")
AS_OF = at("2026-12-14 09:00")


def facts(
    series: Iterable[Series] = (),
    visits: Iterable[Appointment] | None = None,
    claims: Iterable[Claim] | None = None,
    protocol: Protocol | None = None,
    **fields: Any,
) -> Facts:
    """Return the facts of these series: their visits that start in the stretch, and the claims of those that stand."""
    known = tuple(series)
    theirs = [visit for one in known for visit in one.appointments if DURING.holds(visit.start)]
    shown = tuple(theirs if visits is None else visits)
    held = [claim for visit in shown if visit.state.takes_time for claim in visit.claims]
    booked: Mapping[str, datetime] = {one.id: at("2026-11-23 09:00") for one in known}
    found = Facts(
        site=a_site(),
        rooms=(a_room(), an_office()),
        staff=a_staff(),
        during=DURING,
        as_of=AS_OF,
        claims=tuple(held if claims is None else claims),
        visits=shown,
        series=known,
        protocols={one.id: protocol or a_small_protocol() for one in known},
        booked_at=booked,
        notices={},
        overrides=(),
        refusals={},
    )
    return replace(found, **fields)


def row(figure: Figure, first: str) -> Mapping[str, Any]:
    """Return the row of a figure that begins so, by column."""
    return next(dict(zip(figure.columns, cells, strict=True)) for cells in figure.rows if cells[0] == first)
