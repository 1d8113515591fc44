"""The visits that a calendar subscription shows, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, case, func, or_, select

from scheduler.domain.appointment import CALLED_OFF, UNANNOUNCED, AppointmentState
from scheduler.domain.calendar_words import USUAL_WORDS, CalendarWords, words_from
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import StepKind
from scheduler.store.base import table_of
from scheduler.store.columns import Instant
from scheduler.store.subscriptions import FeedSubscription, SubscriptionKind
from scheduler.store.tables_people import PatientRow
from scheduler.store.tables_places import RoomRow, SiteRow
from scheduler.store.tables_treatment import AppointmentRow, AppointmentStaffRow
from scheduler.store.work import reading

_visit = table_of(AppointmentRow)
_patient = table_of(PatientRow)
_room = table_of(RoomRow)
_site = table_of(SiteRow)
_staff = table_of(AppointmentStaffRow)

_KINDS = {str(kind): kind for kind in StepKind}
_STATES = {str(state): state for state in AppointmentState}

_CALLED_OFF = _visit.c.state.in_(sorted(CALLED_OFF))
_ANNOUNCED = _visit.c.state.not_in(sorted(UNANNOUNCED))


@dataclass(frozen=True, slots=True)
class FeedVisit:
    """One visit with all that any kind of feed may need of it.

    `uid` is random and stays for the life of the visit. `patient` is an id, `given_name` and `initials` are the patient's.
    `room_name` is empty for a visit without a room. `public_name` and `address` are the site's neutral ones; it may have no
    address. `series` is empty for a visit of none; `step` is its step in there. `words` are what calendars of staff call
    visits at the site.
    """

    uid: str
    sequence: int
    created_at: datetime
    changed_at: datetime
    interval: Interval
    kind: StepKind
    state: AppointmentState
    initials: str
    room_name: str
    public_name: str
    address: str
    series: str = ""
    step: str = ""
    patient: str = ""
    given_name: str = ""
    words: CalendarWords = USUAL_WORDS


def feed_visits(subscription: FeedSubscription, since: datetime) -> tuple[FeedVisit, ...]:
    """Return the visits that a subscription shows, by start.

    Those that end at or after `since`, whatever lies ahead included; and of those called off the ones whose last
    change is not older than that.
    """
    asked = {"subject": subscription.subject, "since": since}
    with reading() as connection:
        rows = connection.execute(_question(subscription.kind), asked).all()
    return tuple(map(_visit_from, rows))


def announced_visit(appointment: str) -> FeedVisit | None:
    """Return one visit as feeds have it, `None` where there is none of which its patient is told."""
    question = _told().where(_visit.c.id == appointment, _ANNOUNCED)
    with reading() as connection:
        row = connection.execute(question).one_or_none()
    return None if row is None else _visit_from(row)


def last_gone(subscription: FeedSubscription, since: datetime) -> datetime | None:
    """Return when the visit that left the feed last was over or called off, `None` when none has left it yet.

    Those are the visits that `feed_visits` leaves out for being older than `since`.
    """
    asked = {"subject": subscription.subject, "since": since}
    with reading() as connection:
        gone: datetime | None = connection.execute(_last_gone(subscription.kind), asked).scalar()
    return gone


# Questions are put together once for each kind, which takes longer than to answer them.
@cache
def _last_gone(kind: SubscriptionKind) -> Select[Any]:
    ended = case((_CALLED_OFF, _visit.c.changed_at), else_=_visit.c.ends_at)
    return select(func.max(ended)).where(_shown_to(kind), ended < bindparam("since", type_=Instant()))


@cache
def _question(kind: SubscriptionKind) -> Select[Any]:
    since = bindparam("since", type_=Instant())
    return (
        _told()
        .where(
            _shown_to(kind),
            or_(
                and_(_CALLED_OFF, _visit.c.changed_at >= since),
                and_(~_CALLED_OFF, _visit.c.ends_at >= since),
            ),
        )
        .order_by(_visit.c.starts_at, _visit.c.calendar_uid)
    )


def _told() -> Select[Any]:
    """Return the question for all that feeds may need of visits, of whichever."""
    return (
        select(
            _visit.c.calendar_uid,
            _visit.c.sequence,
            _visit.c.created_at,
            _visit.c.changed_at,
            _visit.c.starts_at,
            _visit.c.ends_at,
            _visit.c.kind,
            _visit.c.state,
            _visit.c.series_id,
            _visit.c.step,
            _patient.c.id.label("patient"),
            _patient.c.given_name,
            _patient.c.family_name,
            _room.c.name.label("room_name"),
            _site.c.public_name,
            _site.c.address,
            _site.c.calendar_words,
        )
        .join(_patient, _patient.c.id == _visit.c.patient_id)
        .join(_site, _site.c.id == _visit.c.site_id)
        .outerjoin(_room, _room.c.id == _visit.c.room_id)
    )


def _shown_to(kind: SubscriptionKind) -> ColumnElement[bool]:
    subject: BindParameter[str] = bindparam("subject")
    match kind:
        case SubscriptionKind.PATIENT:
            return and_(_visit.c.patient_id == subject, _ANNOUNCED)
        case SubscriptionKind.ROOM:
            return _visit.c.room_id == subject
        case SubscriptionKind.SITE:
            return _visit.c.site_id == subject
        case SubscriptionKind.STAFF:
            theirs = select(_staff.c.appointment_id).where(_staff.c.staff_id == subject)
            return _visit.c.id.in_(theirs)


def _visit_from(row: Any) -> FeedVisit:
    return FeedVisit(
        uid=row.calendar_uid,
        sequence=row.sequence,
        created_at=row.created_at,
        changed_at=row.changed_at,
        interval=Interval(row.starts_at, row.ends_at),
        kind=_KINDS[row.kind],
        state=_STATES[row.state],
        initials=f"{row.given_name[:1]}{row.family_name[:1]}".upper(),
        room_name=row.room_name or "",
        public_name=row.public_name,
        address=row.address,
        series=row.series_id or "",
        step=row.step,
        patient=row.patient,
        given_name=row.given_name,
        words=_words(row.calendar_words),
    )


def _words(kept: dict[str, str] | None) -> CalendarWords:
    return USUAL_WORDS if kept is None else _read_words(tuple(sorted(kept.items())))


@lru_cache(maxsize=64)
def _read_words(kept: tuple[tuple[str, str], ...]) -> CalendarWords:
    """Return the words of a site, read once for all its visits."""
    return words_from(dict(kept))
