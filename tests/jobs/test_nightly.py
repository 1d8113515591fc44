"""The nightly recheck: once a local night for each site, also when the clocks change, with counts on record."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from scheduler.clinic_file import Clinic
from scheduler.domain.clock import StandingClock, instant_at, local_day
from scheduler.domain.errors import Conflict
from scheduler.domain.places import Site
from scheduler.jobs.nightly import NIGHTLY_AT, NightlyRecheck
from scheduler.store.audit import history
from scheduler.store.clinic import save_clinic
from scheduler.store.work import unit_of_work
from tests.builders import a_site, at
from tests.feeds.stored_visits import keep_clinic, keep_series

DENVER = a_site()
BERLIN = a_site(id="site-2", zone="Europe/Berlin")


def recheck_from(start: datetime, until: datetime, zone: str = "America/Denver") -> list[datetime]:
    """Look every ten minutes from start to end; return when the site's hour had come."""
    clock = StandingClock(start)
    nightly = NightlyRecheck(clock)
    site = a_site(zone=zone)
    found = []
    while clock.now() < until:
        if nightly.due([site], clock.now()):
            found.append(clock.now())
            nightly.note_done(site, clock.now())
        clock.advance(timedelta(minutes=10))
    return found


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-12-01 12:00", "2026-12-08 12:00"), ("2026-10-29 12:00", "2026-11-04 12:00")],
)
def test_once_a_night_at_two(first: str, last: str) -> None:
    found = recheck_from(at(first), at(last))
    days = [local_day(instant, "America/Denver") for instant in found]
    assert len(days) == len(set(days)) == (at(last) - at(first)).days
    assert found == [instant_at(day, NIGHTLY_AT, "America/Denver") for day in days]


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("America/Denver", "2027-03-12 12:00", "2027-03-16 12:00"),
        ("Europe/Berlin", "2027-03-26 12:00", "2027-03-30 12:00"),
        ("Australia/Lord_Howe", "2026-10-02 12:00", "2026-10-06 12:00"),
    ],
)
def test_a_night_without_that_hour_has_its_recheck_too(zone: str, first: str, last: str) -> None:
    found = recheck_from(at(first, zone), at(last, zone), zone)
    assert len({local_day(instant, zone) for instant in found}) == len(found) == 4


def test_each_site_has_its_own_night() -> None:
    clock = StandingClock(at("2026-12-01 00:30", "Europe/Berlin"))
    nightly = NightlyRecheck(clock)
    assert nightly.due([DENVER, BERLIN], clock.now()) == ()
    assert nightly.due([DENVER, BERLIN], at("2026-12-01 02:00", "Europe/Berlin")) == (BERLIN,)
    nightly.note_done(BERLIN, at("2026-12-01 02:00", "Europe/Berlin"))
    assert nightly.due([DENVER, BERLIN], at("2026-12-01 02:00")) == (DENVER,)


def test_one_that_failed_comes_up_again() -> None:
    nightly = NightlyRecheck(StandingClock(at("2026-12-01 01:00")))
    assert nightly.due([DENVER], at("2026-12-01 01:00")) == ()
    for minute in range(3):
        assert nightly.due([DENVER], at("2026-12-01 02:00") + timedelta(minutes=minute)) == (DENVER,)


@pytest.mark.usefixtures("app_context")
def test_a_site_that_fails_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_clinic()
    with unit_of_work():
        save_clinic(Clinic(sites=(a_site(id="a-site-before"),)), at("2026-11-24 01:00"))
    clock = StandingClock(at("2026-11-24 01:59"))
    nightly = NightlyRecheck(clock)
    nightly.look()
    clock.advance(timedelta(minutes=1))
    recheck = nightly._recheck

    def fail_at_the_first(site: Site) -> None:
        if site.id == "a-site-before":
            raise Conflict("somebody else was writing")
        recheck(site)

    monkeypatch.setattr(nightly, "_recheck", fail_at_the_first)
    with pytest.raises(Conflict):
        nightly.look()
    assert [entry.verb for entry in history("site", "site-1")] == ["recheck"]
    monkeypatch.undo()
    nightly.look()
    assert [len(history("site", id)) for id in ("a-site-before", "site-1")] == [1, 1]


@pytest.mark.usefixtures("app_context")
def test_the_recheck_leaves_counts_and_nothing_personal(app: Flask) -> None:
    keep_clinic()
    keep_series()
    clock = StandingClock(at("2026-11-24 01:59"))
    nightly = NightlyRecheck(clock)
    nightly.look()
    assert history("site", "site-1") == ()
    clock.advance(timedelta(minutes=1))
    nightly.look()
    clock.advance(timedelta(minutes=1))
    nightly.look()
    [entry] = history("site", "site-1")
    assert (entry.actor, entry.verb, entry.site) == ("system", "recheck", "site-1")
    assert entry.details["series"] == 1
    assert set(entry.details) == {"series", "findings"}
