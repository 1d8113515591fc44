"""What grows with every change is shortened, and nothing that is needed goes with it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.jobs import tidying
from scheduler.store.base import table_of
from scheduler.store.diaries import load_diary
from scheduler.store.tables_changes import SiteChangeRow
from scheduler.store.work import reading
from tests import builders
from tests.store.stored_clinic import SAVED_AT, keep_clinic, keep_series


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
