"""Patients join and leave a cohort until its visits are booked; then it is closed."""

from __future__ import annotations

import pytest

from scheduler.access.permissions import SYSTEM, Permission
from scheduler.booking.change_cohort import (
    CohortChanged,
    JoinCohort,
    LeaveCohort,
    MakeCohort,
    join_cohort,
    leave_cohort,
    make_cohort,
)
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.domain.series import Series
from scheduler.store.audit import history
from scheduler.store.clinic import patients
from scheduler.store.cohorts import cohort, cohorts, cohorts_of
from tests.booking.small_clinic import COURSE
from tests.booking.the_day import DESK, NURSE, codes
from tests.cases.groups.group_clinic import COHORT, GROUP, at, store_group_clinic

pytestmark = pytest.mark.usefixtures("app_context")


def places() -> list[tuple[str, int, bool]]:
    """Return the members of the cohort, in order."""
    return [(one.patient, one.place, one.high_dose) for one in cohort(COHORT).members]


def test_patients_join_in_order_and_leave_again() -> None:
    store_group_clinic(members=2)
    joined = join_cohort(JoinCohort(COHORT, "patient-7", high_dose=True), DESK, at())
    assert isinstance(joined, CohortChanged)
    assert places() == [("patient-1", 1, False), ("patient-2", 2, False), ("patient-7", 3, True)]
    assert [one.id for one in cohorts_of("patient-7")] == [COHORT]
    left = leave_cohort(LeaveCohort(COHORT, "patient-1"), DESK, at())
    assert isinstance(left, CohortChanged)
    assert places() == [("patient-2", 1, False), ("patient-7", 2, True)]


def test_what_keeps_somebody_from_joining() -> None:
    store_group_clinic(members=6)
    assert codes(join_cohort(JoinCohort(COHORT, "patient-7"), DESK, at())) == ["cohort_full"]
    assert codes(join_cohort(JoinCohort(COHORT, "patient-1"), DESK, at())) == ["member_already"]
    assert codes(join_cohort(JoinCohort(COHORT, "nobody"), DESK, at())) == ["unknown_patient"]
    assert "unknown_patient" in codes(join_cohort(JoinCohort(COHORT, COHORT), DESK, at()))
    assert codes(join_cohort(JoinCohort("none", "patient-7"), DESK, at())) == ["unknown_cohort"]
    assert codes(leave_cohort(LeaveCohort(COHORT, "patient-7"), DESK, at())) == ["no_member"]


def test_a_cohort_whose_visits_are_booked_is_closed(group: Series) -> None:
    for outcome in (
        join_cohort(JoinCohort(COHORT, "patient-7"), DESK, at()),
        leave_cohort(LeaveCohort(COHORT, "patient-1"), DESK, at()),
    ):
        assert codes(outcome) == ["cohort_closed"]


def test_a_cohort_is_made_with_a_name_and_a_protocol_for_groups() -> None:
    store_group_clinic()
    made = make_cohort(MakeCohort("site-1", "  Friday   group ", GROUP), DESK, at())
    assert isinstance(made, CohortChanged)
    assert (made.cohort.name, made.cohort.members, made.cohort.is_open) == ("Friday group", (), True)
    assert [one.name for one in cohorts("site-1")] == ["Friday group", "Tuesday group"]
    assert codes(make_cohort(MakeCohort("site-1", " ", GROUP), DESK, at())) == ["name"]
    assert codes(make_cohort(MakeCohort("site-1", "Other", COURSE), DESK, at())) == ["unknown_protocol"]


def test_a_cohort_is_no_patient_in_any_list_and_the_audit_names_nobody() -> None:
    store_group_clinic(members=2)
    join_cohort(JoinCohort(COHORT, "patient-7"), DESK, at())
    assert COHORT not in {one.id for one in patients("site-1")}
    assert patients("site-1", "Tuesday") == ()
    (entry,) = (one for one in history("cohort", COHORT) if one.verb == "join_cohort")
    assert entry.details == {"members": 3}


def test_a_nurse_looks_and_changes_nothing() -> None:
    store_group_clinic(members=2)
    denied = join_cohort(JoinCohort(COHORT, "patient-7"), NURSE, at())
    assert denied == NotAllowed(Permission.CHANGE_COHORTS)
    assert not isinstance(join_cohort(JoinCohort(COHORT, "patient-7"), SYSTEM, at()), Refused)
