"""The run fails when exact answers differ, and also when one that is not proven beats one that is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bench.agreement import must_agree, tally
from bench.instances import Query
from bench.measure import Disagreement, Pair, limit_line, ratio_line, table
from bench.solved import Solved, Verdict
from scheduler.domain.people import Patient

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
QUERY = Query(
    Patient("patient-1", "site-1", "Robin", "Sample", date(1990, 2, 3)), NOON, NOON + timedelta(days=60)
)
FOUND = Solved(Verdict.FOUND, NOON)
LATER = Solved(Verdict.FOUND, NOON + timedelta(minutes=15))
NONE = Solved(Verdict.NONE)
TIMED_OUT = Solved(Verdict.TIMED_OUT)


@pytest.mark.parametrize("pair", [(FOUND, LATER), (LATER, FOUND), (FOUND, NONE), (NONE, FOUND)])
def test_exact_answers_that_differ_are_refused(pair: tuple[Solved, Solved]) -> None:
    with pytest.raises(Disagreement, match="patient-1"):
        must_agree(QUERY, *pair)


@pytest.mark.parametrize("unproven", [TIMED_OUT, replace(LATER, verdict=Verdict.TIMED_OUT)])
def test_what_was_not_proven_in_time_contradicts_nothing(unproven: Solved) -> None:
    must_agree(QUERY, FOUND, unproven)
    must_agree(QUERY, unproven, FOUND)


@pytest.mark.parametrize("sure", [LATER, NONE])
def test_a_series_that_beats_a_proof_is_refused(sure: Solved) -> None:
    with pytest.raises(Disagreement, match="beaten"):
        must_agree(QUERY, sure, replace(FOUND, verdict=Verdict.TIMED_OUT))


def test_time_outs_are_told() -> None:
    assert tally([FOUND, TIMED_OUT, FOUND, NONE]) == "2 found, 1 none, 1 timed out"


def test_the_ratio_of_a_line_is_the_median_of_the_ratios() -> None:
    pairs = [Pair(number, ours, 1.0, None, None) for number, ours in enumerate((1.0, 0.5, 0.001))]
    line = ratio_line("row", "peer", pairs, at_least=2)
    assert (line.ratio, line.holds) == (2.0, True)
    over = limit_line("memory", 5.0, 3.0, "MB")
    assert not over.holds
    assert "5.00 MB" in table([line, over])
