"""How series, findings and reasons look as JSON, and as lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from scheduler.api.answers import FindingAnswer, ReasonAnswer, SeriesAnswer
from scheduler.booking.outcomes import PreviewedSeries
from scheduler.booking.request import WantedSeries
from scheduler.cli.proposal_file import wishes_json
from scheduler.domain.appointment import Appointment
from scheduler.domain.series import Series
from scheduler.domain.telling import told_moment
from scheduler.planner.proposal import Reason
from scheduler.rules.finding import Finding
from scheduler.rules.wording import sentence


def instant_json(instant: datetime) -> str:
    """Return an instant as RFC 3339 in UTC."""
    return instant.isoformat().replace("+00:00", "Z")


def reason_json(reason: Reason) -> dict[str, Any]:
    """Return one reason; `finish` is when all would be over with this way out, `null` for what stands in the way."""
    return ReasonAnswer.of(reason).plain()


def finding_json(finding: Finding) -> dict[str, Any]:
    """Return one finding."""
    return FindingAnswer.of(finding).plain()


def series_json(series: Series) -> dict[str, Any]:
    """Return a series with its visits, as the API tells it."""
    return SeriesAnswer.of(series).plain()


def option_json(option: PreviewedSeries, wanted: WantedSeries) -> dict[str, Any]:
    """Return one proposal for what was wanted, complete enough to be given back to `series book --proposal`."""
    proposal = option.proposal
    shown = series_json(proposal.series)
    return {
        "patient": shown["patient"],
        "protocol": shown["protocol"],
        "protocol_version": shown["protocol_version"],
        "declined": shown["declined"],
        "included": [step.key for step in option.protocol.steps if step.optional],
        "wishes": wishes_json(wanted),
        "therapist": proposal.therapist,
        "finish": instant_json(proposal.finish),
        "preferences": [{"name": name, "value": value} for name, value in proposal.preferences],
        "stands_out": list(proposal.stands_out),
        "visits": shown["visits"],
        "findings": [finding_json(finding) for finding in option.findings],
    }


def visit_lines(visits: Iterable[Appointment], zone: str) -> Iterator[str]:
    """Yield one line for each visit, in clinic-local time."""
    for visit in visits:
        people = ", ".join(visit.people)
        yield f"  {visit.step:<4} {told_moment(visit.start, zone):<26} {visit.room or 'by phone':<16} {people}"


def finding_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield one line for each finding."""
    for finding in findings:
        where = f" [{', '.join(finding.steps)}]" if finding.steps else ""
        yield f"  {finding.level.upper():<5} {finding.rule}{where}: {_told(finding)}"


def reason_lines(reasons: Iterable[Reason]) -> Iterator[str]:
    """Yield one line for each reason; what would help comes after all that stands in the way, under its own heading."""
    ways_out = []
    for reason in reasons:
        where = f" [{reason.step}]" if reason.step else ""
        line = f"  {reason.code}{where}: {_told(reason)}"
        if reason.way_out:
            ways_out.append(line)
        else:
            yield line
    if ways_out:
        yield "What would make it fit, what asks least first:"
        yield from ways_out


def _told(one: Finding | Reason) -> str:
    return " ".join(sentence(part) for part in (one.why, one.mend) if part)
