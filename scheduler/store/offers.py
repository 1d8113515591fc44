"""Times offered to patients for a visit: kept as they were offered, with what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update

from scheduler.domain.errors import NotFound
from scheduler.domain.offers import Offer, OfferedTime, OfferEnd
from scheduler.domain.people import Role
from scheduler.store.base import table_of
from scheduler.store.tables_waiting import OfferRow
from scheduler.store.work import reading, writing

_offer = table_of(OfferRow)


def keep_offer(offer: Offer) -> None:
    """Keep a new offer."""
    row = {
        "id": offer.id,
        "site_id": offer.site,
        "patient_id": offer.patient,
        "appointment_id": offer.appointment,
        "version": offer.version,
        "times": [_plain(one) for one in offer.times],
        "made_at": offer.made_at,
        "made_by": offer.made_by,
        "expires_at": offer.expires_at,
        "missed": [],
        "ended": "",
        "settled_at": None,
        "settled_by": "",
    }
    writing().execute(insert(_offer).values(row))


def end_offer(id: str, end: OfferEnd) -> None:
    """Note how an offer ended; one that ended already stays as it is."""
    ended = update(_offer).where(_offer.c.id == id, _offer.c.ended == "")
    writing().execute(ended.values(ended=end.value))


def note_missed(offer: Offer, number: int) -> None:
    """Note that the patient chose a time that was taken already; the desk is to see to it."""
    missed = sorted({*offer.missed, number})
    values = {"missed": missed, "settled_at": None, "settled_by": ""}
    writing().execute(update(_offer).where(_offer.c.id == offer.id).values(values))


def settle_offers(appointment: str, at: datetime, by: str) -> bool:
    """Note that the desk saw to what came of the offers for a visit, and say whether that is new."""
    open_ones = (_offer.c.appointment_id == appointment, _offer.c.settled_at.is_(None))
    return (
        writing().execute(update(_offer).where(*open_ones).values(settled_at=at, settled_by=by)).rowcount > 0
    )


def offer(id: str) -> Offer:
    """Return an offer. Raises `NotFound`."""
    found = _load([_offer.c.id == id])
    if not found:
        raise NotFound(f"There is no offer '{id}'")
    return found[0]


def latest_offers(appointments: Iterable[str]) -> Mapping[str, Offer]:
    """Return the offer that was made last for each of these visits, by visit; those without are left out."""
    wanted = sorted(set(appointments))
    return {one.appointment: one for one in _load([_offer.c.appointment_id.in_(wanted)])} if wanted else {}


def unsettled_offers(site: str) -> tuple[Offer, ...]:
    """Return the offers of a site that the desk has not seen to, by when they were made."""
    return _load([_offer.c.site_id == site, _offer.c.settled_at.is_(None)])


def _load(where: Sequence[ColumnElement[bool]]) -> tuple[Offer, ...]:
    # Of two made at one instant the first was taken back for the second.
    order = (_offer.c.made_at, _offer.c.ended.desc(), _offer.c.id)
    with reading() as connection:
        rows = connection.execute(select(_offer).where(*where).order_by(*order)).all()
    return tuple(_from(row) for row in rows)


def _from(row: Any) -> Offer:
    return Offer(
        id=row.id,
        site=row.site_id,
        patient=row.patient_id,
        appointment=row.appointment_id,
        version=row.version,
        times=tuple(_time(plain) for plain in row.times),
        made_at=row.made_at,
        made_by=row.made_by,
        expires_at=row.expires_at,
        missed=frozenset(row.missed),
        ended=OfferEnd(row.ended) if row.ended else None,
        settled_at=row.settled_at,
    )


def _plain(one: OfferedTime) -> Mapping[str, Any]:
    return {
        "start": one.start.isoformat(),
        "room": one.room,
        "staff": {role.value: person for role, person in one.staff.items()},
        "relief": [[role.value, segment, person] for (role, segment), person in sorted(one.relief.items())],
    }


def _time(plain: Mapping[str, Any]) -> OfferedTime:
    return OfferedTime(
        datetime.fromisoformat(plain["start"]),
        plain["room"],
        {Role(role): person for role, person in plain["staff"].items()},
        {(Role(role), segment): person for role, segment, person in plain["relief"]},
    )
