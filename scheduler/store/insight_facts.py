"""What the figures of a site are counted from, over one stretch of time: claims, visits in outline, notices, overrides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement, select

from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Claim
from scheduler.domain.clock import local_day
from scheduler.domain.interval import Interval
from scheduler.domain.notice import Timeliness
from scheduler.domain.override import Override
from scheduler.domain.series import SeriesState
from scheduler.store.appointments import visit_from
from scheduler.store.base import table_of
from scheduler.store.claim_rows import CLAIM_COLUMNS, claim, claims_from
from scheduler.store.overrides import overrides_where
from scheduler.store.tables_groups import CohortRow
from scheduler.store.tables_life import OverrideRow, VisitEventRow
from scheduler.store.tables_people import PatientRow
from scheduler.store.tables_treatment import AppointmentRow, SeriesRow
from scheduler.store.work import reading

_visit = table_of(AppointmentRow)
_series = table_of(SeriesRow)
_patient = table_of(PatientRow)
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


def referrals_of(series: Iterable[str], zone: str) -> Mapping[str, date]:
    """Return the clinic-local day of the referral that a series followed, by its id; others are left out.

    A series follows the referral that is known of its patient when it is the first booked since: one that was called off
    whole, or let go, does not count as the first.
    """
    asked = frozenset(series)
    of_these = select(_series.c.patient_id).where(_series.c.id.in_(sorted(asked)))
    query = (
        select(_series.c.id, _series.c.patient_id, _series.c.created_at, _patient.c.referred_on)
        .join(_patient, _patient.c.id == _series.c.patient_id)
        .where(
            _series.c.patient_id.in_(of_these),
            _patient.c.referred_on.is_not(None),
            _series.c.state.not_in([SeriesState.CANCELLED, SeriesState.LAPSED]),
        )
        .order_by(_series.c.created_at, _series.c.id)
    )
    first: dict[str, str] = {}
    found = {}
    with reading() as connection:
        for row in connection.execute(query):
            follows = row.referred_on <= local_day(row.created_at, zone)
            if follows and first.setdefault(row.patient_id, row.id) == row.id and row.id in asked:
                found[row.id] = row.referred_on
    return found


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
