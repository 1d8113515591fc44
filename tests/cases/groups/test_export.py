"""The export shows a group as it is: additions alone, and sound by a check that knows none of the program's code."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from scheduler.booking.export_clinic import export_clinic
from scheduler.domain.series import Series
from tests.cases.groups.group_clinic import COHORT, GROUP, at, own_series
from tests.journeys.check_export import faults_in


def test_the_export_of_a_group_is_sound(group: Series) -> None:
    document = export_clinic(at())
    assert faults_in(document) == []
    (cohort,) = document["cohorts"]
    assert (cohort["id"], cohort["protocol"], cohort["series"]) == (COHORT, GROUP, group.id)
    assert [one["patient"] for one in cohort["members"]] == [f"patient-{n}" for n in range(1, 7)]
    resource = next(one for one in document["resources"] if one["id"] == COHORT)
    assert resource["kind"] == "cohort"
    assert resource["capacity"]["place"] == 6
    visits = {visit["id"]: visit for visit in document["appointments"]}
    for visit in own_series(3).appointments:
        assert visits[visit.id]["group_visit"] == visit.group_visit
    assert all("group_visit" not in visits[visit.id] for visit in group.appointments)


def spoilt(document: dict[str, Any], how: str) -> dict[str, Any]:
    """Return an export with one thing wrong about a group."""
    wrong = deepcopy(document)
    mine = next(visit for visit in wrong["appointments"] if visit.get("group_visit"))
    claims = wrong["claims"]
    if how == "moved alone":
        mine["start"] = "2027-01-12T15:00:00Z"
    elif how == "without a place":
        wrong["claims"] = [c for c in claims if (c["appointment"], c["purpose"]) != (mine["id"], "place")]
    elif how == "led by one":
        gone = {c["resource"] for c in claims if c["role"] == "co_therapist"}
        wrong["claims"] = [c for c in claims if c["resource"] not in gone]
    else:
        wrong["cohorts"][0]["members"][0]["high_dose"] = True
    return wrong


@pytest.mark.parametrize("how", ["moved alone", "without a place", "led by one", "high dose"])
def test_the_check_finds_what_is_wrong_with_a_group(group: Series, how: str) -> None:
    assert faults_in(spoilt(export_clinic(at()), how))
