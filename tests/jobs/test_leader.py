"""Of several processes of the timetable one leads; one that dies or hangs is replaced, and messages still leave once."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from flask import Flask

from scheduler.domain.clock import StandingClock, SystemClock
from scheduler.domain.errors import Conflict
from scheduler.jobs import leader as leading
from scheduler.jobs.leader import WORK, Leader
from scheduler.reminders.policy import POLICY
from scheduler.store.leadership import leadership_of
from tests.feeds.stored_visits import a_plain_visit, keep_visits
from tests.jobs.test_timetable import Inbox, booked, inbox, start_jobs
from tests.processes import PATIENCE

__all__ = ["booked", "inbox"]

LEASE = timedelta(seconds=30)


@pytest.mark.usefixtures("app_context")
def test_the_first_that_asks_leads_and_the_other_when_it_lapsed(standing_clock: StandingClock) -> None:
    one, other = Leader(standing_clock, LEASE), Leader(standing_clock, LEASE)
    assert (one.look(), other.look()) == (True, False)
    standing_clock.advance(LEASE - timedelta(seconds=1))
    assert (one.leads(), other.look()) == (True, False)
    standing_clock.advance(timedelta(seconds=1))
    assert not one.leads()
    assert other.look()
    assert not one.look()
    assert (one.leads(), other.leads()) == (False, True)


@pytest.mark.usefixtures("app_context")
def test_who_renews_leads_on_and_is_told_once(standing_clock: StandingClock) -> None:
    one, other = Leader(standing_clock, LEASE), Leader(standing_clock, LEASE)
    assert one.look()
    for _ in range(10):
        standing_clock.advance(LEASE / 3)
        assert not one.look()
        assert one.leads()
        assert not other.look()
    one.resign()
    other.resign()
    assert leadership_of(WORK) is None
    assert other.look()
    assert not one.leads()


@pytest.mark.usefixtures("app_context")
def test_a_look_that_fails_ends_the_lead_when_the_lease_lapses(
    standing_clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Leader(standing_clock, LEASE)
    assert one.look()

    def busy(*_given: object) -> bool:
        raise Conflict("somebody else was writing")

    monkeypatch.setattr(leading, "take_lead", busy)
    standing_clock.advance(LEASE / 3)
    with pytest.raises(Conflict):
        one.look()
    assert one.leads()
    standing_clock.advance(LEASE)
    assert not one.leads()


@contextmanager
def two_processes(app: Flask, url: str, folder: Path, smtp_url: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Start two processes of the timetable one after the other, so that the first leads; end both."""
    processes: list[subprocess.Popen[str]] = []
    try:
        for _ in range(2):
            processes.append(start_jobs(url, folder, SMTP_URL=smtp_url, JOBS_LEASE_SECONDS="3"))
            wait_until(lambda: leader_in(app) is not None)
        yield processes
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.communicate()


def leader_in(app: Flask) -> str | None:
    """Return who leads now, `None` for nobody."""
    with app.app_context():
        found = leadership_of(WORK)
    return found.holder if found and found.until > SystemClock().now() else None


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until it holds."""
    deadline = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < deadline, "it does not happen"
        sleep(0.1)


def book_another(app: Flask) -> None:
    """Book a second series, of which somebody is to tell."""
    now = SystemClock().now() - POLICY.undo_delay
    with app.app_context():
        keep_visits(a_plain_visit(now + timedelta(days=9), "visit-2"), series="series-2", at=now)


def subjects_by_id(kept: Inbox) -> Counter[str]:
    """Return how often each message arrived."""
    return Counter(str(message["Message-ID"]) for message in kept.messages)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_leader_that_dies_or_hangs_is_replaced_and_each_message_leaves_once(
    booked: Flask, database_url: str, tmp_path: Path, inbox: tuple[Inbox, str], how: signal.Signals
) -> None:
    kept, smtp_url = inbox
    with two_processes(booked, database_url, tmp_path, smtp_url) as (first, second):
        wait_until(lambda: len(kept.messages) == 1)
        before = leader_in(booked)
        first.send_signal(how)
        # Booked while nobody leads, so that whoever does next finds it at the first look.
        book_another(booked)
        wait_until(lambda: leader_in(booked) not in (None, before))
        # A hanging leader that comes back believes for a moment that it leads: two are at it.
        if how is signal.SIGSTOP:
            first.send_signal(signal.SIGCONT)
        wait_until(lambda: len(kept.messages) == 2)
        assert second.poll() is None
        second.send_signal(signal.SIGTERM)
        said, _ = second.communicate(timeout=PATIENCE)
        assert "this process leads" in said
        assert "apscheduler" not in said
        assert set(subjects_by_id(kept).values()) == {1}
