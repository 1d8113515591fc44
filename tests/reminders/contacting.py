"""Patients with consents recorded in the store, and passes by e-mail and by text, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from scheduler.domain.contact import Category, Consent, ContactWay
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.dispatch import Counts, dispatch
from scheduler.store.contacts import keep_consents, keep_first_way
from scheduler.store.work import unit_of_work
from tests.builders import a_patient
from tests.feeds.stored_visits import BOOKED_AT, keep_clinic
from tests.reminders.recording import RecordingChannel, RecordingTexts

NUMBER = "+13035550142"
WRITTEN = "+1 303 555 0142"
ALL = tuple(Category)


def keep_patient(phone: str = WRITTEN) -> None:
    """Store the clinic with one patient who has a phone."""
    keep_clinic(patients=[a_patient(phone=phone)])


def consent(
    given: bool = True,
    way: ContactWay = ContactWay.SMS,
    to: str = NUMBER,
    categories: Iterable[Category] = ALL,
    patient: str = "patient-1",
) -> None:
    """Record what a patient wants by a way."""
    kept = [
        Consent(patient, way, category, given, recipient_hash(to), BOOKED_AT, "desk")
        for category in categories
    ]
    with unit_of_work():
        keep_consents(kept, "site-1")


def texts_first(patient: str = "patient-1") -> None:
    """Let a patient be written to by text first."""
    with unit_of_work():
        keep_first_way(patient, "site-1", ContactWay.SMS)


def passes(now: datetime, mail: RecordingChannel, texts: RecordingTexts) -> Counts:
    """Make a pass by each way, as the jobs do."""
    return dispatch(now, mail) + dispatch(now, texts)
