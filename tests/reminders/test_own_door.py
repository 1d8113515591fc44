"""The second factor counts every wrong birth date, also those that come at once and from several processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING

from scheduler.domain.clock import StandingClock
from scheduler.jobs.tidying import KEPT_LINKS, forget_old_links
from scheduler.reminders.own_door import (
    FIRST_LOCK,
    NETWORK_LOCK,
    WRONG_FOR_A_LINK,
    WRONG_FOR_A_NETWORK,
    GivenBirthDate,
    Locked,
    Mismatched,
    Opened,
    after_wrong_of_link,
    after_wrong_of_network,
    open_own_pages,
)
from scheduler.store.own_door import Trial
from tests.builders import a_patient, at
from tests.feeds.stored_visits import BOOKED_AT, a_plain_visit, keep_clinic, keep_visits
from tests.web.test_links import everything_stored, sent_link

if TYPE_CHECKING:
    from flask import Flask

WRONG = date(1990, 3, 2)
LIFE = timedelta(days=90)
"""A link lives no longer."""


def test_a_link_takes_few_tries_in_its_whole_life() -> None:
    now, trial, tries = BOOKED_AT, Trial(0, BOOKED_AT, None), 0
    while now < BOOKED_AT + LIFE:
        trial = after_wrong_of_link(trial, now)
        tries += 1
        now = trial.locked_until or now
    assert tries <= 40
    assert after_wrong_of_link(Trial(WRONG_FOR_A_LINK - 1, now, None), now).locked_until == now + FIRST_LOCK


def test_a_network_is_counted_within_an_hour() -> None:
    last_one = Trial(WRONG_FOR_A_NETWORK - 1, BOOKED_AT, None)
    soon = BOOKED_AT + NETWORK_LOCK - timedelta(seconds=1)
    assert after_wrong_of_network(last_one, soon) == Trial(0, soon, soon + NETWORK_LOCK)
    late = BOOKED_AT + NETWORK_LOCK
    assert after_wrong_of_network(last_one, late) == Trial(1, late, None)


def test_guesses_at_once_are_all_counted(app: Flask) -> None:
    app.extensions["trellis_clock"].instant = BOOKED_AT
    with app.app_context():
        keep_clinic([a_patient(email="rs@example.org")])
        keep_visits(a_plain_visit(at("2026-12-10 14:00")))
    secret = sent_link(app).removeprefix("/a/")

    def guess(_number: int) -> object:
        with app.app_context():
            return open_own_pages(GivenBirthDate(secret, WRONG), StandingClock(BOOKED_AT))

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(guess, range(8)))
    assert [isinstance(one, Mismatched) for one in outcomes].count(True) == WRONG_FOR_A_LINK - 1
    assert {one.until for one in outcomes if isinstance(one, Locked)} == {BOOKED_AT + FIRST_LOCK}


def test_what_was_opened_is_forgotten_with_its_link(app: Flask) -> None:
    app.extensions["trellis_clock"].instant = BOOKED_AT
    start = at("2026-12-10 14:00")
    with app.app_context():
        keep_clinic([a_patient(email="rs@example.org")])
        keep_visits(a_plain_visit(start))
    secret = sent_link(app).removeprefix("/a/")
    with app.app_context():
        open_own_pages(GivenBirthDate(secret, WRONG), StandingClock(BOOKED_AT))
        assert isinstance(
            open_own_pages(
                GivenBirthDate(secret, date(1990, 2, 3)), StandingClock(start - timedelta(microseconds=1))
            ),
            Opened,
        )
    for now, left in (
        (start + KEPT_LINKS - timedelta(seconds=1), 1),
        (start + KEPT_LINKS + timedelta(seconds=1), 0),
    ):
        with app.app_context():
            forget_old_links(StandingClock(now))
        stored = everything_stored(app)
        assert [len(stored[name]) for name in ("own_opening", "answer_link")] == [left, left]
    assert not everything_stored(app)["own_trial"]
