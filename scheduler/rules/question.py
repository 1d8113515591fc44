"""What is asked of every rule: this series, by this protocol, among these facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.clock import local_day
from scheduler.domain.diary import BookedVisit, Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.series import Series
from scheduler.domain.telling import told, told_moment
from scheduler.domain.treatment import Protocol, Segment, Step, StepKind


@dataclass(frozen=True, slots=True)
class Served:
    """One segment of a visit, its time, and who serves it; `None` when nobody is named for the role."""

    segment: Segment
    time: Interval
    person: str | None


@dataclass(frozen=True)
class Question:
    """A series to be judged, proposed or saved.

    The claims of the series are those on its visits; the diary holds the claims of all others. (Should the diary
    hold the series' own as well, they are passed over.) The protocol is narrowed to the steps of the series.
    """

    diary: Diary
    protocol: Protocol
    series: Series

    @cached_property
    def visits(self) -> tuple[Appointment, ...]:
        """The visits that are not called off, in order of start, whatever order they were given in."""
        return tuple(sorted(self.series.standing, key=lambda visit: (visit.start, visit.step, visit.id)))

    @cached_property
    def ahead(self) -> tuple[Appointment, ...]:
        """The visits that can still be changed: new ones, and saved ones that are not over."""
        return tuple(visit for visit in self.visits if not self.is_history(visit))

    @cached_property
    def doses(self) -> tuple[Appointment, ...]:
        """The standing dosing visits, in order of start."""
        return tuple(visit for visit in self.visits if visit.kind is StepKind.DOSING)

    @cached_property
    def _by_step(self) -> Mapping[str, Appointment]:
        return {visit.step: visit for visit in reversed(self.visits)}

    def visit(self, step: str) -> Appointment | None:
        """Return the standing visit for a step, the earlier one should there be two, or `None`."""
        return self._by_step.get(step)

    def step_of(self, visit: Appointment) -> Step:
        """Return what the protocol says about a visit. Raises `NotFound` for a step the protocol does not have.

        A visit that has begun may have been extended: its phases are then as long as they really are.
        """
        step = self.protocol.step(visit.step)
        return step if visit.began_at is None else step.stretched_to(visit.minutes_by_phase)

    def served(self, visit: Appointment) -> tuple[Served, ...]:
        """Return who serves each segment of a visit and when, after a hand-over whoever has taken over; sorted by begin."""
        # Half of the rules ask this of every visit. It is kept beside the visit, the very same object and no other.
        if id(visit) not in self._served:
            self._served[id(visit)] = visit, tuple(self._who_serves(visit))
        return self._served[id(visit)][1]

    @cached_property
    def _served(self) -> dict[int, tuple[Appointment, tuple[Served, ...]]]:
        return {}

    def _who_serves(self, visit: Appointment) -> Iterator[Served]:
        numbers: Counter[Role] = Counter()
        for segment in self.step_of(visit).segments:
            person = visit.serving(segment.role, numbers[segment.role])
            numbers[segment.role] += 1
            yield Served(segment, Interval(visit.start + segment.begins, visit.start + segment.ends), person)

    def may_be_missing(self, step: Step) -> bool:
        """Say whether the series is whole without a step: optional, declined where it may be, or not needed any more."""
        declined = step.declinable and step.key in self.series.declined
        today = local_day(self.diary.as_of, self.diary.site.zone)
        return step.optional or declined or step.is_passed_by(self.diary.patient, today)

    def is_new(self, visit: Appointment) -> bool:
        """Say whether the visit is only proposed."""
        return not self.series.id or visit.id == visit.step

    def is_history(self, visit: Appointment) -> bool:
        """Say whether the visit is a fact: saved, and over by now, or the patient has gone."""
        return visit.is_over_at(self.diary.as_of) and not self.is_new(visit)

    def day_of(self, visit: Appointment) -> date:
        """Return the clinic-local day on which the visit starts."""
        return local_day(visit.start, self.diary.site.zone)

    def said(self, instant: datetime) -> str:
        """Return an instant in clinic-local words, such as 'Thu 3 Dec 2026 10:00 MST'."""
        return told_moment(instant, self.diary.site.zone)

    def person(self, id: str) -> StaffMember | None:
        """Return a member of the site's staff, or `None` when there is nobody with this id."""
        return self.diary.staff.get(id)

    def name_of(self, person: str) -> str:
        """Return how findings call a member of staff."""
        found = self.person(person)
        return found.name if found else told("somebody who is not on the staff")

    def at_work(self, person: str, during: Interval) -> tuple[Interval, ...]:
        """Return the stretches of work that share a moment with the interval, not clipped to it; none for a stranger."""
        if self.diary.horizon.contains(during):
            times = self.diary.working_times.get(person)
            return times.sharing(during) if times else ()
        found = self.person(person)
        return found.working_times(self.diary.site, during) if found else ()

    def open_times(self, during: Interval) -> tuple[Interval, ...]:
        """Return the site's open stretches that share a moment with the interval, not clipped to it."""
        if self.diary.horizon.contains(during):
            return self.diary.open_times.sharing(during)
        return self.diary.site.open_times(during)

    @cached_property
    def elsewhere(self) -> tuple[BookedVisit, ...]:
        """The visits of this patient that belong to other series, or to none."""
        return tuple(one for one in self.diary.booked if one.id not in self._own_ids)

    @cached_property
    def _own_ids(self) -> frozenset[str]:
        return frozenset(visit.id for visit in self.series.appointments)

    @cached_property
    def _places(self) -> Mapping[tuple[str, datetime], int]:
        return {(visit.id, visit.start): place for place, visit in enumerate(self.visits)}

    @cached_property
    def _own_claims(self) -> Mapping[tuple[str, Purpose], tuple[tuple[int, Claim], ...]]:
        lists: dict[tuple[str, Purpose], list[tuple[int, Claim]]] = {}
        for place, visit in enumerate(self.visits):
            for claim in visit.claims:
                lists.setdefault((claim.resource, claim.purpose), []).append((place, claim))
        return {key: tuple(found) for key, found in lists.items()}

    def held(self, visit: Appointment, resource: str, purpose: Purpose) -> tuple[Interval, ...]:
        """Return when the visit itself claims a resource, one interval for each lane and stretch."""
        return tuple([c.interval for c in visit.claims if c.resource == resource and c.purpose is purpose])

    def taken_elsewhere(
        self, visit: Appointment, resource: str, purpose: Purpose, during: Interval
    ) -> tuple[Claim, ...]:
        """Return what others claim of a resource in the interval: visits outside the series, and its earlier visits.

        Later visits of the series are left out, so that two that collide are found once.
        """
        others = self.diary.taken(resource, purpose, during)
        theirs = [claim for claim in others if claim.appointment not in self._own_ids]
        place, own = self._places[visit.id, visit.start], self._own_claims.get((resource, purpose), ())
        return (
            *(claim for index, claim in own if index < place and claim.interval.overlaps(during)),
            *theirs,
        )
