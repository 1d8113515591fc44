"""What the figures of a site are counted from, over one stretch of time: claims, visits in outline, notices, overrides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, select

from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Claim
from scheduler.domain.interval import Interval
from scheduler.domain.notice import Timeliness
from scheduler.domain.override import Override
from scheduler.store.appointments import visit_from
from scheduler.store.base import table_of
from scheduler.store.claim_rows import CLAIM_COLUMNS, claim, claims_from
from scheduler.store.overrides import overrides_where
from scheduler.store.tables_groups import CohortRow
from scheduler.store.tables_life import OverrideRow, VisitEventRow
from scheduler.store.tables_treatment import AppointmentRow, SeriesRow
from scheduler.store.work import reading

_visit = table_of(AppointmentRow)
_series = table_of(SeriesRow)
_event = table_of(VisitEventRow)
_cohort = table_of(CohortRow)
_override = table_of(OverrideRow)


def claims_during(interval: Interval, site: str) -> tuple[Claim, ...]:
    """Return the claims of a site's standing visits that share a moment with the interval."""
    query = select(*CLAIM_COLUMNS).where(
        claim.c.site_id == site, claim.c.ends_at > interval.start, claim.c.starts_at < interval.end
    )
    with reading() as connection:
        return tuple(claims_from(connection.execute(query)))


def visits_in_outline(interval: Interval, site: str) -> tuple[Appointment, ...]:
    """Return the visits of a site that start in the interval, by start, without people, phases and claims.

    Those called off are among them; a group's visit is there through its members' alone.
    """
    query = select(_visit).where(*_starting(interval, site)).order_by(_visit.c.starts_at, _visit.c.id)
    with reading() as connection:
        return tuple(visit_from(row, ()) for row in connection.execute(query))


def notices_during(interval: Interval, site: str) -> Mapping[str, Timeliness]:
    """Return how early the visits that were to start in the interval were called off, by their id."""
    query = (
        select(_event.c.appointment_id, _event.c.notice)
        .join(_visit, _visit.c.id == _event.c.appointment_id)
        .where(*_starting(interval, site), _event.c.notice.is_not(None))
    )
    with reading() as connection:
        return {row.appointment_id: Timeliness(row.notice) for row in connection.execute(query)}


def booked_at(series: Iterable[str]) -> Mapping[str, datetime]:
    """Return when series were booked, UTC, by id."""
    query = select(_series.c.id, _series.c.created_at).where(_series.c.id.in_(sorted(set(series))))
    with reading() as connection:
        return {row.id: row.created_at for row in connection.execute(query)}


def overrides_during(interval: Interval, site: str) -> tuple[Override, ...]:
    """Return the overrides that were made at a site in the interval, those taken back among them."""
    return overrides_where(
        _override.c.site_id == site,
        _override.c.made_at >= interval.start,
        _override.c.made_at < interval.end,
    )


def _starting(interval: Interval, site: str) -> tuple[ColumnElement[bool], ...]:
    return (
        _visit.c.site_id == site,
        _visit.c.starts_at >= interval.start,
        _visit.c.starts_at < interval.end,
        _visit.c.patient_id.not_in(select(_cohort.c.id)),
    )
