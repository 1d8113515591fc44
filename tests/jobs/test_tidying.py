"""What grows with every change is shortened, and nothing that is needed goes with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.domain.clock import StandingClock
from scheduler.jobs import tidying
from scheduler.reminders.dispatch import dispatch
from scheduler.store.base import table_of
from scheduler.store.diaries import load_diary
from scheduler.store.tables_changes import SiteChangeRow
from scheduler.store.tables_outbound import AnswerLinkRow
from scheduler.store.work import reading
from tests import builders
from tests.builders import a_patient, at
from tests.feeds.stored_visits import CONFIRMED_AT, a_plain_visit, keep_visits
from tests.feeds.stored_visits import keep_clinic as keep_one_patient
from tests.reminders.recording import RecordingChannel
from tests.store.stored_clinic import SAVED_AT, keep_clinic, keep_series


@pytest.mark.usefixtures("app_context")
def test_links_are_forgotten_some_time_after_they_ended_and_no_other() -> None:
    keep_one_patient([a_patient(email="rs@example.org")])
    keep_visits(a_plain_visit(at("2026-12-10 14:00")))
    dispatch(CONFIRMED_AT, RecordingChannel(), public_url="https://visits.example.org")
    ended = at("2026-12-10 14:00")
    for now, left in (
        (ended, 1),
        (ended + tidying.KEPT_LINKS, 1),
        (ended + tidying.KEPT_LINKS + timedelta(seconds=1), 0),
    ):
        tidying.tidy(StandingClock(now))
        with reading() as connection:
            rows = connection.execute(select(func.count()).select_from(table_of(AnswerLinkRow)))
            assert rows.scalar_one() == left


def _entries() -> int:
    with reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table_of(SiteChangeRow))).scalar_one())


def test_the_log_of_changes_is_shortened(app_context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying, "KEPT_CHANGES", 10)
    keep_clinic()
    before = load_diary("patient-1", builders.HORIZON, as_of=SAVED_AT)
    keep_series()
    assert _entries() > 10
    tidying.shorten_the_log_of_changes()
    assert _entries() == 10
    after = load_diary("patient-1", builders.HORIZON, as_of=SAVED_AT)
    assert len(after.claims) > len(before.claims)
