"""Loads a diary: every fact that a decision about one patient's visits needs, in a few quick queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from scheduler.domain.claim_book import ClaimBook
from scheduler.domain.claims import Claim
from scheduler.domain.diary import Diary
from scheduler.domain.errors import NotFound
from scheduler.domain.interval import Interval
from scheduler.store.base import table_of
from scheduler.store.booked_visits import booked_of
from scheduler.store.claim_rows import CLAIM_COLUMNS, claim, claims_from
from scheduler.store.cohorts import joined
from scheduler.store.overrides import load_overrides
from scheduler.store.people_rows import load_patient, load_patients
from scheduler.store.series import lapsed_visits
from scheduler.store.snapshots import Snapshot, snapshot_of
from scheduler.store.tables_people import PatientRow
from scheduler.store.work import reading

_patient = table_of(PatientRow)


def load_diary(patient: str, horizon: Interval, as_of: datetime, site: str | None = None) -> Diary:
    """Load the facts about one patient and one site, the patient's own for `None`, over a horizon.

    The claims are those of every visit that holds any at that instant, the patient's own included. Raises `NotFound` for
    an unknown patient or site.
    """
    with reading() as connection:
        people = load_patient(connection, patient)
        if not people:
            raise NotFound(f"There is no patient '{patient}'")
        where = site or people[0].site
        known = snapshot_of(connection, where, as_of)
        own = ClaimBook.of(_claims(connection, horizon, [patient]))
        claims = _of_site(connection, known, horizon).beside(own)
        diary = Diary(
            site=known.site,
            patient=people[0],
            horizon=horizon,
            as_of=as_of,
            rooms=known.rooms,
            staff=known.staff,
            claims=_without_lapsed(claims, as_of),
            overrides=load_overrides(connection, [patient]),
            booked=booked_of([patient], as_of).get(patient, ()),
        )
        return joined(connection, diary)


def load_diaries(patients: Iterable[str], horizon: Interval, as_of: datetime, site: str) -> Iterator[Diary]:
    """Yield a diary for each of these patients, in the order given: what they share is loaded once.

    Raises `NotFound` as `load_diary` does.
    """
    wanted = list(dict.fromkeys(patients))
    if not wanted:
        return
    with reading() as connection:
        first = load_diary(wanted[0], horizon, as_of, site)
        shared = _without_lapsed(_of_site(connection, snapshot_of(connection, site, as_of), horizon), as_of)
        people = {one.id: one for one in load_patients(connection, [_patient.c.id.in_(wanted)])}
        theirs: dict[str, list[Claim]] = {id: [] for id in wanted}
        for one in _claims(connection, horizon, wanted):
            theirs[one.resource].append(one)
        overrides = load_overrides(connection, wanted)
        booked = booked_of(wanted, as_of)
    for id in wanted:
        if id not in people:
            raise NotFound(f"There is no patient '{id}'")
        book = shared.beside(ClaimBook.of(theirs[id]))
        theirs_booked = booked.get(id, ())
        diary = replace(
            first,
            patient=people[id],
            claims=book,
            overrides=overrides,
            booked=theirs_booked,
            attendance=None,
        )
        with reading() as connection:
            diary = joined(connection, diary)
        yield diary


def _without_lapsed(claims: ClaimBook, as_of: datetime) -> ClaimBook:
    """Return the claims without those that were only held until now: they are free, also before that is written down."""
    lapsed = lapsed_visits(as_of)
    return claims.leaving_out(lapsed) if lapsed else claims


def _of_site(connection: Connection, known: Snapshot, horizon: Interval) -> ClaimBook:
    """Return the claims on the site's rooms and staff; those of long ago are read for the occasion."""
    if known.since <= horizon.start:
        return known.book
    return ClaimBook.of(_claims(connection, horizon, [*known.rooms, *known.staff]))


def _claims(connection: Connection, horizon: Interval, resources: Iterable[str]) -> Sequence[Claim]:
    query = select(*CLAIM_COLUMNS).where(
        claim.c.resource_id.in_(sorted(resources)),
        claim.c.ends_at > horizon.start,
        claim.c.starts_at < horizon.end,
    )
    with connection.execute(query) as result:
        # Thousands of rows: the driver's own tuples do, for nothing of them is looked up by name.
        return claims_from(result.cursor.fetchall())
