"""How the planner calls the days of a week, Monday first."""

from __future__ import annotations

from scheduler.domain.telling import told

EVERY_WEEK = (
    told("Mondays"),
    told("Tuesdays"),
    told("Wednesdays"),
    told("Thursdays"),
    told("Fridays"),
    told("Saturdays"),
    told("Sundays"),
)
WEEKDAYS_SHORT = (told("Mon"), told("Tue"), told("Wed"), told("Thu"), told("Fri"), told("Sat"), told("Sun"))
MORNINGS = (
    told("Monday mornings"),
    told("Tuesday mornings"),
    told("Wednesday mornings"),
    told("Thursday mornings"),
    told("Friday mornings"),
    told("Saturday mornings"),
    told("Sunday mornings"),
)
AFTERNOONS = (
    told("Monday afternoons"),
    told("Tuesday afternoons"),
    told("Wednesday afternoons"),
    told("Thursday afternoons"),
    told("Friday afternoons"),
    told("Saturday afternoons"),
    told("Sunday afternoons"),
)
