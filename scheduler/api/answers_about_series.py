"""What programs are told when they search, book, move and cancel: proposals, ways, consequences, and what was done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from scheduler.api.answers import (
    Answer,
    AppointmentAnswer,
    FindingAnswer,
    ReasonAnswer,
    ReliefAnswer,
    SeriesAnswer,
    VisitAnswer,
    findings_told,
    people_told,
    reasons_told,
)
from scheduler.booking.cancel_appointment import AppointmentCancelled
from scheduler.booking.changed_series import ChangedVisit, visits_of
from scheduler.booking.one_change import WaysFound
from scheduler.booking.outcomes import PlannedChange, PreviewedSeries, SeriesChanged
from scheduler.booking.preview_cancel import CancelPreview
from scheduler.booking.preview_series import SeriesPreview
from scheduler.booking.request import WantedSeries
from scheduler.clinic_file.forms import WEEKDAYS
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.planner.change import Move, Way
from scheduler.rules.finding import Finding


class PreferenceAnswer(Answer):
    """How well a proposal keeps one preference, in words."""

    name: str
    value: str


class ProposalAnswer(Answer):
    """One complete series that could be booked now; `booking` is the request that books exactly this."""

    therapist: str | None
    finish: datetime
    preferences: tuple[PreferenceAnswer, ...]
    stands_out: tuple[str, ...]
    visits: tuple[VisitAnswer, ...]
    findings: tuple[FindingAnswer, ...]
    booking: dict[str, Any]

    @classmethod
    def of(cls, option: PreviewedSeries, wanted: WantedSeries) -> Self:
        """Tell one proposal for what was wanted."""
        proposal = option.proposal
        visits = tuple(VisitAnswer.of(visit) for visit in proposal.series.appointments)
        return cls(
            therapist=proposal.therapist,
            finish=proposal.finish,
            preferences=tuple(
                PreferenceAnswer(name=name, value=value) for name, value in proposal.preferences
            ),
            stands_out=proposal.stands_out,
            visits=visits,
            findings=findings_told(option.findings),
            booking=_booking_of(wanted, visits),
        )


def _booking_of(wanted: WantedSeries, visits: Iterable[VisitAnswer]) -> dict[str, Any]:
    """Return the request that books these visits with the wishes they were found by."""
    said = {
        "patient": wanted.patient,
        "protocol": wanted.protocol,
        "from": wanted.earliest and wanted.earliest.isoformat(),
        "until": wanted.latest and wanted.latest.isoformat(),
        "therapist": wanted.therapist,
        "rather": wanted.rather,
        "weekdays": [WEEKDAYS[day] for day in sorted(wanted.weekdays)],
        "from_time": wanted.from_time and wanted.from_time.isoformat("minutes"),
        "until_time": wanted.until_time and wanted.until_time.isoformat("minutes"),
        "first": list(wanted.first),
        "declined": sorted(wanted.declined),
        "included": sorted(wanted.included),
    }
    chosen = {"step", "start", "room", "staff", "relief"}
    kept = {name: value for name, value in said.items() if value}
    return {**kept, "visits": [visit.model_dump(mode="json", include=chosen) for visit in visits]}


class ProposalsAnswer(Answer):
    """Proposals, best first, or the reasons why there is none; `exact` says that nothing better exists, or none at all."""

    proposals: tuple[ProposalAnswer, ...]
    reasons: tuple[ReasonAnswer, ...]
    exact: bool

    @classmethod
    def of(cls, preview: SeriesPreview, wanted: WantedSeries) -> Self:
        """Tell what was found."""
        return cls(
            proposals=tuple(ProposalAnswer.of(option, wanted) for option in preview.options),
            reasons=reasons_told(preview.reasons),
            exact=preview.exact,
        )


class SeriesStanding(Answer):
    """A series as it stands, and what the rules say about it now: open gates and warnings, and what is broken."""

    series: SeriesAnswer
    findings: tuple[FindingAnswer, ...]

    @classmethod
    def of(cls, series: Series, findings: Iterable[Finding]) -> Self:
        """Tell a series."""
        return cls(series=SeriesAnswer.of(series), findings=findings_told(findings))


class MoveAnswer(Answer):
    """One visit that goes from one start to another."""

    appointment: str
    step: str
    before: datetime
    after: datetime

    @classmethod
    def of(cls, move: Move) -> Self:
        """Tell one move."""
        return cls.by_name(move)


class ChangedVisitAnswer(Answer):
    """A visit as a change would have it; `version` is the one that was looked at."""

    appointment: str
    version: int
    start: datetime
    room: str | None
    staff: dict[Role, str]
    relief: tuple[ReliefAnswer, ...]

    @classmethod
    def of(cls, visit: ChangedVisit) -> Self:
        """Tell one visit."""
        return cls.by_name(visit, **people_told(visit.staff, visit.relief))


class WayAnswer(Answer):
    """One way to change a series, whole: what moves, what keeps its time with others, what is booked anew.

    `visits` sent back make exactly this change. `way` says what it is best at; `exact` that nothing better exists.
    """

    way: Way | None
    exact: bool
    moves: tuple[MoveAnswer, ...]
    reassigned: tuple[str, ...]
    booked: tuple[str, ...]
    findings: tuple[FindingAnswer, ...]
    visits: tuple[ChangedVisitAnswer, ...]

    @classmethod
    def of(cls, change: PlannedChange) -> Self:
        """Tell one way."""
        return cls(
            way=change.way,
            exact=change.exact,
            moves=tuple(MoveAnswer.of(move) for move in change.moves),
            reassigned=change.reassigned,
            booked=tuple(visit.step for visit in change.replaces.values()),
            findings=findings_told(change.findings),
            visits=tuple(ChangedVisitAnswer.of(visit) for visit in visits_of(change)),
        )


class ChangeAnswer(Answer):
    """What a change of a series would do, or did.

    A preview has the `ways` to make it, the one that moves the fewest visits first, or the `reasons` why there is none, and
    the series as it stands. Otherwise the series is as it was made, with what moved, and there are neither ways nor
    reasons.
    """

    preview: bool
    series: SeriesAnswer
    ways: tuple[WayAnswer, ...]
    reasons: tuple[ReasonAnswer, ...]
    moves: tuple[MoveAnswer, ...]
    reassigned: tuple[str, ...]
    findings: tuple[FindingAnswer, ...]

    @classmethod
    def previewed(cls, series: Series, found: WaysFound) -> Self:
        """Tell what could be done."""
        return cls(
            preview=True,
            series=SeriesAnswer.of(series),
            ways=tuple(WayAnswer.of(way) for way in found.ways),
            reasons=reasons_told(found.reasons),
            moves=(),
            reassigned=(),
            findings=(),
        )

    @classmethod
    def made(cls, done: SeriesChanged) -> Self:
        """Tell what was done."""
        return cls(
            preview=False,
            series=SeriesAnswer.of(done.series),
            ways=(),
            reasons=(),
            moves=tuple(MoveAnswer.of(move) for move in done.moves),
            reassigned=done.reassigned,
            findings=findings_told(done.findings),
        )


class CancellationAnswer(Answer):
    """A visit that is, or would be, called off, and what the rules say about the rest of its series then.

    `is_late` says whether it counts as late, by the line that the site draws.
    """

    preview: bool
    appointment: AppointmentAnswer
    is_late: bool
    findings: tuple[FindingAnswer, ...]

    @classmethod
    def of(cls, outcome: CancelPreview | AppointmentCancelled) -> Self:
        """Tell what would be done, or was."""
        return cls(
            preview=isinstance(outcome, CancelPreview),
            appointment=AppointmentAnswer.of(outcome.appointment),
            is_late=outcome.is_late,
            findings=findings_told(outcome.findings),
        )


class AppointmentsAnswer(Answer):
    """The visits that share a moment with the stretch, by start; those called off are among them."""

    appointments: tuple[AppointmentAnswer, ...]
