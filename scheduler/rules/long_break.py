"""The rule about what comes before a dose when the last one lies far back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import local_day
from scheduler.domain.diary import BookedVisit
from scheduler.domain.telling import told
from scheduler.domain.treatment import StepKind
from scheduler.rules.finding import Breach
from scheduler.rules.question import Question
from scheduler.rules.wording import day_words


def a_dose_after_a_long_break_is_prepared_anew(question: Question) -> Iterator[Breach]:
    """After a long time without a dose a patient is seen and prepared anew before the next one, as before the first.

    Counted in calendar days at the clinic from the day of the last dose to that of the next, by the clinic's setting,
    whichever series or site either belongs to. A prescriber may judge that the patient is prepared without it.
    """
    zone, longest = question.diary.site.zone, question.diary.site.dormant_days
    for dose in question.doses:
        last = _latest(question, StepKind.DOSING, dose.start)
        if last is None:
            continue
        days = (question.day_of(dose) - local_day(last, zone)).days
        prepared = _latest(question, StepKind.PREPARATION, dose.start)
        if days > longest and (prepared is None or prepared < last):
            yield Breach(
                (dose,),
                told(
                    "%(step)s comes %(days)s days after the last dose, on %(day)s, and no preparation lies between; "
                    "after more than %(longest)s days one does",
                    step=dose.step,
                    days=days,
                    day=day_words(local_day(last, zone)),
                    longest=longest,
                ),
                told("book a preparation before %(step)s", step=dose.step),
            )


def _latest(question: Question, kind: StepKind, before: datetime) -> datetime | None:
    """Return the start of the patient's last visit of a kind before an instant, of any series, `None` without any."""
    every: tuple[Appointment | BookedVisit, ...] = (*question.visits, *question.elsewhere)
    return max((one.start for one in every if one.kind is kind and one.start < before), default=None)
