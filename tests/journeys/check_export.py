"""Checks a clinic export on its own: standard library only, no code of the scheduler, the numbers written down afresh.

    python -m tests.journeys.check_export export.json

prints every fault it finds, one a line, and a count; exit 1 when there is one, 2 when there is no series to check.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.journeys.exported import (
    CALLED_OFF,
    MINUTE,
    Export,
    Span,
    claimed,
    covers,
    handed_over,
    instant,
    joined,
    protocol_of,
    span,
    stay_of,
)
from tests.journeys.exported_groups import check_groups
from tests.journeys.exported_series import RECIPES, check_series

PATIENTS_PER_MONITOR = 2
CREDENTIALS_ON_SITE = {"bls": 2, "acls": 1}
BEFORE_CLOSE = 30 * MINUTE

# What a standing visit may break since the clinic's facts changed, as long as the inbox says so.
SHUT = {"HOURS-1", "ROOM-1"}
ABSENT = {"HOURS-1", "HOURS-3", "COVER-4"}


def faults_in(document: dict[str, Any]) -> list[str]:
    """Return every fault of an export."""
    export = Export(document)
    check_references(export)
    if export.faults:
        return export.faults
    check_lanes(export)
    check_staff_at_work(export)
    check_monitors(export)
    check_patients(export)
    check_groups(export)
    for visit in export.standing:
        # A member's visit has the room and the people of its group.
        if visit.get("group_visit"):
            continue
        check_room(export, visit)
        if visit["kind"] == "dosing":
            check_dose(export, visit)
    for series in document["series"]:
        if series["state"] == "booked":
            check_series(export, series)
    return export.faults


def check_references(export: Export) -> None:
    """Nothing points at something that is not there, and what is called off claims nothing."""
    for claim in export.document["claims"]:
        if claim["resource"] not in export.resources:
            export.fault(f"a claim on unknown resource {claim['resource']}")
        visit = export.appointments.get(claim["appointment"])
        if visit is None:
            export.fault(f"a claim for unknown visit {claim['appointment']}")
        elif visit["state"] in CALLED_OFF:
            export.fault(f"visit {visit['id']} is {visit['state']} and still claims {claim['resource']}")
    known = {series["id"] for series in export.document["series"]}
    for visit in export.document["appointments"]:
        if visit["series"] and visit["series"] not in known:
            export.fault(f"visit {visit['id']} belongs to unknown series {visit['series']}")


def check_lanes(export: Export) -> None:
    """No lane is claimed twice at one moment, and none lies beyond the capacity."""
    lanes: dict[tuple[str, str, int], list[tuple[Span, str]]] = defaultdict(list)
    for claim in export.document["claims"]:
        capacity = export.resources[claim["resource"]]["capacity"].get(claim["purpose"], 0)
        if not 0 <= claim["lane"] < capacity:
            export.fault(f"{claim['resource']} {claim['purpose']} lane {claim['lane']} is beyond {capacity}")
        lanes[claim["resource"], claim["purpose"], claim["lane"]].append((span(claim), claim["appointment"]))
    for (resource, purpose, lane), taken in lanes.items():
        taken.sort()
        for (one, first), (other, second) in zip(taken, taken[1:], strict=False):
            if other[0] < one[1]:
                export.fault(
                    f"{resource} {purpose} lane {lane} is claimed twice at {other[0]}: {first}, {second}"
                )


def check_staff_at_work(export: Export) -> None:
    """Every claim on a member of staff lies inside that person's availability."""
    for claim in export.document["claims"]:
        is_staff = export.resources[claim["resource"]]["kind"] == "staff"
        if is_staff and not covers(export.near(claim["resource"], span(claim)), span(claim)):
            words = f"{claim['resource']} is not at work for {claim['appointment']} at {claim['start']}"
            export.fault_of_facts(words, ABSENT, export.appointments[claim["appointment"]])


