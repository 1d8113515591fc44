"""Take what the provider tells of a text that was sent: it left, it arrived, or it did not."""

from __future__ import annotations

from datetime import datetime

from scheduler.reminders.sms_channel import reason_of
from scheduler.store.texts import note_arrived, note_undelivered
from scheduler.store.work import unit_of_work

_TAKEN = frozenset({"sent", "delivered", "read"})
_LOST = frozenset({"undelivered", "failed"})


def take_status(reference: str, status: str, code: int, now: datetime) -> None:
    """Note it in the ledger; in whatever order it is told, and however often.

    What did not arrive goes by the patient's next way at the next pass, while it is of use.
    """
    if status in _TAKEN:
        with unit_of_work():
            note_arrived(reference, now, at_the_phone=status != "sent")
    elif status in _LOST:
        with unit_of_work():
            note_undelivered(reference, reason_of(code) if code else "the text did not arrive")
