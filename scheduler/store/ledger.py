"""The ledger of claims: who has which lane of what, and when; the database itself refuses to give one away twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.errors import Conflict, InvalidValue, NotFound
from scheduler.domain.interval import Interval
from scheduler.domain.telling import told_moment
from scheduler.store.around import Key, look_around
from scheduler.store.base import table_of
from scheduler.store.claim_rows import CLAIM_COLUMNS, claim, claims_from
from scheduler.store.lanes import Overfull, Span, first_fit, overfull_at, rearrange
from scheduler.store.tables_ledger import LaneRow, ResourceRow
from scheduler.store.tables_places import SiteRow
from scheduler.store.work import reading, writing

lane = table_of(LaneRow)


class Overbooked(Conflict):
    """More is wanted of a resource at once than it can give; `sentence` says of which, how much and when."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(f"{sentence} Look again at what is free.")


def take(claims: Iterable[Claim]) -> None:
    """Enter claims into the ledger, each on a lane of its own; lanes they carry already are not looked at.

    Lanes are rearranged where that makes room. Raises `Overbooked`, naming the resource and the time, when a capacity
    is exceeded, and `NotFound` for an appointment or resource that is not stored. Writes nothing when it raises.
    """
    by_key: dict[Key, list[Claim]] = defaultdict(list)
    for wanted in claims:
        by_key[wanted.resource, wanted.purpose].append(wanted)
    if not by_key:
        return
    connection = writing()
    known = look_around([one for wanted in by_key.values() for one in wanted], connection)
    # In one order for everybody, so that two writers never wait for each other in a ring.
    laid = [
        pair
        for key in sorted(by_key)
        for pair in _laid_out(connection, key, by_key[key], known.standing[key], known.capacities.get(key, 0))
    ]
    if missing := {wanted.appointment for wanted, _ in laid} - known.sites.keys():
        raise NotFound(f"There is no appointment {min(missing)} that could claim anything")
    connection.execute(insert(claim), [_row(wanted, number, known.sites) for wanted, number in laid])


def release(appointments: Iterable[str]) -> None:
    """Give back every claim of these visits."""
    writing().execute(delete(claim).where(claim.c.appointment_id.in_(list(appointments))))


def all_claims() -> tuple[Claim, ...]:
    """Return every claim there is, with its lane, by resource, purpose, start and lane."""
    order = (claim.c.resource_id, claim.c.purpose, claim.c.starts_at, claim.c.lane)
    with reading() as connection:
        return tuple(claims_from(connection.execute(select(*CLAIM_COLUMNS).order_by(*order)).all()))


def set_capacity(resource: str, site: str, capacity: Mapping[Purpose, int]) -> None:
    """Give a resource as many lanes for each purpose as `capacity` says, and none for purposes it leaves out.

    Claims on a lane that goes are moved to one that stays. Raises `InvalidValue`, naming the resource and the time,
    when more is claimed at once than would be left.
    """
    connection = writing()
    present = _capacities(connection, {resource})
    for purpose in Purpose:
        before, after = present.get((resource, purpose), 0), capacity.get(purpose, 0)
        if after > before:
            numbers = range(before, after)
            row = {"resource_id": resource, "purpose": purpose.value, "site_id": site}
            connection.execute(insert(lane), [{**row, "lane": number} for number in numbers])
        elif after < before:
            _narrow(connection, (resource, purpose), after)


def beyond_capacity(resource: str, capacity: Mapping[Purpose, int]) -> tuple[str, ...]:
    """Return in words why `set_capacity` would refuse, a sentence for each purpose; empty when it would not."""
    said = []
    with reading() as connection:
        for (_, purpose), before in sorted(_capacities(connection, {resource}).items()):
            after = capacity.get(purpose, 0)
            if after < before:
                try:
                    _laid_out_again(connection, (resource, purpose), after)
                except InvalidValue as refusal:
                    said.append(str(refusal))
    return tuple(said)


def _narrow(connection: Connection, key: Key, capacity: int) -> None:
    _move(connection, _laid_out_again(connection, key, capacity))
    resource, purpose = key
    connection.execute(
        delete(lane).where(
            lane.c.resource_id == resource, lane.c.purpose == purpose.value, lane.c.lane >= capacity
        )
    )


