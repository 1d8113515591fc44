"""What a note to whoever takes a patient home says, as things stand when it is about to leave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scheduler.reminders.contents import Contents, reference_of
from scheduler.reminders.escorts import notes_of
from scheduler.reminders.messages import Letter, VisitLine
from scheduler.reminders.ways import ways_to_escort
from scheduler.reminders.words.spoken import spoken
from scheduler.store.contacts import contacts
from scheduler.store.escorts import escorted_visit
from scheduler.store.reminders import Lease
from scheduler.store.work import reading


def escort_contents(leases: Iterable[Lease]) -> dict[int, Contents]:
    """Return what such notes say, by the id of the lease; without those about which there is nobody to write to any more."""
    with reading():
        return {lease.id: contents for lease in leases if (contents := _contents(lease)) is not None}


def _contents(lease: Lease) -> Contents | None:
    one = escorted_visit(lease.appointment)
    if one is None or one.visit.start != lease.visit_start:
        return None
    planned = next((note for note in notes_of(one) if note.kind == lease.kind), None)
    if planned is None:
        return None
    visit = one.visit
    ways = ways_to_escort(one.escort, contacts([visit.patient]))
    letter = Letter(
        reference=reference_of(lease),
        kind=planned.kind,
        recipient=next((way.address for way in ways if way.channel == lease.channel), ""),
        public_name=visit.public_name,
        phone=visit.phone,
        address=visit.address,
        visits=(VisitLine(one.release, visit.site_zone, by_phone=False),),
        # Nobody asked what they read: most likely what the patient reads.
        language=spoken(*visit.languages).code,
        chosen=visit.words,
    )
    # The quiet hours are those of the site: where somebody else lives is not known.
    return Contents(replace(visit, patient_zone=visit.site_zone), planned, (), letter)
