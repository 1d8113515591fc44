"""What binds planner and rules for groups: a visit can start exactly where three people can be found for three roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.appointment import appointment_at
from scheduler.domain.claims import Claim, Placement, Purpose
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.treatment import Attention, Cover, Phase, Protocol, Step, StepKind
from scheduler.planner.propose import propose
from scheduler.planner.question import Question
from scheduler.planner.wishes import Wishes
from tests.builders import a_diary, a_patient, a_room, a_site, a_therapist, at, between, weekdays
from tests.planner.judged import is_accepted

FIRST = at("2027-03-08 08:00")
LAST = FIRST + timedelta(hours=4)
APART = (Role.THERAPIST, Role.CO_THERAPIST, Role.MEDICAL_MONITOR)
STEP = Step(
    "GD1",
    StepKind.PREPARATION,
    "Group",
    (Phase("together", 60, tuple(Cover(role, Attention.IN_ROOM) for role in APART)),),
    "group",
    places=3,
)
PROTOCOL = Protocol("group", 1, "Group", "im", "course", (STEP,), (), most_doses=1)
QUARTERS = [FIRST + timedelta(minutes=15 * quarter) for quarter in range(13)]


def _person(number: int, roles: frozenset[Role], hours: tuple[int, int]) -> StaffMember:
    opens, closes = (f"{8 + hour:02}:00" for hour in sorted(hours))
    watches = 1 if Role.MEDICAL_MONITOR in roles else 0
    at_work = weekdays(opens, closes) if opens != closes else ()
    return a_therapist(f"person-{number}", roles=roles, hours=at_work, may_watch=watches)


PEOPLE = st.lists(
    st.tuples(
        st.frozensets(st.sampled_from(APART), min_size=1), st.tuples(st.integers(0, 4), st.integers(0, 4))
    ),
    min_size=2,
    max_size=4,
)
TAKEN = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 14), st.integers(1, 6)), max_size=4)


@st.composite
def diaries(draw: st.DrawFn) -> Diary:
    """Draw a morning with people of one to three of the roles, some of whose time is taken."""
    staff = [_person(n, *drawn) for n, drawn in enumerate(draw(PEOPLE), start=1)]
    claims = [
        Claim(
            f"person-{number}",
            Purpose.OCCUPY,
            Interval.lasting(FIRST + timedelta(minutes=15 * begin), timedelta(minutes=15 * length)),
            f"other-{place}",
        )
        for place, (number, begin, length) in enumerate(draw(TAKEN))
    ]
    return a_diary(
        site=a_site(hours=weekdays("08:00", "12:00")),
        rooms=[a_room("group-1", capabilities=frozenset({"group"}), places=draw(st.sampled_from([2, 3, 4])))],
        staff=staff,
        claims=[one for place, one in enumerate(claims) if not _over_another(one, claims[:place])],
        patient=a_patient(),
        horizon=between("2027-03-08 00:00", "2027-03-09 00:00"),
        as_of=FIRST,
    )


def _over_another(claim: Claim, others: list[Claim]) -> bool:
    return any(one.resource == claim.resource and one.interval.overlaps(claim.interval) for one in others)


def _by_trying(diary: Diary) -> Iterator[datetime]:
    """Yield every start at which some choice of people is accepted by the rules."""
    for start in QUARTERS:
        choices = product(diary.staff, repeat=len(APART))
        if any(_accepted(diary, start, dict(zip(APART, people, strict=True))) for people in choices):
            yield start


def _accepted(diary: Diary, start: datetime, staff: dict[Role, str]) -> bool:
    placement = Placement(STEP, start, diary.patient.id, "group-1", staff)
    return is_accepted(diary, PROTOCOL, appointment_at(placement, diary.staff, diary.site.id))


@settings(max_examples=120)
@given(diaries())
def test_a_group_can_meet_exactly_where_the_rules_accept_some_choice_of_people(diary: Diary) -> None:
    accepted = list(_by_trying(diary))
    question = Question.of(diary, PROTOCOL, Wishes(FIRST, LAST))
    starts = question.supply.starts(question.outline.shapes[0])
    found = [question.grid.at(slot) for slot in question.supply.list_of(starts)]
    assert [start for start in found if FIRST <= start <= QUARTERS[-1]] == accepted


@settings(max_examples=60)
@given(diaries())
def test_whoever_is_chosen_is_accepted_at_every_start(diary: Diary) -> None:
    for start in _by_trying(diary):
        answer = propose(replace(diary, as_of=start), PROTOCOL, Wishes(start, start + STEP.length, limit=20))
        assert answer.proposals
        for proposal in answer.proposals:
            (visit,) = proposal.series.appointments
            assert len(set(visit.staff.values())) == len(APART)
            assert is_accepted(diary, PROTOCOL, visit)
