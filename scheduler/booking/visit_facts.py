"""One visit with all that is asked of it on its day: its series, its site's clock, and what the rules say now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from scheduler.booking.group_day import keeps_group
from scheduler.booking.judging import Judged, judged_now
from scheduler.booking.vital_times import vital_looks
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import local_day
from scheduler.domain.places import Site
from scheduler.domain.series import Series
from scheduler.domain.telling import told_moment
from scheduler.domain.visit_day import earliest_release
from scheduler.domain.vital_signs import VitalTime
from scheduler.rules.checklist import Checkpoint, checklist, forbids, waits_for
from scheduler.rules.finding import Finding, Level
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.visit_events import doses_begun


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """A visit as it stands. `series` and `judged` are `None` for one that came with the clinic file: no rule is asked.

    `dosed_at` is when the dose was noted as begun, UTC; `None` before, and once the patient has gone. `of_group` are the
    open gates of the group with which it is held, and what else keeps the group's visit from starting.
    """

    visit: Appointment
    site: Site
    now: datetime
    series: Series | None
    judged: Judged | None
    dosed_at: datetime | None = None
    of_group: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, visit: Appointment, now: datetime) -> VisitFacts:
        """Load what is known of a visit. Whoever writes afterwards must hold the locks before."""
        series = stored.series(visit.series) if visit.series else None
        judged = judged_now(series, now) if series else None
        of_group = keeps_group(visit, now)
        return cls(
            visit, clinic.site(visit.site), now, series, judged, doses_begun([visit]).get(visit.id), of_group
        )

    @property
    def is_of_cohort(self) -> bool:
        """Say whether this is a visit of a group as a whole, which goes as its members go."""
        return self.judged is not None and self.judged.question.diary.patient.stands_for_cohort

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules say about the whole series."""
        return self.judged.findings if self.judged else ()

    @property
    def waits_for(self) -> tuple[Finding, ...]:
        """The open gates for which this visit waits."""
        gates = (one for one in self.of_group if one.level is Level.GATE)
        return (*waits_for(self.visit.id, self.findings), *gates)

    @property
    def forbidden_by(self) -> tuple[Finding, ...]:
        """What refuses a booking and is found of this visit."""
        refusing = (one for one in self.of_group if one.level is Level.BLOCK)
        return (*forbids(self.visit.id, self.findings), *refusing)

    @property
    def checklist(self) -> tuple[Checkpoint, ...]:
        """Everything that the visit needs before it may start, and how it stands; empty for one called off."""
        if self.judged is None or not self.visit.state.takes_time:
            return ()
        return checklist(self.judged.question, self.judged.findings, self.visit)

    @property
    def vitals_missing(self) -> tuple[VitalTime, ...]:
        """The looks at vital signs that must be done, are due by now and are not noted; for use in one reading."""
        looks = vital_looks([self.visit], self.now).get(self.visit.id, ())
        return tuple(
            look.time
            for look in looks
            if look.time.is_obligatory and look.note is None and look.time.due <= self.now
        )

    @property
    def earliest_end(self) -> datetime:
        """When the patient may be let go at the earliest, UTC."""
        return earliest_release(self.visit, self.dosed_at)

    @property
    def day(self) -> date:
        """The clinic-local day on which the visit starts."""
        return local_day(self.visit.start, self.site.zone)

    @property
    def today(self) -> date:
        """The clinic-local day that it is."""
        return local_day(self.now, self.site.zone)

    def said(self, instant: datetime) -> str:
        """Return an instant in clinic-local words."""
        return told_moment(instant, self.site.zone)
