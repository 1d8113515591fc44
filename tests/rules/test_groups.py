"""Groups: which members would have to be moved, whose dose decides, and until when a small group may be decided on."""

from __future__ import annotations

import pytest

from scheduler.domain.group_terms import GroupTerms, Member
from scheduler.rules.catalogue import CATALOGUE
from scheduler.rules.finding import Finding
from scheduler.rules.question import Question
from tests.builders import DAY
from tests.rules.examples.groups import a_group, at_a_time

TERMS = GroupTerms(3, 6, 3 * DAY, per_facilitator=3, per_facilitator_high_dose=2, facilitators=2)


def found(rule: str, question: Question) -> list[Finding]:
    """Return what one rule says."""
    (asked,) = (one for one in CATALOGUE if one.id == rule)
    return list(asked.check(question))


def members(number: int, *high_dose: int) -> tuple[Member, ...]:
    """Return so many members; these places have a high dose."""
    return tuple(Member(f"patient-{n}", n, n in high_dose) for n in range(1, number + 1))


@pytest.mark.parametrize(
    ("attending", "facilitators", "moved"),
    [
        (members(6), 2, ()),
        (members(6), 1, (4, 5, 6)),
        (members(6), 0, (1, 2, 3, 4, 5, 6)),
        (members(7), 2, (7,)),
        (members(4, 2), 2, ()),
        # Five at 1:2 would lose one, whoever; the one with the high dose stays, and the last to join goes.
        (members(5, 2), 2, (5,)),
        # Of six at 1:2 two would go; without the one of the high dose all others stay at 1:3.
        (members(6, 2), 2, (2,)),
        (members(6, 2, 3), 2, (5, 6)),
        (members(3, 1, 2, 3), 1, (3,)),
    ],
)
def test_the_fewest_members_are_to_be_moved(
    attending: tuple[Member, ...], facilitators: int, moved: tuple[int, ...]
) -> None:
    assert tuple(one.place for one in TERMS.to_be_moved(attending, facilitators)) == moved


def test_the_finding_names_members_by_their_places_and_nobody_by_name() -> None:
    (finding,) = found("GROUP-1", a_group(away_from="2026-12-08 08:00"))
    assert finding.steps == ("GD1",)
    assert finding.why == (
        "1 facilitator is there for the 6 members of GD1 on Tue 8 Dec 2026 10:00 MST; one leads at most 3; "
        "and at least 2 are asked for; members 4, 5 and 6 would have to be moved"
    )
    assert (
        finding.mend == "find 1 more facilitator, or move members 4, 5 and 6 to another group or out of GD1"
    )
    assert "patient" not in finding.why + finding.mend


def test_the_highest_dose_decides_at_doses_alone() -> None:
    (finding,) = found("GROUP-1", a_group(6, high_dose=frozenset({2})))
    assert finding.steps == ("GD1",)
    assert "one leads at most 2, for member 2 has a high dose" in finding.why
    assert "member 2 would have to be moved" in finding.why
    assert finding.mend.startswith("find 1 more facilitator, or move member 2")


def test_a_small_group_is_decided_on_in_time() -> None:
    _, dose = found("GROUP-2", a_group(2))
    assert "is to be decided by Sat 5 Dec 2026 10:00 MST, 72 h before" in dose.why
    assert (dose.gated, dose.override_role) == ("GD1", "prescriber")
    (late,) = found("GROUP-2", at_a_time(a_group(2), "2026-12-05 10:00"))[-1:]
    assert "was to be decided by Sat 5 Dec 2026 10:00 MST" in late.why
