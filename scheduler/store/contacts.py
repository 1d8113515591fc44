"""How patients may be written to: consents, the way that comes first, and addresses that nothing goes to any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.domain.contact import Category, Consent, ContactFacts, ContactWay, ToldContact
from scheduler.store.base import handfuls, table_of
from scheduler.store.tables_contact import ContactConsentRow, FirstWayRow, OptOutRow
from scheduler.store.work import reading, writing

_consent = table_of(ContactConsentRow)
_first = table_of(FirstWayRow)
_opt_out = table_of(OptOutRow)


@dataclass(frozen=True, slots=True)
class Contacts:
    """What is recorded of patients, by patient, and the addresses that have opted out, as way and hash."""

    facts: Mapping[str, ContactFacts]
    opted_out: frozenset[tuple[str, str]]


def contacts_of(patient: str) -> ContactFacts:
    """Return what is recorded of one patient."""
    return _facts([patient]).get(patient, ContactFacts())


def contacts(patients: Iterable[str]) -> Contacts:
    """Return what is recorded of these patients, and which addresses have opted out, whosever they are."""
    with reading() as connection:
        gone = connection.execute(select(_opt_out.c.way, _opt_out.c.recipient_hash)).all()
        facts = _facts(patients)
    return Contacts(facts, frozenset((row.way, row.recipient_hash) for row in gone))


def _facts(patients: Iterable[str]) -> dict[str, ContactFacts]:
    consents: dict[str, list[Consent]] = {}
    first: dict[str, ContactWay] = {}
    with reading() as connection:
        for ids in handfuls(set(patients)):
            asked = select(_consent).where(_consent.c.patient_id.in_(ids))
            for row in connection.execute(asked.order_by(_consent.c.way, _consent.c.category)):
                consents.setdefault(row.patient_id, []).append(_consent_of(row))
            chosen = select(_first.c.patient_id, _first.c.way).where(_first.c.patient_id.in_(ids))
            first |= {row.patient_id: ContactWay(row.way) for row in connection.execute(chosen)}
    return {
        id: ContactFacts(first.get(id, ContactWay.EMAIL), tuple(consents.get(id, ())))
        for id in consents.keys() | first.keys()
    }


def _consent_of(row: Any) -> Consent:
    return Consent(
        row.patient_id,
        ContactWay(row.way),
        Category(row.category),
        row.given,
        row.recipient_hash,
        row.decided_at,
        row.decided_by,
    )


def keep_consents(consents: Iterable[Consent], site: str) -> None:
    """Keep what patients want, each in place of what was recorded of the same way and category."""
    connection = writing()
    for one in consents:
        key = (
            _consent.c.patient_id == one.patient,
            _consent.c.way == one.way,
            _consent.c.category == one.category,
        )
        connection.execute(delete(_consent).where(*key))
        row = {
            "patient_id": one.patient,
            "way": one.way.value,
            "category": one.category.value,
            "site_id": site,
            "given": one.given,
            "recipient_hash": one.recipient_hash,
            "decided_at": one.at,
            "decided_by": one.by,
        }
        connection.execute(insert(_consent).values(row))


def keep_first_way(patient: str, site: str, way: ContactWay) -> None:
    """Keep by which way a patient is written to first."""
    connection = writing()
    connection.execute(delete(_first).where(_first.c.patient_id == patient))
    connection.execute(insert(_first).values(patient_id=patient, site_id=site, way=way.value))


def opt_out(way: str, recipient_hash: str, at: datetime) -> bool:
    """Note that nothing goes to an address any more; say whether that is new."""
    connection = writing()
    insert_one = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert_one(_opt_out).values(way=way, recipient_hash=recipient_hash, since=at)
    # The driver of PostgreSQL does not count what a conflict let be.
    return bool(connection.execute(row.on_conflict_do_nothing().returning(_opt_out.c.way)).all())


def opt_in(way: str, recipient_hash: str) -> bool:
    """Take an opt-out back; say whether there was one. Consents stand as they stood."""
    mine = (_opt_out.c.way == way, _opt_out.c.recipient_hash == recipient_hash)
    return writing().execute(delete(_opt_out).where(*mine)).rowcount == 1


def has_opted_out(way: str, recipient_hash: str) -> bool:
    """Say whether nothing goes to an address any more."""
    mine = (_opt_out.c.way == way, _opt_out.c.recipient_hash == recipient_hash)
    with reading() as connection:
        return bool(connection.execute(select(exists(select(_opt_out.c.way).where(*mine)))).scalar_one())


def opted_out_since() -> Mapping[tuple[str, str], datetime]:
    """Return since when nothing goes to each address that has opted out, by way and hash."""
    with reading() as connection:
        rows = connection.execute(select(_opt_out))
        return {(row.way, row.recipient_hash): row.since for row in rows}


def first_ways() -> Mapping[str, ContactWay]:
    """Return by which way patients want to be written to first, by patient; those who never said are left out."""
    with reading() as connection:
        rows = connection.execute(select(_first.c.patient_id, _first.c.way))
        return {row.patient_id: ContactWay(row.way) for row in rows}


def take_told(told: Iterable[ToldContact]) -> int:
    """Keep what a clinic file tells where nothing newer is recorded; return of how many patients something changed."""
    every = tuple(told)
    known, first, changed = _facts(one.patient for one in every), first_ways(), 0
    for one in every:
        kept = {(each.way, each.category): each for each in known.get(one.patient, ContactFacts()).consents}
        newer = [
            each
            for each in one.consents
            if (before := kept.get((each.way, each.category))) is None or before.at < each.at
        ]
        keep_consents(newer, one.site)
        says_first = one.first is not None and one.patient not in first
        if one.first is not None and says_first:
            keep_first_way(one.patient, one.site, one.first)
        stops = one.opted_out_since is not None and opt_out(
            ContactWay.SMS, one.number_hash, one.opted_out_since
        )
        changed += bool(newer) or says_first or stops
    return changed
