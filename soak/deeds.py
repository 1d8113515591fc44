"""What a soaking process does: one random use case after another, each answered in one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from uuid import uuid4

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.calling_off import is_to_come
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.cancel_series import CancelSeries, PauseSeries, cancel_series, pause_series
from scheduler.booking.holds import DecideHold, book_hold, release_hold, release_lapsed_holds
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import CalledOffBy, CancelReason, Refused
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.replan_series import REPLANNED, ReplanSeries, WantedReplan, replan_series
from scheduler.domain.clock import Clock, local_day
from scheduler.domain.series import Series, SeriesState
from scheduler.store import clinic
from scheduler.store import series as stored

PATIENTS_ASKED = 12
BY, WHY = CalledOffBy.CLINIC, CancelReason.OTHER


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one use case: done, refused or with nothing to do; `series` is the one that it made or changed.

    `state` and `visits` are how the series stood right after, by id and version: what is acknowledged.
    """

    deed: str
    outcome: str
    series: str = ""
    state: str = ""
    versions: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Soaker:
    """One process's dice and clock."""

    random: Random
    clock: Clock

    def do_something(self) -> Answer:
        """Do one use case, the common ones more often."""
        deeds = list(_DEEDS)
        name = self.random.choices(deeds, [weight for weight, _ in _DEEDS.values()])[0]
        outcome = _DEEDS[name][1](self)
        if outcome is None:
            return Answer(name, "nothing to do")
        if isinstance(outcome, Refused):
            codes = [one.rule for one in outcome.findings] or [one.code for one in outcome.reasons]
            return Answer(name, f"refused: {codes[0]}")
        series = getattr(outcome, "series", None)
        if not isinstance(series, Series):
            return Answer(name, "done")
        versions = {visit.id: visit.version for visit in series.appointments}
        return Answer(name, "done", series.id, series.state.value, versions)

    def a_series(self, *states: SeriesState) -> Series | None:
        """Return any series in one of these states, or `None` when some patients taken by chance have none."""
        patients = clinic.patients(clinic.sites()[0].id)
        for patient in self.random.sample(patients, min(PATIENTS_ASKED, len(patients))):
            found = [one for one in stored.series_of_patient(patient.id) if one.state in states]
            if found:
                return self.random.choice(found)
        return None

    def book(self) -> object:
        """Book a series for anybody, now and then only hold it."""
        now = self.clock.now()
        patient = self.random.choice(clinic.patients(clinic.sites()[0].id)).id
        protocol = self.random.choice(clinic.protocols()).key
        earliest = now.date() + timedelta(days=self.random.randrange(1, 40))
        held = now + timedelta(seconds=self.random.randrange(1, 20)) if self.random.random() < 0.2 else None
        command = BookSeries(patient, protocol, earliest, idempotency_key=uuid4().hex, held_until=held)
        outcome = book_series(command, SYSTEM, self.clock)
        if isinstance(outcome, Booked) and self.random.random() < 0.2:
            again = book_series(command, SYSTEM, self.clock)
            assert isinstance(again, Booked), "the same request was answered"
            assert again.series.id == outcome.series.id, "the same request is answered alike"
        return outcome

    def move(self) -> object:
        """Move any visit to come off its day, or merely elsewhere."""
        if (series := self.a_series(SeriesState.BOOKED)) is None:
            return None
        ahead = [visit for visit in series.standing if is_to_come(visit, self.clock.now())]
        if not ahead:
            return None
        visit = self.random.choice(ahead)
        zone = clinic.site(series.site).zone
        not_on = local_day(visit.start, zone) if self.random.random() < 0.5 else None
        wanted = WantedMove(visit.id, not_on=not_on)
        return move_appointment(MoveAppointment(wanted, None, uuid4().hex), SYSTEM, self.clock)

    def cancel_a_visit(self) -> object:
        """Call any visit to come off."""
        if (series := self.a_series(SeriesState.BOOKED)) is None:
            return None
        ahead = [visit for visit in series.standing if is_to_come(visit, self.clock.now())]
        if not ahead:
            return None
        return cancel_appointment(
            CancelAppointment(self.random.choice(ahead).id, BY, WHY), SYSTEM, self.clock
        )

    def cancel_a_series(self) -> object:
        """Cancel any series."""
        series = self.a_series(SeriesState.BOOKED, SeriesState.PAUSED)
        return series and cancel_series(CancelSeries(series.id, BY, WHY), SYSTEM, self.clock)

    def pause_a_series(self) -> object:
        """Pause any series."""
        series = self.a_series(SeriesState.BOOKED)
        return series and pause_series(PauseSeries(series.id, BY, WHY), SYSTEM, self.clock)

    def replan(self) -> object:
        """Plan any series anew that lacks a visit."""
        series = self.a_series(*REPLANNED)
        wanted = series and WantedReplan(series.id)
        return wanted and replan_series(ReplanSeries(wanted, None, uuid4().hex), SYSTEM, self.clock)

    def decide_a_hold(self) -> object:
        """Book what is held, or let it go."""
        series = self.a_series(SeriesState.TENTATIVE)
        decide = self.random.choice((book_hold, release_hold))
        return series and decide(DecideHold(series.id), SYSTEM, self.clock)

    def let_lapse(self) -> object:
        """Write down which holds are over."""
        return release_lapsed_holds(self.clock) or None


_DEEDS: Mapping[str, tuple[int, Callable[[Soaker], object]]] = {
    "book": (8, Soaker.book),
    "move": (8, Soaker.move),
    "cancel a visit": (4, Soaker.cancel_a_visit),
    "replan": (6, Soaker.replan),
    "cancel a series": (2, Soaker.cancel_a_series),
    "pause a series": (1, Soaker.pause_a_series),
    "decide a hold": (3, Soaker.decide_a_hold),
    "let holds lapse": (1, Soaker.let_lapse),
}
"""What is done, and how often beside the others."""
