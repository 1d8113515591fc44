"""What somebody asks for when a series is wanted, and whether it makes sense at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from scheduler.booking.group_requests import against_whom
from scheduler.domain.clock import instant_at, local_day
from scheduler.domain.errors import NotFound
from scheduler.domain.interval import as_utc
from scheduler.domain.people import Patient, Role, StaffMember
from scheduler.domain.places import Site
from scheduler.domain.telling import told, told_whole
from scheduler.domain.treatment import Protocol
from scheduler.planner.preferences import KEYS, PREFERENCES, lacking
from scheduler.planner.proposal import Reason
from scheduler.planner.wishes import EVERY_WEEKDAY, Wishes
from scheduler.store import clinic

USUAL_REACH = timedelta(days=120)
"""How far ahead is looked when nobody says until when."""

FURTHEST_REACH = timedelta(days=400)
"""Beyond this, hours and closures are not known well enough to promise anything; so far back nothing is looked at either."""

MOST_OPTIONS = 20

_ANY = datetime(2024, 1, 1, tzinfo=UTC)

MOST_CHOSEN_PER_STEP = 2
"""More visits than this for each of the protocol are a mistake of some program, not worth judging one by one."""


@dataclass(frozen=True, slots=True)
class ChosenVisit:
    """One visit as somebody chose it: when it starts, where, and with whom for each role.

    `relief` names who takes over: who serves the n-th stretch of a role (from 0) where it is not who begins. Raises
    `InvalidValue` for a start without a zone.
    """

    step: str
    start: datetime
    room: str | None
    staff: Mapping[Role, str]
    relief: Mapping[tuple[Role, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", as_utc(self.start))


@dataclass(frozen=True, slots=True)
class WantedSeries:
    """What preview and booking are told alike.

    Days are clinic-local and inclusive; from today and for 120 days when not given. `therapist` is an id,
    `None` for anybody fit; `declined` are keys of visits that the patient declines, `included` those of optional visits
    that are asked for. An optional visit among chosen ones is thereby asked for as well.

    The rest are wishes, kept where that can be and never a reason to find nothing: `rather` is the therapist who is
    preferred; `weekdays` (0 is Monday, none stands for any) and the clinic-local times `from_time` and `until_time` are
    when the patient would rather be there; `first` are keys of preferences that come before all others, in this order.
    """

    patient: str
    protocol: str
    earliest: date | None = None
    latest: date | None = None
    therapist: str | None = None
    declined: frozenset[str] = frozenset()
    included: frozenset[str] = frozenset()
    rather: str | None = None
    weekdays: frozenset[int] = frozenset()
    from_time: time | None = None
    until_time: time | None = None
    first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """What is wanted, and how many proposals; or the visits `chosen` for it, `None` when they are to be found."""

    wanted: WantedSeries
    limit: int = 1
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

    @property
    def included(self) -> frozenset[str]:
        """The optional visits that are asked for, by name or by being chosen."""
        chosen = {visit.step for visit in self.request.chosen or ()}
        return self.request.wanted.included | {
            s.key for s in self.protocol.steps if s.optional and s.key in chosen
        }

    def wishes(self, now: datetime) -> Wishes:
        """Return the wishes as instants: not before now, and over by the end of the last day."""
        earliest = max(now, instant_at(self.earliest, time.min, self.site.zone))
        latest = instant_at(self.latest + timedelta(days=1), time.min, self.site.zone)
        return replace(_wishes(self.request.wanted, earliest, latest), limit=self.request.limit)


def _wishes(wanted: WantedSeries, earliest: datetime, latest: datetime) -> Wishes:
    return Wishes(
        earliest,
        latest,
        therapist=wanted.therapist,
        rather=wanted.rather,
        weekdays=wanted.weekdays or EVERY_WEEKDAY,
        from_time=wanted.from_time,
        until_time=wanted.until_time,
        first=wanted.first,
    )


def nonsense(code: str, why: str, mend: str) -> Reason:
    """Build the reason against a request that cannot be answered as it stands."""
    return Reason(code=code, why=why, mend=mend, step="")


def understood(request: SeriesRequest, now: datetime) -> Asked | tuple[Reason, ...]:
    """Look up what the request names. Returns every reason in words when it is nonsense."""
    reasons: list[Reason] = []
    wanted = request.wanted
    patient = _patient(wanted, reasons)
    protocol = _protocol(wanted, reasons)
    if patient is None or protocol is None:
        return tuple(reasons)
    site = clinic.site(patient.site)
    today = local_day(now, site.zone)
    earliest = max(today, wanted.earliest or today)
    # At the end of the calendar there is no later day to count to; such a wish is refused below.
    latest = wanted.latest or min(earliest, date.max - USUAL_REACH) + USUAL_REACH
    reasons += [
        *against_whom(patient, protocol),
        *_against_days(wanted, today, latest),
        *_against_therapists(wanted, site),
        *_against_times(wanted),
        *against_first(wanted),
        *_against_declined(wanted, protocol),
        *_against_included(wanted, protocol),
        *_against_limit(request),
        *_against_size(request, protocol, now),
    ]
    return tuple(reasons) or Asked(request, patient, site, protocol, earliest, latest)


def _patient(wanted: WantedSeries, reasons: list[Reason]) -> Patient | None:
    try:
        return clinic.patient(wanted.patient)
    except NotFound:
        reasons.append(
            nonsense(
                "unknown_patient",
                told("There is no patient '%(patient)s'.", patient=wanted.patient),
                told("Choose a patient from the list."),
            )
        )
        return None


def _protocol(wanted: WantedSeries, reasons: list[Reason]) -> Protocol | None:
    try:
        return clinic.protocol(wanted.protocol)
    except NotFound:
        known = ", ".join(sorted(protocol.key for protocol in clinic.protocols())) or told("none yet")
        reasons.append(
            nonsense(
                "unknown_protocol",
                told("There is no protocol '%(protocol)s'.", protocol=wanted.protocol),
                told("Known are: %(known)s.", known=known),
            )
        )
        return None


def _against_days(wanted: WantedSeries, today: date, latest: date) -> list[Reason]:
    if wanted.earliest and wanted.latest and wanted.latest < wanted.earliest:
        why = told(
            "The series should be over by %(latest)s but not begin before %(earliest)s.",
            latest=wanted.latest,
            earliest=wanted.earliest,
        )
        return [nonsense("until_before_from", why, told("Give a last day that is not before the first."))]
    if latest < today:
        why = told(
            "The series should be over by %(latest)s, and today is %(today)s.", latest=latest, today=today
        )
        return [nonsense("until_is_past", why, told("Give a last day that is still to come."))]
    if latest - today > FURTHEST_REACH:
        why = told(
            "%(latest)s is more than %(days)s days ahead of today, %(today)s.",
            latest=latest,
            days=FURTHEST_REACH.days,
            today=today,
        )
        return [
            nonsense(
                "too_far_ahead", why, told("Give a last day up to %(today)s.", today=today + FURTHEST_REACH)
            )
        ]
    return []


def _against_therapists(wanted: WantedSeries, site: Site) -> list[Reason]:
    named = [one for one in dict.fromkeys((wanted.therapist, wanted.rather)) if one is not None]
    if not named:
        return []
    staff = {person.id: person for person in clinic.staff(site.id)}
    reasons = [reason for one in named if (reason := _against_therapist(one, staff)) is not None]
    if len(named) > 1 and not reasons:
        names = [staff[one].name for one in named]
        why = told(
            "The therapist must be %(one)s, and should rather be %(other)s.",
            one=names[0],
            other=names[1],
        )
        mend = told("Say of one therapist either that it must be this one, or that it should rather be.")
        reasons = [nonsense("two_therapists", why, mend)]
    return reasons


def _against_therapist(id: str, staff: Mapping[str, StaffMember]) -> Reason | None:
    mend = told("Choose one of the therapists of this site, or leave the choice open.")
    if id not in staff:
        return nonsense("unknown_therapist", told("Nobody '%(id)s' works at this site.", id=id), mend)
    if Role.THERAPIST not in staff[id].roles:
        return nonsense("not_a_therapist", told("%(name)s is not a therapist.", name=staff[id].name), mend)
    return None


def _against_times(wanted: WantedSeries) -> list[Reason]:
    reasons, begin, end = [], wanted.from_time, wanted.until_time
    if wanted.weekdays - EVERY_WEEKDAY:
        named = ", ".join(map(str, sorted(wanted.weekdays - EVERY_WEEKDAY)))
        mend = told("Number the days from 0 for Monday to 6 for Sunday.")
        reasons.append(nonsense("unknown_weekday", told("There is no weekday %(named)s.", named=named), mend))
    if begin is not None and end is not None and end <= begin:
        why = told(
            "Visits should rather begin from %(begin)s on and be over by %(end)s.",
            begin=f"{begin:%H:%M}",
            end=f"{end:%H:%M}",
        )
        reasons.append(
            nonsense(
                "no_time_between", why, told("Give an end that is later than the beginning, on the same day.")
            )
        )
    return reasons


def against_first(wanted: WantedSeries) -> list[Reason]:
    """Return the reasons against what is to matter most: unknown, or nothing was wished that it could keep."""
    known = ", ".join(preference.key for preference in PREFERENCES)
    # How far ahead is looked does not matter to what was wished.
    reasons, wishes = [], _wishes(wanted, _ANY, _ANY)
    for key in dict.fromkeys(wanted.first):
        if key not in KEYS:
            reasons.append(
                nonsense(
                    "unknown_preference",
                    told("There is no preference '%(key)s'.", key=key),
                    told("Known are: %(known)s.", known=known),
                )
            )
        elif asked := lacking(key, wishes):
            why = told("'%(key)s' is to matter most, but nothing was wished that it could keep.", key=key)
            mend = told_whole(told("%(asked)s, or let something else matter most", asked=asked))
            reasons.append(nonsense("nothing_to_keep", why, mend))
    return reasons


def _against_declined(wanted: WantedSeries, protocol: Protocol) -> list[Reason]:
    reasons: list[Reason] = []
    for key in sorted(wanted.declined):
        if not protocol.has_step(key):
            reasons.append(
                nonsense(
                    "unknown_step",
                    told("%(title)s has no visit '%(key)s'.", title=protocol.title, key=key),
                    told("Decline visits by their keys."),
                )
            )
        elif not protocol.step(key).declinable:
            why = told(
                "%(title)s (%(key)s) cannot be declined in %(protocol)s.",
                title=protocol.step(key).title,
                key=key,
                protocol=protocol.title,
            )
            reasons.append(nonsense("not_declinable", why, told("Keep this visit.")))
    return reasons


def _against_included(wanted: WantedSeries, protocol: Protocol) -> list[Reason]:
    reasons: list[Reason] = []
    for key in sorted(wanted.included):
        if not protocol.has_step(key):
            why = told("%(title)s has no visit '%(key)s'.", title=protocol.title, key=key)
            reasons.append(nonsense("unknown_step", why, told("Ask for optional visits by their keys.")))
        elif not protocol.step(key).optional:
            why = told(
                "%(title)s (%(key)s) is not optional in %(protocol)s.",
                title=protocol.step(key).title,
                key=key,
                protocol=protocol.title,
            )
            reasons.append(
                nonsense("not_optional", why, told("Leave it out of what is asked for beside the rest."))
            )
    return reasons


def _against_limit(request: SeriesRequest) -> list[Reason]:
    if 1 <= request.limit <= MOST_OPTIONS:
        return []
    why = told("%(limit)s proposals were asked for.", limit=request.limit)
    return [nonsense("limit", why, told("Ask for 1 to %(most_options)s.", most_options=MOST_OPTIONS))]


def _against_size(request: SeriesRequest, protocol: Protocol, now: datetime) -> list[Reason]:
    """Return what makes chosen visits too much to be judged: everything between the first and the last is loaded."""
    chosen, size = request.chosen or (), len(protocol.steps)
    if len(chosen) > size * MOST_CHOSEN_PER_STEP:
        why = told(
            "%(number)s visits were chosen; %(title)s has %(size)s.",
            number=len(chosen),
            title=protocol.title,
            size=size,
        )
        return [nonsense("too_many_visits", why, told("Choose each visit once."))]
    reasons: list[Reason] = []
    # The instants themselves are not told: so far off, a clinic's local time need not exist.
    for visit in chosen:
        if visit.start > now + FURTHEST_REACH:
            why = told(
                "%(step)s would start more than %(days)s days ahead of now.",
                step=visit.step,
                days=FURTHEST_REACH.days,
            )
            reasons.append(Reason("too_far_ahead", why, told("Choose an earlier time."), visit.step))
        elif visit.start < now - FURTHEST_REACH:
            why = told(
                "%(step)s would start more than %(days)s days before now.",
                step=visit.step,
                days=FURTHEST_REACH.days,
            )
            reasons.append(
                Reason("too_far_back", why, told("Choose a time that is still to come."), visit.step)
            )
    return reasons
