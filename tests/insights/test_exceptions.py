"""Which rules refused something and which were let pass, by rule."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.override import Override
from scheduler.insights.exceptions import exceptions_by_rule
from tests.insights.clinic_of_figures import AS_OF, facts, row


def test_refusals_and_overrides_are_counted_by_rule() -> None:
    let_pass = Override("o", "site-1", "v", "GATE-7", "He comes later.", "anna", "prescriber", AS_OF, AS_OF)
    taken_back = replace(let_pass, id="p", withdrawn_at=AS_OF)
    figure = exceptions_by_rule(facts(overrides=(let_pass, taken_back), refusals={"GATE-7": 1, "DOSE-1": 5}))
    assert [cells[0] for cells in figure.rows] == ["DOSE-1", "GATE-7"]
    gate = row(figure, "GATE-7")
    assert (gate["Refusals"], gate["Overrides"], gate["Taken back"]) == (1, 1, 1)
    assert figure.summed == "6 refusals, 2 overrides."
