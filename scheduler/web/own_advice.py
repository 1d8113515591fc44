"""What a visit asks of its patient, in the patient's language: sentences with clock times, on every page that tells it."""

from __future__ import annotations

from scheduler.domain.placeholders import filled
from scheduler.domain.treatment import StepKind
from scheduler.reminders.own_plan import PlanVisit
from scheduler.reminders.words.language import Language
from scheduler.reminders.words.own_spoken import own_words


def advice_of(one: PlanVisit, zone: str, language: Language) -> tuple[str, ...]:
    """Return what the visit asks of the patient, in the order of time; a clock time each, never hours to count back."""
    words = own_words(language).plan
    fasting = one.fasting
    is_dose = one.visit.kind is StepKind.DOSING
    told = (
        (words.no_solids, fasting.solids_until if fasting else None),
        (words.no_clear_liquids, fasting.clear_liquids_until if fasting else None),
    )
    after = (
        (words.release, one.visit.discharge if is_dose else None),
        (words.no_driving, one.no_driving_until),
    )
    return (
        *(filled(text, {"time": language.moment(at, zone)}) for text, at in told if at is not None),
        *((words.ride,) if one.needs_ride else ()),
        *(filled(text, {"time": language.moment(at, zone)}) for text, at in after if at is not None),
    )
