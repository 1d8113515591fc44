"""After a long break a dose is prepared anew: what counts as the last dose, and what as a preparation."""

from __future__ import annotations

from datetime import timedelta

from scheduler.domain.diary import BookedVisit
from scheduler.domain.treatment import StepKind
from scheduler.rules.finding import Breach
from scheduler.rules.long_break import a_dose_after_a_long_break_is_prepared_anew
from tests.builders import a_diary, a_site, at
from tests.rules.examples.case import asked, without_visit

LONG_AGO = BookedVisit("other", StepKind.DOSING, at("2026-08-03 10:00"))


def found(*booked: BookedVisit, with_preparation: bool = False, days: int = 84) -> list[Breach]:
    diary = a_diary(booked=booked, site=a_site(dormant_days=days))
    question = asked(diary=diary, id="series-1")
    return list(
        a_dose_after_a_long_break_is_prepared_anew(
            question if with_preparation else without_visit(question, "P1")
        )
    )


def test_it_says_how_long_ago_and_what_mends_it() -> None:
    (breach,) = found(LONG_AGO)
    assert [visit.step for visit in breach.visits] == ["D1"], "the doses after it are close to each other"
    assert breach.why == (
        "D1 comes 122 days after the last dose, on Mon 3 Aug 2026, and no preparation lies between; "
        "after more than 84 days one does"
    )
    assert breach.mend == "book a preparation before D1"


def test_a_first_dose_needs_no_last_one() -> None:
    assert found() == []


def test_a_preparation_between_will_do_whatever_series_it_belongs_to() -> None:
    assert found(LONG_AGO, with_preparation=True) == []
    assert found(LONG_AGO, BookedVisit("p", StepKind.PREPARATION, at("2026-11-20 10:00"))) == []
    assert found(LONG_AGO, BookedVisit("p", StepKind.PREPARATION, at("2026-08-01 10:00")))


def test_the_clinic_sets_the_days() -> None:
    assert found(LONG_AGO, days=122) == []
    assert found(LONG_AGO, days=121)


def test_within_a_series_the_dose_before_counts() -> None:
    late = {"D2": "2027-03-03 10:00", "I2": "2027-03-04 15:00"}
    (breach,) = a_dose_after_a_long_break_is_prepared_anew(asked(late, id="series-1"))
    assert [visit.step for visit in breach.visits] == ["D2"]
    assert timedelta(days=90) == at("2027-03-03 10:00") - at("2026-12-03 10:00")
