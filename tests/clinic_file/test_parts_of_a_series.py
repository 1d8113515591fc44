"""What is different at first and later: windows for some doses alone, and phases that count from an earlier one."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler.clinic_file import read_protocol
from scheduler.domain.treatment import WindowMeaning
from tests.clinic_file.documents import protocol_faults, small_protocol

LATER = {"from": "D[i].start", "to": "D[i+1].start", "at_least": "dosing.longer", "meaning": "dose_gap"}


def four_doses(*windows: dict[str, Any]) -> dict[str, Any]:
    """Return a protocol of four doses with these windows alone, and the numbers that they may name."""
    document = small_protocol()
    document["quantities"]["dosing.count"]["value"] = 4
    document["quantities"]["dosing.most"]["value"] = 4
    document["quantities"]["dosing.third"] = {"value": 3, "unit": "visits", "source": "clinic policy"}
    document["quantities"]["dosing.longer"] = {"value": 8, "unit": "d", "source": "clinic policy"}
    document["windows"] += windows
    return document


def begun_at(document: dict[str, Any]) -> list[str]:
    """Return the doses from which the longer gap counts."""
    read = read_protocol(document)
    gaps = [one for one in read.windows if one.meaning is WindowMeaning.DOSE_GAP]
    return [one.from_step for one in gaps if one.at_least.days == 8]


@pytest.mark.parametrize(
    ("bounds", "begun"),
    [
        ({}, ["D1", "D2", "D3"]),
        ({"i_from": "dosing.third"}, ["D3"]),
        ({"i_before": "dosing.third"}, ["D1", "D2"]),
        ({"i_from": "watched", "i_before": "dosing.third"}, ["D2"]),
    ],
)
def test_a_window_is_made_for_the_doses_that_are_meant(bounds: dict[str, str], begun: list[str]) -> None:
    document = four_doses({**LATER, **bounds})
    document["quantities"]["watched"]["unit"] = "visits"
    document["steps"][0]["cover"][0]["patients_per_person"] = "seen"
    document["quantities"]["seen"] = {"value": 2, "unit": "patients", "source": "clinic policy"}
    assert begun_at(document) == begun


def test_what_leaves_no_dose_is_a_fault() -> None:
    bounds = {"i_from": "dosing.third", "i_before": "dosing.third"}
    [fault] = protocol_faults(four_doses({**LATER, **bounds}))
    assert fault.startswith("windows[3]: there are no two visits from D[i].start to D[i+1].start")


def test_a_window_between_two_visits_has_no_numbers_to_choose_from() -> None:
    once = {**LATER, "from": "D1.start", "to": "D2.start", "i_from": "dosing.third"}
    faults = protocol_faults(four_doses(once))
    assert (
        "windows[3]: is made once, for it names no visit with [i] (leave out `i_from` and `i_before`)"
        in faults
    )


def observed(**fields: Any) -> dict[str, Any]:
    """Return a protocol whose dose is given for 10 minutes and observed for two hours, counted as `fields` say."""
    document = small_protocol()
    document["quantities"]["dose.giving"] = {"value": 10, "unit": "min", "source": "clinic policy"}
    document["steps"][0]["phases"] = [
        {"name": "giving", "length": "dose.giving"},
        {"name": "effect", "length": "dose.length", **fields},
        {"name": "turnover", "length": "room.turnover", "with_patient": False},
    ]
    return document


def test_a_phase_counts_from_its_own_beginning_unless_it_says_from_an_earlier_one() -> None:
    last, first = read_protocol(observed()), read_protocol(observed(counts_from="giving"))
    assert [phase.minutes for phase in last.step("D1").phases] == [10, 120, 15]
    assert [phase.minutes for phase in first.step("D1").phases] == [10, 110, 15]


@pytest.mark.parametrize("name", ["effect", "turnover", "given"])
def test_it_counts_from_an_earlier_phase_alone(name: str) -> None:
    [fault] = protocol_faults(observed(counts_from=name))
    assert fault.startswith(f"steps[0].phases[1].counts_from: there is no earlier phase '{name}'")


def test_a_phase_that_is_over_before_it_begins_is_a_fault() -> None:
    document = observed(counts_from="giving")
    document["quantities"]["dose.giving"]["value"] = 120
    [fault] = protocol_faults(document)
    assert "the phase effect takes no time beyond the 120 min since giving" in fault
