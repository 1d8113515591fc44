"""What the rules say about a series that stands in the store, and about all that stand at a site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.domain.diary import MARGIN, Diary
from scheduler.domain.interval import Interval
from scheduler.domain.series import Series
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Finding
from scheduler.rules.question import Question
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.diaries import load_diaries, load_diary

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SeriesFindings:
    """One series that was looked at, and what the rules say about it; empty when all is well."""

    series: Series
    findings: tuple[Finding, ...]


def standing_at(site: str, now: datetime, during: Interval | None = None) -> Iterator[tuple[Series, Diary]]:
    """Yield the series of a site with a visit still to come, each with a diary; what they share is loaded once.

    Only those with a visit within a day of `during`, where that is given.
    """
    standing = [one for one in stored.standing_series(now, site) if _is_touched(one, now, during)]
    horizon = reach(standing)
    if horizon is None:
        return
    by_patient: dict[str, list[Series]] = {}
    for series in standing:
        by_patient.setdefault(series.patient, []).append(series)
    for diary in load_diaries(by_patient, horizon, now, site):
        for series in by_patient[diary.patient.id]:
            yield series, diary


def _is_touched(series: Series, now: datetime, during: Interval | None) -> bool:
    if during is None:
        return True
    # A room is held beyond the discharge, and a closing time looked at: a day more is more than enough.
    wide = Interval(during.start - _A_DAY, during.end + _A_DAY)
    return any(visit.interval.overlaps(wide) and not visit.is_over_at(now) for visit in series.standing)


@dataclass(frozen=True, slots=True)
class Judged:
    """What was asked about a series, and all that the rules answered."""

    question: Question
    findings: tuple[Finding, ...]


def findings_now(series: Series, now: datetime) -> tuple[Finding, ...]:
    """Load the facts around one saved series and ask every rule about it; empty when no visit stands."""
    judged = judged_now(series, now)
    return judged.findings if judged else ()


def judged_now(series: Series, now: datetime) -> Judged | None:
    """Do the same, and return what was asked as well; `None` when no visit stands."""
    horizon = reach([series])
    if horizon is None:
        return None
    diary = load_diary(series.patient, horizon, as_of=now, site=series.site)
    question = _question(diary, series)
    return Judged(question, evaluate(question.diary, question.protocol, series))


def findings_in(diary: Diary, series: Series) -> tuple[Finding, ...]:
    """Ask every rule about a saved series in a diary that may hold its own claims."""
    question = _question(diary, series)
    return evaluate(question.diary, question.protocol, series)


def _question(diary: Diary, series: Series) -> Question:
    """Take the series' own claims out of the diary, and narrow the protocol to the visits that it should have.

    A visit that was called off still counts as one of them, unless it was declined.
    """
    own = frozenset(visit.id for visit in series.appointments)
    protocol = clinic.protocol_of(series)
    narrowed = protocol.only({visit.step for visit in series.appointments} - series.declined)
    return Question(diary.leaving_out(own), narrowed, series)


def reach(many: list[Series]) -> Interval | None:
    """Return the time from the first standing visit to the last, with a margin; `None` when no visit stands."""
    standing = [visit.interval for series in many for visit in series.standing]
    if not standing:
        return None
    return Interval(min(i.start for i in standing) - MARGIN, max(i.end for i in standing) + MARGIN)
