"""The visits that a calendar subscription shows, in one query."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    case,
    func,
    select,
    type_coerce,
)

from scheduler.domain.appointment import CALLED_OFF, UNANNOUNCED, AppointmentState
from scheduler.domain.calendar_words import USUAL_WORDS, CalendarWords, words_from
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import StepKind
from scheduler.store.base import table_of
from scheduler.store.columns import Instant, PresentInstant
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

_START_AND_UID = attrgetter("interval.start", "uid")

_KINDS = {str(kind): kind for kind in StepKind}
_STATES = {str(state): state for state in AppointmentState}

_CALLED_OFF = _visit.c.state.in_(sorted(CALLED_OFF))
_ANNOUNCED = _visit.c.state.not_in(sorted(UNANNOUNCED))


class FeedVisit(NamedTuple):
    """One visit with all that any kind of feed may need of it; a tuple, since a calendar has hundreds.

    `uid` is random and stays for the life of the visit. `public_name` and `address` are the site's neutral ones; it may
    have no address. `series` is empty for a visit of none; `step` is its step in there. `words` are what calendars of staff
    call visits at the site. `patient` is an id, and the two names are the patient's; `room_name` is empty for a visit
    without a room. A patient's own calendar says nothing of these four, and there they are all empty.
    """

    uid: str
    sequence: int
    created_at: datetime
    changed_at: datetime
    interval: Interval
    kind: StepKind
    state: AppointmentState
    public_name: str
    address: str
    series: str = ""
    step: str = ""
    words: CalendarWords = USUAL_WORDS
    patient: str = ""
    given_name: str = ""
    family_name: str = ""
    room_name: str = ""

    @property
    def initials(self) -> str:
        """The patient's, in capitals."""
        return f"{self.given_name[:1]}{self.family_name[:1]}".upper()


def feed_visits(subscription: FeedSubscription, since: datetime) -> tuple[FeedVisit, ...]:
    """Return the visits that a subscription shows, by start.

    Those that end at or after `since`, whatever lies ahead included; and of those called off the ones whose last
    change is not older than that.
    """
    asked = {"subject": subscription.subject, "since": since}
    with reading() as connection:
        rows = connection.execute(_question(subscription.kind), asked).all()
    # An index has them by start; to tell those apart that begin together, a database would sort them all anew.
    return tuple(sorted(map(_visit_from, rows), key=_START_AND_UID))


def announced_visit(appointment: str) -> FeedVisit | None:
    """Return one visit as feeds have it, `None` where there is none of which its patient is told."""
    question = _NEUTRAL.where(_visit.c.id == appointment, _ANNOUNCED)
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


_ENDED = case((_CALLED_OFF, _visit.c.changed_at), else_=_visit.c.ends_at)
_SINCE = bindparam("since", type_=Instant())

_NEUTRAL = select(
    _visit.c.calendar_uid,
    _visit.c.sequence,
    *(
        type_coerce(column, PresentInstant())
        for column in (_visit.c.created_at, _visit.c.changed_at, _visit.c.starts_at, _visit.c.ends_at)
    ),
    _visit.c.kind,
    _visit.c.state,
    _site.c.public_name,
    _site.c.address,
    _visit.c.series_id,
    _visit.c.step,
    # As text: it is the same for every visit of a site, and read once.
    type_coerce(_site.c.calendar_words, Text),
).join(_site, _site.c.id == _visit.c.site_id)
"""What a patient's own calendar may need of visits."""

_NAMED = (
    _NEUTRAL.add_columns(
        _patient.c.id, _patient.c.given_name, _patient.c.family_name, func.coalesce(_room.c.name, "")
    )
    .join(_patient, _patient.c.id == _visit.c.patient_id)
    .outerjoin(_room, _room.c.id == _visit.c.room_id)
)
"""What calendars of staff, rooms and sites may need of visits."""


# Questions are put together once for each kind, which takes longer than to answer them.
@cache
def _last_gone(kind: SubscriptionKind) -> Select[Any]:
    return select(func.max(_ENDED)).where(_shown_to(kind), _ENDED < _SINCE)


@cache
def _question(kind: SubscriptionKind) -> Select[Any]:
    told = _NEUTRAL if kind is SubscriptionKind.PATIENT else _NAMED
    return told.where(_shown_to(kind), _ENDED >= _SINCE).order_by(_visit.c.starts_at)


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
    # Taken apart and put together in the order asked for: by name it takes twice as long.
    uid, sequence, created, changed, start, end, kind, state, *others = row
    public_name, address, series, step, words, *whose = others
    return FeedVisit(
        uid,
        sequence,
        created,
        changed,
        Interval(start, end),
        _KINDS[kind],
        _STATES[state],
        public_name,
        address,
        series or "",
        step,
        _words(words),
        *whose,
    )


@lru_cache(maxsize=64)
def _words(text: str | None) -> CalendarWords:
    """Return the words of a site, from the text that is kept of them."""
    kept = None if text is None else json.loads(text)
    return USUAL_WORDS if kept is None else words_from(kept)
