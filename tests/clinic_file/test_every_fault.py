"""However many things are wrong with a clinic file, it is refused with all of them, and with nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.clinic_file import load_text, read_clinic
from scheduler.domain.errors import FaultyDocument
from tests.clinic_file.documents import clinic_faults, small_clinic, small_protocol

TEN_FAULTS = """
sites:
  - {id: maple, name: Maple, public_name: Maple, zone: America/Dever, hours: {mon-fri: "18:00-08:00"}}
rooms:
  - {id: r1, site: mapel, name: Room, capabilities: [office], colour: red}
staff:
  - {id: s1, site: maple, name: Ada, roles: [doctor], hours: {mon: "08:00-12:00"}}
  - {id: s1, site: maple, name: Ben, roles: [therapist], hours: {mon: "08:00-12:00"}}
patients:
  - {id: p1, site: maple, given_name: A, family_name: Fern, birth_date: 31.1.1980, email: none}
appointments:
  - {id: a1, site: maple, patient: p2, kind: review, title: Talk, start: 2026-12-03 10:00, minutes: 30,
     staff: {prescriber: s1}}
"""


def test_ten_different_faults_give_ten_lines() -> None:
    lines = clinic_faults(load_text(TEN_FAULTS))
    assert [line.partition(":")[0] for line in lines] == [
        "sites[0].zone",
        "sites[0].hours.mon-fri",
        "rooms[0].colour",
        "rooms[0].site",
        "staff[0].roles[0]",
        "staff[1].id",
        "patients[0].birth_date",
        "patients[0].email",
        "appointments[0].patient",
        "appointments[0].staff.prescriber",
    ]


def test_a_fault_of_form_does_not_hide_one_of_reference() -> None:
    document = small_clinic()
    document["staff"][0].update(site="elm", name=5)
    assert [line.partition(":")[0] for line in clinic_faults(document)] == [
        "staff[0].name",
        "staff[0].site",
    ]


def test_an_entry_with_a_fault_of_its_own_is_still_there_for_others() -> None:
    document = small_clinic()
    document["patients"][0]["email"] = "none"
    assert [line.partition(":")[0] for line in clinic_faults(document)] == ["patients[0].email"]


def test_no_fault_is_told_twice() -> None:
    document = small_clinic()
    document["protocols"].append({**small_protocol(), "version": "x"})
    lines = clinic_faults(document)
    assert lines == ["protocols[1].version: is 'x', but a whole number is wanted"]


@pytest.mark.parametrize(
    "words", ["validation error", "pydantic", "Input should", "extra inputs", "NoneType"]
)
def test_nobody_has_to_read_the_words_of_a_library(words: str) -> None:
    assert words.lower() not in "\n".join(clinic_faults(load_text(TEN_FAULTS))).lower()


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every value of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        yield (*path, key)
        yield from places(child, (*path, key))


PLACES = list(places({**small_clinic(), "protocols": [small_protocol()]}))
ODD_VALUES: list[object] = [
    None,
    True,
    0,
    -1,
    10**30,
    0.5,
    float("nan"),
    "",
    "x",
    "D[i].start",
    "D[i+99999].start",
    "D[0]",
    "2026-12-03",
    "2026-12-03 10:00",
    "9999-12-31 23:59",
    "08:00-17:00",
    "mon-fri",
    "\x00",
    "é" * 300,
    [],
    {},
    [[]],
    [{}],
    {"a": 1},
    {"from": "2026-12-01"},
    ["therapist"],
    [None],
    {"x": {"y": []}},
]
ODD = st.sampled_from(ODD_VALUES)


@pytest.mark.parametrize("odd", [None, 5, [], {}, ["therapist"], "9999-12-31 23:59"], ids=repr)
def test_a_value_of_the_wrong_kind_is_a_fault_wherever_it_stands(odd: object) -> None:
    for path in PLACES:
        document: dict[str, Any] = {**small_clinic(), "protocols": [small_protocol()]}
        holder: Any = document
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = odd
        try:
            read_clinic(document)
        except FaultyDocument as faulty:
            assert faulty.faults, path


@pytest.mark.parametrize("words", ["  ", "Maple\nHouse", "Maple\x00House", "Maple\u2028House"])
def test_words_are_some_words_on_one_line(words: str) -> None:
    document = small_clinic()
    document["sites"][0]["public_name"] = words
    [line] = clinic_faults(document)
    assert line.startswith("sites[0].public_name: ")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), ODD | st.text(max_size=12)), min_size=1, max_size=4))
def test_whatever_stands_in_a_file_it_is_read_or_refused_with_its_faults(
    changes: list[tuple[tuple[str | int, ...], object]],
) -> None:
    document: dict[str, Any] = {**small_clinic(), "protocols": [small_protocol()]}
    for path, odd in changes:
        holder: Any = document
        try:
            for part in path[:-1]:
                holder = holder[part]
            holder[path[-1]] = odd
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    try:
        read_clinic(document)
    except FaultyDocument as faulty:
        assert faulty.faults
        assert all(fault.path and fault.problem for fault in faulty.faults)
