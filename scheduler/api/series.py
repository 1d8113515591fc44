"""Series for programs: search, book whole, look at, book or release what is held, plan the rest anew."""

from __future__ import annotations

from scheduler.access.permissions import Actor
from scheduler.api.answers_about_series import ChangeAnswer, ProposalsAnswer, SeriesStanding
from scheduler.api.asked import SeriesBooking, SeriesReplan, SeriesSearch
from scheduler.api.operations import Asking, Nothing
from scheduler.api.problems import granted, refused
from scheduler.booking.book_series import book_series
from scheduler.booking.holds import DecideHold, HoldDecided, book_hold, release_hold
from scheduler.booking.judging import findings_now
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.preview_series import preview_series
from scheduler.booking.reach import patient_within_reach, series_within_reach
from scheduler.booking.replan_series import (
    ReplanSeries,
    preview_replan,
    replan_series,
)
from scheduler.booking.request import nonsense
from scheduler.domain.errors import NotFound
from scheduler.store.work import reading


def search_series(asking: Asking[SeriesSearch]) -> ProposalsAnswer:
    """Find the best complete series that could be booked now, or say why there is none and what would help.

    Nothing is written or held. Each proposal has a `booking`: sent to `/series`, it books exactly this.
    """
    wanted = asking.asked.search()
    _patient_must_be_within_reach(asking.actor, wanted.patient)
    found = granted(preview_series(wanted, asking.actor, asking.clock))
    if not found.made_sense:
        raise refused(Refused(reasons=found.reasons), wanted)
    return ProposalsAnswer.of(found, wanted)


def book_whole_series(asking: Asking[SeriesBooking]) -> SeriesStanding:
    """Book a series whole, or nothing: the visits that are given, or the best there are.

    The same key with the same request is answered with the series that the first one booked, as it stands by now. A refusal
    is not kept under a key, for nothing was done: the same request may be sent again.
    """
    command = asking.asked.booking(asking.key)
    _patient_must_be_within_reach(asking.actor, command.patient)
    booked = granted(book_series(command, asking.actor, asking.clock), command)
    return SeriesStanding.of(booked.series, booked.findings)


def read_series(asking: Asking[Nothing]) -> SeriesStanding:
    """Look at a series as it stands, with what the rules say about it now."""
    with reading():
        found, _ = series_within_reach(asking.actor, asking.ids["series"])
        return SeriesStanding.of(found, findings_now(found, asking.clock.now()))


def book_held_series(asking: Asking[Nothing]) -> SeriesStanding:
    """Book a series that is only held, when the rules still allow it and its time is not over."""
    return _decided(book_hold(_hold(asking), asking.actor, asking.clock))


def release_held_series(asking: Asking[Nothing]) -> SeriesStanding:
    """Let a series go that is only held: its times are free at once."""
    return _decided(release_hold(_hold(asking), asking.actor, asking.clock))


def _hold(asking: Asking[Nothing]) -> DecideHold:
    with reading():
        found, _ = series_within_reach(asking.actor, asking.ids["series"])
    return DecideHold(found.id, asking.key)


def _decided(outcome: HoldDecided | Refused | NotAllowed) -> SeriesStanding:
    decided = granted(outcome)
    return SeriesStanding.of(decided.series, decided.findings)


def replan_rest_of_series(asking: Asking[SeriesReplan]) -> ChangeAnswer:
    """Plan the rest of a series anew: what was called off or missed is booked again, and what must follow moves with it.

    With `"preview": true` the ways to do it are told and nothing is changed.
    """
    with reading():
        series, _ = series_within_reach(asking.actor, asking.ids["series"])
    wanted = asking.asked.wanted(series.id)
    if asking.asked.preview:
        ways = granted(preview_replan(wanted, asking.actor, asking.clock))
        return ChangeAnswer.previewed(series, ways)
    command = ReplanSeries(wanted, asking.asked.chosen(), asking.key)
    return ChangeAnswer.made(granted(replan_series(command, asking.actor, asking.clock)))


def _patient_must_be_within_reach(actor: Actor, patient: str) -> None:
    """Refuse a patient out of reach exactly as one whom there is not."""
    try:
        with reading():
            patient_within_reach(actor, patient)
    except NotFound:
        why = f"There is no patient '{patient}'."
        mend = "Name a patient of the clinic within the token's reach."
        raise refused(Refused(reasons=(nonsense("unknown_patient", why, mend),))) from None
