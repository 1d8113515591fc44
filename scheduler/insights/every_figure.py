"""Every figure there is, by its key, in the order in which a page tells them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scheduler.insights.attendance import attendance
from scheduler.insights.course import integration_in_time, series_on_time, wait_for_first_dose
from scheduler.insights.exceptions import exceptions_by_rule
from scheduler.insights.facts import Facts
from scheduler.insights.figure import Figure
from scheduler.insights.use import chairs_by_hour, load_by_nurse, load_by_person, therapists_by_hour

FIGURES: Mapping[str, Callable[[Facts], Figure]] = {
    "attendance": attendance,
    "integration": integration_in_time,
    "completed": series_on_time,
    "first-dose": wait_for_first_dose,
    "chairs": chairs_by_hour,
    "therapists": therapists_by_hour,
    "people": load_by_person,
    "watching": load_by_nurse,
    "rules": exceptions_by_rule,
}
