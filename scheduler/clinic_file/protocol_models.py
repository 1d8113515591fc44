"""The form of a protocol document: which entries it has and what each may hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Strict, model_validator

from scheduler.clinic_file.forms import DottedName, Form, Name, Switch, WholeNumber, Words
from scheduler.domain.people import Role
from scheduler.domain.treatment import Attention, StepKind, WindowMeaning

STEP_KEY = r"^[A-Z][A-Za-z0-9]*(\[i\][A-Za-z0-9]*)?$"
STEP_REFERENCE = r"^[A-Z][A-Za-z0-9]*(\[[a-z0-9_.+]+\][A-Za-z0-9]*)?$"
MOMENT_REFERENCE = r"^[A-Z][A-Za-z0-9]*(\[[a-z0-9_.+]+\][A-Za-z0-9]*)?\.(start|end)$"
StepKey = Annotated[str, Field(pattern=STEP_KEY)]
StepReference = Annotated[str, Field(pattern=STEP_REFERENCE)]
MomentReference = Annotated[str, Field(pattern=MOMENT_REFERENCE)]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False, ge=0, le=1_000_000)]

LENGTH_UNITS = ("min", "h", "d")
DATE_UNITS = ("calendar_days",)
COUNT_UNITS = ("visits", "people", "patients")
MOST_COUNTED = 60
"""More visits, people or patients than any protocol has: a number above it is a slip of the pen."""
MOST_DAYS = 3660
"""Ten years of calendar days: no two visits of one series are further apart."""


class QuantityEntry(Form):
    """One number: `h` are elapsed hours, `d` are 24 elapsed hours, `calendar_days` go by the date at the clinic.

    `range` is the sensible lowest and highest value.
    """

    value: Number
    unit: Literal["min", "h", "d", "calendar_days", "visits", "people", "patients"]
    source: Words
    range: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None
    level: Literal["block", "gate", "warn", "info"] = "block"

    @model_validator(mode="after")
    def _lies_in_its_range(self) -> QuantityEntry:
        if self.range is not None:
            lowest, highest = self.range
            if lowest > highest:
                raise ValueError(
                    f"the range {lowest:g} to {highest:g} is the wrong way round | give the lowest first"
                )
            if not lowest <= self.value <= highest:
                raise ValueError(
                    f"{self.value:g} {self.unit} lies outside of its own range {lowest:g} to {highest:g} "
                    "| change the value, or widen the range and say in `source` why"
                )
        return self


class PhaseEntry(Form):
    """One stretch of a visit. In a phase without the patient only the room is held.

    Its length counts from its own beginning or, with `counts_from`, from the beginning of an earlier phase.
    """

    name: Name
    length: DottedName
    counts_from: Name | None = None
    with_patient: Switch = True


class CoverEntry(Form):
    """Who must be there from one phase through another; left out, `from` is the first phase and `through` the same phase.

    Both left out mean every phase with the patient.
    """

    role: Role
    attention: Attention
    from_phase: Annotated[Name | None, Field(alias="from")] = None
    through: Name | None = None
    first: DottedName | None = None
    patients_per_person: DottedName | None = None
    credentials: list[Name] = []


class SiteCoverEntry(Form):
    """How many people with a credential must be at work on the premises, from one phase through another."""

    credential: Name
    at_least: DottedName
    from_phase: Annotated[Name, Field(alias="from")]
    through: Name


class DecisionAfterEntry(Form):
    """A gate that must be decided on or after the day of an earlier visit; it is asked of the visits after that one."""

    gate: DottedName
    step: StepReference


class StepEntry(Form):
    """One visit, or with `repeat` one for each number: `D[i]` repeated six times makes D1 to D6."""

    key: StepKey
    kind: StepKind
    title: Words
    repeat: DottedName | None = None
    room: Name | None = None
    phases: Annotated[list[PhaseEntry], Field(min_length=1)]
    cover: list[CoverEntry] = []
    site_cover: list[SiteCoverEntry] = []
    gates: list[DottedName] = []
    gates_decided_after: list[DecisionAfterEntry] = []
    keeps_one_therapist: Switch = True
    holds_dose_spacing: DottedName | None = None
    ends_before_close: DottedName | None = None
    no_driving: DottedName | None = None
    no_solids: DottedName | None = None
    no_clear_liquids: DottedName | None = None
    left_out_when_passed: DottedName | None = None
    declinable: Switch = False
    optional: Switch = False
    hands_over: list[Role] = []
    with_group: Switch = False


class WindowEntry(Form):
    """The time allowed from a moment of one visit to a moment of a later one, both limits included.

    Without `at_least` the later moment may not come before the earlier one; without `at_most` there is no latest time.
    `ideally_at_most` is a wish within these limits: it is kept where that costs no later finish. Limits in
    `calendar_days` count the dates from one moment to the other, and all limits of a window are of one kind. With
    `i_from`, which is included, and `i_before`, which is not, the window is made for those numbers `i` alone.
    """

    from_moment: Annotated[MomentReference, Field(alias="from")]
    to_moment: Annotated[MomentReference, Field(alias="to")]
    at_least: DottedName | None = None
    at_most: DottedName | None = None
    ideally_at_most: DottedName | None = None
    i_from: DottedName | None = None
    i_before: DottedName | None = None
    meaning: WindowMeaning


class GroupEntry(Form):
    """The group with which the visits marked `with_group` are held: its size, its facilitators and its room.

    `decide_before` is how long before a visit it is decided whether it goes ahead with fewer than `least` members. The ratio
    for a high dose counts for the whole group as soon as one member has one.
    """

    least: DottedName
    most: DottedName
    decide_before: DottedName
    patients_per_facilitator: DottedName
    patients_per_facilitator_high_dose: DottedName
    facilitators: DottedName
    spare_places: DottedName | None = None


class ProtocolDocument(Form):
    """One version of a protocol, with every number named, in its unit and with its source."""

    protocol: Name
    version: Annotated[WholeNumber, Field(ge=1)]
    title: Words
    route: Name
    series_kind: Name
    most_doses: DottedName
    group: GroupEntry | None = None
    quantities: dict[DottedName, QuantityEntry]
    steps: Annotated[list[StepEntry], Field(min_length=1)]
    windows: list[WindowEntry]
