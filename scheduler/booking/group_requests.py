"""What is asked for a group that is for one patient, or the other way round: said before anything is looked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from scheduler.booking.outcomes import Refused
from scheduler.domain.group_terms import Reading
from scheduler.domain.people import Patient
from scheduler.domain.telling import told
from scheduler.domain.treatment import Protocol
from scheduler.planner.proposal import Reason
from scheduler.store.cohorts import cohort

_ALONE = frozenset({Reading.ALONE})


def against_whom(patient: Patient, protocol: Protocol) -> Iterator[Reason]:
    """Yield why this protocol cannot be booked for this patient, or for the cohort that the patient stands for."""
    if not patient.stands_for_cohort:
        if protocol.reading not in _ALONE:
            why = told("%(title)s is for a group; nobody has it alone.", title=protocol.title)
            mend = told("Let the patient join a cohort, and book the visits of the cohort.")
            yield Reason("for_a_group", why, mend, "")
        return
    group = cohort(patient.id)
    if protocol.reading is not Reading.GROUP or not protocol.key.startswith(f"{group.protocol}."):
        why = told(
            "%(name)s follows the protocol '%(protocol)s', and no other.",
            name=group.name,
            protocol=group.protocol,
        )
        yield Reason("for_a_group", why, told("Choose the protocol of the cohort."), "")
    if not group.members:
        yield Reason(
            "no_members",
            told("%(name)s has no members.", name=group.name),
            told("Let patients join first."),
            "",
        )


def no_such_cohort(id: str) -> Refused:
    """Return the refusal for a cohort that there is not."""
    why = told("There is no cohort '%(id)s'.", id=id)
    return Refused(reasons=(Reason("unknown_cohort", why, told("Choose a cohort from the list."), ""),))


def against_booking_again(patient: Patient) -> tuple[Reason, ...]:
    """Return why a cohort's visits cannot be booked: they are already; nothing for a patient."""
    if not patient.stands_for_cohort or (group := cohort(patient.id)).is_open:
        return ()
    why = told("The visits of %(name)s are booked already.", name=group.name)
    return (Reason("cohort_closed", why, told("Change them there, or make another cohort."), ""),)


def against_holding_a_group(patient: Patient, held_until: datetime | None) -> Iterator[Reason]:
    """Yield why visits of a group are not merely held: there is nobody who could decide for all."""
    if patient.stands_for_cohort and held_until is not None:
        why = told("The visits of a group are booked or not; they are not held while somebody decides.")
        yield Reason("hold", why, told("Book them; a member who cannot come is called off alone."), "")
