"""The lines that every act on one visit shares: lock it and what it belongs to, and say in words why nothing was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from scheduler.booking.acts import Act, Keyed
from scheduler.booking.calling_off import locked_series
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.domain.appointment import Appointment
from scheduler.domain.errors import NotFound
from scheduler.domain.telling import told
from scheduler.planner.proposal import Reason
from scheduler.store import appointments
from scheduler.store.locks import lock
from scheduler.store.work import unit_of_work


class OfOneVisit(Keyed, Protocol):
    """What a command about one visit has."""

    @property
    def appointment(self) -> str:
        """The id of the visit."""


Command = TypeVar("Command", bound=OfOneVisit)
Outcome = TypeVar("Outcome")


def done_once(
    act: Act[Command],
    do: Callable[[Act[Command], Appointment], Outcome],
    again: Callable[[Appointment, str], Outcome],
) -> Outcome | Refused | NotAllowed:
    """Do an act on the visit that its command names, within its locks, in one unit of work that is tried again if need be.

    `again` answers a request that was answered before, and is told the id that was noted then.
    """
    return retried(lambda: _attempt(act, do, again))


def _attempt(
    act: Act[Command],
    do: Callable[[Act[Command], Appointment], Outcome],
    again: Callable[[Appointment, str], Outcome],
) -> Outcome | Refused | NotAllowed:
    with unit_of_work():
        try:
            visit = locked_visit(act.command.appointment)
        except NotFound:
            return unknown_visit(act.command.appointment)
        return act.once(visit.site, do=lambda: do(act, visit), again=lambda earlier: again(visit, earlier))


def locked_visit(appointment: str) -> Appointment:
    """Lock a visit's site and patient, and return the visit as it is then. Raises `NotFound`."""
    seen = appointments.appointment(appointment)
    if seen.series:
        locked_series(seen.series)
    else:
        lock([seen.site], [seen.patient])
    return appointments.appointment(appointment)


def unknown_visit(appointment: str) -> Refused:
    """Return the refusal for a visit that there is not."""
    why = told("There is no visit '%(appointment)s'.", appointment=appointment)
    return Refused(
        reasons=(nonsense("unknown_visit", why, told("Choose a visit from the day or the series.")),)
    )


def against(code: str, why: str, mend: str, visit: Appointment) -> Refused:
    """Return the refusal of something about one visit."""
    return Refused(reasons=(Reason(code, why, mend, visit.step),))
