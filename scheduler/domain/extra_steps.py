"""Further steps of one series beside those of its protocol: added when needed, and kept with the series for life."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

from scheduler.domain.treatment import Point, Protocol, StepKind, Window, WindowMeaning


@dataclass(frozen=True, slots=True)
class ExtraStep:
    """A step that a series has beside those of its protocol.

    It is as the step `like` of the protocol, asks for no gate, and is missed by nobody when it is called off. It starts
    `at_least` and `at_most` after the visit of the step `after` is over, elapsed time, both included; `None` for no limit,
    an empty `after` for none at all. A preparation comes as long `before` a step as the one that it is like comes before
    the dose it prepares; empty for every other.
    """

    key: str
    like: str
    title: str
    after: str = ""
    at_least: timedelta = timedelta(0)
    at_most: timedelta | None = None
    before: str = ""


@lru_cache(maxsize=1024)
def with_extra(protocol: Protocol, extra: tuple[ExtraStep, ...]) -> Protocol:
    """Return a protocol with further steps behind its own; the very same one where there are none.

    Raises `NotFound` for a step that is like one which the protocol does not have.
    """
    if not extra:
        return protocol
    steps = tuple(
        replace(
            protocol.step(one.like),
            key=one.key,
            title=one.title,
            gates=(),
            left_out_when_passed=None,
            declinable=False,
            optional=True,
        )
        for one in extra
    )
    windows = tuple(window for one in extra for window in _windows(protocol, one))
    return replace(protocol, steps=(*protocol.steps, *steps), windows=(*protocol.windows, *windows))


def _windows(protocol: Protocol, one: ExtraStep) -> Iterator[Window]:
    """Yield its own windows, and where it follows visits that after each dose by which the patient has rested."""
    for window in protocol.windows:
        if one.before and window.meaning is WindowMeaning.PREPARATION and window.from_step == one.like:
            yield replace(window, from_step=one.key, to_step=one.before)
    if not one.after:
        return
    yield _follows(one.after, one.key, one.at_least, one.at_most)
    for dose in protocol.of_kind(StepKind.DOSING):
        if dose.key != one.after:
            yield _follows(dose.key, one.key, rest_after_dose(protocol), None)


def rest_after_dose(protocol: Protocol) -> timedelta:
    """Return how long after a dose the protocol lets integration come, elapsed time; none where it does not say."""
    asked = (window.at_least for window in protocol.windows if window.meaning is WindowMeaning.INTEGRATION)
    return min(asked, default=timedelta(0))


def _follows(before: str, after: str, at_least: timedelta, at_most: timedelta | None) -> Window:
    return Window(WindowMeaning.FOLLOW_UP, before, Point.END, after, Point.START, at_least, at_most)
