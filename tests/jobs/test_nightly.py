"""The nightly recheck: once a local night for each site, also when the clocks change, with what it finds in the inbox."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from scheduler.clinic_file import Clinic
from scheduler.domain.clock import Clock, StandingClock, instant_at, local_day
from scheduler.domain.errors import Conflict
from scheduler.domain.places import Site
from scheduler.jobs import nightly
from scheduler.jobs.nightly import NIGHTLY_AT, due, look_at_night
from scheduler.store.audit import history
from scheduler.store.clinic import save_clinic
from scheduler.store.conflicts import Resolution, conflicts_of_series, open_conflicts
from scheduler.store.work import unit_of_work
from tests.builders import a_site, at
from tests.feeds.stored_visits import keep_clinic, keep_series
from tests.store.stored_clinic import behind_the_back

DENVER = a_site()
BERLIN = a_site(id="site-2", zone="Europe/Berlin")


def recheck_from(start: datetime, until: datetime, zone: str = "America/Denver") -> list[datetime]:
    """Look every ten minutes from start to end; return when the site's hour had come."""
    site = a_site(zone=zone)
    clock = StandingClock(start)
    found: list[datetime] = [start]
    while clock.now() < until:
        if due([site], {site.id: found[-1]}, clock.now()):
            found.append(clock.now())
        clock.advance(timedelta(minutes=10))
    return found[1:]


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
    before = {"site-1": at("2026-11-30 02:00"), "site-2": at("2026-11-30 02:00", "Europe/Berlin")}
    assert due([DENVER, BERLIN], before, at("2026-12-01 00:30", "Europe/Berlin")) == ()
    assert due([DENVER, BERLIN], before, at("2026-12-01 02:00", "Europe/Berlin")) == (BERLIN,)
    after = {**before, "site-2": at("2026-12-01 02:00", "Europe/Berlin")}
    assert due([DENVER, BERLIN], after, at("2026-12-01 02:00")) == (DENVER,)


def test_a_night_that_was_missed_is_made_up_for() -> None:
    assert due([DENVER], {}, at("2026-12-01 11:00")) == (DENVER,)
    assert due([DENVER], {}, at("2026-12-01 01:59")) == ()
    assert due([DENVER], {"site-1": at("2026-12-01 11:00")}, at("2026-12-01 11:01")) == ()


@pytest.mark.usefixtures("app_context")
def test_a_site_that_fails_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_clinic()
    with unit_of_work():
        save_clinic(Clinic(sites=(a_site(id="a-site-before"),)), at("2026-11-24 01:00"))
    clock = StandingClock(at("2026-11-24 02:00"))
    recheck = nightly.recheck_site

    def fail_at_the_first(site: Site, clock: Clock) -> None:
        if site.id == "a-site-before":
            raise Conflict("somebody else was writing")
        recheck(site, clock)

    monkeypatch.setattr(nightly, "recheck_site", fail_at_the_first)
    with pytest.raises(Conflict):
        look_at_night(clock)
    assert [entry.verb for entry in history("site", "site-1")] == ["recheck"]
    monkeypatch.undo()
    look_at_night(clock)
    assert [len(history("site", id)) for id in ("a-site-before", "site-1")] == [1, 1]


@pytest.mark.usefixtures("app_context")
def test_the_recheck_leaves_counts_and_nothing_personal() -> None:
    keep_clinic()
    keep_series()
    clock = StandingClock(at("2026-11-24 01:59"))
    for _ in range(3):
        look_at_night(clock)
        clock.advance(timedelta(minutes=1))
    [entry] = history("site", "site-1")
    assert (entry.actor, entry.verb, entry.site) == ("system", "recheck", "site-1")
    assert entry.at == at("2026-11-24 02:00")
    assert entry.details["series"] == 1
    assert set(entry.details) == {"series", "findings", "new", "resolved"}


@pytest.mark.usefixtures("app_context")
def test_what_is_found_at_night_becomes_a_conflict_once_and_goes_when_it_is_mended(
    app: Flask, database_url: str
) -> None:
    keep_clinic()
    series = keep_series()
    clock = StandingClock(at("2026-11-24 02:00"))
    look_at_night(clock)
    before = {one.id for one in open_conflicts("site-1")}
    with behind_the_back(database_url) as database:
        database.execute("UPDATE shift SET weekday = 6 WHERE staff_id = ?", ("therapist-1",))
    for _ in range(2):
        clock.advance(timedelta(days=1))
        look_at_night(clock)
    after = open_conflicts("site-1")
    new = [one for one in after if one.id not in before]
    assert new
    assert {one.cause for one in new} == {"recheck"}
    assert len({(one.series, *one.key) for one in after}) == len(after)
    with behind_the_back(database_url) as database:
        database.execute("DELETE FROM shift WHERE staff_id = ?", ("therapist-1",))
        for day in range(5):
            database.execute(
                "INSERT INTO shift (site_id, staff_id, weekday, opens, closes) VALUES (?, ?, ?, ?, ?)",
                ("site-1", "therapist-1", day, "08:00:00.000000", "18:00:00.000000"),
            )
    clock.advance(timedelta(days=1))
    look_at_night(clock)
    assert not {one.id for one in open_conflicts("site-1")} & {one.id for one in new}
    ended = {one.id: one.resolution for one in conflicts_of_series(series.id)}
    assert {ended[one.id] for one in new} <= {Resolution.ELSEWHERE, Resolution.OVER}
