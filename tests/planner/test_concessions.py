"""Which concessions are told, in which words, and in which order: an example of each kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scheduler.domain.claims import Purpose
from scheduler.domain.diary import Diary
from scheduler.domain.treatment import Counting, Protocol
from scheduler.planner.concessions import MOST_TOLD, Concession, Price, worth_telling
from scheduler.planner.proposal import Reason
from scheduler.planner.propose import propose
from scheduler.planner.wishes import Wishes
from tests.builders import (
    AS_OF,
    DAY,
    a_claim,
    a_diary,
    a_nurse,
    a_prescriber,
    a_room,
    a_small_protocol,
    a_therapist,
    an_office,
    at,
    between,
    weekdays,
)

UNTIL = at("2026-12-12 00:00")


def _clinic(**fields: Any) -> Diary:
    """Build a clinic with one of each."""
    people = (a_therapist("therapist-1"), a_nurse("nurse-1"), a_nurse("nurse-2"), a_prescriber())
    return a_diary(**{"rooms": (a_room("dosing-1"), an_office("office-1")), "staff": people, **fields})


def _ways_out(diary: Diary, protocol: Protocol | None = None, **wishes: Any) -> list[Reason]:
    answer = propose(
        diary, protocol or a_small_protocol(), Wishes(**{"earliest": AS_OF, "latest": UNTIL, **wishes})
    )
    assert not answer.proposals
    return [reason for reason in answer.reasons if reason.way_out]


def _told(found: list[Reason], code: str) -> Reason:
    return next(reason for reason in found if reason.code == code)


def _only_on(person: str, *days: int) -> Diary:
    """Build a clinic in which somebody is at work on these days of the week alone."""
    diary = _clinic()
    rare = replace(diary.staff[person], hours=tuple(h for h in weekdays() if h.weekday in days))
    return replace(diary, staff={**diary.staff, person: rare})


def test_one_more_half_day_of_the_only_prescriber_is_named() -> None:
    told = _told(_ways_out(_only_on("prescriber-1", 1)), "half_day")
    assert told.why == "Prescriber 1, the only prescriber, is at work on Tuesdays alone"
    assert told.mend.startswith(
        "if Prescriber 1 were at work on Friday mornings (08:00 to 12:00) too, a series"
    )
    assert told.finish == at("2026-11-30 08:50")


def test_a_half_day_is_offered_only_of_a_role_that_is_scarce() -> None:
    full = a_claim("dosing-1", Purpose.OCCUPY, between("2026-11-20 00:00", "2027-02-01 00:00"))
    codes = [reason.code for reason in _ways_out(replace(_only_on("nurse-2", 1), claims=(full,)))]
    assert "another_room" in codes
    assert "half_day" not in codes


def _one_dose_on_the_24th(office_free_from: str) -> Diary:
    """Build a clinic where D1 fits on Tuesday 24 November alone, and nobody can talk to the patient for days after it."""
    return _clinic(
        claims=(
            a_claim("dosing-1", Purpose.OCCUPY, between("2026-11-25 00:00", "2027-02-01 00:00")),
            a_claim("office-1", Purpose.OCCUPY, between("2026-11-25 00:00", office_free_from)),
        )
    )


def test_the_least_stretch_of_a_window_is_told_with_who_may_decide() -> None:
    told = _told(_ways_out(_one_dose_on_the_24th("2026-11-28 00:00"), a_small_protocol(1)), "window")
    assert told.step == "I1"
    assert told.why == (
        "I1 is asked for at most 72 h after D1, which is a warning: the clinic may decide otherwise (INTEG-2)"
    )
    # From the latest discharge on that Tuesday, 17:30, to Monday at eight.
    assert told.mend == (
        "if I1 (Integration 1) could start as late as 5 d 14 h 30 min after the end of D1, a series could be complete "
        "on Mon 30 Nov 2026 08:50 MST"
    )


def test_no_window_is_stretched_to_more_than_double() -> None:
    found = _ways_out(_one_dose_on_the_24th("2026-12-01 00:00"), a_small_protocol(1))
    assert found and "window" not in {reason.code for reason in found}


def test_a_window_of_a_gate_names_the_role_and_one_that_blocks_is_never_offered() -> None:
    full = a_claim("dosing-1", Purpose.OCCUPY, between("2026-11-25 13:00", "2026-12-03 08:00"))
    found = _ways_out(_clinic(claims=(full,)), latest=at("2026-12-07 00:00"))
    windows = [reason for reason in found if reason.code == "window"]
    assert [reason.step for reason in windows] == ["D2"]
    assert "only the prescriber may let it take place otherwise (SPACE-2)" in windows[0].why
    assert all("as late as" in reason.mend for reason in windows), "the least distances block"


def test_a_window_counted_in_days_is_stretched_by_whole_days() -> None:
    protocol = a_small_protocol(1)
    by_date = [
        replace(w, at_most=5 * DAY, at_least=DAY, counted=Counting.CALENDAR) if w.to_step == "I1" else w
        for w in protocol.windows
    ]
    diary = _one_dose_on_the_24th("2026-11-28 00:00")
    told = _told(_ways_out(diary, replace(protocol, windows=tuple(by_date))), "window")
    assert told.mend.startswith(
        "if I1 (Integration 1) could start as late as 6 calendar days after the end of D1,"
    )
    assert told.why.startswith("I1 is asked for at most 5 calendar days after D1")


def test_a_visit_that_may_be_declined_is_named() -> None:
    found = _ways_out(_one_dose_on_the_24th("2027-02-01 00:00"), a_small_protocol(1))
    told = _told(found, "declined_visit")
    assert (told.step, told.why) == ("I1", "the protocol lets the patient decline I1 (Integration 1)")
    assert told.mend == "if I1 were declined, a series could be complete on Tue 24 Nov 2026 12:45 MST"


def test_a_credential_that_runs_out_is_named_with_its_day() -> None:
    held = tuple(replace(c, valid_until=date(2026, 11, 25)) for c in a_prescriber().credentials[:1])
    diary = _clinic()
    doctor = a_prescriber(credentials=(*held, *a_prescriber().credentials[1:]))
    told = _told(_ways_out(replace(diary, staff={**diary.staff, doctor.id: doctor})), "credential")
    assert told.why == "Prescriber 1's prescriber licence is valid until Wed 25 Nov 2026 only"
    assert told.mend.startswith(
        "if Prescriber 1's prescriber licence were renewed, a series could be complete"
    )


def test_nothing_is_said_of_days_that_were_only_wished_for() -> None:
    full = a_claim("dosing-1", Purpose.OCCUPY, between("2026-11-20 00:00", "2026-12-11 00:00"))
    diary = _clinic(claims=(full,))
    assert _ways_out(diary, weekdays=frozenset({6})) == _ways_out(diary)


def test_what_is_told_comes_with_the_day_on_which_all_is_over() -> None:
    found = _ways_out(_clinic(rooms=(an_office("office-1"),)))
    assert [(reason.code, reason.finish) for reason in found] == [("another_room", at("2026-11-30 08:50"))]
    assert found[0].mend == (
        "with one more room for iv dosing, a series could be complete on Mon 30 Nov 2026 08:50 MST"
    )


def _concession(price: Price, about: str, finish: int, share: float = 0.0) -> Concession:
    return Concession(price.name, price, about, finish, "", f"{about} {finish}", share=share)


def test_what_is_dearer_and_no_sooner_about_the_same_is_not_told() -> None:
    cheap = _concession(Price.WINDOW_OF_A_WARNING, "Integration", 50, 0.2)
    dearer = _concession(Price.WINDOW_OF_A_WARNING, "Integration", 50, 0.4)
    sooner = _concession(Price.WINDOW_OF_A_WARNING, "Integration", 40, 0.9)
    elsewhere = _concession(Price.ROOM, "room", 60)
    assert worth_telling([elsewhere, dearer, sooner, cheap]) == (cheap, sooner, elsewhere)


def test_the_best_of_each_price_comes_before_the_second_of_any() -> None:
    many = [_concession(Price.HALF_DAY, f"role {n}", 10 + n) for n in range(12)]
    told = worth_telling([*many, _concession(Price.ROOM, "room", 5), _concession(Price.NO_OBSTACLE, "x", 5)])
    assert len(told) == MOST_TOLD
    assert [one.price for one in told[-2:]] == [Price.ROOM, Price.NO_OBSTACLE]
    assert told[0] == many[0]


@pytest.mark.parametrize("order", [1, -1])
def test_prices_come_before_dates(order: int) -> None:
    late, soon = _concession(Price.PATIENTS_TIME, "patient", 90), _concession(Price.ROOM, "room", 10)
    assert worth_telling([late, soon][::order]) == (late, soon)
