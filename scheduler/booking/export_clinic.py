"""Export a clinic: everything that is planned, booked and claimed, as one document that stands on its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from scheduler.booking.export_contacts import escort_entries, message_entries
from scheduler.booking.export_waiting import earlier_entries, waiting_entries
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.calendar_words import USUAL_WORDS
from scheduler.domain.claims import (
    PATIENT_CAPACITY,
    ROOM_CAPACITY,
    Claim,
    Purpose,
    capacity_of,
    cohort_capacity,
)
from scheduler.domain.clock import Clock
from scheduler.domain.cohorts import Cohort
from scheduler.domain.interval import InOrder, Interval, merged, without
from scheduler.domain.message_words import plain
from scheduler.domain.notice import Timeliness
from scheduler.domain.override import Override
from scheduler.domain.people import StaffMember
from scheduler.domain.places import USUAL_LANGUAGE, Site
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.domain.urgent_help import plain as plain_help
from scheduler.domain.visit_day import VisitEvent
from scheduler.store import (
    appointments,
    clinic,
    cohorts,
    conflicts,
    overrides,
    reminders,
    visit_events,
    vital_notes,
)
from scheduler.store import series as stored
from scheduler.store.cohort_file import most_members
from scheduler.store.conflicts import VisitConflict
from scheduler.store.reminders import Reminder
from scheduler.store.vital_notes import TakenBack, VitalNote
from scheduler.store.work import reading

FORMAT = "clinic-export/1"
DAYS_BACK, DAYS_AHEAD = timedelta(days=30), timedelta(days=120)
"""The time for which availability is written out at least; it reaches as far as there are visits."""

Json = dict[str, Any]

#: Whoever reads the document knows the states of the format; a hold that ran out was given back by the clinic.
_EXPORTED = {AppointmentState.LAPSED: AppointmentState.CANCELLED_BY_CLINIC}


def export_clinic(clock: Clock) -> Json:
    """Return the whole clinic as it stands at one moment; instants are RFC 3339 in UTC, ids are texts.

    It names everybody by id alone. Claims are split at the limits of phases, and keep their lanes; a claim for the
    spacing of doses belongs to no phase.
    """
    now = clock.now()
    with reading():
        sites = clinic.sites()
        visits, notices = appointments.all_appointments(), visit_events.notices()
        horizon = _horizon(now, visits)
        return {
            "format": FORMAT,
            "exported_at": _instant(now),
            "sites": [_site(site) for site in sites],
            "resources": [entry for site in sites for entry in _resources(site)],
            "availability": [entry for site in sites for entry in _availability(site, horizon)],
            "protocols": [_protocol(protocol) for protocol in clinic.protocol_versions()],
            "series": [_series(series) for series in stored.all_series()],
            "appointments": [_appointment(visit, notices.get(visit.id)) for visit in visits],
            "claims": [piece for visit in visits for claim in visit.claims for piece in _claim(claim, visit)],
            "overrides": [_override(override) for override in overrides.all_overrides()],
            "reminders": [_reminder(reminder) for reminder in reminders.all_reminders()],
            "events": [_event(event) for event in visit_events.all_events()],
            "conflicts": [_conflict(conflict) for conflict in conflicts.all_conflicts()],
            "cohorts": [_cohort(one) for one in cohorts.cohorts()],
            "messages": list(message_entries([one for site in sites for one in clinic.patients(site.id)])),
            "escorts": list(escort_entries()),
            "vital_signs": [_vital_note(note) for note in vital_notes.all_vital_notes()],
            "vital_signs_taken_back": [_taken_back(one) for one in vital_notes.notes_taken_back()],
            "waiting": list(waiting_entries()),
            "would_come_earlier": list(earlier_entries()),
        }


def _horizon(now: datetime, visits: Iterable[Appointment]) -> Interval:
    a_day = timedelta(days=1)
    starts = [now - DAYS_BACK, *(visit.start - a_day for visit in visits)]
    ends = [now + DAYS_AHEAD, *(visit.discharge + a_day for visit in visits)]
    return Interval(min(starts), max(ends))


def _instant(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _instant_if_any(instant: datetime | None) -> str | None:
    return None if instant is None else _instant(instant)


def _stretch(interval: Interval) -> Json:
    return {"start": _instant(interval.start), "end": _instant(interval.end)}


def _capacity(capacity: Mapping[Purpose, int]) -> Json:
    return {purpose.value: lanes for purpose, lanes in capacity.items()}


def _site(site: Site) -> Json:
    """Return a site; what it chose otherwise than usual (words, times of reminders, language) or beyond it alone."""
    chosen: Json = (
        {} if site.calendar_words == USUAL_WORDS else {"calendar_words": site.calendar_words.plain()}
    )
    if times := site.reminder_times.chosen():
        chosen = {**chosen, "reminder_times": times}
    if site.language != USUAL_LANGUAGE:
        chosen = {**chosen, "language": site.language}
    if words := plain(site.message_words):
        chosen = {**chosen, "message_words": words}
    if urgent := plain_help(site.urgent_help):
        chosen = {**chosen, "urgent_help": urgent}
    if site.holiday_region:
        chosen = {**chosen, "holiday_region": site.holiday_region}
    return {"id": site.id, "zone": site.zone, **chosen}


def _resources(site: Site) -> Iterator[Json]:
    for room in clinic.rooms(site.id):
        yield {
            "id": room.id,
            "kind": "room",
            "site": site.id,
            "capacity": _capacity(ROOM_CAPACITY),
            "roles": [],
            "capabilities": sorted(room.capabilities),
        }
    for person in clinic.staff(site.id):
        yield {
            "id": person.id,
            "kind": "staff",
            "site": site.id,
            "capacity": _capacity(capacity_of(person)),
            "roles": sorted(role.value for role in person.roles),
            "credentials": list(_credentials(person)),
        }
    for patient in clinic.patients(site.id):
        capacity = _capacity(PATIENT_CAPACITY)
        yield {
            "id": patient.id,
            "kind": "patient",
            "site": site.id,
            "capacity": capacity,
            "roles": [],
            **({"language": patient.language} if patient.language else {}),
            **({"referred_on": patient.referred_on.isoformat()} if patient.referred_on else {}),
        }
    for one in cohorts.cohorts(site.id):
        capacity = _capacity(cohort_capacity(most_members(one)))
        yield {"id": one.id, "kind": "cohort", "site": site.id, "capacity": capacity, "roles": []}


def _credentials(person: StaffMember) -> Iterator[Json]:
    for held in person.credentials:
        until = held.valid_until.isoformat() if held.valid_until else None
        yield {"kind": held.kind, "valid_until": until}


def _availability(site: Site, horizon: Interval) -> Iterator[Json]:
    """Yield when rooms can be used and when staff are at work; a patient is available unless claimed."""
    opened = InOrder(site.open_times(horizon))
    for room in clinic.rooms(site.id):
        for interval in without(opened.found, room.out_of_use):
            yield {"resource": room.id, **_stretch(interval)}
    for person in clinic.staff(site.id):
        for interval in _shared(person.working_times(site, horizon), opened):
            yield {"resource": person.id, **_stretch(interval)}


def _shared(some: Iterable[Interval], others: InOrder) -> tuple[Interval, ...]:
    """Return the stretches that lie in both: nobody is there while the site is shut."""
    return merged(
        shared for one in some for other in others.sharing(one) if (shared := one.shared_with(other))
    )


def _protocol(protocol: Protocol) -> Json:
    return {"key": protocol.key, "version": protocol.version, "document": protocol.document or {}}


def _series(series: Series) -> Json:
    return {
        "id": series.id,
        "site": series.site,
        "patient": series.patient,
        "protocol": series.protocol,
        "protocol_version": series.protocol_version,
        "state": series.state.value,
        "declined": sorted(series.declined),
        "extra_steps": [stored.extra_entry(step) for step in series.extra],
    }


def _appointment(visit: Appointment, notice: Timeliness | None) -> Json:
    return {
        "id": visit.id,
        "series": visit.series or None,
        "site": visit.site,
        "patient": visit.patient,
        "step": visit.step or None,
        "kind": visit.kind.value,
        "state": _EXPORTED.get(visit.state, visit.state).value,
        "called_off": notice.value if notice else None,
        "version": visit.version,
        "room": visit.room,
        **_stretch(visit.interval),
        "began_at": _instant_if_any(visit.began_at),
        "released_at": _instant_if_any(visit.released_at),
        "phases": [{"name": phase.name, **_stretch(phase.interval)} for phase in visit.phases],
        **({"group_visit": visit.group_visit} if visit.group_visit else {}),
    }


def _cohort(cohort: Cohort) -> Json:
    """Return a cohort with its members; what stands for it in the ledger has the same id."""
    return {
        "id": cohort.id,
        "site": cohort.site,
        "protocol": cohort.protocol,
        "series": cohort.series or None,
        "members": [
            {"patient": one.patient, "place": one.place, "high_dose": one.high_dose} for one in cohort.members
        ],
    }


def _claim(claim: Claim, visit: Appointment) -> Iterator[Json]:
    """Yield a claim phase by phase; what lies in none of its phases comes last, so that nothing is left out."""
    pieces: list[tuple[Interval, str | None]] = [
        (shared, phase.name)
        for phase in visit.phases
        if phase.name in claim.phases and (shared := phase.interval.shared_with(claim.interval))
    ]
    pieces += [(rest, None) for rest in without([claim.interval], [piece for piece, _ in pieces])]
    for interval, phase in pieces:
        yield {
            "resource": claim.resource,
            "purpose": claim.purpose.value,
            "lane": claim.lane,
            **_stretch(interval),
            "appointment": claim.appointment,
            "phase": phase,
            "role": claim.role.value if claim.role else None,
        }


def _override(override: Override) -> Json:
    return {
        "appointment": override.appointment,
        "rule": override.rule,
        "reason": override.reason,
        "by": override.made_by,
        "role": override.role,
        "at": _instant(override.made_at),
        "expires_at": _instant(override.expires_at),
        "withdrawn_at": _instant_if_any(override.withdrawn_at),
    }


def _reminder(reminder: Reminder) -> Json:
    return {
        "appointment": reminder.appointment,
        "kind": reminder.kind,
        "channel": reminder.channel,
        "due": _instant(reminder.due),
        "state": reminder.state.value,
        "sent_at": _instant_if_any(reminder.sent_at),
    }


def _event(event: VisitEvent) -> Json:
    return {
        "appointment": event.appointment,
        "from": _EXPORTED.get(event.former, event.former).value,
        "to": _EXPORTED.get(event.state, event.state).value,
        "at": _instant(event.at),
        "by": event.noted_by,
        "reason": event.reason.value if event.reason else None,
    }


def _taken_back(one: TakenBack) -> Json:
    return {**_vital_note(one.note), "taken_back_at": _instant(one.at), "taken_back_by": one.by}


def _vital_note(note: VitalNote) -> Json:
    return {
        "appointment": note.appointment,
        "due": _instant(note.due),
        "noted_at": _instant(note.at),
        "by": note.by,
    }


def _conflict(conflict: VisitConflict) -> Json:
    """Return a conflict without its words, which may name staff."""
    return {
        "series": conflict.series,
        "rule": conflict.rule,
        "steps": list(conflict.steps),
        "cause": conflict.cause,
        "found_at": _instant(conflict.found_at),
        "resolved_at": _instant_if_any(conflict.resolved_at),
        "resolution": conflict.resolution.value if conflict.resolution else None,
    }
