"""YAML and JSON text becomes plain values; what cannot be read is named with its line."""

from __future__ import annotations

import json

import pytest

from scheduler.clinic_file import load_text
from scheduler.domain.errors import FaultyDocument


def faults_of(text: str) -> list[str]:
    """Return the faults of a text as lines."""
    with pytest.raises(FaultyDocument) as caught:
        load_text(text)
    return [fault.sentence() for fault in caught.value.faults]


def test_days_times_and_yes_stay_text() -> None:
    assert load_text("a: 2026-12-03\nb: 08:00\nc: yes\nd: 012\ne: 1_000") == {
        "a": "2026-12-03",
        "b": "08:00",
        "c": "yes",
        "d": "012",
        "e": "1_000",
    }


def test_numbers_switches_and_nothing_are_read() -> None:
    assert load_text("a: 5\nb: -2.5\nc: true\nd:\ne: 1e3") == {
        "a": 5,
        "b": -2.5,
        "c": True,
        "d": None,
        "e": 1000.0,
    }


@pytest.mark.parametrize("value", [{"a": [1, 2.5, None, True, "é 😀 \t\n"], "b": {}}, {"a": "2026-12-03"}])
def test_json_is_read_as_json_says(value: dict[str, object]) -> None:
    assert load_text(json.dumps(value)) == value
    assert load_text(json.dumps(value, ensure_ascii=False, indent="\t")) == value
    assert load_text("\ufeff" + json.dumps(value)) == value


def test_references_and_merges_are_followed() -> None:
    assert load_text("a: &a {x: 1}\nb: {<<: *a, y: 2}\nc: *a") == {
        "a": {"x": 1},
        "b": {"x": 1, "y": 2},
        "c": {"x": 1},
    }


def test_names_given_twice_are_named_with_both_lines() -> None:
    assert faults_of("a: 1\nb: {c: 1,\n    c: 2}\na: 3") == [
        "line 4: 'a' is given twice, first on line 1 (keep one)",
        "line 3: 'c' is given twice, first on line 2 (keep one)",
    ]


def test_names_given_twice_in_json_are_named_too() -> None:
    assert faults_of('{"a": 1,\n "a": 2}') == ["line 2: 'a' is given twice, first on line 1 (keep one)"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [1", "line 2, column 1"),
        ("a: 1\n\tb: 2", "line 2, column 1"),
        ('{"a": [1, 2}', "line 1, column 12"),
        ("a: 1\n---\nb: 2", "line 2, column 1"),
        ("a: *nowhere", "line 1, column 4"),
        ("a: !!python/object:os.system x", "line 1"),
        ("a: !!timestamp 2026-01-01", "line 1"),
        ("a: 1\n2: b", "line 2"),
        ("? [a]\n: b", "line 1"),
        ("a: &a [*a]", "line 1"),
    ],
)
def test_wrong_syntax_is_named_with_its_line(text: str, line: str) -> None:
    assert faults_of(text)[0].startswith(f"{line}:")


@pytest.mark.parametrize(
    "text", ["", "# nothing", "- a", "word", "[1]", "a: \x00", "[" * 3000, "a: " + "[" * 9000]
)
def test_what_holds_no_entries_is_refused(text: str) -> None:
    assert len(faults_of(text)) == 1


@pytest.mark.parametrize(
    "text",
    ["a: " + "[" * 200 + "]" * 200, "a: " + "{a: " * 100_000, "- " * 100_000, '{"a": ' + "[" * 100_000],
    ids=["a little", "sets", "lists", "json"],
)
def test_deep_nesting_is_refused_and_ends_no_process(text: str) -> None:
    assert "line 1: is nested too deeply" in faults_of(text)[0]


def test_nesting_as_deep_as_any_document_needs_is_read() -> None:
    assert load_text("a: " + "[" * 50 + "]" * 50)


def test_references_that_would_blow_up_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "2,000,000 values" in faults_of("\n".join(lines))[0]
