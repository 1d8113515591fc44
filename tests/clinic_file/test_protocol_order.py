"""Visits of a protocol have one order, and windows that cannot be kept together are named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.clinic_file import read_protocol
from scheduler.clinic_file.protocol_contradictions import faults_of_contradiction, in_units
from scheduler.domain.treatment import Phase, Point, Step, StepKind, Window, WindowMeaning
from tests.clinic_file.documents import bundled, protocol_faults, small_protocol


def pairs(faults: list[str]) -> list[str]:
    """Return the pairs whose order is open, and make sure that nothing else is wrong."""
    assert all(" comes first (add a window from " in fault for fault in faults)
    return [fault.partition("whether ")[2].partition(" comes")[0] for fault in faults]


def test_two_visits_that_might_overlap_are_named_with_what_would_mend_it() -> None:
    document = bundled("iv_kap_induction_6")
    document["windows"] = [
        w for w in document["windows"] if (w["from"], w["to"]) != ("C[i].end", "I[i].start")
    ]
    faults = protocol_faults(document)
    assert pairs(faults) == [f"C{n} or I{n}" for n in range(1, 7)]
    assert faults[0] == (
        "windows: nothing decides whether C1 or I1 comes first "
        "(add a window from C1.end to I1.start, not by way of visits that may be left out)"
    )


def test_a_window_between_starts_does_not_keep_visits_apart() -> None:
    document = small_protocol()
    del document["windows"][2]
    assert pairs(protocol_faults(document)) == ["D1 or D2", "D1 or I2", "D2 or I1", "I1 or I2"]


@pytest.mark.parametrize(
    "change", [{"declinable": True}, {"optional": True}, {"left_out_when_passed": "clearance.medical"}]
)
def test_a_chain_may_not_lead_over_a_visit_that_may_be_missing(change: dict[str, object]) -> None:
    document = small_protocol()
    document["steps"][1].update(change)
    faults = protocol_faults(document)
    assert pairs(faults) == ["D1 or D2", "D1 or I2"]
    assert faults[0] == (
        "windows: without I1, which may be left out, nothing decides whether D1 or D2 comes first "
        "(add a window from D1.end to D2.start, not by way of visits that may be left out)"
    )
    document["windows"].append({"from": "D[i].end", "to": "D[i+1].start", "meaning": "order"})
    read_protocol(document)


def test_steps_may_be_written_in_any_order() -> None:
    document = bundled("iv_kap_induction_6")
    expected = [step.key for step in read_protocol(document).steps]
    document["steps"].reverse()
    document["windows"].reverse()
    assert [step.key for step in read_protocol(document).steps] == expected


def test_windows_that_contradict_each_other_are_named_with_the_excess() -> None:
    document = small_protocol()
    document["quantities"]["dosing.late"]["value"] = 2
    document["quantities"]["dosing.gap"].update(value=2, range=None)
    document["quantities"]["talk.from"]["value"] = 48
    (fault,) = protocol_faults(document)
    assert fault.startswith("windows: these cannot be kept together: ")
    assert "D1.start to D2.start at most 2 d" in fault
    assert "D1.end to I1.start at least 2 d" in fault
    assert "I1.end to D2.start at least 0 min" in fault
    assert "they ask for 170 min more than there is" in fault


def test_a_span_too_short_for_its_doses_is_found() -> None:
    document = bundled("iv_kap_induction_6")
    document["quantities"]["dosing.span"].update(value=9, range=None)
    (fault,) = protocol_faults(document)
    assert "D1.start to D6.start at most 9 d" in fault


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 min"),
        (50, "50 min"),
        (60, "1 h"),
        (90, "90 min"),
        (1440, "24 h"),
        (2880, "2 d"),
        (2940, "49 h"),
    ],
)
def test_lengths_are_said_in_the_largest_exact_unit(minutes: int, words: str) -> None:
    assert in_units(timedelta(minutes=minutes)) == words


_KEYS = ("A", "B", "C", "D")


@st.composite
def _windows(draw: st.DrawFn) -> tuple[list[Step], list[Window]]:
    """Draw four visits and windows among them, most sets of which cannot be kept together."""
    lengths = draw(st.lists(st.integers(1, 4), min_size=4, max_size=4))
    steps = [
        Step(key, StepKind.REVIEW, key, (Phase("visit", 5 * length),), None)
        for key, length in zip(_KEYS, lengths, strict=True)
    ]
    windows = []
    for _ in range(draw(st.integers(1, 7))):
        first, second = draw(st.permutations(_KEYS))[:2]
        at_least = draw(st.integers(0, 6))
        at_most = draw(st.none() | st.integers(at_least, 8))
        windows.append(
            Window(
                WindowMeaning.ORDER,
                first,
                draw(st.sampled_from(Point)),
                second,
                draw(st.sampled_from(Point)),
                timedelta(minutes=5 * at_least),
                None if at_most is None else timedelta(minutes=5 * at_most),
            )
        )
    return steps, windows


@given(_windows())
def test_contradictions_are_found_exactly_when_no_starts_would_do(
    case: tuple[list[Step], list[Window]],
) -> None:
    """The closure of all limits over all paths (Floyd and Warshall) says the same, by another way."""
    steps, windows = case
    lengths = {step.key: step.length for step in steps}
    far = timedelta(days=10_000)
    most = {(a, b): timedelta(0) if a == b else far for a in _KEYS for b in _KEYS}
    for w in windows:
        shift = (lengths[w.from_step] if w.from_point is Point.END else timedelta(0)) - (
            lengths[w.to_step] if w.to_point is Point.END else timedelta(0)
        )
        back, forth = (w.to_step, w.from_step), (w.from_step, w.to_step)
        most[back] = min(most[back], -(w.at_least + shift))
        if w.at_most is not None:
            most[forth] = min(most[forth], w.at_most + shift)
    for via in _KEYS:
        for a in _KEYS:
            for b in _KEYS:
                most[a, b] = min(most[a, b], most[a, via] + most[via, b])
    impossible = any(most[key, key] < timedelta(0) for key in _KEYS)
    assert bool(faults_of_contradiction(steps, windows)) == impossible
