"""Examples for the rules about groups: facilitators for the members, members enough to go ahead, and a room for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scheduler.domain.cohorts import Attendance
from scheduler.domain.group_readings import readings
from scheduler.domain.group_terms import Member
from scheduler.domain.people import Role
from scheduler.domain.treatment import Protocol
from scheduler.rules.question import Question
from tests.builders import a_diary, a_nurse, a_patient, a_room, a_therapist, at, between, t1_like_series
from tests.bundled_protocols import a_bundled_protocol
from tests.rules.examples.case import Example, staff_but
from tests.rules.examples.windows import ONE_FACT

STARTS = {"GP3": "2026-12-01 14:00", "GD1": "2026-12-08 10:00"}
BOTH = frozenset({Role.THERAPIST, Role.CO_THERAPIST})
SERVING = {
    Role.THERAPIST: "therapist-1",
    Role.CO_THERAPIST: "therapist-2",
    Role.MEDICAL_MONITOR: "nurse-1",
    Role.ADMINISTERING_CLINICIAN: "nurse-2",
    Role.PRESCRIBER: "prescriber-1",
}


def protocol() -> Protocol:
    """Return what the group of the bundled protocol needs for its last preparation and its first dose."""
    _, group = readings(a_bundled_protocol("group_kap_3"))
    return group.only(STARTS)


def a_group(
    members: int = 6,
    *,
    high_dose: frozenset[int] = frozenset(),
    away_from: str = "",
    places: int = 7,
    serving: Mapping[Role, str] = SERVING,
) -> Question:
    """Build the question about a group; from a time on the second facilitator is away on the day of the dose."""
    away = (between(away_from, "2026-12-08 18:00"),) if away_from else ()
    everybody = (Member(f"patient-{n}", n, n in high_dose) for n in range(1, members + 1))
    diary = a_diary(
        patient=a_patient("cohort-1", stands_for_cohort=True),
        staff=staff_but(
            a_therapist("therapist-1", roles=BOTH),
            a_therapist("therapist-2", roles=BOTH, time_off=away),
            a_nurse("nurse-1", roles=frozenset({Role.MEDICAL_MONITOR, Role.CO_THERAPIST})),
        ),
        rooms=(a_room("group-1", capabilities=frozenset({"group"}), places=places),),
        attendance=Attendance(tuple(everybody)),
    )
    group = protocol()
    visits = {
        step.key: {"staff": {role: serving[role] for role in step.roles}, "room": "group-1"}
        for step in group.steps
    }
    return Question(diary, group, t1_like_series(group, STARTS, diary=diary, visits=visits))


def at_a_time(question: Question, as_of: str) -> Question:
    """Return the question as it is asked at another time."""
    return replace(question, diary=replace(question.diary, as_of=at(as_of)))


EXAMPLES: Mapping[str, Example] = {
    "COVER-9": Example(
        keeps=a_group,
        breaks=lambda: a_group(serving={**SERVING, Role.CO_THERAPIST: "nurse-1"}),
        no_limit=ONE_FACT,
    ),
    "GROUP-1": Example(
        keeps=a_group,
        breaks=lambda: a_group(away_from="2026-12-08 08:00"),
        at_limit=lambda: a_group(6, away_from="2026-12-08 14:00"),
        beyond=lambda: a_group(7, away_from="2026-12-08 14:00"),
    ),
    "GROUP-2": Example(
        keeps=a_group,
        breaks=lambda: a_group(1),
        at_limit=lambda: a_group(3),
        beyond=lambda: a_group(2),
    ),
    "ROOM-3": Example(
        keeps=a_group,
        breaks=lambda: a_group(places=1),
        at_limit=lambda: a_group(places=7),
        beyond=lambda: a_group(places=6),
    ),
}
