"""Row locks on what a booking is about to claim, always taken in one order so that two clerks never wait in a ring."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from scheduler.store.tables_groups import CohortMemberRow
from scheduler.store.tables_ledger import ResourceRow
from scheduler.store.tables_places import SiteRow
from scheduler.store.work import writing


def lock(sites: Iterable[str], patients: Iterable[str]) -> None:
    """Keep other writers away from these sites and patients until the unit of work ends.

    Sites first, then patients, each in order of id. Called before anything is read that the decision rests on.
    On SQLite the unit of work holds the one write lock already. Raises `Conflict` after ten seconds of waiting.
    """
    connection = writing()
    if connection.dialect.name == "sqlite":
        return
    # Not the strongest lock: rows that merely refer to a site or a patient may still be written meanwhile.
    in_order = select(SiteRow.id).where(SiteRow.id.in_(sorted(set(sites)))).order_by(SiteRow.id)
    connection.execute(in_order.with_for_update(key_share=True))
    wanted = set(patients)
    # Who locks a cohort locks its members: their time is claimed with it.
    members = select(CohortMemberRow.patient_id).where(CohortMemberRow.cohort_id.in_(sorted(wanted)))
    wanted |= set(connection.execute(members).scalars())
    in_order = select(ResourceRow.id).where(ResourceRow.id.in_(sorted(wanted))).order_by(ResourceRow.id)
    connection.execute(in_order.with_for_update(key_share=True))
