"""The windows of a protocol, measured between two visits in elapsed time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.domain.appointment import Appointment
from scheduler.domain.treatment import Point, StepKind, Window, WindowMeaning
from scheduler.rules.finding import Breach
from scheduler.rules.question import Question
from scheduler.rules.wording import limit, measured


@dataclass(frozen=True, slots=True)
class Measured:
    """A window and the two visits it lies between."""

    window: Window
    before: Appointment
    after: Appointment

    @property
    def begins(self) -> datetime:
        """The instant from which the window is measured."""
        return _moment(self.before, self.window.from_point)

    @property
    def ends(self) -> datetime:
        """The instant to which the window is measured."""
        return _moment(self.after, self.window.to_point)

    @property
    def elapsed(self) -> timedelta:
        """The elapsed time from one to the other; negative when they stand the wrong way round."""
        return self.ends - self.begins


def _moment(visit: Appointment, point: Point) -> datetime:
    return visit.start if point is Point.START else visit.discharge


def windows_that_mean(question: Question, meaning: WindowMeaning) -> Iterator[Measured]:
    """Yield the windows of one meaning whose two visits both stand."""
    for window in question.protocol.windows:
        if window.meaning is meaning:
            before, after = question.visit(window.from_step), question.visit(window.to_step)
            if before and after:
                yield Measured(window, before, after)


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
        if leaving:
            window = replace(leaving[0], from_step=before.step, to_step=after.step)
            gaps.append(Measured(window, before, after))
    return tuple(gaps)


def too_soon(question: Question, windows: Iterable[Measured]) -> Iterator[Breach]:
    """Yield a breach for every window whose minimum is not kept; the minimum itself keeps it."""
    for found in windows:
        least = found.window.at_least
        if found.elapsed < least:
            asked = f"at least {limit(least)} are asked for" if least else "it may not come before that"
            yield Breach(
                (found.before, found.after),
                f"{_distance(found)}; {asked} ({_moments(question, found)})",
                f"start {found.after.step} at {question.said(_start_for(found, least))} or later",
            )


def too_late(question: Question, windows: Iterable[Measured]) -> Iterator[Breach]:
    """Yield a breach for every window whose maximum is passed; the maximum itself keeps it."""
    for found in windows:
        most = found.window.at_most
        if most is not None and found.elapsed > most:
            yield Breach(
                (found.before, found.after),
                f"{_distance(found)}; at most {limit(most)} are allowed ({_moments(question, found)})",
                f"start {found.after.step} at {question.said(_start_for(found, most))} or earlier",
            )


def _start_for(found: Measured, distance: timedelta) -> datetime:
    lead = found.after.start - _moment(found.after, found.window.to_point)
    return found.begins + distance + lead


def _distance(found: Measured) -> str:
    after = f"{found.after.step} {'starts' if found.window.to_point is Point.START else 'is over'}"
    if found.window.from_point is Point.START:
        before = f"the start of {found.before.step}"
    elif found.before.kind is StepKind.DOSING:
        before = f"the discharge of {found.before.step}"
    else:
        before = f"the end of {found.before.step}"
    side = "after" if found.elapsed >= timedelta(0) else "before"
    return f"{after} {measured(found.elapsed)} {side} {before}"


def _moments(question: Question, found: Measured) -> str:
    return f"{question.said(found.begins)} to {question.said(found.ends)}"
