"""Series and visits: written whole, read back as they were, called off with their claims given back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.errors import Conflict, InvalidValue, NotFound
from scheduler.domain.interval import Interval
from scheduler.domain.series import Series, SeriesState
from scheduler.store import appointments, ledger
from scheduler.store import series as stored
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import reading, unit_of_work
from tests.builders import at, between
from tests.store.stored_clinic import NOON, SAVED_AT, a_series, behind_the_back, keep_series

pytestmark = pytest.mark.usefixtures("clinic_context")

LATER = SAVED_AT + timedelta(hours=1)


def without_lanes(series: Series) -> Series:
    """Return a series with its claims in one order and without the lanes that the ledger gave them."""
    return replace(
        series,
        appointments=tuple(
            replace(
                visit,
                claims=tuple(
                    sorted(
                        (replace(claim, lane=None) for claim in visit.claims),
                        key=lambda claim: (claim.resource, claim.purpose, claim.interval, claim.phases),
                    )
                ),
            )
            for visit in series.appointments
        ),
    )


def an_hour_later(visit: Appointment) -> Appointment:
    """Return a visit, and all that hangs on it, an hour later and a version on."""

    def later(interval: Interval) -> Interval:
        return Interval(interval.start + timedelta(hours=1), interval.end + timedelta(hours=1))

    return replace(
        visit,
        version=visit.version + 1,
        interval=later(visit.interval),
        phases=tuple(replace(phase, interval=later(phase.interval)) for phase in visit.phases),
        claims=tuple(replace(claim, interval=later(claim.interval)) for claim in visit.claims),
    )


def test_a_series_is_read_back_as_it_was_written() -> None:
    given = keep_series(a_series(declined=frozenset({"I7", "C1"})))
    found = stored.series("series-1")
    assert without_lanes(found) == without_lanes(given)
    assert all(claim.lane is not None for visit in found.appointments for claim in visit.claims)
    assert len(found.appointments) == 22
    assert stored.series_of_patient("patient-1") == (found,)
    assert stored.series_of_patient("patient-2") == ()
    assert stored.all_series() == (found,)


def test_an_unknown_series_or_visit_is_named() -> None:
    with pytest.raises(NotFound, match="no series 'nothing'"):
        stored.series("nothing")
    with pytest.raises(NotFound, match="no appointment 'nothing'"):
        appointments.appointment("nothing")
    with pytest.raises(NotFound, match="no series 'nothing'"), unit_of_work():
        stored.mark_series("nothing", SeriesState.CANCELLED)
    with pytest.raises(NotFound, match="no appointment 'nothing'"), unit_of_work():
        appointments.call_off(["nothing"], AppointmentState.CANCELLED_BY_CLINIC, LATER)


def test_a_second_series_in_the_same_place_is_refused_whole() -> None:
    keep_series()
    claims = ledger.all_claims()
    with pytest.raises(Conflict, match="can take 1 at once"):
        keep_series(a_series("series-2"))
    assert ledger.all_claims() == claims
    assert len(stored.all_series()) == 1


def test_a_change_is_written_whole_and_calendars_hear_of_what_moved() -> None:
    keep_series()
    before = stored.series("series-1")
    first, second, *rest = before.appointments
    moved, renamed = an_hour_later(first), replace(second, version=2, staff={})
    after = replace(before, appointments=(moved, renamed, *rest), held_until=LATER)
    with unit_of_work():
        stored.save_change(before, after, LATER)
    assert without_lanes(stored.series("series-1")) == without_lanes(after)
    found = select(AppointmentRow.id, AppointmentRow.sequence).where(AppointmentRow.changed_at == LATER)
    with reading() as connection:
        assert {tuple(row) for row in connection.execute(found)} == {(first.id, 1), (second.id, 0)}


def test_a_change_that_finds_no_room_changes_nothing() -> None:
    keep_series()
    before, claims = stored.series("series-1"), ledger.all_claims()
    first, second, *rest = before.appointments
    beside = replace(first, version=2, claims=tuple(replace(c, appointment=first.id) for c in second.claims))
    with pytest.raises(Conflict), unit_of_work():
        stored.save_change(before, replace(before, appointments=(beside, second, *rest)), LATER)
    assert ledger.all_claims() == claims
    assert stored.series("series-1") == before


def test_a_change_keeps_every_visit_and_counts_its_versions() -> None:
    keep_series()
    before = stored.series("series-1")
    with pytest.raises(InvalidValue, match="never taken out"), unit_of_work():
        stored.save_change(before, replace(before, appointments=before.appointments[1:]), LATER)
    changed = replace(before.appointments[0], title="Another title")
    after = replace(before, appointments=(changed, *before.appointments[1:]))
    with pytest.raises(InvalidValue, match="did not rise by one"), unit_of_work():
        stored.save_change(before, after, LATER)


def test_calling_visits_off_gives_back_their_claims_and_raises_their_version() -> None:
    series = keep_series()
    off, kept = series.appointments[2], series.appointments[3]
    with unit_of_work():
        appointments.call_off([off.id], AppointmentState.CANCELLED_BY_PATIENT, LATER)
    found = appointments.appointment(off.id)
    assert (found.state, found.version, found.claims) == (AppointmentState.CANCELLED_BY_PATIENT, 2, ())
    assert found.phases == off.phases
    assert appointments.appointment(kept.id).version == 1
    assert off.id not in {claim.appointment for claim in ledger.all_claims()}
    with pytest.raises(Conflict, match="called off by somebody else"), unit_of_work():
        appointments.call_off([kept.id, off.id], AppointmentState.CANCELLED_BY_PATIENT, LATER)
    assert appointments.appointment(kept.id).claims


def test_only_a_state_that_calls_off_calls_off() -> None:
    series = keep_series()
    with pytest.raises(InvalidValue), unit_of_work():
        appointments.call_off([series.appointments[0].id], AppointmentState.CHECKED_IN, LATER)


def test_calendars_hear_of_a_visit_that_was_called_off(database_url: str) -> None:
    series = keep_series()
    off = series.appointments[0].id
    query = "SELECT calendar_uid, sequence, created_at, changed_at FROM appointment WHERE id = ?"
    with behind_the_back(database_url) as connection:
        uid, sequence, created, changed = connection.execute(query, (off,)).fetchone()
        assert (sequence, created) == (0, changed)
        assert off not in uid
        with unit_of_work():
            appointments.call_off([off], AppointmentState.NO_SHOW, LATER)
        assert connection.execute(query, (off,)).fetchone()[:3] == (uid, 1, created)
        assert connection.execute(query, (off,)).fetchone()[3] > changed
        uids = connection.execute("SELECT COUNT(DISTINCT calendar_uid), COUNT(*) FROM appointment").fetchone()
        assert uids[0] == uids[1]


def test_a_series_stands_as_long_as_a_visit_is_to_come() -> None:
    series = keep_series()
    last = series.appointments[-1]
    assert [one.id for one in stored.standing_series(SAVED_AT)] == ["series-1"]
    assert [one.id for one in stored.standing_series(SAVED_AT, "site-1")] == ["series-1"]
    assert stored.standing_series(SAVED_AT, "site-2") == ()
    assert stored.standing_series(last.start - timedelta(minutes=1))
    assert stored.standing_series(last.start), "it is under way"
    assert stored.standing_series(last.discharge) == ()
    with unit_of_work():
        appointments.call_off([last.id], AppointmentState.CANCELLED_BY_CLINIC, LATER)
    assert stored.standing_series(last.start - timedelta(minutes=1)) == ()


def test_the_state_of_a_series_changes_and_its_visits_stay() -> None:
    keep_series()
    with unit_of_work():
        stored.mark_series("series-1", SeriesState.COMPLETED)
    found = stored.series("series-1")
    assert found.state is SeriesState.COMPLETED
    assert len(found.standing) == 22


def test_visits_are_found_by_time_site_person_room_and_patient() -> None:
    keep_series()
    day = between("2026-12-03 00:00", "2026-12-04 00:00")

    def found(**narrowed: str) -> list[str]:
        return [visit.id for visit in appointments.appointments_between(day, **narrowed)]

    assert found() == ["series-1/D1", "talk-1"]
    assert found(site="site-1") == ["series-1/D1", "talk-1"]
    assert found(site="site-2") == []
    assert (
        found(staff="therapist-1") == found(room="dosing-1") == found(patient="patient-1") == ["series-1/D1"]
    )
    assert found(staff="therapist-2", room="office-2", patient="patient-2") == ["talk-1"]
    assert found(staff="therapist-2", room="office-1") == []


def test_a_visit_that_merely_touches_the_time_is_not_in_it() -> None:
    end = NOON + timedelta(hours=1)
    before = Interval(at("2026-12-03 11:00"), NOON)
    after = Interval(end, end + timedelta(hours=1))
    assert appointments.appointments_between(before) == appointments.appointments_between(after) == ()
    inside = Interval(end - timedelta(minutes=1), end)
    assert [visit.id for visit in appointments.appointments_between(inside)] == ["talk-1"]


def test_visits_called_off_are_listed_too() -> None:
    with unit_of_work():
        appointments.call_off(["talk-1"], AppointmentState.NO_SHOW, LATER)
    day = between("2026-12-03 00:00", "2026-12-04 00:00")
    assert [visit.state for visit in appointments.appointments_between(day)] == [AppointmentState.NO_SHOW]
