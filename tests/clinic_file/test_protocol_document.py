"""A protocol document becomes a protocol: repeats expanded, numbers looked up; what is wrong is named with its path."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from scheduler.clinic_file import read_protocol
from scheduler.domain.people import Role
from scheduler.domain.treatment import Attention, GateRequirement, Point, WindowMeaning
from tests.clinic_file.documents import protocol_faults, small_protocol

Change = Callable[[dict[str, Any]], object]


def test_repeated_steps_are_numbered_and_stand_in_the_order_of_the_series() -> None:
    protocol = read_protocol(small_protocol())
    assert [step.key for step in protocol.steps] == ["D1", "I1", "D2", "I2"]
    assert [step.title for step in protocol.steps] == ["Dose 1", "Talk 1", "Dose 2", "Talk 2"]


def test_windows_are_made_for_every_pair_that_exists() -> None:
    windows = read_protocol(small_protocol()).windows
    gaps = [window for window in windows if window.meaning is WindowMeaning.DOSE_GAP]
    assert [(w.from_step, w.from_point, w.to_step, w.to_point) for w in gaps] == [
        ("D1", Point.START, "D2", Point.START)
    ]
    assert gaps[0].at_least == timedelta(days=7)
    assert gaps[0].at_most == timedelta(days=10)
    assert [w.to_step for w in windows if w.meaning is WindowMeaning.INTEGRATION] == ["I1", "I2"]
    before = [w for w in windows if w.meaning is WindowMeaning.INTEGRATION_BEFORE_DOSE]
    assert [(w.at_least, w.at_most) for w in before] == [(timedelta(0), None)]


def test_lengths_are_elapsed_time() -> None:
    step = read_protocol(small_protocol()).step("D1")
    assert step.length == timedelta(hours=2)
    assert step.room_length == timedelta(hours=2, minutes=15)
    assert step.holds_dose_spacing == timedelta(days=7)


def test_cover_without_phases_spans_the_visit_but_not_the_turnover() -> None:
    step = read_protocol(small_protocol()).step("D1")
    (therapist,) = step.segments_of(Role.THERAPIST)
    assert (therapist.begins, therapist.ends) == (timedelta(0), timedelta(hours=2))
    (monitor,) = step.segments_of(Role.MEDICAL_MONITOR)
    assert (monitor.attention, monitor.patients_per_person) == (Attention.WATCHING, 2)


def test_a_decision_after_a_visit_is_asked_of_the_later_visits() -> None:
    document = small_protocol()
    document["steps"][0]["gates_decided_after"] = [{"gate": "review.response", "step": "D1"}]
    protocol = read_protocol(document)
    assert protocol.step("D1").gates == ()
    assert protocol.step("D2").gates == (GateRequirement("review.response", "D1"),)


def test_a_decision_after_another_kind_of_visit_is_asked_of_the_later_visits_too() -> None:
    document = small_protocol()
    document["steps"][1]["gates_decided_after"] = [{"gate": "review.response", "step": "D2"}]
    protocol = read_protocol(document)
    assert [step.gates for step in protocol.steps] == [
        (),
        (),
        (),
        (GateRequirement("review.response", "D2"),),
    ]


def test_a_decision_that_no_visit_is_left_to_ask_for_is_a_fault() -> None:
    document = small_protocol()
    document["steps"][0]["gates_decided_after"] = [{"gate": "review.response", "step": "I2"}]
    [line] = protocol_faults(document)
    assert "review.response is to be decided after I2" in line


def test_a_name_that_is_not_known_is_one_fault_alone() -> None:
    document = small_protocol()
    hands = {"role": "administering_clinician", "attention": "hands_on", "from": "effect", "first": "hands"}
    document["steps"][0]["cover"].append(hands)
    [line] = protocol_faults(document)
    assert "there is no quantity 'hands'" in line


@pytest.mark.parametrize(("minutes", "sound"), [(0, False), (5, True), (120, True), (125, False)])
def test_cover_of_the_beginning_lies_within_its_phase(minutes: int, sound: bool) -> None:
    document = small_protocol()
    document["quantities"]["hands"] = {"value": minutes, "unit": "min", "source": "clinic policy"}
    hands = {"role": "administering_clinician", "attention": "hands_on", "from": "effect", "first": "hands"}
    document["steps"][0]["cover"].append(hands)
    if sound:
        (segment,) = read_protocol(document).step("D1").segments_of(Role.ADMINISTERING_CLINICIAN)
        assert segment.ends == timedelta(minutes=minutes)
    else:
        [line] = protocol_faults(document)
        assert line.startswith("steps[0].cover[2].first: ")


def test_references_can_count_and_name_the_last() -> None:
    document = small_protocol()
    document["windows"][0]["to"] = "D[last].start"
    document["windows"][0]["from"] = "D[1].start"
    document["quantities"]["one"] = {"value": 1, "unit": "visits", "source": "clinic policy"}
    document["windows"][2]["to"] = "D[i+one].start"
    windows = read_protocol(document).windows
    assert [(w.from_step, w.to_step) for w in windows] == [
        ("D1", "D2"),
        ("D1", "I1"),
        ("D2", "I2"),
        ("I1", "D2"),
    ]


def test_quantities_keep_unit_range_and_source() -> None:
    gap = next(q for q in read_protocol(small_protocol()).quantities if q.key == "dosing.gap")
    assert (gap.value, gap.unit, gap.lowest, gap.highest, gap.source) == (7, "d", 3, 21, "clinic policy")


def test_the_document_is_kept_unchanged() -> None:
    document = small_protocol()
    assert read_protocol(document).document == small_protocol()


FAULTS: list[tuple[Change, str]] = [
    (lambda d: d.pop("title"), "title: is missing"),
    (lambda d: d.update(titel="x"), "titel: is not known here (did you mean 'title'?)"),
    (lambda d: d.update(version=0), "version: '0' is out of range (it must be at least 1)"),
    (lambda d: d.update(version="1"), "version: is '1', but a whole number is wanted"),
    (lambda d: d.update(steps=[]), "steps: must not be empty"),
    (lambda d: d["quantities"]["dosing.gap"].pop("source"), "quantities.dosing.gap.source: is missing"),
    (
        lambda d: d["quantities"]["dosing.gap"].update(value=2),
        "quantities.dosing.gap: 2 d lies outside of its own range 3 to 21 "
        "(change the value, or widen the range and say in `source` why)",
    ),
    (
        lambda d: d["quantities"]["dosing.gap"].update(range=[21, 3]),
        "quantities.dosing.gap: the range 21 to 3 is the wrong way round (give the lowest first)",
    ),
    (
        lambda d: d["quantities"]["talk.length"].update(unit="minutes"),
        "quantities.talk.length.unit: 'minutes' is not one of the choices "
        "(choose one of: min, h, d, calendar_days, visits, people, patients)",
    ),
    (
        lambda d: d["quantities"]["talk.length"].update(value=52),
        "quantities.talk.length.value: 52 min is not a multiple of 5 minutes "
        "(lengths in a protocol go in steps of 5 minutes)",
    ),
    (
        lambda d: d["quantities"]["talk.length"].update(value=0),
        "steps[1].phases[0].length: the phase talk takes no time",
    ),
    (
        lambda d: d["steps"][1].update(optional=True, declinable=True),
        "steps[1].optional: a visit that nobody gets unasked cannot be declined as well "
        "(keep one of optional and declinable)",
    ),
    (
        lambda d: d["steps"][0].update(hands_over=["therapist"]),
        "steps[0].hands_over[0]: the patient keeps one therapist through a visit (leave it out)",
    ),
    (
        lambda d: d["steps"][0].update(hands_over=["medical_monitor", "prescriber"]),
        "steps[0].hands_over[1]: no cover of this visit asks for a prescriber (known: medical_monitor, therapist)",
    ),
    (
        lambda d: d["quantities"]["dosing.count"].update(value=1.5),
        "quantities.dosing.count.value: 1.5 visits is not a whole number from 1 to 60",
    ),
    (
        lambda d: d["quantities"]["dosing.count"].update(value=4),
        "most_doses: there are 4 dosing visits, but at most 3 are allowed",
    ),
    (
        lambda d: d["steps"][1]["phases"][0].update(length="talk.lenght"),
        "steps[1].phases[0].length: there is no quantity 'talk.lenght' (did you mean 'talk.length'?)",
    ),
    (
        lambda d: d["steps"][1]["phases"][0].update(length="watched"),
        "steps[1].phases[0].length: 'watched' is counted in patients (a quantity in min, h, d is wanted here)",
    ),
    (
        lambda d: d["steps"][1].update(key="I"),
        "steps[1].key: 'I' does not go with its repeat (a repeated step is written D[i], others P1)",
    ),
    (
        lambda d: d["steps"][1].update(key="i one"),
        "steps[1].key: 'i one' has the wrong form (a visit is called P1, a repeated one D[i] or I[i]b)",
    ),
    (
        lambda d: d["steps"].append({**d["steps"][1], "key": "I2", "repeat": None}),
        "steps[2].key: the step I2 is already made by steps[1] (each visit needs its own key)",
    ),
    (lambda d: d["steps"][1].update(kind="talk"), "steps[1].kind: 'talk' is not one of the choices"),
    (
        lambda d: d["steps"][1].update(holds_dose_spacing="dosing.gap"),
        "steps[1].holds_dose_spacing: a integration visit gives no dose (leave it out)",
    ),
    (
        lambda d: d["steps"][0]["cover"][0].pop("patients_per_person"),
        "steps[0].cover[0].patients_per_person: is missing (say how many patients one person may watch)",
    ),
    (
        lambda d: d["steps"][0]["cover"][1].update(patients_per_person="watched"),
        "steps[0].cover[1].patients_per_person: does not go with in_room (only watching is shared)",
    ),
    (
        lambda d: d["steps"][0]["cover"][0].update(through="efect"),
        "steps[0].cover[0]: there is no phase 'efect' (did you mean 'effect'?)",
    ),
    (
        lambda d: d["steps"][0]["cover"][0].update(through="turnover"),
        "steps[0].cover[0]: spans a phase without the patient, in which only the room is held",
    ),
    (
        lambda d: d["steps"][0]["phases"].reverse(),
        "steps[0].phases[0]: a visit cannot begin without the patient",
    ),
    (
        lambda d: d["steps"][0]["phases"].append({"name": "effect", "length": "dose.length"}),
        "steps[0].phases[2].name: there are two phases called effect",
    ),
    (
        lambda d: d["steps"][0]["cover"][1].update(role="nurse"),
        "steps[0].cover[1].role: 'nurse' is not one of the choices",
    ),
    (
        lambda d: d["windows"][0].update(to="D[i+1]"),
        "windows[0].to: 'D[i+1]' has the wrong form (name a moment as P1.end or D[i+1].start)",
    ),
    (
        lambda d: d["windows"][0].update(to="E[i+1].start"),
        "windows[0].to: there is no repeated step E[i]",
    ),
    (
        lambda d: d["windows"][0].update(to="D7.start"),
        "windows[0].to: there is no step D7 (known: D1, D2, I1, I2)",
    ),
    (
        lambda d: d["windows"][0].update(to="D[7].start"),
        "windows[0].to: D[7] would be number 7, but there are 2",
    ),
    (
        lambda d: d["windows"][0].update(to="D[i+5].start"),
        "windows[0]: there are no two visits from D[i].start to D[i+5].start",
    ),
    (
        lambda d: d["windows"][0].update(at_least="dosing.late", at_most="dosing.gap"),
        "windows[0]: at most dosing.gap is less than at least dosing.late",
    ),
    (
        lambda d: d["windows"][0].update(at_least="dosing.late", at_most=None, ideally_at_most="dosing.gap"),
        "windows[0]: ideally at most dosing.gap is less than at least dosing.late",
    ),
    (
        lambda d: d["windows"][0].update(at_least=None, at_most="dosing.gap", ideally_at_most="dosing.late"),
        "windows[0]: at most dosing.gap is less than ideally at most dosing.late",
    ),
    (lambda d: d["windows"][0].update(meaning="gap"), "windows[0].meaning: 'gap' is not one of the choices"),
    (lambda d: d.update(most_doses="dosing.mots"), "most_doses: there is no quantity 'dosing.mots'"),
]


@pytest.mark.parametrize(("change", "line"), FAULTS, ids=[line[:70] for _, line in FAULTS])
def test_what_is_wrong_is_named_with_its_path(change: Change, line: str) -> None:
    document = small_protocol()
    change(document)
    assert any(found.startswith(line) for found in protocol_faults(document)), protocol_faults(document)


def test_every_fault_of_form_is_named_at_once() -> None:
    document = small_protocol()
    document.update(version="x", extra=1)
    document["steps"][0]["cover"][0]["role"] = "nurse"
    del document["windows"][1]["meaning"]
    assert len(protocol_faults(document)) == 4


def test_every_fault_of_names_and_numbers_is_named_at_once() -> None:
    document = small_protocol()
    document["steps"][0]["phases"][0]["length"] = "nothing.known"
    document["quantities"]["talk.length"]["value"] = 51
    document["windows"][0]["to"] = "X1.start"
    document["windows"][1]["at_least"] = "people"
    assert len(protocol_faults(document)) == 4
