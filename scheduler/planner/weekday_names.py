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
