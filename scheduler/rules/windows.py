"""The windows of a protocol, measured between two visits: in elapsed time, or in calendar days of the clinic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import days_between, first_moment, local_day, whole_local_day
from scheduler.domain.telling import told
from scheduler.domain.treatment import Counting, Point, StepKind, Window, WindowMeaning
from scheduler.rules.finding import Breach
from scheduler.rules.question import Question
from scheduler.rules.wording import day_count, day_words, limit, measured


@dataclass(frozen=True, slots=True)
class Measured:
    """A window and the two visits it lies between, at a site in this zone."""

    window: Window
    before: Appointment
    after: Appointment
    zone: str

    @property
    def begins(self) -> datetime:
        """The instant from which the window is measured."""
        return _moment(self.before, self.window.from_point)

    @property
    def ends(self) -> datetime:
        """The instant to which the window is measured."""
        return _moment(self.after, self.window.to_point)

    @property
    def by_date(self) -> bool:
        """Whether the window counts calendar days."""
        return self.window.counted is Counting.CALENDAR

    @property
    def distance(self) -> timedelta:
        """From one to the other as the window counts it; negative when they stand the wrong way round."""
        if self.by_date:
            return days_between(self.begins, self.ends, self.zone)
        return self.ends - self.begins

    def said(self, limit_of_window: timedelta) -> str:
        """Return a limit of the window in words: '48 h', or '2 calendar days'."""
        return day_count(limit_of_window) if self.by_date else limit(limit_of_window)


def _moment(visit: Appointment, point: Point) -> datetime:
    return visit.start if point is Point.START else visit.over_at


def windows_that_mean(question: Question, meaning: WindowMeaning) -> Iterator[Measured]:
    """Yield the windows of one meaning whose two visits both stand."""
    for window in question.protocol.windows:
        if window.meaning is meaning:
            before, after = question.visit(window.from_step), question.visit(window.to_step)
            if before and after:
                yield Measured(window, before, after, question.diary.site.zone)


def gaps_between_doses(question: Question) -> tuple[Measured, ...]:
    """Return the gap from each dose to the next one that stands.

    Where a dose between two was called off, the gap the protocol asks for counts from the one to the other.
    """
    gaps = list(windows_that_mean(question, WindowMeaning.DOSE_GAP))
    asked = [w for w in question.protocol.windows if w.meaning is WindowMeaning.DOSE_GAP]
    pairs = {(gap.before.id, gap.after.id) for gap in gaps}
    missing = [
        v for v in question.series.appointments if v.kind is StepKind.DOSING and not v.state.takes_time
    ]
    for before, after in zip(question.doses, question.doses[1:], strict=False):
        if (before.id, after.id) in pairs or not any(before.start <= v.start <= after.start for v in missing):
            continue
        leaving = [w for w in asked if w.from_step == before.step] or asked
        # A gap may be limited by two windows, one in hours and one in calendar days.
        for window in leaving:
            if (window.from_step, window.to_step) == (leaving[0].from_step, leaving[0].to_step):
                over = replace(window, from_step=before.step, to_step=after.step)
                gaps.append(Measured(over, before, after, question.diary.site.zone))
    return tuple(gaps)


@dataclass(frozen=True, slots=True, order=True)
class Bound:
    """The first or the last instant at which a visit is in time, and how findings say it: by the hour or by the day."""

    at: datetime
    said: str


def in_time(question: Question, window: Window, before: Appointment) -> tuple[Bound, Bound | None]:
    """Return from when until when the later moment of a window is in time; `None` when there is no latest time."""
    begins, most = _moment(before, window.from_point), window.at_most
    if window.counted is Counting.ELAPSED:
        first = begins + window.at_least
        last = None if most is None else begins + most
        return Bound(first, question.said(first)), None if last is None else Bound(last, question.said(last))
    zone = question.diary.site.zone
    day = local_day(begins, zone) + window.at_least
    earliest = Bound(first_moment(day, zone), day_words(day))
    if most is None:
        return earliest, None
    day = local_day(begins, zone) + most
    return earliest, Bound(whole_local_day(day, zone).end - datetime.resolution, day_words(day))


def too_soon(question: Question, windows: Iterable[Measured]) -> Iterator[Breach]:
    """Yield a breach for every window whose minimum is not kept; the minimum itself keeps it."""
    for found in windows:
        least = found.window.at_least
        if found.distance < least:
            asked = (
                told("at least %(length)s are asked for", length=found.said(least))
                if least
                else told("it may not come before that")
            )
            mend = told("%(moved)s or later", moved=moved_to(question, found, least))
            yield Breach((found.before, found.after), _why(question, found, asked), mend)


def too_late(question: Question, windows: Iterable[Measured]) -> Iterator[Breach]:
    """Yield a breach for every window whose maximum is passed; the maximum itself keeps it."""
    for found in windows:
        most = found.window.at_most
        if most is not None and found.distance > most:
            same_day = found.by_date and not most
            allowed = (
                told("the same day is asked for")
                if same_day
                else told("at most %(length)s are allowed", length=found.said(most))
            )
            mend = told("%(moved)s or earlier", moved=moved_to(question, found, most))
            yield Breach((found.before, found.after), _why(question, found, allowed), mend)


def moved_to(question: Question, found: Measured, distance: timedelta) -> str:
    """Return in words where the later visit would stand at this distance."""
    if found.by_date:
        day = day_words(local_day(found.begins, found.zone) + distance)
        if found.window.to_point is Point.START:
            return told("start %(step)s on %(day)s", step=found.after.step, day=day)
        return told("let %(step)s be over on %(day)s", step=found.after.step, day=day)
    lead = found.after.start - _moment(found.after, found.window.to_point)
    return told(
        "start %(step)s at %(time)s",
        step=found.after.step,
        time=question.said(found.begins + distance + lead),
    )


class _From(Enum):
    """What of the earlier visit a distance is told from."""

    START = auto()
    DISCHARGE = auto()
    END = auto()


_ON_THE_DAY = {
    _From.START: told("on the day of the start of %(step)s"),
    _From.DISCHARGE: told("on the day of the discharge of %(step)s"),
    _From.END: told("on the day of the end of %(step)s"),
}
_AFTER = {
    _From.START: told("%(size)s after the start of %(step)s"),
    _From.DISCHARGE: told("%(size)s after the discharge of %(step)s"),
    _From.END: told("%(size)s after the end of %(step)s"),
}
_BEFORE = {
    _From.START: told("%(size)s before the start of %(step)s"),
    _From.DISCHARGE: told("%(size)s before the discharge of %(step)s"),
    _From.END: told("%(size)s before the end of %(step)s"),
}


def _why(question: Question, found: Measured, asked: str) -> str:
    if found.window.to_point is Point.START:
        later = told("%(step)s starts", step=found.after.step)
    else:
        later = told("%(step)s is over", step=found.after.step)
    return told(
        "%(later)s %(distance)s; %(asked)s (%(start)s to %(end)s)",
        later=later,
        distance=_distance(found),
        asked=asked,
        start=question.said(found.begins),
        end=question.said(found.ends),
    )


def _distance(found: Measured) -> str:
    """Return how far from the earlier moment the later one is: '47 h 0 min after the start of D1'."""
    if found.window.from_point is Point.START:
        begin = _From.START
    else:
        begin = _From.DISCHARGE if found.before.kind is StepKind.DOSING else _From.END
    if found.by_date and not found.distance:
        return told(_ON_THE_DAY[begin], step=found.before.step)
    size = day_count(found.distance) if found.by_date else measured(found.distance)
    sentences = _AFTER if found.distance >= timedelta(0) else _BEFORE
    return told(sentences[begin], size=size, step=found.before.step)
