"""Exporting: the format that scripts rely on, claims phase by phase, nothing left out."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.cancel_series import CancelSeries, cancel_series
from scheduler.booking.change_calendar_words import (
    ChangeCalendarWords,
    change_calendar_words,
)
from scheduler.booking.change_staff import change_staff
from scheduler.booking.changing_facts import ChangeOfFacts
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.outcomes import CalledOffBy, CancelReason
from scheduler.booking.site_choice import SiteChosen
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.calendar_words import CalendarWords, PatientShown
from scheduler.domain.staff_changes import TimeOffAdded
from scheduler.store.ledger import all_claims
from tests.booking.small_clinic import CHOICE, COURSE, INDUCTION, booked, clock
from tests.booking.the_day import MINUTE, THERAPIST, Floor
from tests.journeys.check_export import faults_in

pytestmark = pytest.mark.usefixtures("small_clinic")


def exported() -> dict[str, Any]:
    """Return the export as it comes out of its JSON."""
    document: dict[str, Any] = json.loads(json.dumps(export_clinic(clock())))
    return document


def length_of(entry: dict[str, str]) -> timedelta:
    return datetime.fromisoformat(entry["end"]) - datetime.fromisoformat(entry["start"])


def test_it_has_the_parts_that_scripts_rely_on() -> None:
    booked(protocol=INDUCTION)
    document = exported()
    assert document["format"] == "clinic-export/1"
    assert document["exported_at"] == "2027-01-04T16:05:00Z"
    assert document["sites"] == [{"id": "site-1", "zone": "America/Denver"}]
    parts = [
        "resources",
        "availability",
        "protocols",
        "series",
        "appointments",
        "claims",
        "overrides",
        "reminders",
        "events",
        "conflicts",
        "cohorts",
        "messages",
        "escorts",
        "vital_signs",
        "vital_signs_taken_back",
        "waiting",
        "would_come_earlier",
    ]
    assert set(document) == {"format", "exported_at", "sites", *parts}
    nurse = next(resource for resource in document["resources"] if resource["id"] == "nurse-1")
    assert nurse["kind"] == "staff"
    assert nurse["capacity"]["watch"] == 2
    assert {protocol["key"] for protocol in document["protocols"]} == {INDUCTION, COURSE, CHOICE}
    assert all(protocol["document"] for protocol in document["protocols"])


def test_claims_are_split_by_phase_and_add_up() -> None:
    series = booked(protocol=INDUCTION)
    document = exported()
    kept = sum((claim.interval.duration for claim in all_claims()), timedelta(0))
    assert sum((length_of(claim) for claim in document["claims"]), timedelta(0)) == kept
    dose = next(visit.id for visit in series.appointments if visit.step == "D1")
    of_therapist = [c for c in document["claims"] if c["appointment"] == dose and c["role"] == "therapist"]
    occupied = [claim["phase"] for claim in of_therapist if claim["purpose"] == "occupy"]
    assert occupied == ["settle", "administration", "observation", "recovery", "processing"]
    spacing = [c for c in document["claims"] if c["appointment"] == dose and c["purpose"] == "spacing"]
    assert [(claim["phase"], length_of(claim)) for claim in spacing] == [(None, timedelta(hours=48))]


def test_the_independent_check_finds_nothing_wrong() -> None:
    booked("patient-1", protocol=INDUCTION)
    booked("patient-2", protocol=INDUCTION)
    booked("patient-3")
    assert faults_in(exported()) == []


def test_what_is_called_off_is_there_and_claims_nothing() -> None:
    series = booked()
    cancel_series(CancelSeries(series.id, CalledOffBy.CLINIC, CancelReason.OTHER), SYSTEM, clock())
    document = exported()
    assert len(document["appointments"]) == len(series.appointments)
    assert document["series"][0]["state"] == "cancelled"
    assert document["claims"] == []
    assert faults_in(document) == []


def test_the_day_of_a_visit_is_there_as_it_really_was() -> None:
    floor = Floor(booked(), "P1")
    floor.minutes_in(10).goes(AppointmentState.CHECKED_IN, actor=THERAPIST)
    floor.minutes_in(70).goes(AppointmentState.DISCHARGED, actor=THERAPIST)
    document = exported()
    visit = next(one for one in document["appointments"] if one["id"] == floor.id)
    begun, released = (floor.visit.start + minutes * MINUTE for minutes in (10, 70))
    assert datetime.fromisoformat(visit["began_at"]) == begun
    assert datetime.fromisoformat(visit["released_at"]) == released
    others = [one for one in document["appointments"] if one["id"] != floor.id]
    assert {(one["began_at"], one["released_at"]) for one in others} == {(None, None)}
    assert [
        (event["appointment"], event["from"], event["to"], event["by"], event["reason"])
        for event in document["events"]
    ] == [
        (floor.id, "booked", "checked_in", "therapist", None),
        (floor.id, "checked_in", "discharged", "therapist", None),
    ]
    assert datetime.fromisoformat(document["events"][0]["at"]) == begun


def test_a_conflict_is_there_without_its_words() -> None:
    series = booked(therapist="therapist-1")
    visit = series.standing[0]
    away = TimeOffAdded("therapist-1", visit.interval)
    change_staff(ChangeOfFacts("site-1", away), SYSTEM, clock())
    conflict = {
        "series": series.id,
        "rule": "HOURS-3",
        "steps": [visit.step],
        "cause": "time_off_added",
        "found_at": "2027-01-04T16:05:00Z",
        "resolved_at": None,
        "resolution": None,
    }
    assert exported()["conflicts"] == [conflict]


def test_availability_reaches_thirty_days_back_and_as_far_as_there_are_visits() -> None:
    ends = [entry["end"] for entry in exported()["availability"]]
    assert min(ends) == "2026-12-08T01:00:00Z"  # the first Monday of those days
    assert max(ends) > "2027-05-02"


def test_a_site_tells_what_its_calendars_say_where_it_chose_other_words() -> None:
    booked(protocol=INDUCTION)
    words = CalendarWords(dosing="L", patient=PatientShown.ID)
    outcome = change_calendar_words(ChangeCalendarWords("site-1", words), SYSTEM, clock())
    assert outcome == SiteChosen("site-1", "site-1")
    assert exported()["sites"] == [
        {"id": "site-1", "zone": "America/Denver", "calendar_words": words.plain()}
    ]
