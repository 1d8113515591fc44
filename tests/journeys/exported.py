"""A clinic export as the independent check reads it: standard library only, no code of the scheduler."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZERO = timedelta(0)
CALLED_OFF = {"cancelled_by_patient", "cancelled_by_clinic", "same_day_hold", "no_show"}

STILL_BROKEN = {None, "over"}
"""How a conflict stands that tells of something which is still broken: open, or its visits were over before."""

Span = tuple[datetime, datetime]


@dataclass
class Export:
    """An export with the look-ups that the checks need."""

    document: dict[str, Any]
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.resources = {r["id"]: r for r in self.document["resources"]}
        self.standing = [a for a in self.document["appointments"] if a["state"] not in CALLED_OFF]
        self.appointments = {a["id"]: a for a in self.document["appointments"]}
        self.claims_of: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for claim in self.document["claims"]:
            self.claims_of[claim["appointment"]].append(claim)
        available: dict[str, list[Span]] = defaultdict(list)
        for entry in self.document["availability"]:
            available[entry["resource"]].append(span(entry))
        self.available = {resource: joined(spans) for resource, spans in available.items()}
        self.now = instant(self.document["exported_at"])
        self.told: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for conflict in self.document.get("conflicts", ()):
            if conflict["resolution"] in STILL_BROKEN:
                self.told[conflict["series"]].append(conflict)

    def near(self, resource: str, when: Span) -> list[Span]:
        """Return when a resource is there, as far as that shares a moment with a span or touches it."""
        spans = self.available.get(resource, [])
        first = bisect_left(spans, when[0], key=lambda there: there[1])
        last = bisect_right(spans, when[1], key=lambda there: there[0])
        return spans[first:last]

    def fault(self, words: str) -> None:
        """Note one fault."""
        self.faults.append(words)

    def fault_unless_told(self, words: str, rules: Iterable[str], *visits: dict[str, Any]) -> None:
        """Note one fault of visits of a series, unless a conflict in the inbox tells of it by one of these rules."""
        steps = {visit["step"] for visit in visits}
        told = self.told[visits[0]["series"] or ""]
        if not any(one["rule"] in rules and steps <= set(one["steps"]) for one in told):
            self.fault(words)

    def fault_of_facts(self, words: str, rules: Iterable[str], visit: dict[str, Any]) -> None:
        """Do the same where only the clinic's present facts may be at fault, which say nothing of a visit that is over."""
        if stay_of(visit)[1] > self.now:
            self.fault_unless_told(words, rules, visit)


@cache
def instant(text: str) -> datetime:
    """Read an RFC 3339 instant; it has to say its offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return moment


def span(entry: dict[str, Any]) -> Span:
    """Return start and end of anything that has both."""
    return instant(entry["start"]), instant(entry["end"])


def stay_of(visit: dict[str, Any]) -> Span:
    """Return from when until when a patient is there: to the planned end, or until they left before it."""
    start, end = span(visit)
    return start, max(start, min(end, instant(visit["released_at"]))) if visit["released_at"] else end


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the union, sorted; spans that touch become one."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def covers(spans: Iterable[Span], wanted: Span) -> bool:
    """Say whether the spans together hold every moment of the wanted one, which may have none."""
    return wanted[1] <= wanted[0] or any(
        start <= wanted[0] and wanted[1] <= end for start, end in joined(spans)
    )


def claimed(
    export: Export,
    visit: dict[str, Any],
    purpose: str,
    *,
    role: str | None = None,
    resource: str | None = None,
) -> list[Span]:
    """Return when a visit claims something for a purpose, by role or by resource."""
    return [
        span(claim)
        for claim in export.claims_of[visit["id"]]
        if claim["purpose"] == purpose
        and (role is None or claim["role"] == role)
        and (resource is None or claim["resource"] == resource)
    ]


def protocol_of(export: Export, visit: dict[str, Any]) -> str:
    """Return the key of the protocol behind a visit, empty without a series."""
    found = [series["protocol"] for series in export.document["series"] if series["id"] == visit["series"]]
    return found[0] if found else ""


def handed_over(export: Export, visit: dict[str, Any]) -> set[str]:
    """Return the roles that somebody may hand over to somebody else during dosing visits of the protocol behind this one."""
    key = protocol_of(export, visit)
    documents = [one["document"] for one in export.document["protocols"] if one["key"] == key]
    steps = [step for document in documents for step in document.get("steps", ())]
    return {role for step in steps if step["kind"] == "dosing" for role in step.get("hands_over", ())}