def _laid_out_again(connection: Connection, key: Key, capacity: int) -> list[Span]:
    """Return the claims that need another lane when fewer lanes are left, each with its new one."""
    spans = _spans(connection, key, None)
    if all(span.lane is None or span.lane < capacity for span in spans):
        return []
    try:
        # Taken as new, all of them are laid out again.
        first = [Span(span.start, span.end, None, span.row) for span in spans]
        rearrange([], first, capacity)
    except Overfull as overfull:
        raise InvalidValue(
            f"{_sentence(connection, key, capacity, overfull.moment)} Call off or move one of these visits first."
        ) from overfull
    return [new for new, old in zip(first, spans, strict=True) if new.lane != old.lane]


def _laid_out(
    connection: Connection, key: Key, wanted: Sequence[Claim], standing: list[Span], capacity: int
) -> list[tuple[Claim, int]]:
    """Return each claim with its lane, after moving standing claims where only that makes room."""
    spans = [Span(one.interval.start, one.interval.end) for one in wanted]
    if not first_fit(standing, spans, capacity):
        if (full := overfull_at(standing, spans, capacity)) is not None:
            raise Overbooked(_sentence(connection, key, capacity, full))
        joined = _joined_to(connection, key, spans)
        try:
            moved = rearrange(joined, spans, capacity)
        except Overfull as overfull:
            raise Overbooked(_sentence(connection, key, capacity, overfull.moment)) from overfull
        _move(connection, moved)
    return [(one, span.lane) for one, span in zip(wanted, spans, strict=True) if span.lane is not None]


def _joined_to(connection: Connection, key: Key, spans: Iterable[Span]) -> list[Span]:
    """Return the standing claims from a time before which nothing reaches in, to one after which nothing reaches out."""
    hull = _hull(spans)
    while True:
        found = _spans(connection, key, hull)
        wider = _hull([*found, Span(hull.start, hull.end)])
        if wider == hull:
            return found
        hull = wider


def _hull(spans: Iterable[Span]) -> Interval:
    listed = list(spans)
    return Interval(min(span.start for span in listed), max(span.end for span in listed))


def _spans(connection: Connection, key: Key, during: Interval | None) -> list[Span]:
    """Return what is claimed of one resource for one purpose; at any time when `during` is `None`."""
    resource, purpose = key
    query = select(claim.c.starts_at, claim.c.ends_at, claim.c.lane, claim.c.id).where(
        claim.c.resource_id == resource, claim.c.purpose == purpose.value
    )
    if during is not None:
        query = query.where(claim.c.ends_at > during.start, claim.c.starts_at < during.end)
    return [Span(*row) for row in connection.execute(query)]


def _capacities(connection: Connection, resources: Iterable[str]) -> Mapping[Key, int]:
    found = connection.execute(
        select(lane.c.resource_id, lane.c.purpose, func.count())
        .where(lane.c.resource_id.in_(sorted(resources)))
        .group_by(lane.c.resource_id, lane.c.purpose)
    )
    return {(resource, Purpose(purpose)): number for resource, purpose, number in found}


def _move(connection: Connection, spans: Sequence[Span]) -> None:
    """Lay standing claims onto their new lanes: all are taken out before any is put back, so none is in the way."""
    if not spans:
        return
    lanes = {span.row: span.lane for span in spans}
    chosen = claim.c.id.in_(list(lanes))
    rows = [dict(row) for row in connection.execute(select(claim).where(chosen)).mappings()]
    connection.execute(delete(claim).where(chosen))
    connection.execute(insert(claim), [{**row, "lane": lanes[row["id"]]} for row in rows])


def _row(wanted: Claim, number: int, sites: Mapping[str, str]) -> dict[str, Any]:
    return {
        "site_id": sites[wanted.appointment],
        "resource_id": wanted.resource,
        "purpose": wanted.purpose.value,
        "lane": number,
        "starts_at": wanted.interval.start,
        "ends_at": wanted.interval.end,
        "appointment_id": wanted.appointment,
        "role": wanted.role,
        "phases": wanted.phases,
    }


def _sentence(connection: Connection, key: Key, capacity: int, moment: datetime) -> str:
    """Return what is exceeded, where and when, in clinic-local time; the resource by its id, which names nobody."""
    resource, purpose = key
    found = connection.execute(
        select(ResourceRow.kind, SiteRow.zone)
        .join(SiteRow, SiteRow.id == ResourceRow.site_id)
        .where(ResourceRow.id == resource)
    ).one_or_none()
    if found is None:
        raise NotFound(f"There is no room, member of staff or patient '{resource}' that could be claimed")
    kind, zone = found
    what = purpose.value.replace("_", " ")
    when = told_moment(moment, zone)
    return f"{kind} '{resource}' ({what}) can take {capacity} at once, and more was wanted on {when}."
