"""Codes of visits: short, each its own, and none that tells the treatment."""

from __future__ import annotations

import pytest

from scheduler.domain.calendar_words import (
    KINDS,
    USUAL_WORDS,
    CalendarWords,
    PatientShown,
    faults_of,
    words_from,
)
from scheduler.domain.errors import InvalidValue
from scheduler.domain.treatment import StepKind


def test_every_kind_of_visit_has_a_code() -> None:
    assert set(KINDS) == {kind.value for kind in StepKind}
    assert [USUAL_WORDS.code_of(kind) for kind in KINDS] == ["D", "P", "I", "S", "R", "C"]


@pytest.mark.parametrize("code", ["X", "9", "L2", "Ä", "LONG"])
def test_codes_of_up_to_four_letters_or_digits_will_do(code: str) -> None:
    assert CalendarWords(dosing=code).code_of(StepKind.DOSING) == code


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("", "1 to 4 letters or digits"),
        ("LONGE", "1 to 4 letters or digits"),
        ("D ", "1 to 4 letters or digits"),
        ("<b>", "1 to 4 letters or digits"),
        ("\n", "1 to 4 letters or digits"),
        ("KET", "must not tell the treatment"),
        ("SPRA", "must not tell the treatment"),
        ("dose", "must not tell the treatment"),
        ("iv", "must not tell the treatment"),
        ("KAP1", "must not tell the treatment"),
        ("s", "must differ from the others, and 's' is two"),
    ],
)
def test_a_code_that_will_not_do_is_refused_with_the_reason(code: str, why: str) -> None:
    with pytest.raises(InvalidValue, match=f"code for dosing {why if 'must' in why else 'must be ' + why}"):
        CalendarWords(dosing=code)


def test_two_that_are_the_same_are_both_named() -> None:
    codes = {kind: USUAL_WORDS.code_of(kind) for kind in KINDS} | {"dosing": "x", "review": "X"}
    assert [kind for kind, _ in faults_of(codes)] == ["dosing", "review"]


def test_they_are_kept_as_plain_texts() -> None:
    words = CalendarWords(dosing="L", patient=PatientShown.NOTHING)
    assert words_from(words.plain()) == words
    assert words_from(None) == USUAL_WORDS
