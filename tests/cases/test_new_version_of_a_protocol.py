"""A protocol gets a new version while series run by the former one: they keep theirs until somebody decides."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor, Permission
from scheduler.booking.adopt_version import AdoptVersion, VersionAdopted, adopt_version, preview_adoption
from scheduler.booking.adopting import PlannedAdoption
from scheduler.booking.import_clinic import (
    ClinicImported,
    ImportClinic,
    ImportPreviewed,
    import_clinic,
    preview_import,
)
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.resolve_conflict import ConflictResolved, ResolveConflict, resolve_conflict
from scheduler.booking.see_conflicts import see_conflicts
from scheduler.clinic_file import bundled_protocol
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.store.audit import history
from scheduler.store.clinic import protocol_versions
from scheduler.store.conflicts import VisitConflict
from scheduler.store.series import series as stored_series
from tests.booking.small_clinic import INDUCTION
from tests.booking.the_day import MINUTE, PRESCRIBER, Floor, S, codes
from tests.builders import HOUR
from tests.cases.clinic_of_the_cases import SITE, beside, clock, the, told, with_numbers

LATER_TALKS = {"integration.from": 48}
"""Integration two days after the dose and no longer one: in the example it is on the next day each time."""

TOO_SOON = {("INTEG-1", (f"D{number}", f"I{number}")) for number in range(1, 7)}

LONGER = {"phase.recovery": 60}
"""A quarter of an hour more of recovery in each dose: until 13:00 and no longer 12:45."""


def imported(numbers: Mapping[str, float], version: int = 2) -> ClinicImported:
    """Import a clinic file that holds a new version of the induction, with these numbers changed."""
    document: dict[str, Any] = {"protocols": [with_numbers(numbers, version=version).document]}
    outcome = import_clinic(ImportClinic(document), SYSTEM, clock())
    assert isinstance(outcome, ClinicImported), outcome
    return outcome


def planned(series: Series, version: int = 2) -> PlannedAdoption:
    """Return what adopting the version would mean."""
    found = preview_adoption(AdoptVersion(series.id, version), SYSTEM, clock())
    assert isinstance(found, PlannedAdoption), found
    return found


def adopted(series: Series, **fields: Any) -> VersionAdopted:
    """Adopt the second version."""
    outcome = adopt_version(AdoptVersion(series.id, 2, **fields), SYSTEM, clock())
    assert isinstance(outcome, VersionAdopted), outcome
    return outcome


def inbox() -> list[VisitConflict]:
    """Return the open conflicts, as whoever looks into the inbox sees them."""
    found = see_conflicts(SITE, SYSTEM, clock())
    assert isinstance(found, tuple)
    return [one for entry in found for one in entry.conflicts]


def test_a_series_that_runs_keeps_its_version_when_a_higher_one_is_imported(example: Series) -> None:
    """Case 10: "Template version changes under a running series"."""
    outcome = imported(LATER_TALKS)
    assert outcome.on_older_versions == {"iv_kap_induction_6": 1}
    assert stored_series(example.id) == example
    assert inbox() == []


def test_which_visits_the_new_version_would_break_is_said_before_it_is_saved_and_with_it(
    example: Series,
) -> None:
    """Case 10: before anybody decides."""
    document: dict[str, Any] = {"protocols": [with_numbers(LATER_TALKS, version=2).document]}
    seen = preview_import(ImportClinic(document), SYSTEM, clock())
    assert isinstance(seen, ImportPreviewed)
    assert [one.version for one in protocol_versions() if one.key == INDUCTION] == [1]
    [before], [with_it] = seen.older, imported(LATER_TALKS).older
    for one in (before, with_it):
        assert (one.series, one.version, one.reasons) == (example, 2, ())
        assert {visit.step for visit in one.visits} == {step for _, pair in TOO_SOON for step in pair}
        assert told(one.broken) == TOO_SOON


def test_what_adopting_it_would_break_is_shown_and_nothing_is_written(example: Series) -> None:
    """Case 10: the same when somebody comes back to it later."""
    imported(LATER_TALKS)
    adoption = planned(example)
    assert told(adoption.broken) == TOO_SOON
    assert (adoption.change.moves, adoption.kept_as_they_are, adoption.added) == ((), (), ())
    assert stored_series(example.id) == example


def test_adopted_the_series_is_judged_by_the_new_version_and_the_conflicts_stand_in_the_inbox(
    example: Series,
) -> None:
    """Case 10: one change of the series, after which what it breaks waits to be resolved."""
    imported(LATER_TALKS)
    seen = frozenset(visit.id for visit in planned(example).visits)
    outcome = adopted(example, seen=seen)
    assert outcome.series.protocol_version == 2
    assert outcome.series.appointments == example.appointments, "no visit is changed where its phases stay"
    found = inbox()
    assert outcome.conflicts == len(found)
    assert {one.cause for one in found} == {"protocol_version"}
    assert {(one.rule, one.steps) for one in found} == TOO_SOON
    [entry] = [one for one in history("series", example.id) if one.verb == "adopt_version"]
    assert (entry.details["from"], entry.details["to"]) == (1, 2)


def test_a_conflict_of_the_new_version_is_resolved_by_it_and_the_others_stand(example: Series) -> None:
    """Case 10: "until resolved": after the dose on Monday, the talk goes to Wednesday, two days later."""
    imported(LATER_TALKS)
    adopted(example)
    [monday] = [one for one in inbox() if one.steps == ("D2", "I2")]
    outcome = resolve_conflict(ResolveConflict(monday.id), SYSTEM, clock())
    assert isinstance(outcome, ConflictResolved), outcome
    assert the(outcome.series, "I2").start >= the(example, "D2").discharge + 48 * HOUR
    assert the(outcome.series, "I2").discharge <= the(outcome.series, "D3").start
    assert outcome.series.protocol_version == 2
    assert ("D2", "I2") not in {one.steps for one in inbox()}
    assert ("D1", "I1") in {one.steps for one in inbox()}


def test_visits_to_come_get_the_phases_of_the_new_version_where_there_is_room_for_them(
    example: Series,
) -> None:
    """Case 10: a longer recovery makes every dose to come longer, at its own time and with its own people."""
    imported(LONGER)
    outcome = adopted(example)
    for step in ("D1", "D6"):
        before, after = the(example, step), the(outcome.series, step)
        assert after.discharge == before.discharge + 15 * MINUTE
        assert (after.id, after.start, after.room, after.staff) == (
            before.id,
            before.start,
            before.room,
            before.staff,
        )
        assert after.version == before.version + 1
    assert the(outcome.series, "I1") == the(example, "I1")


def test_a_visit_without_room_for_it_stays_as_it_is_and_stands_in_the_inbox(example: Series) -> None:
    """Case 10: the next patient comes into the same chair at 13:00, so that the first dose cannot last until 13:00."""
    chair = {"room": "dosing-1", "staff": {Role.THERAPIST: "therapist-2", Role.MEDICAL_MONITOR: "nurse-2"}}
    after = {"D1": "2026-12-03 13:00", "C1": "2026-12-04 16:00", "I1": "2026-12-04 16:30"}
    beside(after, D1=chair).booked()
    imported(LONGER)
    adoption = planned(example)
    assert adoption.kept_as_they_are == ("D1",)
    outcome = adopted(example)
    assert the(outcome.series, "D1") == the(example, "D1")
    assert the(outcome.series, "D2").discharge == the(example, "D2").discharge + 15 * MINUTE
    assert ("LENGTH-1", ("D1",)) in {(one.rule, one.steps) for one in inbox()}
    assert {one.steps for one in inbox()} == {("D1",)}


def test_what_has_taken_place_stays_as_it_was(example: Series) -> None:
    """Case 10: a visit that has begun is a fact, whatever a later version says."""
    talk = Floor(example, "P1")
    talk.goes(S.CHECKED_IN, S.DISCHARGED)
    imported({"prep.length": 90})
    command = AdoptVersion(example.id, 2)
    outcome = adopt_version(command, SYSTEM, talk.clock)
    assert isinstance(outcome, VersionAdopted)
    assert the(outcome.series, "P1").discharge == the(example, "P1").discharge
    assert the(outcome.series, "P2").discharge == the(example, "P2").discharge + 30 * MINUTE


def test_it_is_for_the_prescriber_or_the_administrator_to_decide_once_and_by_what_was_seen(
    example: Series,
) -> None:
    """Case 10: who decides, and that nobody decides about what they have not seen."""
    imported(LATER_TALKS)
    command = AdoptVersion(example.id, 2)
    for role in (AccountRole.FRONT_DESK, AccountRole.NURSE, AccountRole.THERAPIST):
        actor = Actor("somebody", role, SITE)
        assert preview_adoption(command, actor, clock()) == NotAllowed(Permission.ADOPT_VERSION)
        assert adopt_version(command, actor, clock()) == NotAllowed(Permission.ADOPT_VERSION)
    elsewhere = replace(PRESCRIBER, site="elsewhere")
    assert isinstance(adopt_version(command, elsewhere, clock()), NotAllowed)
    unseen = adopt_version(replace(command, seen=frozenset()), PRESCRIBER, clock())
    assert codes(unseen) == ["changed_meanwhile"]
    assert stored_series(example.id) == example
    once = replace(command, idempotency_key="pressed-twice")
    assert isinstance(adopt_version(once, PRESCRIBER, clock()), VersionAdopted)
    again = adopt_version(once, PRESCRIBER, clock())
    assert isinstance(again, VersionAdopted) and again.adoption is None
    assert len([one for one in history("series", example.id) if one.verb == "adopt_version"]) == 1
    assert codes(adopt_version(command, PRESCRIBER, clock())) == ["same_version"]


@pytest.mark.parametrize(("version", "code"), [(1, "same_version"), (7, "unknown_version")])
def test_a_version_that_it_has_or_that_is_not_there_is_refused(
    example: Series, version: int, code: str
) -> None:
    """Case 10: what makes no sense is said."""
    assert codes(adopt_version(AdoptVersion(example.id, version), SYSTEM, clock())) == [code]
    assert codes(adopt_version(AdoptVersion("none", version), SYSTEM, clock())) == ["unknown_series"]


def test_a_version_without_a_step_that_the_series_has_a_visit_for_cannot_be_adopted(example: Series) -> None:
    """Case 10: the new version has no consolidation any more, and one is booked."""
    document = deepcopy(dict[str, Any](bundled_protocol(INDUCTION)))
    document["version"] = 2
    document["steps"] = [step for step in document["steps"] if step["key"] != "I7"]
    document["windows"] = [one for one in document["windows"] if "I7" not in str(one)]
    document["quantities"] = {
        key: one for key, one in document["quantities"].items() if not key.startswith("consolidation")
    }
    outcome = import_clinic(ImportClinic({"protocols": [document]}), SYSTEM, clock())
    assert isinstance(outcome, ClinicImported)
    [told_with_it] = outcome.older
    assert [one.code for one in told_with_it.reasons] == ["step_gone"]
    refused = adopt_version(AdoptVersion(example.id, 2), SYSTEM, clock())
    assert isinstance(refused, Refused)
    assert refused.reasons == told_with_it.reasons
    assert "has no I7 (Consolidation)" in refused.reasons[0].why
