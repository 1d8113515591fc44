"""How series went: integration within its window, series completed on time, how long patients wait for the first dose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median

from scheduler.domain.appointment import LET_GO, Appointment
from scheduler.domain.clock import days_between, local_day
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.telling import Told, told
from scheduler.domain.treatment import StepKind, Window, WindowMeaning
from scheduler.insights.facts import Facts
from scheduler.insights.figure import Bar, Bars, Figure, Part, joined
from scheduler.rules.windows import Measured

WITHIN, LATE = told("within its window"), told("after its window")
MISSING, AHEAD = told("none stands"), told("still to come")
_TONES: Mapping[Told, str] = {WITHIN: "good", LATE: "warn", MISSING: "block", AHEAD: "pale"}

ON_TIME, NOT_ON_TIME = told("completed, every window kept"), told("completed, a window missed")
ENDED_EARLY, RESTING, GOES_ON = told("ended early"), told("paused or dormant"), told("going on")
_ENDS: Mapping[Told, str] = {
    ON_TIME: "good",
    NOT_ON_TIME: "warn",
    ENDED_EARLY: "block",
    RESTING: "quiet",
    GOES_ON: "pale",
}
_BY_STATE: Mapping[SeriesState, Told] = {
    SeriesState.STOPPED: ENDED_EARLY,
    SeriesState.CANCELLED: ENDED_EARLY,
    SeriesState.PAUSED: RESTING,
    SeriesState.DORMANT: RESTING,
}
_NEVER_TOLD = frozenset({SeriesState.TENTATIVE, SeriesState.LAPSED})

_WAITS: Mapping[Told, tuple[float, str]] = {
    told("up to 1 week"): (7, "good"),
    told("up to 2 weeks"): (14, "info"),
    told("up to 4 weeks"): (28, "pale"),
    told("up to 8 weeks"): (56, "warn"),
    told("longer"): (inf, "block"),
}
"""By words, up to how many days somebody waits, and how that is drawn."""


def integration_in_time(facts: Facts) -> Figure:
    """Return for each protocol how many doses were followed by integration within its window."""
    counted: dict[str, Counter[str]] = {}
    for series in facts.series:
        title = facts.protocols[series.id].title
        for dose in _given(series, facts):
            for outcome in _integrations_after(dose, series, facts):
                counted.setdefault(title, Counter())[outcome] += 1
    return _by_protocol(
        counted,
        _TONES,
        (
            "integration",
            told("Integration within its window"),
            told(
                "For each dose given in this time, the integration visits that its protocol asks for after it. Counted "
                "from when the patient really left. What is still to come counts as such until its window is over."
            ),
        ),
    )


def series_on_time(facts: Facts) -> Figure:
    """Return for each protocol what became of the series whose last visit lies in the stretch."""
    counted: dict[str, Counter[str]] = {}
    for series in facts.series:
        if series.state in _NEVER_TOLD or not series.appointments:
            continue
        if facts.during.holds(max(visit.start for visit in series.appointments)):
            counted.setdefault(facts.protocols[series.id].title, Counter())[_end_of(series, facts)] += 1
    return _by_protocol(
        counted,
        _ENDS,
        (
            "completed",
            told("Series completed on time"),
            told(
                "Series whose last visit lies in this time. On time means that every window of the protocol between visits "
                "that took place was kept."
            ),
        ),
    )


_HOW_WAITS_ARE_COUNTED = told(
    "Calendar days to the first dose, of series with their first dose in this time: from the day of the "
    "referral where it is known and the series is the first one booked since; from the day of the booking otherwise."
)


def wait_for_first_dose(facts: Facts) -> Figure:
    """Return how long after referral or booking the first dose was given, of series whose first dose lies in the stretch."""
    waits: dict[str, list[_Wait]] = {}
    for series in facts.series:
        waited = _wait_of(series, facts)
        if waited is not None:
            waits.setdefault(facts.protocols[series.id].title, []).append(waited)
    every = [one for those in waits.values() for one in those]
    days = {title: [one.days for one in those] for title, those in sorted(waits.items())}
    return Figure(
        key="first-dose",
        title=told("From referral to first dose"),
        counted=_HOW_WAITS_ARE_COUNTED,
        summed=_waits_in_words(every),
        columns=(
            told("Protocol"),
            told("Series"),
            told("From referral"),
            told("From booking"),
            told("Middle (days)"),
            told("Shortest"),
            told("Longest"),
            *_WAITS,
        ),
        rows=tuple(
            (title, len(those), *_ways(waits[title]), *_extent(those), *_spread(those).values())
            for title, those in days.items()
        ),
        drawing=Bars(
            tuple(
                Bar(
                    title,
                    tuple(Part(name, number, _WAITS[name][1]) for name, number in _spread(those).items()),
                    _half_within(those),
                )
                for title, those in days.items()
            )
        ),
    )


@dataclass(frozen=True, slots=True)
class _Wait:
    """How many calendar days somebody waited, and whether since a referral rather than since the booking."""

    days: int
    since_referral: bool


def _wait_of(series: Series, facts: Facts) -> _Wait | None:
    """Return how long the first dose was waited for, `None` where it does not lie in the stretch."""
    doses = (v for v in series.appointments if v.kind is StepKind.DOSING and _took_place(v, facts))
    first, booked = next(doses, None), facts.booked_at.get(series.id)
    if first is None or booked is None or not facts.during.holds(first.start):
        return None
    zone, referred = facts.site.zone, facts.referred_on.get(series.id)
    # A series that was entered afterwards was not waited for.
    if referred is not None:
        return _Wait(max(0, (local_day(first.start, zone) - referred).days), since_referral=True)
    return _Wait(max(0, days_between(booked, first.start, zone).days), since_referral=False)


def _ways(waits: Sequence[_Wait]) -> tuple[int, int]:
    """Return how many were counted from the referral, and how many from the booking."""
    referred = sum(one.since_referral for one in waits)
    return referred, len(waits) - referred


def _extent(waits: Sequence[int]) -> tuple[float, int, int]:
    return median(waits), min(waits), max(waits)


def _waits_in_words(waits: Sequence[_Wait]) -> str:
    if not waits:
        return told("No first doses.")
    referred, booked = _ways(waits)
    half = _half_within([one.days for one in waits])
    return told(
        "%(series)s series, %(half)s: %(referred)s counted from the referral, %(booked)s from the booking.",
        series=len(waits),
        half=half,
        referred=referred,
        booked=booked,
    )


def _spread(waits: Sequence[int]) -> Mapping[Told, int]:
    """Return how many waited up to how long; each is counted where it belongs first."""
    counted = Counter(next(name for name, (most, _) in _WAITS.items() if days <= most) for days in waits)
    return {name: counted[name] for name in _WAITS}


def _half_within(waits: Sequence[int]) -> str:
    middle = median(waits)
    if middle == 1:
        return told("half within %(days)s day", days=f"{middle:g}")
    return told("half within %(days)s days", days=f"{middle:g}")


def _given(series: Series, facts: Facts) -> Iterator[Appointment]:
    for visit in series.appointments:
        if visit.kind is StepKind.DOSING and facts.during.holds(visit.start) and _took_place(visit, facts):
            yield visit


def _integrations_after(dose: Appointment, series: Series, facts: Facts) -> Iterator[str]:
    protocol = facts.protocols[series.id]
    asked = {
        window.to_step: window
        for window in protocol.windows
        if window.from_step == dose.step
        and window.meaning is WindowMeaning.INTEGRATION
        and window.at_most is not None
    }
    for step, window in asked.items():
        if step in series.declined or protocol.step(step).kind is not StepKind.INTEGRATION:
            continue
        visit = series.visit(step)
        if visit is None:
            yield MISSING
        elif not _is_kept(window, dose, visit, facts):
            yield LATE
        else:
            yield WITHIN if _took_place(visit, facts) else AHEAD


def _end_of(series: Series, facts: Facts) -> str:
    if series.state is not SeriesState.COMPLETED:
        return _BY_STATE.get(series.state, GOES_ON)
    visits = {visit.step: visit for visit in series.standing}
    kept = all(
        _is_kept(window, visits[window.from_step], visits[window.to_step], facts)
        for window in facts.protocols[series.id].windows
        if window.from_step in visits and window.to_step in visits
    )
    return ON_TIME if kept else NOT_ON_TIME


def _is_kept(window: Window, before: Appointment, after: Appointment, facts: Facts) -> bool:
    distance = Measured(window, before, after, facts.site.zone).distance
    return window.at_least <= distance and (window.at_most is None or distance <= window.at_most)


def _took_place(visit: Appointment, facts: Facts) -> bool:
    """Say whether a visit was, or was to be over by now and was not called off: not everybody notes how a talk ended."""
    return visit.state in LET_GO or (visit.state.takes_time and visit.is_over_at(facts.as_of))


def _decided(counted: Counter[str]) -> int:
    """Return of how many it is known how they ended."""
    return counted.total() - counted[AHEAD] - counted[GOES_ON]


def _said(counted: Counter[str], best: str) -> str:
    decided, ahead = _decided(counted), counted[AHEAD] + counted[GOES_ON]
    said = []
    if decided:
        said.append(told("%(count)s of %(most)s", count=counted[best], most=decided))
    if ahead:
        outcome = AHEAD if counted[AHEAD] else GOES_ON
        said.append(told("%(count)s %(outcome)s", count=ahead, outcome=outcome))
    return joined(said)


def _by_protocol(
    counted: Mapping[str, Counter[str]], tones: Mapping[Told, str], named: tuple[str, str, str]
) -> Figure:
    """Return a figure with a bar for each protocol, its parts in the order of the tones."""
    key, title, how = named
    whole: Counter[str] = Counter()
    for one in counted.values():
        whole.update(one)
    first = next(iter(tones))
    decided = _decided(whole)
    bars = tuple(
        Bar(
            protocol,
            tuple(Part(name, one[name], tone) for name, tone in tones.items()),
            _said(one, first),
        )
        for protocol, one in sorted(counted.items())
    )
    return Figure(
        key=key,
        title=title,
        counted=how,
        summed=told("%(count)s of %(most)s %(outcome)s.", count=whole[first], most=decided, outcome=first)
        if decided
        else told("Nothing to count yet."),
        columns=(told("Protocol"), *tones, told("all")),
        rows=tuple(
            (protocol, *(one[name] for name in tones), one.total())
            for protocol, one in sorted(counted.items())
        ),
        drawing=Bars(bars),
    )
