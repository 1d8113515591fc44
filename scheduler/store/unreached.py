"""Messages that reached nobody by any way, about visits still to come, until somebody has seen to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, or_, select, true, update

from scheduler.domain.message_words import TO_ESCORTS
from scheduler.store.base import table_of
from scheduler.store.people_rows import IS_SOMEBODY
from scheduler.store.reminders import UNDER_WAY, ReminderState
from scheduler.store.tables_outbound import ReminderRow
from scheduler.store.tables_people import PatientRow
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import reading, writing

_patient = table_of(PatientRow)
_reminder = table_of(ReminderRow)
_visit = table_of(AppointmentRow)


@dataclass(frozen=True, slots=True)
class Unreached:
    """One message that reached nobody: to or about which patient, by which way it was tried last, and why not."""

    patient: str
    channel: str
    problem: str
    due: datetime
    kind: str


def unreached(site: str | None, now: datetime) -> tuple[Unreached, ...]:
    """Return each of a site, or of all for `None`, that failed for good about a time still to come; the oldest first.

    What went or still goes by another way is left out.
    """
    other = _reminder.alias("other")
    goes_otherwise = exists(
        select(other.c.id).where(
            other.c.appointment_id == _reminder.c.appointment_id,
            other.c.kind == _reminder.c.kind,
            other.c.visit_starts_at == _reminder.c.visit_starts_at,
            other.c.state.in_((ReminderState.SENT, *UNDER_WAY)),
        )
    )
    asked = (
        select(
            _visit.c.patient_id,
            _reminder.c.channel,
            _reminder.c.problem,
            _reminder.c.due_at,
            _reminder.c.kind,
        )
        .join(_visit, _visit.c.id == _reminder.c.appointment_id)
        .join(_patient, _patient.c.id == _visit.c.patient_id)
        .where(
            true() if site is None else _reminder.c.site_id == site,
            _reminder.c.state == ReminderState.FAILED,
            _reminder.c.settled_at.is_(None),
            # Whoever takes a patient home is told of the end of a visit that has begun by then.
            or_(
                _reminder.c.visit_starts_at > now,
                and_(_reminder.c.kind.in_(TO_ESCORTS), _visit.c.ends_at > now),
            ),
            IS_SOMEBODY,
            ~goes_otherwise,
        )
        .order_by(_reminder.c.due_at, _reminder.c.id)
    )
    with reading() as connection:
        return tuple(Unreached(*row) for row in connection.execute(asked))


def settle_unreached(patient: str, at: datetime) -> int:
    """Note that somebody has seen to the messages that did not reach a patient; return how many there were."""
    theirs = select(_visit.c.id).where(_visit.c.patient_id == patient)
    mine = (
        _reminder.c.appointment_id.in_(theirs),
        _reminder.c.state == ReminderState.FAILED,
        _reminder.c.settled_at.is_(None),
    )
    return writing().execute(update(_reminder).where(*mine).values(settled_at=at)).rowcount
