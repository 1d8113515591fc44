"""The protocols that come with Trellis say what clinics do, and can be scheduled whoever leaves out what."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import chain, combinations

import pytest

from scheduler.clinic_file import bundled_keys, bundled_protocol, read_protocol
from scheduler.clinic_file.local_times import moment_at
from scheduler.clinic_file.protocol_contradictions import faults_of_contradiction
from scheduler.clinic_file.protocol_order import faults_of_order
from scheduler.domain.errors import NotFound
from scheduler.domain.people import Role
from scheduler.domain.treatment import Attention, GateRequirement, Point, Protocol, StepKind, WindowMeaning

ZONE = "America/Denver"


def protocol(key: str) -> Protocol:
    """Read one of the bundled protocols."""
    return read_protocol(bundled_protocol(key))


def test_there_are_five() -> None:
    keys = ("group_kap_3", "im_kap_3", "iv_kap_induction_6", "iv_kap_maintenance", "spravato_12")
    assert bundled_keys() == keys
    with pytest.raises(NotFound, match="iv_kap_induction_6"):
        bundled_protocol("iv_kap")


@pytest.mark.parametrize("key", bundled_keys())
def test_every_quantity_has_a_source_and_lies_in_its_range(key: str) -> None:
    read = protocol(key)
    assert read.key == key
    for quantity in read.quantities:
        assert quantity.source
        assert quantity.lowest is not None and quantity.highest is not None
        assert quantity.lowest <= quantity.value <= quantity.highest


@pytest.mark.parametrize("key", bundled_keys())
def test_every_quantity_is_used(key: str) -> None:
    document = dict(bundled_protocol(key))
    quantities = document.pop("quantities")
    assert isinstance(quantities, dict)
    assert [name for name in quantities if name not in str(document)] == []


@pytest.mark.parametrize("key", bundled_keys())
def test_the_order_is_decided_whichever_visits_are_missing(key: str) -> None:
    read = protocol(key)
    optional = [
        step.key for step in read.steps if step.declinable or step.optional or step.left_out_when_passed
    ]
    assert len(optional) >= 3 or read.group is not None
    for missing in chain.from_iterable(combinations(optional, size) for size in (0, 1, 2, len(optional))):
        narrowed = read.only(step.key for step in read.steps if step.key not in missing)
        assert faults_of_order(narrowed.steps, narrowed.windows) == []
        assert faults_of_contradiction(narrowed.steps, narrowed.windows) == []


def test_the_induction_has_its_visits_in_order() -> None:
    read = protocol("iv_kap_induction_6")
    doses = [key for number in range(1, 7) for key in (f"D{number}", f"C{number}", f"I{number}")]
    assert [step.key for step in read.steps] == ["S0", "S1", "P1", "P2", *doses, "I7", "R1"]
    assert (read.version, read.route, read.series_kind, read.most_doses) == (1, "iv", "induction", 10)
    assert [step.key for step in read.steps if not step.keeps_one_therapist] == [
        "S0",
        "C1",
        "C2",
        "C3",
        "C4",
        "C5",
        "C6",
        "R1",
    ]


def test_an_infusion_visit_takes_165_minutes_and_135_of_the_therapist() -> None:
    dose = protocol("iv_kap_induction_6").step("D1")
    assert dose.length == timedelta(minutes=165)
    assert dose.room_length == timedelta(minutes=180)
    (therapist,) = dose.segments_of(Role.THERAPIST)
    assert therapist.ends - therapist.begins == timedelta(minutes=135)
    check_in, watch, discharge = dose.segments_of(Role.MEDICAL_MONITOR)
    assert (watch.attention, watch.patients_per_person) == (Attention.WATCHING, 2)
    assert watch.ends == discharge.begins and check_in.ends == timedelta(minutes=20)
    (clinician,) = dose.segments_of(Role.ADMINISTERING_CLINICIAN)
    assert (clinician.begins, clinician.ends) == (timedelta(minutes=35), timedelta(minutes=50))
    (prescriber,) = dose.segments_of(Role.PRESCRIBER)
    assert (prescriber.begins, prescriber.ends) == (timedelta(minutes=35), timedelta(minutes=165))


def test_an_injection_visit_takes_175_minutes() -> None:
    read = protocol("im_kap_3")
    assert read.step("D1").length == timedelta(minutes=175)
    assert read.step("D1").room_length == timedelta(minutes=190)
    assert read.step("D1").holds_dose_spacing == timedelta(days=7)
    keys = [key for n in range(1, 4) for key in (f"D{n}", f"C{n}", f"I{n}", f"I{n}b")]
    assert [step.key for step in read.steps] == ["S0", "S1", "P1", "P2", *keys, "R1"]


def test_a_nasal_spray_visit_takes_160_minutes_and_two_hours_of_them_after_the_last_device() -> None:
    dose = protocol("spravato_12").step("D1")
    assert (dose.length, dose.room_length) == (timedelta(minutes=160), timedelta(minutes=175))
    assert dose.phase_times["administration"] == (timedelta(minutes=20), timedelta(minutes=30))
    assert dose.phase_times["observation"] == (timedelta(minutes=30), timedelta(minutes=150))
    (prescriber,) = dose.segments_of(Role.PRESCRIBER)
    assert (prescriber.begins, prescriber.ends) == (timedelta(minutes=20), timedelta(minutes=160))
    _, watch, _ = dose.segments_of(Role.MEDICAL_MONITOR)
    assert (watch.attention, watch.patients_per_person) == (Attention.WATCHING, 3)
    assert Role.THERAPIST not in dose.roles


def test_nasal_sprays_are_given_twice_a_week_at_first_and_weekly_once_the_benefit_was_reviewed() -> None:
    read = protocol("spravato_12")
    gaps = {
        w.from_step: (w.at_least.days, w.at_most.days if w.at_most else None)
        for w in read.windows
        if w.meaning is WindowMeaning.DOSE_GAP
    }
    assert gaps == {f"D{n}": ((2, 8) if n < 8 else (5, 9)) for n in range(1, 12)}
    needed = [step.key for step in read.steps if not step.optional]
    assert needed == ["S0", "P1", *(f"D{n}" for n in range(1, 9)), "B1", *(f"D{n}" for n in range(9, 13))]
    asked = [s.key for s in read.steps if GateRequirement("review.benefit", "D8") in s.gates]
    assert asked == ["D9", "D10", "D11", "D12"]


def test_the_response_is_looked_at_after_the_third_infusion() -> None:
    read = protocol("iv_kap_induction_6")
    wanted = GateRequirement("review.response", "D3")
    asked = [step.key for step in read.of_kind(StepKind.DOSING) if wanted in step.gates]
    assert asked == ["D4", "D5", "D6"]


WORKED_EXAMPLE = {
    "P1": "2026-11-24 14:00",
    "P2": "2026-12-01 14:00",
    "D1": "2026-12-03 10:00",
    "C1": "2026-12-04 13:00",
    "I1": "2026-12-04 15:00",
    "D2": "2026-12-07 10:00",
    "C2": "2026-12-08 13:00",
    "I2": "2026-12-08 15:00",
    "D3": "2026-12-10 10:00",
    "C3": "2026-12-11 13:00",
    "I3": "2026-12-11 15:00",
    "D4": "2026-12-14 10:00",
    "C4": "2026-12-15 13:00",
    "I4": "2026-12-15 15:00",
    "D5": "2026-12-17 10:00",
    "C5": "2026-12-18 13:00",
    "I5": "2026-12-18 15:00",
    "D6": "2026-12-21 10:00",
    "C6": "2026-12-22 13:00",
    "I6": "2026-12-22 15:00",
    "I7": "2026-12-28 15:00",
    "R1": "2027-01-04 11:00",
}


def broken(read: Protocol, starts: dict[str, datetime]) -> set[WindowMeaning]:
    """Return the meanings of the windows that a series with these starts does not keep."""
    found = set()
    for window in read.only(starts).windows:
        first, second = starts[window.from_step], starts[window.to_step]
        first += read.step(window.from_step).length if window.from_point is Point.END else timedelta(0)
        second += read.step(window.to_step).length if window.to_point is Point.END else timedelta(0)
        between = second - first
        if between < window.at_least or (window.at_most is not None and between > window.at_most):
            found.add(window.meaning)
    return found


def example(**changed: str) -> dict[str, datetime]:
    """Return the starts of the worked example, some of them changed."""
    return {key: moment_at(text, ZONE) for key, text in (WORKED_EXAMPLE | changed).items()}


def test_the_worked_example_keeps_every_window() -> None:
    assert broken(protocol("iv_kap_induction_6"), example()) == set()


@pytest.mark.parametrize(
    ("changed", "meanings"),
    [
        ({"D2": "2026-12-08 10:00", "I2": "2026-12-09 15:00", "C2": "2026-12-09 13:00"}, set()),
        (
            {"D2": "2026-12-08 10:05", "I2": "2026-12-09 15:00", "C2": "2026-12-09 13:00"},
            {WindowMeaning.DOSE_GAP},
        ),
        (
            {"D3": "2026-12-18 10:00"},
            {WindowMeaning.DOSE_GAP, WindowMeaning.INTEGRATION, WindowMeaning.FOLLOW_UP},
        ),
        ({"P2": "2026-12-02 10:00"}, {WindowMeaning.PREPARATION}),
        ({"P2": "2026-12-02 09:00"}, set()),
        ({"P1": "2026-11-03 10:00"}, set()),
        ({"P1": "2026-11-03 09:55"}, {WindowMeaning.PREPARATION}),
        ({"I6": "2026-12-24 12:45"}, set()),
        ({"I6": "2026-12-24 12:50"}, {WindowMeaning.INTEGRATION}),
    ],
)
def test_windows_hold_up_to_their_limits(changed: dict[str, str], meanings: set[WindowMeaning]) -> None:
    found = broken(protocol("iv_kap_induction_6"), example(**changed))
    assert found >= meanings and bool(found) == bool(meanings)


def test_doses_are_counted_over_seven_days() -> None:
    read = protocol("iv_kap_induction_6").only(["D1", "D2", "D3", "D4"])
    start = moment_at("2026-12-07 10:00", ZONE)
    days = {"D1": 0, "D2": 2, "D3": 4, "D4": 7}
    assert broken(read, {key: start + timedelta(days=n) for key, n in days.items()}) == set()
    days["D4"] = 6
    assert broken(read, {key: start + timedelta(days=n) for key, n in days.items()}) == {
        WindowMeaning.DOSES_PER_WEEK
    }
    assert date(2026, 12, 7).weekday() == 0
