"""Whom an account reaches: the patients of its site, and for a therapist only those whom the therapist sees."""

from __future__ import annotations

from scheduler.access.permissions import AccountRole, Actor, Permission, may
from scheduler.domain.cohorts import Cohort
from scheduler.domain.errors import NotFound
from scheduler.domain.people import Patient
from scheduler.domain.places import Site
from scheduler.domain.series import Series
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.cohorts import cohort as stored_cohort
from scheduler.store.glances import PatientSearch, is_seen_by


def site_of(actor: Actor) -> Site:
    """Return the site an account works at; an account for all sites starts with the first. Raises `NotFound`."""
    if actor.site is not None:
        return clinic.site(actor.site)
    sites = clinic.sites()
    if not sites:
        raise NotFound("there is no site yet")
    return sites[0]


def sites_within_reach(actor: Actor, wanted: str | None = None) -> tuple[Site, ...]:
    """Return the sites an account reaches, or the one that is wanted of them. Raises `NotFound` for any other."""
    found = tuple(
        site for site in clinic.sites() if actor.site in (None, site.id) and wanted in (None, site.id)
    )
    if not found:
        raise NotFound("no such site")
    return found


def patient_within_reach(actor: Actor, patient: str) -> Patient:
    """Return a patient. Raises `NotFound` alike when there is none and when the account does not reach it."""
    found = clinic.patient(patient)
    if actor.site not in (None, found.site) or not _sees(actor, found):
        raise NotFound("no such patient")
    return found


def cohort_within_reach(actor: Actor, cohort: str) -> Cohort:
    """Return a cohort; a therapist reaches those that the therapist leads. Raises `NotFound` alike for all others."""
    return stored_cohort(patient_within_reach(actor, cohort).id)


def series_within_reach(actor: Actor, series: str) -> tuple[Series, Patient]:
    """Return a series and its patient. Raises `NotFound` alike when there is none and when it is out of reach."""
    found = stored.series(series)
    return found, patient_within_reach(actor, found.patient)


def search_within_reach(actor: Actor, site: Site, wanted: str) -> PatientSearch:
    """Return the search for those patients of a site that the account reaches."""
    return PatientSearch(site.id, wanted, own_patients_only(actor))


def own_patients_only(actor: Actor) -> str | None:
    """Return the member of staff whose patients alone this account reaches, `None` for all of the site.

    A therapist's account without a member of staff behind it has an empty name, and so no patients.
    """
    return (actor.staff or "") if actor.role is AccountRole.THERAPIST else None


def own_day_only(actor: Actor) -> str | None:
    """Return the member of staff whose day alone this account is shown, `None` for the day of the whole site."""
    return (actor.staff or "") if may(actor, Permission.SEE_OWN_DAY) else None


def _sees(actor: Actor, patient: Patient) -> bool:
    staff = own_patients_only(actor)
    return staff is None or is_seen_by(patient.id, staff)
