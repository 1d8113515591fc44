"""What somebody asks for when a series is wanted, and whether it makes sense at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from scheduler.domain.clock import in_words, instant_at, local_day
from scheduler.domain.errors import NotFound
from scheduler.domain.interval import as_utc
from scheduler.domain.people import Patient, Role
from scheduler.domain.places import Site
from scheduler.domain.treatment import Protocol
from scheduler.planner.propose import Wishes
from scheduler.planner.reasons import Reason
from scheduler.store import clinic

USUAL_REACH = timedelta(days=120)
"""How far ahead is looked when nobody says until when."""

FURTHEST_REACH = timedelta(days=400)
"""Beyond this, hours and closures are not known well enough to promise anything."""

MOST_OPTIONS = 20


@dataclass(frozen=True, slots=True)
class ChosenVisit:
    """One visit as somebody chose it: when it starts, where, and with whom for each role.

    Raises `InvalidValue` for a start without a zone.
    """

    step: str
    start: datetime
    room: str | None
    staff: Mapping[Role, str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", as_utc(self.start))


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """What preview and booking have in common. Days are clinic-local and inclusive; `None` means no wish.

    `chosen` are visits already chosen, `None` when they are to be found.
    """

    patient: str
    protocol: str
    earliest: date | None
    latest: date | None
    therapist: str | None
    declined: frozenset[str]
    limit: int
    chosen: tuple[ChosenVisit, ...] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that makes sense, with what it names; `earliest` and `latest` are clinic-local days, both included."""

    request: SeriesRequest
    patient: Patient
    site: Site
    protocol: Protocol
    earliest: date
    latest: date

    def wishes(self, now: datetime) -> Wishes:
        """Return the wishes as instants: not before now, and over by the end of the last day."""
        return Wishes(
            earliest=max(now, instant_at(self.earliest, time.min, self.site.zone)),
            latest=instant_at(self.latest + timedelta(days=1), time.min, self.site.zone),
            therapist=self.request.therapist,
            limit=self.request.limit,
        )


def nonsense(code: str, why: str, mend: str) -> Reason:
    """Build the reason against a request that cannot be answered as it stands."""
    return Reason(code=code, why=why, mend=mend, step="")


def understood(request: SeriesRequest, now: datetime) -> Asked | tuple[Reason, ...]:
    """Look up what the request names. Returns every reason in words when it is nonsense."""
    reasons: list[Reason] = []
    patient = _patient(request, reasons)
    protocol = _protocol(request, reasons)
    if patient is None or protocol is None:
        return tuple(reasons)
    site = clinic.site(patient.site)
    today = local_day(now, site.zone)
    earliest = max(today, request.earliest or today)
    latest = request.latest or earliest + USUAL_REACH
    reasons += [
        *_against_days(request, today, latest),
        *_against_therapist(request, site),
        *_against_declined(request, protocol),
        *_against_limit(request),
        *_against_moments(request, site, now),
    ]
    return tuple(reasons) or Asked(request, patient, site, protocol, earliest, latest)


def _patient(request: SeriesRequest, reasons: list[Reason]) -> Patient | None:
    try:
        return clinic.patient(request.patient)
    except NotFound:
        reasons.append(
            nonsense(
                "unknown_patient",
                f"There is no patient '{request.patient}'.",
                "Choose a patient from the list.",
            )
        )
        return None


def _protocol(request: SeriesRequest, reasons: list[Reason]) -> Protocol | None:
    try:
        return clinic.protocol(request.protocol)
    except NotFound:
        known = ", ".join(sorted(protocol.key for protocol in clinic.protocols())) or "none yet"
        reasons.append(
            nonsense(
                "unknown_protocol", f"There is no protocol '{request.protocol}'.", f"Known are: {known}."
            )
        )
        return None


def _against_days(request: SeriesRequest, today: date, latest: date) -> list[Reason]:
    if request.earliest and request.latest and request.latest < request.earliest:
        why = f"The series should be over by {request.latest} but not begin before {request.earliest}."
        return [nonsense("until_before_from", why, "Give a last day that is not before the first.")]
    if latest < today:
        why = f"The series should be over by {latest}, and today is {today}."
        return [nonsense("until_is_past", why, "Give a last day that is still to come.")]
    if latest - today > FURTHEST_REACH:
        why = f"{latest} is more than {FURTHEST_REACH.days} days ahead of today, {today}."
        return [nonsense("too_far_ahead", why, f"Give a last day up to {today + FURTHEST_REACH}.")]
    return []


def _against_therapist(request: SeriesRequest, site: Site) -> list[Reason]:
    if request.therapist is None:
        return []
    staff = {person.id: person for person in clinic.staff(site.id)}
    mend = "Choose one of the therapists of this site, or leave the choice open."
    if request.therapist not in staff:
        return [nonsense("unknown_therapist", f"Nobody '{request.therapist}' works at this site.", mend)]
    if Role.THERAPIST not in staff[request.therapist].roles:
        return [nonsense("not_a_therapist", f"{staff[request.therapist].name} is not a therapist.", mend)]
    return []


def _against_declined(request: SeriesRequest, protocol: Protocol) -> list[Reason]:
    reasons: list[Reason] = []
    for key in sorted(request.declined):
        if not protocol.has_step(key):
            reasons.append(
                nonsense(
                    "unknown_step", f"{protocol.title} has no visit '{key}'.", "Decline visits by their keys."
                )
            )
        elif not protocol.step(key).declinable:
            why = f"{protocol.step(key).title} ({key}) cannot be declined in {protocol.title}."
            reasons.append(nonsense("not_declinable", why, "Keep this visit."))
    return reasons


def _against_limit(request: SeriesRequest) -> list[Reason]:
    if 1 <= request.limit <= MOST_OPTIONS:
        return []
    why = f"{request.limit} proposals were asked for."
    return [nonsense("limit", why, f"Ask for 1 to {MOST_OPTIONS}.")]


def _against_moments(request: SeriesRequest, site: Site, now: datetime) -> list[Reason]:
    reasons: list[Reason] = []
    for visit in request.chosen or ():
        at = in_words(visit.start, site.zone)
        if visit.start < now:
            why = f"{visit.step} would start on {at}, which is past."
            reasons.append(Reason("in_the_past", why, "Choose a time that is still to come.", visit.step))
        elif visit.start > now + FURTHEST_REACH:
            why = f"{visit.step} would start on {at}, more than {FURTHEST_REACH.days} days ahead."
            reasons.append(Reason("too_far_ahead", why, "Choose an earlier time.", visit.step))
    return reasons
