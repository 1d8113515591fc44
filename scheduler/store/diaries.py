"""Loads a diary: every fact that a decision about one patient's visits needs, in a few quick queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Select, select, union_all

from scheduler.domain.claims import Claim
from scheduler.domain.diary import Diary
from scheduler.domain.errors import NotFound
from scheduler.domain.interval import Interval
from scheduler.store.base import table_of
from scheduler.store.claim_rows import CLAIM_COLUMNS, claim, claims_from
from scheduler.store.people_rows import load_patients, load_staff
from scheduler.store.place_rows import load_rooms, load_sites
from scheduler.store.tables_ledger import ResourceRow
from scheduler.store.tables_people import PatientRow
from scheduler.store.work import reading

_resource = table_of(ResourceRow)
_patient = table_of(PatientRow)


def load_diary(patient: str, horizon: Interval, as_of: datetime, site: str | None = None) -> Diary:
    """Load the facts about one patient and one site, the patient's own for `None`, over a horizon.

    The claims are those of every visit that holds any, the patient's own included, that share a moment with the
    horizon. Raises `NotFound` for an unknown patient or site.
    """
    with reading() as connection:
        people = load_patients(connection, [_patient.c.id == patient])
        if not people:
            raise NotFound(f"There is no patient '{patient}'")
        where = site or people[0].site
        places = load_sites(connection, where)
        if not places:
            raise NotFound(f"There is no site '{where}'")
        return Diary(
            site=places[0],
            patient=people[0],
            horizon=horizon,
            as_of=as_of,
            rooms={room.id: room for room in load_rooms(connection, where)},
            staff={person.id: person for person in load_staff(connection, where)},
            claims=_claims(connection, where, patient, horizon),
        )


def load_diaries(patients: Iterable[str], horizon: Interval, as_of: datetime, site: str) -> Iterator[Diary]:
    """Yield a diary for each of these patients, in the order given: what they share is loaded once.

    Raises `NotFound` as `load_diary` does.
    """
    wanted = list(dict.fromkeys(patients))
    if not wanted:
        return
    with reading() as connection:
        first = load_diary(wanted[0], horizon, as_of, site)
        people = {one.id: one for one in load_patients(connection, [_patient.c.id.in_(wanted)])}
        theirs: dict[str, list[Claim]] = {id: [] for id in wanted}
        for one in claims_from(connection.execute(_during(horizon).where(claim.c.resource_id.in_(wanted)))):
            theirs[one.resource].append(one)
    shared = tuple(one for one in first.claims if one.resource != wanted[0])
    for id in wanted:
        if id not in people:
            raise NotFound(f"There is no patient '{id}'")
        yield replace(first, patient=people[id], claims=(*shared, *theirs[id]))


def _claims(connection: Connection, site: str, patient: str, horizon: Interval) -> tuple[Claim, ...]:
    here = select(_resource.c.id).where(_resource.c.site_id == site, _resource.c.kind.in_(["room", "staff"]))
    query = union_all(
        _during(horizon).where(claim.c.resource_id.in_(here)),
        _during(horizon).where(claim.c.resource_id == patient),
    )
    with connection.execute(query) as result:
        # Thousands of rows: the driver's own tuples do, for nothing of them is looked up by name.
        return tuple(claims_from(result.cursor.fetchall()))


def _during(horizon: Interval) -> Select[tuple[object, ...]]:
    return select(*CLAIM_COLUMNS).where(claim.c.ends_at > horizon.start, claim.c.starts_at < horizon.end)
