"""Every write of a person that is sent twice under one key is done once, and answered as the first was."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import timedelta
from typing import Any, get_origin, get_type_hints

import pytest
from sqlalchemy import func, select

import scheduler.booking
from scheduler.access.permissions import SYSTEM, Actor
from scheduler.booking.advance_appointment import AdvanceAppointment, advance_appointment
from scheduler.booking.book_members_visits import BookMembersVisits, book_members_visits
from scheduler.booking.book_series import BookSeries, book_series
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.cancel_series import (
    CancelSeries,
    PauseSeries,
    SeriesCancelled,
    cancel_series,
    pause_series,
)
from scheduler.booking.change_calendar_words import ChangeCalendarWords, change_calendar_words
from scheduler.booking.change_cohort import (
    JoinCohort,
    LeaveCohort,
    MakeCohort,
    join_cohort,
    leave_cohort,
    make_cohort,
)
from scheduler.booking.change_holiday_region import ChangeHolidayRegion, change_holiday_region
from scheduler.booking.change_places import change_places
from scheduler.booking.change_reminder_times import ChangeReminderTimes, change_reminder_times
from scheduler.booking.change_settings import change_settings
from scheduler.booking.change_urgent_help import ChangeUrgentHelp, change_urgent_help
from scheduler.booking.changed_series import visits_of
from scheduler.booking.changing_facts import ChangeOfFacts
from scheduler.booking.decide_gate import DecideGate, decide_gate
from scheduler.booking.decline_visits import DeclineVisits, decline_visits
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.extend_series import ExtendSeries, WantedExtension, extend_series
from scheduler.booking.holds import DecideHold, book_hold, release_hold
from scheduler.booking.keep_patient import (
    ChangePatient,
    RegisterPatient,
    change_patient,
    register_patient,
)
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.offer_times import OfferTimes, offer_times, times_to_offer
from scheduler.booking.once import KEY, note_answer
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, Refused, SeriesChanged
from scheduler.booking.override_rule import OverrideRule, RuleOverridden, override_rule
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.preview_substitute import HowMany, WantedSubstitute
from scheduler.booking.replan_series import ReplanSeries, WantedReplan, replan_series
from scheduler.booking.substitute_therapist import SubstituteTherapist, substitute_therapist
from scheduler.booking.undo_advance import UndoAdvance, undo_advance
from scheduler.booking.undo_move import UndoMove, undo_move
from scheduler.booking.withdraw_override import WithdrawOverride, withdraw_override
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.calendar_words import CalendarWords
from scheduler.domain.clock import Clock
from scheduler.domain.people import GateDecision
from scheduler.domain.place_changes import RoomOutOfUse
from scheduler.domain.reminder_times import ReminderTimes
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.site_settings import NumbersChosen, numbers_of
from scheduler.domain.urgent_help import UrgentHelp
from scheduler.store.base import table_of
from scheduler.store.series import series as stored_series
from scheduler.store.site_facts import facts_of
from scheduler.store.tables_accounts import AuditEntryRow
from scheduler.store.work import reading, unit_of_work
from tests import builders
from tests.booking.small_clinic import COURSE, MONDAY, booked, clock, store_small_clinic
from tests.booking.the_day import DESK, PRESCRIBER
from tests.cases.groups.group_clinic import COHORT, GROUP, booked_group, store_group_clinic

pytestmark = pytest.mark.usefixtures("app_context")

BY, WHY = CalledOffBy.PATIENT, CancelReason.ILLNESS
KEYS = "the key of the first", "the key of another"


@dataclass(frozen=True)
class Request:
    """A request that can be answered now; `changes_again` says whether a second deed of the kind leaves a mark."""

    command: Any
    actor: Actor = SYSTEM
    changes_again: bool = True


def a_course() -> Series:
    store_small_clinic()
    return booked()


def a_hold() -> Request:
    store_small_clinic()
    return Request(DecideHold(booked(held_until=MONDAY + timedelta(minutes=30)).id))


def first_visit() -> str:
    return a_course().appointments[0].id


def called_off() -> tuple[Series, str]:
    series = a_course()
    visit = series.visit("I1b")
    assert visit is not None
    cancel_appointment(CancelAppointment(visit.id, BY, WHY), SYSTEM, clock())
    return series, "I1b"


def other_words() -> Request:
    store_small_clinic()
    return Request(ChangeCalendarWords("site-1", CalendarWords(dosing="L")), changes_again=False)


def other_times() -> Request:
    store_small_clinic()
    return Request(ChangeReminderTimes("site-1", ReminderTimes(first_days=4)), changes_again=False)


def to_decline() -> Request:
    series, step = called_off()
    return Request(DeclineVisits(series.id, frozenset({step})))


def to_override() -> Request:
    passed = builders.passed(*(gate for gate in builders.ALL_GATES if gate != "escort"))
    store_small_clinic(patients=(builders.a_patient("patient-1", gates=passed),))
    visit = booked().visit("D1")
    assert visit is not None
    return Request(OverrideRule(visit.id, "GATE-7", "Her brother comes.", 60), PRESCRIBER)


def to_withdraw() -> Request:
    asked = to_override()
    made = override_rule(asked.command, asked.actor, clock())
    assert isinstance(made, RuleOverridden), made
    return Request(WithdrawOverride(made.override.id), PRESCRIBER, changes_again=False)


def to_advance() -> Request:
    return Request(AdvanceAppointment(first_visit(), AppointmentState.CONFIRMED, 1), DESK)


def to_undo() -> Request:
    asked = to_advance()
    assert not isinstance(advance_appointment(asked.command, DESK, clock()), Refused | NotAllowed)
    return Request(UndoAdvance(asked.command.appointment, 2), DESK)


def to_undo_a_move() -> Request:
    wish = WantedMove(a_course().appointments[-1].id)
    made = move_appointment(MoveAppointment(wish), SYSTEM, clock())
    assert isinstance(made, SeriesChanged), made
    return Request(UndoMove(made.series.id, clock().now()))


def to_substitute() -> Request:
    store_small_clinic()
    series = booked(therapist="therapist-1")
    return Request(SubstituteTherapist(WantedSubstitute(series.id, series.appointments[0].step, HowMany.ONE)))


def to_change() -> Request:
    dose = a_course().visit("D2")
    assert dose is not None and dose.room is not None
    change = RoomOutOfUse(dose.room, dose.interval)
    return Request(ChangeOfFacts("site-1", change), changes_again=False)


def other_holidays() -> Request:
    a_course()
    return Request(ChangeHolidayRegion("site-1", "US-CO"), changes_again=False)


def other_help() -> Request:
    a_course()
    return Request(ChangeUrgentHelp("site-1", (UrgentHelp("Help line", "112"),)), changes_again=False)


def to_choose_numbers() -> Request:
    a_course()
    numbers = numbers_of(facts_of("site-1").site) | {"dormant_days": 90}
    change = NumbersChosen("site-1", tuple(numbers.items()))
    return Request(ChangeOfFacts("site-1", change), changes_again=False)


def in_a_group(command: Any) -> Callable[[], Request]:
    def stored() -> Request:
        store_group_clinic(members=3)
        return Request(command)

    return stored


def own_visits() -> Request:
    store_group_clinic()
    booked_group()
    return Request(BookMembersVisits(COHORT))


def a_new_patient() -> Request:
    store_small_clinic()
    told = {"given_name": "Robin", "family_name": "Sage", "birth_date": "1984-05-17"}
    # Somebody alike is there then, who must be seen.
    return Request(RegisterPatient("site-1", told), changes_again=False)


def to_correct() -> Request:
    store_small_clinic()
    return Request(ChangePatient("patient-1", {"phone": "+1 303 555 0142"}), changes_again=False)


def to_offer() -> Request:
    visit = a_course().appointments[-1]
    ways = times_to_offer(visit.id, SYSTEM, clock())
    assert isinstance(ways, tuple) and ways
    return Request(OfferTimes(visit.id, visits_of(ways[0])))


def of_small_clinic() -> Request:
    store_small_clinic()
    return Request(BookSeries("patient-1", COURSE))


CASES: Mapping[Callable[..., Any], Callable[[], Request]] = {
    book_series: of_small_clinic,
    book_hold: a_hold,
    release_hold: a_hold,
    move_appointment: lambda: Request(MoveAppointment(WantedMove(a_course().appointments[-1].id))),
    undo_move: to_undo_a_move,
    replan_series: lambda: Request(ReplanSeries(WantedReplan(called_off()[0].id))),
    substitute_therapist: to_substitute,
    cancel_appointment: lambda: Request(CancelAppointment(first_visit(), BY, WHY)),
    cancel_series: lambda: Request(CancelSeries(a_course().id, BY, WHY)),
    pause_series: lambda: Request(PauseSeries(a_course().id, BY, WHY)),
    decline_visits: to_decline,
    extend_series: lambda: Request(ExtendSeries(WantedExtension(a_course().id))),
    change_places: to_change,
    change_settings: to_choose_numbers,
    change_urgent_help: other_help,
    advance_appointment: to_advance,
    undo_advance: to_undo,
    decide_gate: lambda: Request(DecideGate(a_course().patient, "escort", GateDecision.PASS), DESK),
    override_rule: to_override,
    withdraw_override: to_withdraw,
    make_cohort: in_a_group(MakeCohort("site-1", "Friday group", GROUP)),
    join_cohort: in_a_group(JoinCohort(COHORT, "patient-7")),
    leave_cohort: in_a_group(LeaveCohort(COHORT, "patient-1")),
    book_members_visits: own_visits,
    change_calendar_words: other_words,
    change_holiday_region: other_holidays,
    change_reminder_times: other_times,
    register_patient: a_new_patient,
    change_patient: to_correct,
    offer_times: to_offer,
}

TRIED_ELSEWHERE = {
    "accept_conflict": "tests/booking/test_accept_conflict.py",
    "resolve_conflict": "tests/booking/test_conflicts.py",
    "adopt_version": "tests/cases/test_new_version_of_a_protocol.py",
    "change_staff": "tests/booking/test_change_staff.py",
    "extend_stay": "tests/booking/test_extend_stay.py",
    "note_vital_signs": "tests/booking/test_note_vital_signs.py",
    "take_back_vital_signs": "tests/booking/test_note_vital_signs.py",
}
"""Use cases whose clinic takes more to build, and where their keys are tried."""

WITHOUT_KEY = {
    "create_account": "a name is unique: the second is refused",
    "create_token": "a secret is shown once, and the second name is refused",
    "revoke_token": "what is revoked stays revoked",
    "import_clinic": "the file says how things shall be, and a second time changes nothing",
    "load_demo": "a clinic that is there is left alone",
    "keep_inbox": "the timetable asks, and a second time finds nothing to do",
    "let_rest": "the timetable asks, and a second time finds nothing to do",
    "recheck": "it only looks",
    "take_answer": "an answer that comes again is known by its sequence and its time",
    "take_reply": "of texts the last one holds, and the same again changes nothing",
    "settle_answer": "what is settled stays settled",
    "settle_follow_up": "what is settled stays settled",
    "put_on_waiting_list": "a patient waits once for a protocol: a second time renews the wishes",
    "take_off_waiting_list": "who is off the list stays off",
    "note_earlier_wish": "what is noted is noted, and a second time changes nothing",
    "settle_offers": "what is settled stays settled",
    "take_offered_time": "a time that was chosen stays chosen",
    "leave_free": "what is settled stays settled",
    "choose_manner": "what is chosen is chosen, and a second time changes nothing",
    "sign_in": "each attempt counts as one",
}


@dataclass(frozen=True)
class _Noted:
    id: str = "whatever"
    site: str = "site-1"


def all_that_stands() -> tuple[object, int | None]:
    with reading() as connection:
        entries = connection.scalar(select(func.count()).select_from(table_of(AuditEntryRow)))
    return export_clinic(clock()), entries


@pytest.mark.parametrize("deed", CASES, ids=lambda deed: deed.__name__)
def test_what_is_sent_twice_is_done_once(deed: Callable[..., Any]) -> None:
    request = CASES[deed]()
    now, (key, taken) = clock(), KEYS
    before = all_that_stands()
    with unit_of_work():
        note_answer("something_else", request.command, taken, _Noted(), MONDAY)
    otherwise = deed(replace(request.command, idempotency_key=taken), request.actor, now)
    assert isinstance(otherwise, Refused), otherwise
    assert [one.code for one in otherwise.reasons] == ["key_used_otherwise"]
    assert all_that_stands() == before
    keyed = replace(request.command, idempotency_key=key)
    first = deed(keyed, request.actor, now)
    assert not isinstance(first, Refused | NotAllowed), first
    done = all_that_stands()
    assert done != before
    again = deed(keyed, request.actor, now)
    assert type(again) is type(first), again
    assert all_that_stands() == done
    if request.changes_again:
        second = deed(replace(keyed, idempotency_key="a second deed"), request.actor, now)
        assert isinstance(second, Refused) or all_that_stands() != done


def test_what_was_called_off_is_told_again_also_when_it_was_resumed() -> None:
    series = a_course()
    command = PauseSeries(series.id, BY, WHY, KEYS[0])
    first = pause_series(command, SYSTEM, clock())
    assert isinstance(first, SeriesCancelled)
    replan_series(ReplanSeries(WantedReplan(series.id)), SYSTEM, clock())
    again = pause_series(command, SYSTEM, clock())
    assert isinstance(again, SeriesCancelled)
    assert [visit.id for visit in again.called_off] == [visit.id for visit in first.called_off]
    assert again.late == first.late
    assert stored_series(series.id).state is SeriesState.BOOKED


def use_cases() -> Iterator[tuple[str, type]]:
    """Yield every use case that takes a command and somebody's clock, with its command; those that only preview left out."""
    for found in pkgutil.iter_modules(scheduler.booking.__path__):
        module = importlib.import_module(f"scheduler.booking.{found.name}")
        for name, deed in inspect.getmembers(module, inspect.isfunction):
            if deed.__module__ != module.__name__ or name.startswith(("_", "preview_")):
                continue
            hints = get_type_hints(deed)
            command = next(iter(hints.values()), None)
            command = get_origin(command) or command
            asks = next(iter(hints), "") in ("command", "wanted") and Clock in hints.values()
            if asks and isinstance(command, type) and is_dataclass(command):
                yield name, command


def test_every_write_takes_a_key_or_says_why_not() -> None:
    found = dict(use_cases())
    keyed = {name for name, command in found.items() if KEY in {one.name for one in fields(command)}}
    assert found.keys() - keyed == WITHOUT_KEY.keys()
    assert keyed == {deed.__name__ for deed in CASES} | TRIED_ELSEWHERE.keys()
