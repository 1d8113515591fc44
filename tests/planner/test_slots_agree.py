"""What binds the slot picker to the rules: a start is free if and only if they find nothing wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import product
from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bench import ours
from scheduler.domain.appointment import Appointment, AppointmentState, appointment_at
from scheduler.domain.claims import Claim, Placement, Purpose
from scheduler.domain.clock import local
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Credential, Role
from scheduler.domain.series import Series
from scheduler.domain.treatment import Counting, Protocol, Step, StepKind, WindowMeaning
from scheduler.planner.slots import Beside, Slots, free_starts
from tests.builders import (
    a_diary,
    a_dosing_step,
    a_nurse,
    a_patient,
    a_prescriber,
    a_room,
    a_site,
    a_small_protocol,
    a_therapist,
    an_integration_step,
    an_office,
    at,
    between,
    t1_like_series,
    weekdays,
)
from tests.planner.judged import is_accepted, is_accepted_in

HORIZON = between("2027-03-08 00:00", "2027-03-28 00:00")
NOW = at("2027-03-09 09:10")
STRETCH = between("2027-03-09 07:00", "2027-03-11 14:00")
"""Two days and a bit, from before the clinic opens on the day of the question."""

SHARED: tuple[tuple[str, Purpose, Role | None], ...] = (
    ("therapist-1", Purpose.OCCUPY, Role.THERAPIST),
    ("therapist-2", Purpose.OCCUPY, Role.THERAPIST),
    ("nurse-1", Purpose.OCCUPY, Role.MEDICAL_MONITOR),
    ("nurse-1", Purpose.WATCH, Role.MEDICAL_MONITOR),
    ("nurse-1", Purpose.WATCH, Role.MEDICAL_MONITOR),
    ("nurse-2", Purpose.WATCH, Role.MEDICAL_MONITOR),
    ("prescriber-1", Purpose.ON_PREMISES, Role.PRESCRIBER),
    ("dosing-1", Purpose.OCCUPY, None),
    ("office-1", Purpose.OCCUPY, None),
    ("patient-1", Purpose.OCCUPY, None),
    ("patient-1", Purpose.SPACING, None),
)
"""What others may have taken: a resource is named once for each of its lanes, so that no lane is taken twice."""


@st.composite
def _claims(draw: st.DrawFn) -> tuple[Claim, ...]:
    found = []
    for number, (resource, purpose, role) in enumerate(SHARED):
        cursor = STRETCH.start
        for gap, length in draw(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 36)), max_size=2)):
            begin = cursor + timedelta(minutes=15 * gap)
            cursor = begin + timedelta(minutes=5 * length)
            claim = Claim(resource, purpose, Interval(begin, cursor), f"other-{number}", role=role)
            found.append(claim)
    return tuple(found)


@st.composite
def _diaries(draw: st.DrawFn) -> Diary:
    """Draw a clinic open in the mornings, where credentials end, people leave and some of the time is taken."""
    hours = weekdays("08:00", "13:00")
    nurses = [a_nurse("nurse-1", hours=hours), a_nurse("nurse-2", may_watch=1, hours=hours)]
    guides = [a_therapist(f"therapist-{n}", hours=hours) for n in (1, 2)]
    if draw(st.booleans()):
        # One of those who guide may also watch, and nobody does both.
        both = frozenset({Role.THERAPIST, Role.MEDICAL_MONITOR})
        guides[1] = replace(guides[1], roles=both, credentials=nurses[0].credentials + guides[1].credentials)
        guides[1] = replace(guides[1], may_watch=1)
    ends = draw(st.sampled_from([date(2027, 3, 10), date(2027, 4, 9)]))
    nurses[1] = replace(nurses[1], credentials=tuple(Credential(c.kind, ends) for c in nurses[1].credentials))
    leaves = draw(st.sampled_from(["13:00", "12:00", "11:30"]))
    behind = a_prescriber(may_supervise=1, hours=weekdays("08:00", leaves))
    away = draw(st.lists(st.integers(0, 60), max_size=1))
    absent = tuple(Interval.lasting(STRETCH.start + timedelta(hours=h), timedelta(hours=1)) for h in away)
    return a_diary(
        rooms=(a_room("dosing-1"), an_office("office-1")),
        staff=(*nurses, *guides, behind),
        claims=draw(_claims()),
        site=a_site(hours=hours),
        horizon=HORIZON,
        as_of=NOW,
        patient=a_patient(unavailable=absent),
    )


def _visits(diary: Diary, step: Step, start: datetime, guides: tuple[str, ...]) -> Iterator[Appointment]:
    """Yield the visit with each choice of people who may hold its roles."""
    dose = step.kind is StepKind.DOSING
    watch = [p.id for p in diary.staff.values() if Role.MEDICAL_MONITOR in p.roles]
    for guide, monitor, giver in product(
        guides, watch if dose else [""], ["nurse-1", "nurse-2"] if dose else [""]
    ):
        people = {
            Role.THERAPIST: guide,
            Role.MEDICAL_MONITOR: monitor,
            Role.ADMINISTERING_CLINICIAN: giver,
            Role.PRESCRIBER: "prescriber-1",
        }
        room = "office-1" if step.room_capability == "office" else "dosing-1"
        staff = {role: people[role] for role in step.roles}
        placement = Placement(step, start, diary.patient.id, room, staff)
        yield appointment_at(placement, diary.staff, diary.site.id)


def _able(diary: Diary, step: Step, start: datetime) -> tuple[str, ...]:
    """Return who could guide a visit by itself at a start, by trying everybody."""
    protocol = Protocol("alone", 1, "", "", "", (step,), (), 9)
    able = []
    for guide in ("therapist-1", "therapist-2"):
        for visit in _visits(diary, step, start, (guide,)):
            if is_accepted(diary, protocol, visit):
                able.append(guide)
                break
    return tuple(able)


def _asked_in_the_morning(slots: Slots) -> Iterator[datetime]:
    """Yield the starts at which the clinic is open; that nothing starts at others is plain."""
    for start in slots.asked:
        if time(8) <= local(start, slots.question.zone).time() < time(13):
            yield start
        else:
            assert not slots.is_free(start)


def _each_is_free_or_has_reasons(slots: Slots) -> None:
    for start in slots.asked:
        reasons = slots.reasons_at(start)
        assert slots.is_free(start) == (not reasons)
        assert all(reason.why and reason.step for reason in reasons)
    drawn = [start for day in slots.days() for start in day.starts]
    assert tuple(drawn) == slots.free


@settings(max_examples=16, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(_diaries(), st.sampled_from([a_dosing_step(), a_dosing_step(), an_integration_step()]))
def test_a_start_is_free_if_and_only_if_the_rules_find_nothing_wrong(diary: Diary, step: Step) -> None:
    slots = free_starts(diary, step, STRETCH)
    _each_is_free_or_has_reasons(slots)
    for start in _asked_in_the_morning(slots):
        assert slots.therapists_at(start) == _able(diary, step, start), start
        assert slots.is_free(start) == bool(slots.therapists_at(start))


WIDE = between("2027-03-09 07:00", "2027-03-25 14:00")
"""The days of a small series of three doses, which `_three_doses` books; the clocks go forward on 14 March."""


def _three_doses(diary: Diary, protocol: Protocol, called_off: str | None) -> Series:
    """Book a series in the mornings, with one visit called off, or none."""
    starts = {
        "P1": "2027-03-09 10:00",
        "D1": "2027-03-11 09:00",
        "I1": "2027-03-12 12:00",
        "D2": "2027-03-15 08:30",
        "I2": "2027-03-17 08:00",
        "D3": "2027-03-17 09:30",
        "I3": "2027-03-19 10:00",
    }
    series = t1_like_series(protocol, starts, diary=diary, id="series-1")
    visits = []
    for visit in series.appointments:
        if visit.step == called_off:
            visit = replace(visit, state=AppointmentState.CANCELLED_BY_CLINIC, claims=())
        visits.append(visit)
    return replace(series, appointments=tuple(visits))


def _moved(series: Series, visit: Appointment) -> Series:
    """Return the series with a visit in the place of the standing one of its step."""
    kept = (v for v in series.appointments if v.step != visit.step or not v.state.takes_time)
    return replace(series, appointments=tuple(sorted((*kept, visit), key=lambda v: v.start)))


def _by_calendar(protocol: Protocol) -> Protocol:
    """Return the protocol with integrations counted in calendar days."""
    counted = [
        replace(w, at_least=timedelta(days=1), at_most=timedelta(days=2), counted=Counting.CALENDAR)
        if w.meaning is WindowMeaning.INTEGRATION
        else w
        for w in protocol.windows
    ]
    return replace(protocol, windows=tuple(counted))


@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    _diaries(),
    st.sampled_from(["P1", "D1", "I1", "D2", "I2", "D3", "I3"]),
    st.sampled_from([None, "D2", "I2", "D3"]),
    st.booleans(),
)
def test_beside_a_series_a_start_is_free_if_and_only_if_the_rules_find_nothing_wrong(
    diary: Diary, key: str, called_off: str | None, by_calendar: bool
) -> None:
    protocol = a_small_protocol(3)
    protocol = _by_calendar(protocol) if by_calendar else protocol
    series = _three_doses(diary, protocol, called_off)
    step = protocol.step(key)
    stood = next(visit.start for visit in series.appointments if visit.step == key)
    around = Interval(stood - timedelta(days=2, hours=2), stood + timedelta(days=3, hours=6))
    slots = free_starts(diary, step, around, beside=Beside(series, protocol))
    _each_is_free_or_has_reasons(slots)
    for start in _asked_in_the_morning(slots):
        visits = _visits(diary, step, start, ("therapist-1", "therapist-2"))
        possible = any(is_accepted_in(_moved(series, visit), diary, protocol, visit) for visit in visits)
        assert slots.is_free(start) == possible, (start, slots.reasons_at(start))


@settings(max_examples=5)
@given(_diaries(), st.sampled_from(["D1", "I1", "D2", "I3"]))
def test_whether_the_diary_holds_the_series_itself_makes_no_difference(diary: Diary, key: str) -> None:
    protocol = a_small_protocol(3)
    series = _three_doses(diary, protocol, None)
    own = tuple(claim for visit in series.appointments for claim in visit.claims)
    with_them = replace(diary, claims=(*diary.claims, *own))
    step, beside = protocol.step(key), Beside(series, protocol)
    one, other = (free_starts(d, step, WIDE, beside=beside) for d in (diary, with_them))
    assert one.free == other.free


@settings(max_examples=5)
@given(_diaries(), st.randoms())
def test_the_order_of_claims_people_and_rooms_does_not_matter(diary: Diary, random: Random) -> None:
    claims, staff = list(diary.claims), list(diary.staff.items())
    random.shuffle(claims)
    random.shuffle(staff)
    shuffled = replace(diary, claims=tuple(claims), staff=dict(staff))
    one = free_starts(diary, a_dosing_step(), STRETCH)
    # What was worked out of the clinic in the first order is not to be kept for the second.
    ours.forget()
    other = free_starts(shuffled, a_dosing_step(), STRETCH)
    assert one.free == other.free
    assert [one.reasons_at(start) for start in one.asked] == [other.reasons_at(start) for start in one.asked]
