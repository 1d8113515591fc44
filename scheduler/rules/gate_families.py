"""The one table of gates: which rule judges them, whose they are, who may decide them, and how long before the visit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

DESK = frozenset({"front_desk", "administrator"})
TREATING = frozenset({"therapist", "nurse", "prescriber"})
"""Roles of accounts, as `override_role` names them. Whoever treats may always put a gate on hold."""

_HOURS, _DAYS = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class GateFamily:
    """Some gates that belong together. A kind is a name, or the part of a gate's name before a dot.

    `judged_with` names the rule that judges them, in `gates.py`. `owner` is the role that sees to the decision, `deciders`
    are those who may let it pass. `due` is how long before the start of the visit it should stand, elapsed time; nothing
    for what is decided on the day. `source` says where that comes from.
    """

    judged_with: str
    kinds: tuple[str, ...]
    owner: str
    deciders: frozenset[str]
    due: timedelta
    source: str

    def may_hold(self) -> frozenset[str]:
        """Return the roles that may put it on hold: the cautious decision is open to everybody who treats."""
        return self.deciders | TREATING


GATE_FAMILIES = (
    GateFamily(
        "medical",
        ("clearance.medical", "labs", "ecg", "urine_drug_screen"),
        "prescriber",
        frozenset({"prescriber"}),
        7 * _DAYS,
        "Open clearances are asked for 14 and 7 days before a booked date; clinic default",
    ),
    GateFamily(
        "medical",
        ("pregnancy_test",),
        "nurse",
        frozenset({"nurse", "prescriber"}),
        timedelta(0),
        "Same day, where applicable; guides say before each treatment",
    ),
    GateFamily(
        "psychological",
        ("clearance.psychological", "clearance.psychiatric"),
        "therapist",
        frozenset({"therapist", "prescriber"}),
        7 * _DAYS,
        "Open clearances are asked for 14 and 7 days before a booked date; clinic default",
    ),
    GateFamily(
        "psychological",
        ("safety_plan",),
        "therapist",
        frozenset({"therapist", "prescriber"}),
        48 * _HOURS,
        "Once for each series, before the first dose; clinic default",
    ),
    GateFamily(
        "psychological",
        ("suicide_risk_screen",),
        "therapist",
        TREATING,
        timedelta(0),
        "At each dosing visit, done or not done; guides",
    ),
    GateFamily(
        "eligibility",
        ("eligibility",),
        "prescriber",
        frozenset({"prescriber"}),
        48 * _HOURS,
        "Decided before the series begins; the 48 hours are a clinic default",
    ),
    GateFamily(
        "consent",
        ("consent",),
        "therapist",
        TREATING,
        48 * _HOURS,
        "Given in time and in a clear state, 48 hours before the first dose; clinic default",
    ),
    GateFamily(
        "order",
        ("order",),
        "prescriber",
        frozenset({"prescriber"}),
        48 * _HOURS,
        "A prescription before each session; 48 hours before the first dose is a clinic default",
    ),
    GateFamily(
        "payment",
        ("payment", "payer"),
        "front_desk",
        DESK,
        48 * _HOURS,
        "Clinics settle payment before they schedule; 48 hours before the first dose is a clinic default",
    ),
    GateFamily(
        "escort",
        ("escort",),
        "front_desk",
        DESK | TREATING,
        48 * _HOURS,
        "The adult who takes the patient home is named 48 hours before, in the range of 24 to 72; clinic default",
    ),
    GateFamily(
        "review",
        ("review",),
        "prescriber",
        frozenset({"prescriber"}),
        24 * _HOURS,
        "Between the doses it lies between, a day before the later one; clinic default",
    ),
    GateFamily(
        "programme",
        ("enrolment",),
        "front_desk",
        DESK | {"prescriber"},
        7 * _DAYS,
        "REMS: enrolled before the first dose; the seven days are a clinic default",
    ),
    GateFamily(
        "other", (), "nurse", TREATING, timedelta(0), "Whatever else a protocol asks for; clinic default"
    ),
)
"""Every family there is; the last takes what no other names."""


@lru_cache(maxsize=1024)
def family_of(kind: str) -> GateFamily:
    """Return the family of a gate: of `consent.touch` that of `consent.touch`, else of `consent`, else the last."""
    for name in _names(kind):
        for family in GATE_FAMILIES:
            if name in family.kinds:
                return family
    return GATE_FAMILIES[-1]


def _names(kind: str) -> Iterator[str]:
    """Yield the name of a gate, and then the parts of it before a dot, the longest first."""
    parts = kind.split(".")
    for length in range(len(parts), 0, -1):
        yield ".".join(parts[:length])
