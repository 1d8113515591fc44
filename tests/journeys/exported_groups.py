"""Groups in a clinic export, for the independent check: members stand with their group, and it is led by enough people."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from tests.journeys.exported import CALLED_OFF, Export

MEMBERS_PER_FACILITATOR = 3
MEMBERS_PER_FACILITATOR_HIGH_DOSE = 2
FEWEST_FACILITATORS = 2
NOT_BEGUN = {"tentative", "booked", "confirmed"}


def check_groups(export: Export) -> None:
    """Members' visits stand where their group's do, each with a place; and nobody leads too many."""
    with_group: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for visit in export.standing:
        if visit.get("group_visit"):
            check_member(export, visit)
            with_group[visit["group_visit"]].append(visit)
    members = {one["id"]: one["members"] for one in export.document.get("cohorts", [])}
    for id, visits in with_group.items():
        group_visit = export.appointments.get(id)
        if group_visit is not None:
            check_leading(export, group_visit, visits, members.get(group_visit["patient"], []))


def check_member(export: Export, visit: dict[str, Any]) -> None:
    """A member's visit starts with its group's, holds a place of the cohort, and no room."""
    group_visit = export.appointments.get(visit["group_visit"])
    if group_visit is None or group_visit["state"] in CALLED_OFF:
        export.fault(f"visit {visit['id']} takes part in a visit that does not stand")
        return
    if visit["state"] in NOT_BEGUN and visit["start"] != group_visit["start"]:
        export.fault(f"visit {visit['id']} does not start with its group's")
    claims = export.claims_of[visit["id"]]
    if not any(c["purpose"] == "place" and c["resource"] == group_visit["patient"] for c in claims):
        export.fault(f"visit {visit['id']} has no place in its group")
    if any(export.resources[claim["resource"]]["kind"] in ("room", "staff") for claim in claims):
        export.fault(f"visit {visit['id']} claims a room or somebody, which its group does")


def check_leading(
    export: Export, group_visit: dict[str, Any], visits: list[dict[str, Any]], members: list[dict[str, Any]]
) -> None:
    """Enough people lead a group, and the strictest ratio counts at a dose."""
    leading = {
        claim["resource"]
        for claim in export.claims_of[group_visit["id"]]
        if claim["role"] in ("therapist", "co_therapist")
    }
    high = {one["patient"] for one in members if one["high_dose"]}
    strict = group_visit["kind"] == "dosing" and any(visit["patient"] in high for visit in visits)
    ratio = MEMBERS_PER_FACILITATOR_HIGH_DOSE if strict else MEMBERS_PER_FACILITATOR
    if len(leading) < FEWEST_FACILITATORS or len(visits) > ratio * len(leading):
        export.fault(f"{len(visits)} members of {group_visit['id']} are led by {len(leading)}")
