"""The one list of rules: what must be true of every series, in the clinic's words."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from scheduler.rules import (
    clashes,
    clear_head,
    cover,
    gates,
    groups,
    integration,
    long_break,
    order,
    people,
    places,
    spacing,
)
from scheduler.rules.finding import Breach, Finding, Level
from scheduler.rules.question import Question


class Family(StrEnum):
    """What a rule is about, in the order of the catalogue."""

    ORDER = "Order and completeness"
    PREPARATION = "Preparation"
    SPACING = "Spacing of doses"
    INTEGRATION = "Integration"
    FOLLOW_UP = "Follow-up"
    COVER = "Cover"
    GROUPS = "Groups"
    PEOPLE = "People"
    PLACES = "Rooms and hours"
    CLASHES = "One place at a time"
    GATES = "Decisions before a visit"
    AFTER_DOSE = "After a dose"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `id` is never reused; `title` is true when all is well; `rationale` is what users read.

    `source` is a key of the register in `sources.py`. `override_role` is who may let a visit start in spite of a
    GATE, `None` when nobody may. `check` yields every breach as a finding.
    """

    id: str
    level: Level
    family: Family
    title: str
    rationale: str
    source: str
    override_role: str | None
    check: Callable[[Question], Iterator[Finding]]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The rationale by paragraphs, each in one line."""
        return tuple(" ".join(paragraph.split()) for paragraph in self.rationale.split("\n\n"))


def _rule(
    id: str,
    level: Level,
    holds: Callable[[Question], Iterator[Breach]],
    source: str,
    override_role: str | None = None,
) -> Rule:
    """Make a rule of a function that is named as a sentence and yields where the sentence is not true."""
    title = holds.__name__.replace("_", " ").capitalize()

    def check(question: Question) -> Iterator[Finding]:
        for breach in holds(question):
            yield Finding(
                rule=id,
                level=level,
                title=title,
                appointments=tuple(visit.id for visit in breach.visits),
                steps=tuple(dict.fromkeys((*(visit.step for visit in breach.visits), *breach.missing))),
                why=breach.why,
                mend=breach.mend,
                override_role=override_role,
                gated=_gated(breach) if level in (Level.BLOCK, Level.GATE) else None,
                gate=breach.gate,
            )

    return Rule(
        id,
        level,
        _FAMILIES[id.split("-")[0]],
        title,
        inspect.getdoc(holds) or "",
        source,
        override_role,
        check,
    )


def _gated(breach: Breach) -> str | None:
    """Return the visit that waits: the last of those touched, for what lies before it has its time already."""
    last = max(breach.visits, key=lambda visit: visit.start, default=None)
    return last.id if last else None


_FAMILIES = {
    "ORDER": Family.ORDER,
    "WHOLE": Family.ORDER,
    "COUNT": Family.ORDER,
    "LENGTH": Family.ORDER,
    "PAST": Family.ORDER,
    "PREP": Family.PREPARATION,
    "SPACE": Family.SPACING,
    "INTEG": Family.INTEGRATION,
    "FOLLOW": Family.FOLLOW_UP,
    "COVER": Family.COVER,
    "GROUP": Family.GROUPS,
    "CRED": Family.PEOPLE,
    "CONT": Family.PEOPLE,
    "ROOM": Family.PLACES,
    "HOURS": Family.PLACES,
    "HOLD": Family.PLACES,
    "CLASH": Family.CLASHES,
    "GATE": Family.GATES,
    "DRIVE": Family.AFTER_DOSE,
    "AFTER": Family.AFTER_DOSE,
}

BLOCK, GATE, WARN = Level.BLOCK, Level.GATE, Level.WARN

CATALOGUE: tuple[Rule, ...] = (
    _rule("ORDER-1", BLOCK, order.visits_follow_the_order_of_the_protocol, "support-model"),
    _rule("WHOLE-1", BLOCK, order.a_new_series_is_booked_whole, "what-is-booked"),
    _rule("COUNT-1", BLOCK, order.there_are_no_more_doses_than_the_protocol_allows, "loading-count"),
    _rule("LENGTH-1", BLOCK, order.a_visit_lasts_as_long_as_its_phases, "what-is-booked"),
    _rule("PAST-1", BLOCK, order.a_new_visit_does_not_start_in_the_past, "what-is-booked"),
    _rule("PREP-1", BLOCK, order.preparation_is_over_long_enough_before_the_dose, "oregon-preparation"),
    _rule("PREP-2", GATE, order.preparation_is_recent_enough_at_the_dose, "oregon-preparation", "prescriber"),
    _rule(
        "PREP-3",
        GATE,
        order.every_preparation_takes_place_before_the_first_dose,
        "oregon-preparation",
        "prescriber",
    ),
    _rule("PREP-4", GATE, long_break.a_dose_after_a_long_break_is_prepared_anew, "long-break", "prescriber"),
    _rule("SPACE-1", BLOCK, spacing.doses_are_spaced, "three-a-week"),
    _rule(
        "SPACE-2", GATE, spacing.the_next_dose_comes_before_the_last_has_faded, "effect-fades", "prescriber"
    ),
    _rule("SPACE-3", BLOCK, spacing.doses_within_a_week_are_few_enough, "three-a-week"),
    _rule("SPACE-4", WARN, spacing.the_doses_lie_within_the_span_of_the_series, "six-in-three-weeks"),
    _rule("INTEG-1", BLOCK, integration.integration_waits_until_the_patient_has_rested, "integration-window"),
    _rule("INTEG-2", WARN, integration.integration_comes_while_the_experience_is_fresh, "integration-window"),
    _rule("INTEG-3", BLOCK, integration.integration_is_over_before_the_next_dose, "integration-between"),
    _rule("INTEG-4", WARN, integration.every_dose_has_its_integration, "integration-offered"),
    _rule("FOLLOW-1", BLOCK, integration.follow_up_waits_long_enough, "contact-after-dose"),
    _rule("FOLLOW-2", WARN, integration.follow_up_comes_in_time, "contact-after-dose"),
    _rule("COVER-1", BLOCK, cover.who_must_be_in_the_room_is_there, "therapist-standards"),
    _rule("COVER-2", BLOCK, cover.set_up_is_one_to_one, "one-to-one-set-up"),
    _rule("COVER-3", BLOCK, cover.the_medical_monitor_watches_throughout, "continuous-monitoring"),
    _rule("COVER-4", BLOCK, cover.the_prescriber_is_on_the_premises, "prescriber-on-site"),
    _rule("COVER-5", BLOCK, cover.enough_qualified_people_are_on_the_premises, "nobody-works-alone"),
    _rule("COVER-6", BLOCK, cover.the_therapist_is_not_the_medical_monitor, "therapist-standards"),
    _rule("COVER-7", BLOCK, people.everybody_named_holds_the_role, "what-is-booked"),
    _rule(
        "COVER-8",
        BLOCK,
        cover.roles_are_handed_over_between_phases_where_the_protocol_allows_it,
        "what-is-booked",
    ),
    _rule(
        "COVER-9", BLOCK, groups.those_who_lead_and_who_watches_are_different_people, "therapist-standards"
    ),
    _rule("GROUP-1", BLOCK, groups.there_are_enough_facilitators_for_the_members, "oregon-groups"),
    _rule("GROUP-2", GATE, groups.enough_members_take_part_to_go_ahead, "clinic-default", "prescriber"),
    _rule("CRED-1", BLOCK, people.credentials_are_valid_on_the_day_of_the_visit, "credential-proof"),
    _rule("CONT-1", GATE, people.the_patient_keeps_one_therapist, "new-staff", "therapist"),
    _rule("ROOM-1", BLOCK, places.the_room_is_fit_for_the_visit, "clinic-default"),
    _rule("ROOM-2", BLOCK, places.the_room_is_free, "room-turnover"),
    _rule("ROOM-3", BLOCK, places.the_room_is_large_enough, "clinic-default"),
    _rule("HOURS-1", BLOCK, places.the_visit_lies_within_opening_hours, "what-is-booked"),
    _rule("HOURS-2", BLOCK, places.patients_have_left_before_the_site_closes, "clinic-default"),
    _rule("HOURS-3", BLOCK, people.the_people_of_a_visit_are_at_work, "what-is-booked"),
    _rule("HOLD-1", BLOCK, places.the_visit_holds_its_room_and_the_patients_time, "what-is-booked"),
    _rule("CLASH-1", BLOCK, clashes.nobody_is_in_two_places, "what-is-booked"),
    _rule("CLASH-2", BLOCK, clashes.the_patient_is_in_one_place, "what-is-booked"),
    _rule("CLASH-3", BLOCK, clashes.the_patient_can_come, "what-is-booked"),
    _rule("GATE-1", GATE, gates.medical_clearance_holds, "patient-selection", "prescriber"),
    _rule("GATE-2", GATE, gates.psychological_clearance_holds, "patient-selection", "prescriber"),
    _rule("GATE-3", GATE, gates.the_patient_is_found_eligible, "patient-selection", "prescriber"),
    _rule("GATE-4", GATE, gates.consent_is_given, "consent-renewal", "prescriber"),
    _rule("GATE-5", GATE, gates.an_order_is_present, "order-and-review", "prescriber"),
    _rule("GATE-6", GATE, gates.payment_is_settled, "payment-first", "administrator"),
    _rule("GATE-7", GATE, gates.somebody_takes_the_patient_home, "escort-home", "prescriber"),
    _rule("GATE-8", GATE, gates.the_response_has_been_reviewed, "order-and-review", "prescriber"),
    _rule("GATE-9", GATE, gates.every_other_gate_stands_open, "clinic-default", "prescriber"),
    _rule("GATE-10", GATE, gates.the_patient_is_enrolled_in_the_programme_of_the_drug, "rems-enrolment"),
    _rule("DRIVE-1", WARN, integration.nobody_has_to_come_while_they_may_not_drive, "no-driving"),
    _rule("AFTER-1", GATE, clear_head.consent_is_given_with_a_clear_head, "no-decisions", "prescriber"),
)
"""Every rule there is. A check that is not listed here is not asked."""
