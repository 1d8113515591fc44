"""Who may let a window of a protocol be stretched: told by the rule that judges it, for the levels stand there alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from scheduler.domain.appointment import appointment_at
from scheduler.domain.claims import Placement
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Patient
from scheduler.domain.places import Site
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import Counting, Protocol, Window, WindowMeaning
from scheduler.rules.catalogue import CATALOGUE, Rule
from scheduler.rules.finding import WEIGHT, Level
from scheduler.rules.question import Question

_LITTLE = {Counting.ELAPSED: timedelta(minutes=15), Counting.CALENDAR: timedelta(days=1)}
_FIRST_START = datetime(2024, 1, 1, 9, 0, tzinfo=UTC)
_ZONE = "UTC"


@lru_cache(maxsize=4096)
def rule_of_maximum(protocol: Protocol, window: Window) -> Rule | None:
    """Return the weightiest rule that minds when the later visit comes a little too late; `None` when none does."""
    if window.at_most is None:
        return None
    return _minding(protocol, window, window.at_most, window.at_most + _LITTLE[window.counted])


@lru_cache(maxsize=4096)
def rule_of_minimum(protocol: Protocol, window: Window) -> Rule | None:
    """Return the weightiest rule that minds when the later visit comes a little too soon; `None` when none does.

    A rule that needs more than the two visits to judge is not found.
    """
    return _minding(protocol, window, window.at_least, window.at_least - _LITTLE[window.counted])


def may_be_waived(rule: Rule | None) -> bool:
    """Say whether somebody may decide that a limit does not hold here: it warns, or a role may override it."""
    return (
        rule is not None
        and rule.level is not Level.BLOCK
        and (rule.level is not Level.GATE or rule.override_role is not None)
    )


_OF_DOSES = frozenset({WindowMeaning.PREPARATION, WindowMeaning.DOSE_GAP, WindowMeaning.DOSING_SPAN})


@lru_cache(maxsize=256)
def with_doses_further_apart(protocol: Protocol) -> Protocol:
    """Return the protocol with the waivable maxima about doses doubled; what goes beyond that is another treatment.

    What follows a dose keeps its maxima: those only warn, so nobody would notice how far they are passed over.
    """
    windows = tuple(_stretched(protocol, window) for window in protocol.windows)
    return replace(protocol, windows=windows)


def with_past_maxima_waived(protocol: Protocol, past: frozenset[str]) -> Protocol:
    """Return the protocol without the waivable maxima from visits that are past to those that are not, for going on anew.

    After a long break none of them can be kept; the rules tell each that is not, and who decides about it.
    """
    windows = tuple(
        replace(window, at_most=None, ideally_at_most=None)
        if window.from_step in past
        and window.to_step not in past
        and may_be_waived(rule_of_maximum(protocol, window))
        else window
        for window in protocol.windows
    )
    return replace(protocol, windows=windows)


def _stretched(protocol: Protocol, window: Window) -> Window:
    if window.at_most is None or window.meaning not in _OF_DOSES:
        return window
    waivable = may_be_waived(rule_of_maximum(protocol, window))
    return replace(window, at_most=2 * window.at_most) if waivable else window


def rule_of_continuity() -> Rule:
    """Return the rule that minds when somebody else than the therapist of the series guides a visit."""
    return next(rule for rule in CATALOGUE if rule.id == "CONT-1")


def _minding(protocol: Protocol, window: Window, kept: timedelta, broken: timedelta) -> Rule | None:
    """Return the weightiest rule that finds fault with the two visits at one distance, and not at the other."""
    pair = replace(protocol.only({window.from_step, window.to_step}), windows=(window,))
    before = {rule.id for rule in _at_fault(pair, window, kept)}
    found = [rule for rule in _at_fault(pair, window, broken) if rule.id not in before]
    return min(found, key=lambda rule: WEIGHT[rule.level], default=None)


def _at_fault(pair: Protocol, window: Window, distance: timedelta) -> Iterator[Rule]:
    question = _with_visits_apart(pair, window, distance)
    for rule in CATALOGUE:
        # Places and people are not asked about: what is said of one visit alone is passed over.
        if any({window.from_step, window.to_step} <= set(finding.steps) for finding in rule.check(question)):
            yield rule


def _with_visits_apart(pair: Protocol, window: Window, distance: timedelta) -> Question:
    """Return the question about the two visits alone, at this distance, in a clinic without anybody."""
    site = Site("", "", "", _ZONE, ())
    patient = Patient("", "", "", "", date(1970, 1, 1))
    lead, tail = pair.moments_of(window)
    starts = {window.from_step: _FIRST_START, window.to_step: _FIRST_START + lead + distance - tail}
    placed = (Placement(pair.step(key), start, "", None, {}) for key, start in starts.items())
    visits = tuple(appointment_at(placement, {}, "") for placement in placed)
    whole = Interval(_FIRST_START - timedelta(days=800), _FIRST_START + timedelta(days=800))
    diary = Diary(site, patient, whole, whole.start, {}, {})
    series = Series("", "", "", pair.key, pair.version, SeriesState.BOOKED, visits)
    return Question(diary, pair, series)
