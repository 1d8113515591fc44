"""What this process knows of each site, kept from request to request and brought up to date from the log of changes.

A snapshot is never changed: what happened since makes a new one that shares all that is the same. The log is read in the
transaction of the request, so a request sees what its own transaction sees, whatever other processes have done meanwhile;
and the database refuses a claim that rests on a mistake in any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Row, and_, delete, func, select

from scheduler.domain.claim_book import ClaimBook, ClaimKey
from scheduler.domain.claims import Purpose
from scheduler.domain.errors import InvalidValue, NotFound
from scheduler.domain.people import StaffMember
from scheduler.domain.places import Room, Site
from scheduler.store.base import table_of
from scheduler.store.claim_rows import CLAIM_COLUMNS, claim, claims_from
from scheduler.store.filed_claims import Filed, claims_of_site
from scheduler.store.people_rows import load_staff
from scheduler.store.place_rows import load_rooms, load_sites
from scheduler.store.tables_changes import SiteChangeRow
from scheduler.store.tables_ledger import ResourceRow
from scheduler.store.work import when_committed, writing

_change = table_of(SiteChangeRow)
_resource = table_of(ResourceRow)

#: How far back claims are kept, counted from the request that loaded them; older ones are read when asked for.
REACH_BACK = timedelta(days=120)

#: How many snapshots of one site are kept: a request whose transaction is a little older finds its own.
_KEPT = 4


@dataclass(frozen=True)
class Snapshot:
    """One site with its rooms and staff, and what these are claimed for, as of one entry of the log.

    Claims that were over by `since` are not all there.
    """

    last_change: int
    since: datetime
    site: Site
    rooms: Mapping[str, Room]
    staff: Mapping[str, StaffMember]
    _filed: Mapping[ClaimKey, Filed]

    @cached_property
    def book(self) -> ClaimBook:
        """The claims on the site's rooms and staff."""
        return ClaimBook({key: filed.claims for key, filed in self._filed.items()})

    def after(self, connection: Connection, changes: Sequence[Row[Any]]) -> Snapshot:
        """Return the snapshot as of the last of these changes, which follow its own in the log."""
        if not changes:
            return self
        if any(change.claim_id is None and change.filed_under for change in changes):
            # A resource came or went, and with it whatever it is claimed for.
            return _loaded(connection, self.site.id, self.since)
        kept = replace(self, last_change=changes[-1].id, _filed=_refiled(self._filed, changes))
        if any(change.claim_id is None for change in changes):
            return replace(kept, **_facts(connection, self.site.id))
        return kept


@dataclass
class _Shelf:
    """The latest snapshots of one database by site, newest first."""

    by_site: dict[str, tuple[Snapshot, ...]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def put(self, snapshot: Snapshot) -> None:
        """Keep a snapshot of what is committed, unless a newer one is there."""
        with self.lock:
            known = self.by_site.get(snapshot.site.id, ())
            others = [one for one in known if one.last_change != snapshot.last_change]
            latest = sorted([snapshot, *others], key=lambda one: one.last_change, reverse=True)
            self.by_site[snapshot.site.id] = tuple(latest[:_KEPT])


_SHELVES: WeakKeyDictionary[Engine, _Shelf] = WeakKeyDictionary()


def snapshot_of(connection: Connection, site: str, as_of: datetime) -> Snapshot:
    """Return what the transaction of this connection sees of a site. Raises `NotFound` for an unknown one.

    Claims since `REACH_BACK` before `as_of` are there, or since a little earlier.
    """
    shelf = _SHELVES.setdefault(connection.engine, _Shelf())
    snapshot = _brought_up_to_date(connection, shelf.by_site.get(site, ()), site)
    wanted = as_of - REACH_BACK
    if snapshot is None or not wanted - REACH_BACK <= snapshot.since <= wanted:
        snapshot = _loaded(connection, site, wanted)
    # What a writer has seen of its own is certain only once it is committed.
    when_committed(lambda: shelf.put(snapshot))
    return snapshot


def forget_old_changes(keeping: int) -> int:
    """Shorten the log to its latest `keeping` entries for each site, at least one; return how many went.

    A process that has fallen behind further than that loads the site anew.
    """
    if keeping < 1:
        raise InvalidValue(f"{keeping} entries were to be kept for each site; keep at least 1")
    connection = writing()
    gone = 0
    for site in connection.execute(select(_change.c.site_id).distinct()).scalars().all():
        of_site = select(_change.c.id).where(_change.c.site_id == site).order_by(_change.c.id.desc())
        oldest_kept = connection.execute(of_site.offset(keeping - 1).limit(1)).scalar_one_or_none()
        if oldest_kept is not None:
            old = delete(_change).where(_change.c.site_id == site, _change.c.id < oldest_kept)
            gone += connection.execute(old).rowcount
    return gone


def _brought_up_to_date(connection: Connection, kept: tuple[Snapshot, ...], site: str) -> Snapshot | None:
    """Return the newest snapshot that this transaction knows, brought up to date; `None` when it knows none."""
    if not kept:
        return None
    changes = _changes_since(connection, site, min(one.last_change for one in kept))
    known = {change.id for change in changes}
    for snapshot in kept:
        # The entry itself must still be there: then none after it has been forgotten either.
        if snapshot.last_change in known:
            return snapshot.after(connection, [one for one in changes if one.id > snapshot.last_change])
    return None


def _changes_since(connection: Connection, site: str, number: int) -> Sequence[Row[Any]]:
    """Return the entries from this one on, each with its claim as it stands now, if it is still there."""
    here = select(_resource.c.id).where(_resource.c.site_id == site)
    standing = and_(claim.c.id == _change.c.claim_id, claim.c.resource_id.in_(here))
    noted = (_change.c.id, _change.c.claim_id, _change.c.resource_id.label("filed_under"))
    return connection.execute(
        select(*noted, _change.c.purpose.label("filed_for"), *CLAIM_COLUMNS)
        .select_from(_change.outerjoin(claim, standing))
        .where(_change.c.site_id == site, _change.c.id >= number)
        .order_by(_change.c.id)
    ).all()


def _refiled(filed: Mapping[ClaimKey, Filed], changes: Iterable[Row[Any]]) -> Mapping[ClaimKey, Filed]:
    fresh = dict(filed)
    claims = [change for change in changes if change.claim_id is not None]
    for change in claims:
        key = (change.filed_under, Purpose(change.filed_for))
        if key in fresh:
            fresh[key] = fresh[key].without(change.claim_id)
    # Noted as often as it was changed, a claim is entered once, as it stands now.
    for row, change in {change.claim_id: change for change in claims}.items():
        if change.appointment_id is not None:
            standing = claims_from([change[4:]])[0]
            key = (standing.resource, standing.purpose)
            fresh[key] = fresh.get(key, Filed()).without(row).with_one(row, standing)
    return fresh


def _loaded(connection: Connection, site: str, since: datetime) -> Snapshot:
    # The end of the log first: what is committed after this look is applied again later, which changes nothing.
    last = select(func.coalesce(func.max(_change.c.id), 0)).where(_change.c.site_id == site)
    last_change = connection.execute(last).scalar_one()
    filed = claims_of_site(connection, site, since)
    return Snapshot(last_change=last_change, since=since, _filed=filed, **_facts(connection, site))


def _facts(connection: Connection, site: str) -> dict[str, Any]:
    places = load_sites(connection, site)
    if not places:
        raise NotFound(f"There is no site '{site}'")
    return {
        "site": places[0],
        "rooms": {room.id: room for room in load_rooms(connection, site)},
        "staff": {person.id: person for person in load_staff(connection, site)},
    }
