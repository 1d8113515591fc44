"""Whoever is treated alone is booked as ever, whatever groups there are: the same visits and claims, no more questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from scheduler.access.permissions import SYSTEM
from scheduler.booking.cancel_series import CancelSeries, SeriesCancelled, cancel_series
from scheduler.booking.outcomes import CalledOffBy, CancelReason
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.planner.propose import propose
from scheduler.planner.wishes import Wishes
from scheduler.rules.evaluate import evaluate
from scheduler.store.clinic import save_clinic
from scheduler.store.database import db
from scheduler.store.work import unit_of_work
from tests.booking.small_clinic import COURSE, INDUCTION, MONDAY, booked, clock, small_clinic
from tests.builders import HORIZON, a_diary, a_room, a_small_protocol
from tests.cases.groups.group_clinic import booked_group, group_clinic, store_group_clinic

PROTOCOL = a_small_protocol()
TAKEN = st.lists(
    st.tuples(
        st.sampled_from(["therapist-1", "therapist-2", "nurse-1", "nurse-2", "dosing-1", "office-1"]),
        st.integers(0, 400),
        st.integers(1, 30),
    ),
    max_size=12,
)


def a_day_of(taken: list[tuple[str, int, int]]) -> Diary:
    """Build a diary in which others have taken stretches of an hour's quarters, no resource twice."""
    claims: list[Claim] = []
    for number, (resource, begin, length) in enumerate(taken):
        start = HORIZON.start + timedelta(hours=16 + begin)
        time = Interval(start, start + timedelta(minutes=15 * length))
        if not any(one.resource == resource and one.interval.overlaps(time) for one in claims):
            claims.append(Claim(resource, Purpose.OCCUPY, time, f"other-{number}"))
    return a_diary(claims=claims)


def with_groups(diary: Diary) -> Diary:
    """Return the diary of a clinic that has a room for groups, larger rooms, and people who may lead beside others."""
    both = {Role.THERAPIST, Role.CO_THERAPIST}
    staff = {
        person.id: replace(person, roles=person.roles | both) if Role.THERAPIST in person.roles else person
        for person in diary.staff.values()
    }
    rooms = {room.id: replace(room, places=4) for room in diary.rooms.values()}
    group = a_room("group-1", capabilities=frozenset({"group"}), places=9)
    return replace(diary, staff=staff, rooms={**rooms, group.id: group})


@settings(max_examples=40)
@given(TAKEN, st.integers(0, 10), st.sampled_from([None, "therapist-1", "therapist-2"]))
def test_what_is_proposed_and_what_the_rules_say_does_not_know_of_groups(
    taken: list[tuple[str, int, int]], days: int, therapist: str | None
) -> None:
    plain = a_day_of(taken)
    wishes = Wishes(plain.as_of + timedelta(days=days), HORIZON.end, therapist=therapist)
    with_them = with_groups(plain)
    before, after = propose(plain, PROTOCOL, wishes), propose(with_them, PROTOCOL, wishes)
    assert after == before
    for proposal in before.proposals:
        assert evaluate(with_them, PROTOCOL, proposal.series) == evaluate(plain, PROTOCOL, proposal.series)


def said(series: Series) -> list[object]:
    """Return all that a series is, but for the ids."""
    return [
        (
            visit.step,
            visit.interval,
            visit.room,
            visit.staff,
            [(one.resource, one.purpose, one.interval, one.phases, one.role) for one in visit.claims],
        )
        for visit in series.appointments
    ]


@pytest.mark.parametrize("protocol", [INDUCTION, COURSE])
def test_series_are_booked_alike_where_there_are_cohorts(app_context: Flask, protocol: str) -> None:
    clinic, theirs = small_clinic(), group_clinic()
    with unit_of_work():
        save_clinic(clinic, MONDAY)
    first = booked("patient-1", protocol=protocol)
    alone = said(first)
    command = CancelSeries(first.id, CalledOffBy.CLINIC, CancelReason.BOOKED_BY_MISTAKE)
    assert isinstance(cancel_series(command, SYSTEM, clock()), SeriesCancelled)
    with unit_of_work():
        save_clinic(
            replace(
                clinic,
                rooms=(*clinic.rooms, theirs.rooms[0]),
                patients=(*clinic.patients, *theirs.patients[4:]),
                protocols=(*clinic.protocols, *theirs.protocols[:2]),
                cohorts=theirs.cohorts,
            ),
            MONDAY,
        )
    assert said(booked("patient-1", protocol=protocol)) == alone


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what is sent to the database."""
    sent: list[str] = []

    def note(*given: object) -> None:
        sent.append(str(given[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_a_patients_booking_asks_nothing_about_cohorts_but_whether_the_patient_is_one(
    app_context: Flask,
) -> None:
    store_group_clinic()
    booked_group()
    with statements() as sent:
        booked("patient-7", protocol=COURSE)
    about = [one for one in sent if "cohort" in one]
    assert about
    lock = "SELECT cohort_member.patient_id"
    assert all("LEFT OUTER JOIN cohort" in one or one.startswith(lock) for one in about), about
