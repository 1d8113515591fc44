"""What comes into the inbox of conflicts and what leaves it, within the unit of work of whoever changes or looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias
from uuid import uuid4

from scheduler.booking.judging import SeriesFindings, findings_now
from scheduler.domain.series import Series, SeriesState
from scheduler.rules.finding import Finding, Level
from scheduler.store import conflicts
from scheduler.store import series as stored
from scheduler.store.conflicts import Acceptance, Resolution, VisitConflict

Key: TypeAlias = tuple[str, frozenset[str]]

ENDED = frozenset(
    {
        SeriesState.STOPPED,
        SeriesState.CANCELLED,
        SeriesState.COMPLETED,
        SeriesState.LAPSED,
        SeriesState.PAUSED,
        SeriesState.DORMANT,
    }
)
"""Of a series in one of these nothing more is expected than the visit that may be under way."""


TOOK_LONGER = "took_longer"
"""The cause of what is broken since a visit really took longer than planned."""


def take_in(found: Iterable[SeriesFindings], cause: str, now: datetime) -> tuple[VisitConflict, ...]:
    """Keep findings as open conflicts, each once, and return those that are new.

    One that is kept already is kept as it is told now: what is broken may have grown. One that was accepted is open again
    when it is told otherwise since.
    """
    listed = list(found)
    known = _kept_by_series(listed)
    new: list[VisitConflict] = []
    for one in listed:
        kept = known.get(one.series.id, {})
        for wanted in _as_conflicts(one, cause, now):
            before = kept.get(wanted.key)
            if before is None:
                new.append(wanted)
            elif (told := _told_now(before, wanted, now)) != before:
                conflicts.rewrite(told)
    conflicts.add(new)
    return tuple(new)


def let_go(found: Iterable[SeriesFindings], how: Resolution, now: datetime) -> tuple[str, ...]:
    """Close the conflicts of series of which nothing is found any more, accepted or not, and return their ids.

    `found` holds all that the rules say about each series. A conflict whose visits are over is closed as that.
    """
    listed = list(found)
    known = _kept_by_series(listed)
    closed: list[str] = []
    for one in listed:
        still = {key_of(finding) for finding in one.findings}
        for key, conflict in known.get(one.series.id, {}).items():
            if key not in still:
                ended = Resolution.OVER if _is_over(conflict, one.series, now) else how
                conflicts.resolve([conflict.id], ended, now)
                closed.append(conflict.id)
    return tuple(closed)


def key_of(finding: Finding) -> Key:
    """Return what tells a conflict about this finding from others of the series."""
    return finding.rule, frozenset(finding.steps)


def known_already(found: Iterable[SeriesFindings]) -> Iterator[SeriesFindings]:
    """Yield series with those findings alone that are conflicts already, open or accepted."""
    listed = list(found)
    known = _kept_by_series(listed)
    for one in listed:
        kept = known.get(one.series.id, {})
        yield SeriesFindings(one.series, tuple(f for f in one.findings if key_of(f) in kept))


def told_otherwise(found: Iterable[SeriesFindings], now: datetime) -> Iterator[VisitConflict]:
    """Yield the conflicts of series that are not told any more as they are kept, or not found at all."""
    listed = list(found)
    known = _kept_by_series(listed)
    for one in listed:
        told = {wanted.key: wanted for wanted in _as_conflicts(one, "", now)}
        for key, before in known.get(one.series.id, {}).items():
            if key not in told or _told_now(before, told[key], now) != before:
                yield before


def judged_anew(series: Iterable[str], now: datetime) -> Iterator[SeriesFindings]:
    """Yield series as they stand now, with what the rules say; nothing about one that has ended and is over."""
    for id in dict.fromkeys(series):
        standing = stored.series(id)
        is_expected = standing.state not in ENDED or not all(one.is_over_at(now) for one in standing.standing)
        yield SeriesFindings(standing, findings_now(standing, now) if is_expected else ())


def keep_up(series: str, cause: str, now: datetime) -> tuple[Finding, ...]:
    """Take in what a series breaks as it stands now and let go what it breaks no more; return all that the rules say.

    For what happens whether or not a rule allows it: a visit that really took longer than planned.
    """
    (judged,) = judged_anew([series], now)
    take_in(refusals_of([judged]), cause, now)
    let_go([judged], Resolution.ELSEWHERE, now)
    return judged.findings


def refusals_of(found: Iterable[SeriesFindings]) -> Iterator[SeriesFindings]:
    """Yield the series that break a rule that refuses a booking, with those findings alone.

    A gate is settled before its visit, and has a list of its own.
    """
    for one in found:
        blocking = tuple(finding for finding in one.findings if finding.level is Level.BLOCK)
        if blocking:
            yield SeriesFindings(one.series, blocking)


def _kept_by_series(found: Iterable[SeriesFindings]) -> dict[str, dict[Key, VisitConflict]]:
    known: dict[str, dict[Key, VisitConflict]] = {}
    for conflict in conflicts.lasting_conflicts(series=[one.series.id for one in found]):
        known.setdefault(conflict.series, {})[conflict.key] = conflict
    return known


def _as_conflicts(one: SeriesFindings, cause: str, now: datetime) -> Iterator[VisitConflict]:
    """Yield one conflict for each rule and visits; what several findings say about these is told together."""
    together: dict[Key, list[Finding]] = {}
    for finding in one.findings:
        together.setdefault(key_of(finding), []).append(finding)
    for findings in together.values():
        first = findings[0]
        yield VisitConflict(
            id=uuid4().hex,
            site=one.series.site,
            series=one.series.id,
            rule=first.rule,
            level=first.level,
            steps=first.steps,
            why="; ".join(dict.fromkeys(finding.facts for finding in findings)),
            mend="; ".join(dict.fromkeys(finding.mend for finding in findings)),
            visit_starts_at=_first_start(one.series, first, now),
            cause=cause,
            found_at=now,
            acceptance=_let_pass(findings),
        )


def _let_pass(findings: Iterable[Finding]) -> Acceptance | None:
    """Return by whom all of these findings were let pass, the last of them; `None` when one was not."""
    overrides = [finding.override for finding in findings]
    if not all(overrides):
        return None
    last = max((one for one in overrides if one), key=lambda one: one.made_at)
    return Acceptance(last.made_by, last.made_at, last.reason)


def _told_now(before: VisitConflict, wanted: VisitConflict, now: datetime) -> VisitConflict:
    """Return a conflict that is kept as it is told now.

    What was accepted stays so while it is told in the same words: a warning always, a gate while the override holds. Told
    otherwise, it is found anew. An override made since it was found accepts it, at whichever page that was made.
    """
    told = replace(before, why=wanted.why, mend=wanted.mend, visit_starts_at=wanted.visit_starts_at)
    by_override = wanted.acceptance
    if before.acceptance is not None:
        lasts = by_override is not None or before.level not in (Level.GATE, Level.BLOCK)
        if lasts and wanted.why == before.why:
            return told
        return replace(told, acceptance=None, found_at=now)
    if by_override is not None and by_override.at >= before.found_at:
        return replace(told, acceptance=by_override)
    return told


def _first_start(series: Series, finding: Finding, now: datetime) -> datetime:
    starts = [
        visit.start
        for visit in series.standing
        if visit.id in finding.appointments and not visit.is_over_at(now)
    ]
    return min(starts, default=now)


def _is_over(conflict: VisitConflict, series: Series, now: datetime) -> bool:
    visits = [visit for visit in series.standing if visit.step in conflict.steps]
    return bool(visits) and all(visit.is_over_at(now) for visit in visits)
