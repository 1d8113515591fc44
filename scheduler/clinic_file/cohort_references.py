"""Checks what a clinic file says about its cohorts: members who are there, once each, and a protocol for groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduler.clinic_file.clinic_references import Entry, References
from scheduler.clinic_file.faults import nearest, shown
from scheduler.domain.errors import Fault
from scheduler.domain.group_terms import Reading
from scheduler.domain.treatment import Protocol


def cohort_faults(references: References, protocols: Sequence[Protocol]) -> Iterator[Fault]:
    """Yield everything about cohorts that leads nowhere or cannot be true together."""
    for_groups = {one.key: one for one in protocols if one.reading is Reading.MEMBER}
    for path, entry in references.sections["cohorts"]:
        key = entry.get("protocol")
        if isinstance(key, str) and key not in for_groups:
            problem = f"there is no protocol for groups {shown(key)}"
            yield Fault(f"{path}.protocol", problem, nearest(key, list(for_groups)))
        yield from _members(path, entry, references)
        protocol = for_groups.get(key) if isinstance(key, str) else None
        if protocol is not None and protocol.group is not None:
            members, most = _entries(entry), protocol.group.most
            if len(members) > most:
                yield Fault(f"{path}.members", f"has {len(members)} members; {key} takes {most} at the most")


def _members(path: str, entry: Entry, references: References) -> Iterator[Fault]:
    seen: set[str] = set()
    known = references.by_id["patients"]
    for number, member in enumerate(_entries(entry)):
        patient = member.get("patient") if isinstance(member, dict) else None
        if not isinstance(patient, str):
            continue  # the form says so
        where = f"{path}.members[{number}].patient"
        if patient not in known:
            yield Fault(where, f"there is no patient {shown(patient)}", nearest(patient, list(known)))
        elif known[patient].get("site") != entry.get("site"):
            yield Fault(where, f"{shown(patient)} belongs to another site than the cohort")
        if patient in seen:
            yield Fault(where, f"{shown(patient)} is a member already", "name everybody once")
        seen.add(patient)


def _entries(entry: Entry) -> Sequence[object]:
    members = entry.get("members")
    return members if isinstance(members, list) else ()
