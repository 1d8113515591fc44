"""Proposals as the booking page shows them: a card to choose it by, and a panel that draws and tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from scheduler.booking.outcomes import PreviewedSeries
from scheduler.booking.request import WantedSeries
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import local
from scheduler.domain.places import Site
from scheduler.domain.treatment import StepKind
from scheduler.rules.finding import Finding
from scheduler.web.drawing import Drawing, draw
from scheduler.web.open_gates import OpenGate, open_gates
from scheduler.web.retelling import as_read
from scheduler.web.sealed_choice import sealed
from scheduler.web.speech import said
from scheduler.web.visit_rows import (
    Manner,
    Names,
    VisitRow,
    beside_no_visit,
    rows_of,
    windows_of,
    worst_by_visit,
)
from scheduler.web.words import day_words, short_day_words


@dataclass(frozen=True, slots=True)
class Card:
    """What tells one proposal from the others, in words; `seal` is the text that books it.

    `stands_out` is what it is best at, and how it differs from the first.
    """

    therapist: str
    first_visit: str
    last_visit: str
    span: str
    doses: str
    stands_out: tuple[str, ...]
    seal: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One proposal, drawn and told. `general` are findings that touch no visit."""

    card: Card
    drawing: Drawing
    rows: tuple[VisitRow, ...]
    gates: tuple[OpenGate, ...]
    general: tuple[Finding, ...]
    preferences: tuple[tuple[str, str], ...]

    @property
    def drawn_visits(self) -> frozenset[str]:
        """The ids of the visits that are drawn."""
        return frozenset(mark.visit for lane in self.drawing.lanes for mark in lane.marks)


@dataclass(frozen=True, slots=True)
class Onlooker:
    """For whom and when the page is made: what every panel of it shares."""

    site: Site
    names: Names
    actor: str
    now: datetime


def panels_of(
    options: Iterable[PreviewedSeries], wishes: WantedSeries, onlooker: Onlooker
) -> tuple[Panel, ...]:
    """Return the panels of what could be booked, best first."""
    return tuple(_panel(option, wishes, onlooker) for option in options)


def _panel(option: PreviewedSeries, wishes: WantedSeries, onlooker: Onlooker) -> Panel:
    series, site = option.proposal.series, onlooker.site
    windows = windows_of(option.protocol, series, site.zone, onlooker.now)
    return Panel(
        card=_card(option, wishes, onlooker),
        drawing=draw(series, windows, site, onlooker.now, worst_by_visit(option.findings)),
        rows=rows_of(series, option.protocol, windows, Manner(onlooker.names, site.zone), option.findings),
        gates=open_gates(option.findings),
        general=beside_no_visit(option.findings),
        preferences=tuple((as_read(name), value) for name, value in option.proposal.preferences),
    )


def _card(option: PreviewedSeries, wishes: WantedSeries, onlooker: Onlooker) -> Card:
    series, zone = option.proposal.series, onlooker.site.zone
    visits = series.appointments
    first, last = local(visits[0].start, zone), local(option.proposal.finish, zone)
    days = (last.date() - first.date()).days + 1
    doses = [visit for visit in visits if visit.kind is StepKind.DOSING]
    return Card(
        therapist=onlooker.names.person(option.proposal.therapist) if option.proposal.therapist else "",
        first_visit=day_words(first),
        last_visit=day_words(last),
        span=said("%(visits)s visits in %(days)s days", visits=len(visits), days=days),
        doses=f"{_short(doses[0], zone)} – {_short(doses[-1], zone)}" if doses else "",
        stands_out=tuple(map(as_read, option.proposal.stands_out)),
        seal=sealed(series, wishes, onlooker.actor, onlooker.now),
    )


def _short(visit: Appointment, zone: str) -> str:
    return short_day_words(local(visit.start, zone))
