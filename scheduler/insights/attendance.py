"""What became of visits: those that took place, and those called off, each cause apart from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from scheduler.domain.appointment import LET_GO, UNANNOUNCED, UNDER_WAY, Appointment, AppointmentState
from scheduler.domain.clock import local_day
from scheduler.domain.notice import Timeliness
from scheduler.domain.telling import Told, told, told_day, told_of_number
from scheduler.insights.facts import Facts
from scheduler.insights.figure import Bar, Bars, Figure, Part, joined

TOOK_PLACE = told("took place")
AHEAD = told("still to come")
NOT_NOTED = told("over, and nothing noted")
NO_SHOW = told("no-show")
SAME_DAY_HOLD = told("same-day hold")

_STATES: Mapping[AppointmentState, Told] = {
    AppointmentState.NO_SHOW: NO_SHOW,
    AppointmentState.SAME_DAY_HOLD: SAME_DAY_HOLD,
}

_TONES: Mapping[Told, str] = {
    TOOK_PLACE: "good",
    AHEAD: "pale",
    NOT_NOTED: "quiet",
    NO_SHOW: "block",
    SAME_DAY_HOLD: "gate",
    told("called off by the patient in time"): "info",
    told("called off by the patient late"): "warn",
    told("called off by the clinic in time"): "integration",
    told("called off by the clinic late"): "review",
}
"""What can become of a visit, in the order in which it is told, and how it is drawn."""


def attendance(facts: Facts) -> Figure:
    """Return what became of the visits, week by week."""
    weeks: dict[date, Counter[str]] = {}
    for visit in facts.visits:
        if visit.state not in UNANNOUNCED:
            week = _monday(local_day(visit.start, facts.site.zone))
            weeks.setdefault(week, Counter())[_outcome(visit, facts)] += 1
    names = [name for name in _TONES if any(week[name] for week in weeks.values())]
    bars = tuple(
        Bar(
            told_day(week),
            tuple(Part(name, weeks[week][name], _TONES[name]) for name in names),
            _said(weeks[week]),
        )
        for week in sorted(weeks)
    )
    whole: Counter[str] = Counter()
    for outcomes in weeks.values():
        whole.update(outcomes)
    return Figure(
        key="attendance",
        title=told("What became of visits"),
        counted=told(
            "Every visit that was booked, in the week of its start (from Monday). A no-show is a patient who did not "
            "come; a same-day hold is the clinic's own decision not to go on that day, and is never counted as one. Late "
            "is after the clinic's line of notice."
        ),
        summed=_said(whole),
        columns=(told("Week from"), *names, told("all")),
        rows=tuple(
            (week.isoformat(), *(weeks[week][name] for name in names), weeks[week].total())
            for week in sorted(weeks)
        ),
        drawing=Bars(bars),
    )


def _said(outcomes: Counter[str]) -> str:
    """Return the number of visits, and the two that must not be taken for each other where there are any."""
    said = [told_of_number("%(num)s visit", "%(num)s visits", outcomes.total())]
    if outcomes[NO_SHOW]:
        said.append(told_of_number("%(num)s no-show", "%(num)s no-shows", outcomes[NO_SHOW]))
    if outcomes[SAME_DAY_HOLD]:
        holds = outcomes[SAME_DAY_HOLD]
        said.append(told_of_number("%(num)s same-day hold", "%(num)s same-day holds", holds))
    return joined(said)


def _outcome(visit: Appointment, facts: Facts) -> str:
    if visit.state in _STATES:
        return _STATES[visit.state]
    if visit.state in LET_GO or visit.state in UNDER_WAY:
        return TOOK_PLACE
    if visit.state.takes_time:
        return NOT_NOTED if visit.is_over_at(facts.as_of) else AHEAD
    who = "patient" if visit.state is AppointmentState.CANCELLED_BY_PATIENT else "clinic"
    late = facts.notices.get(visit.id) is Timeliness.LATE
    return f"called off by the {who} {'late' if late else 'in time'}"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