def check_monitors(export: Export) -> None:
    """Nobody has more patients to watch at one moment than the ratio allows."""
    watched: dict[str, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for claim in export.document["claims"]:
        if claim["purpose"] == "watch":
            watched[claim["resource"]][claim["appointment"]].append(span(claim))
    for person, by_visit in watched.items():
        events = [
            e for spans in by_visit.values() for start, end in joined(spans) for e in ((start, 1), (end, -1))
        ]
        count = 0
        for at, step in sorted(events):
            count += step
            if count > PATIENTS_PER_MONITOR:
                export.fault(f"{person} has {count} patients to watch at {at}")


def check_patients(export: Export) -> None:
    """No patient is in two places at once, and each visit holds its patient from arrival to discharge."""
    visits: dict[str, list[tuple[Span, str]]] = defaultdict(list)
    for visit in export.standing:
        visits[visit["patient"]].append((stay_of(visit), visit["id"]))
        held = claimed(export, visit, "occupy", resource=visit["patient"])
        if not covers(held, stay_of(visit)):
            export.fault(f"visit {visit['id']} does not hold its patient")
    for patient, taken in visits.items():
        taken.sort()
        for (one, first), (other, second) in zip(taken, taken[1:], strict=False):
            if other[0] < one[1]:
                export.fault(f"patient {patient} is in two places at {other[0]}: {first}, {second}")


def check_room(export: Export, visit: dict[str, Any]) -> None:
    """A visit with a room holds one alone, from arrival through turnover, while the site is open."""
    rooms = {
        claim["resource"]
        for claim in export.claims_of[visit["id"]]
        if export.resources[claim["resource"]]["kind"] == "room"
    }
    if visit["kind"] == "dosing" and not rooms:
        export.fault(f"dosing visit {visit['id']} has no room")
    if len(rooms) > 1:
        export.fault(f"visit {visit['id']} holds {len(rooms)} rooms")
    for room in rooms:
        ends = [span(phase)[1] for phase in visit["phases"]]
        earlier = span(visit)[1] - stay_of(visit)[1]
        whole = (span(visit)[0], max([span(visit)[1], *ends]) - earlier)
        if not covers(claimed(export, visit, "occupy", resource=room), whole):
            export.fault(f"visit {visit['id']} does not hold room {room} through turnover")
        if not covers(export.near(room, span(visit)), stay_of(visit)):
            export.fault_of_facts(f"room {room} is not open for visit {visit['id']}", SHUT, visit)


def check_dose(export: Export, visit: dict[str, Any]) -> None:
    """Everybody asked for is there, phase by phase, and the patient is out before the site closes."""
    phases = {phase["name"]: span(phase) for phase in visit["phases"]}
    asked = {
        "check_in",
        "settle",
        "administration",
        "observation",
        "recovery",
        "processing",
        "discharge",
        "turnover",
    }
    if missing := asked - set(phases):
        export.fault(f"dosing visit {visit['id']} has no phase {', '.join(sorted(missing))}")
        return
    recipe = RECIPES.get(protocol_of(export, visit))
    injected = phases["administration"][0]
    hands_on = recipe.injection_hands_on if recipe else 5 * MINUTE
    under_drug = (injected, phases["discharge"][1])
    wanted = [
        ("therapist", "occupy", (phases["settle"][0], phases["processing"][1])),
        ("medical_monitor", "occupy", phases["check_in"]),
        ("medical_monitor", "watch", under_drug),
        ("medical_monitor", "occupy", phases["discharge"]),
        ("administering_clinician", "occupy", (injected, injected + hands_on)),
        ("prescriber", "on_premises", under_drug),
    ]
    # Whoever leaves before release needs nobody any more.
    left = stay_of(visit)[1]
    for role, purpose, (begin, end) in wanted:
        if begin < left:
            check_cover(export, visit, role, purpose, (begin, min(end, left)))
    if injected < left:
        check_credentials(export, visit, (injected, min(under_drug[1], left)))
    check_before_close(export, visit)


def check_before_close(export: Export, visit: dict[str, Any]) -> None:
    """The site is open until some time after the patient is out."""
    stay = (span(visit)[0], span(visit)[1] + BEFORE_CLOSE)
    # A room may go out of use right after a visit, but not all of them while the site is open.
    opening = [
        there
        for room in export.resources.values()
        if room["kind"] == "room" and room["site"] == visit["site"]
        for there in export.near(room["id"], stay)
    ]
    if not covers(opening, stay):
        words = f"dosing visit {visit['id']} ends less than {BEFORE_CLOSE} before closing"
        export.fault_of_facts(words, {*SHUT, "HOURS-2"}, visit)


def check_cover(export: Export, visit: dict[str, Any], role: str, purpose: str, when: Span) -> None:
    """One person of the role is claimed without a break, or several where it is handed over, and each has the role."""
    people = {
        claim["resource"]
        for claim in export.claims_of[visit["id"]]
        if claim["role"] == role and claim["purpose"] == purpose
    }
    # A nurse who also places the line is claimed once there, so any claim of that person for the purpose counts.
    held = [claimed(export, visit, purpose, resource=person) for person in people]
    if role in handed_over(export, visit):
        held = [[one for spans in held for one in spans]]
    if not any(covers(spans, when) for spans in held):
        export.fault(f"dosing visit {visit['id']}: no {role} ({purpose}) from {when[0]} to {when[1]}")
    for person in people:
        if role not in export.resources[person].get("roles", []):
            export.fault_of_facts(f"dosing visit {visit['id']}: {person} is no {role}", {"COVER-7"}, visit)


def check_credentials(export: Export, visit: dict[str, Any], when: Span) -> None:
    """Enough people with each credential are at work at every moment under the drug."""
    day = instant(visit["start"]).date().isoformat()
    for kind, least in CREDENTIALS_ON_SITE.items():
        holders = [
            resource["id"]
            for resource in export.resources.values()
            if resource["kind"] == "staff"
            and resource["site"] == visit["site"]
            and any(
                c["kind"] == kind and (c["valid_until"] is None or c["valid_until"] >= day)
                for c in resource.get("credentials", [])
            )
        ]
        at_work = [export.near(holder, when) for holder in holders]
        edges = {when[0], *(e for spans in at_work for s in spans for e in s if when[0] < e < when[1])}
        for edge in edges:
            there = sum(any(s <= edge < e for s, e in spans) for spans in at_work)
            if there < least:
                words = f"dosing visit {visit['id']}: {there} people with {kind} at {edge}, {least} asked for"
                export.fault_of_facts(words, {"COVER-5", *SHUT}, visit)


def main(arguments: list[str]) -> int:
    """Check the export in the file named, or on standard input."""
    text = Path(arguments[0]).read_text(encoding="utf-8") if arguments else sys.stdin.read()
    document = json.loads(text)
    faults = faults_in(document)
    for words in faults:
        sys.stdout.write(words + "\n")
    sys.stdout.write(
        f"{len(document['series'])} series, {len(document['appointments'])} visits, "
        f"{len(document['claims'])} claims checked: {len(faults)} faults\n"
    )
    if not document["series"]:
        return 2
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
