"""Examples of the rules about order, spacing, integration and follow-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from scheduler.domain.interval import Interval
from scheduler.domain.treatment import Protocol, WindowMeaning
from scheduler.rules.question import Question
from tests.builders import DAY, a_diary, a_small_protocol, a_window, an_induction_protocol, at
from tests.rules.examples.case import Example, asked, changed, without_visit

ONE_FACT = "it asks whether something is so, not how much"


def _induction(starts: Mapping[str, str] | None = None) -> Question:
    return asked(starts, protocol=an_induction_protocol())


def _prepared_within_ten_days() -> Protocol:
    protocol = a_small_protocol()
    window = a_window(WindowMeaning.PREPARATION, "P1.start", "D1.start", at_most=10 * DAY)
    return replace(protocol, windows=(*protocol.windows, window))


def _four_doses(fourth: str) -> Question:
    return asked({"D3": "2026-12-09 10:00", "D4": fourth}, protocol=a_small_protocol(4))


def _doses(count: int) -> Question:
    return asked(protocol=a_small_protocol(count, most_doses=2))


def _shortened(by: timedelta) -> Question:
    return changed(
        asked(),
        "D1",
        lambda visit: replace(visit, interval=Interval(visit.start, visit.discharge - by)),
    )


def _without_i2(now: str) -> Question:
    """Ask at a moment about a saved series without the integration of D2, whose window is open until 10 Dec 12:45."""
    return without_visit(asked(diary=a_diary(as_of=at(now)), id="series-1"), "I2")


def _at_the_moment(now: str) -> Question:
    return asked(diary=a_diary(as_of=at(now)))


EXAMPLES: Mapping[str, Example] = {
    "ORDER-1": Example(
        keeps=_induction,
        breaks=lambda: _induction({"C1": "2026-12-04 16:00"}),
        at_limit=lambda: _induction({"P2": "2026-11-25 15:00"}),
        beyond=lambda: _induction({"P2": "2026-11-25 14:59"}),
    ),
    "WHOLE-1": Example(
        keeps=asked,
        breaks=lambda: without_visit(asked(), "D2"),
        at_limit=lambda: replace_declined(without_visit(asked(), "I2"), "I2"),
        beyond=lambda: without_visit(asked(), "I2"),
    ),
    "COUNT-1": Example(
        keeps=asked, breaks=lambda: _doses(6), at_limit=lambda: _doses(2), beyond=lambda: _doses(3)
    ),
    "LENGTH-1": Example(
        keeps=asked,
        breaks=lambda: _shortened(timedelta(minutes=60)),
        at_limit=lambda: _shortened(timedelta(0)),
        beyond=lambda: _shortened(timedelta(minutes=1)),
    ),
    "PAST-1": Example(
        keeps=asked,
        breaks=lambda: _at_the_moment("2026-12-05 09:00"),
        at_limit=lambda: _at_the_moment("2026-12-01 14:00"),
        beyond=lambda: _at_the_moment("2026-12-01 14:01"),
    ),
    "PREP-1": Example(
        keeps=asked,
        breaks=lambda: asked({"P1": "2026-12-03 11:00"}),
        at_limit=lambda: asked({"P1": "2026-12-02 09:00"}),
        beyond=lambda: asked({"P1": "2026-12-02 09:01"}),
    ),
    "PREP-2": Example(
        keeps=asked,
        breaks=lambda: asked({"D1": "2027-01-20 10:00"}),
        at_limit=lambda: asked({"P1": "2026-11-23 10:00"}, protocol=_prepared_within_ten_days()),
        beyond=lambda: asked({"P1": "2026-11-23 09:59"}, protocol=_prepared_within_ten_days()),
    ),
    "PREP-3": Example(
        keeps=lambda: asked(id="series-1"),
        breaks=lambda: without_visit(asked(id="series-1"), "P1"),
        no_limit=ONE_FACT,
    ),
    "SPACE-1": Example(
        keeps=asked,
        breaks=lambda: asked({"D2": "2026-12-03 14:00"}),
        at_limit=lambda: asked({"D2": "2026-12-05 10:00"}),
        beyond=lambda: asked({"D2": "2026-12-05 09:59"}),
    ),
    "SPACE-2": Example(
        keeps=asked,
        breaks=lambda: asked({"D2": "2026-12-18 10:00"}),
        at_limit=lambda: asked({"D2": "2026-12-08 10:00"}),
        beyond=lambda: asked({"D2": "2026-12-08 10:01"}),
    ),
    "SPACE-3": Example(
        keeps=_induction,
        breaks=lambda: _four_doses("2026-12-09 12:00"),
        at_limit=lambda: _four_doses("2026-12-10 10:00"),
        beyond=lambda: _four_doses("2026-12-10 09:59"),
    ),
    "SPACE-4": Example(
        keeps=asked,
        breaks=lambda: asked({"D2": "2027-01-04 10:00"}),
        at_limit=lambda: asked({"D2": "2026-12-24 10:00"}),
        beyond=lambda: asked({"D2": "2026-12-24 10:01"}),
    ),
    "INTEG-1": Example(
        keeps=asked,
        breaks=lambda: asked({"I1": "2026-12-03 15:00"}),
        at_limit=lambda: asked({"I1": "2026-12-04 12:45"}),
        beyond=lambda: asked({"I1": "2026-12-04 12:44"}),
    ),
    "INTEG-2": Example(
        keeps=asked,
        breaks=lambda: asked({"I1": "2026-12-10 15:00"}),
        at_limit=lambda: asked({"I1": "2026-12-06 12:45"}),
        beyond=lambda: asked({"I1": "2026-12-06 12:46"}),
    ),
    "INTEG-3": Example(
        keeps=asked,
        breaks=lambda: asked({"I1": "2026-12-07 14:00"}),
        at_limit=lambda: asked({"I1": "2026-12-07 09:10"}),
        beyond=lambda: asked({"I1": "2026-12-07 09:11"}),
    ),
    "INTEG-4": Example(
        keeps=lambda: replace_declined(_without_i2("2026-12-01 09:00"), "I2"),
        breaks=lambda: _without_i2("2026-12-01 09:00"),
        at_limit=lambda: _without_i2("2026-12-10 12:46"),
        beyond=lambda: _without_i2("2026-12-10 12:45"),
    ),
    "FOLLOW-1": Example(
        keeps=_induction,
        breaks=lambda: _induction({"R1": "2026-12-28 11:00"}),
        at_limit=lambda: _induction({"C1": "2026-12-04 12:45"}),
        beyond=lambda: _induction({"C1": "2026-12-04 12:44"}),
    ),
    "FOLLOW-2": Example(
        keeps=_induction,
        breaks=lambda: _induction({"R1": "2027-01-20 11:00"}),
        at_limit=lambda: _induction({"C1": "2026-12-05 12:45"}),
        beyond=lambda: _induction({"C1": "2026-12-05 12:46"}),
    ),
    "DRIVE-1": Example(
        keeps=asked,
        breaks=lambda: asked({"I1": "2026-12-03 15:00"}),
        at_limit=lambda: asked({"I1": "2026-12-04 13:00"}),
        beyond=lambda: asked({"I1": "2026-12-04 12:59"}),
    ),
}


def replace_declined(question: Question, *steps: str) -> Question:
    """Return the question about a series in which the patient declined these steps."""
    return replace(question, series=replace(question.series, declined=frozenset(steps)))
