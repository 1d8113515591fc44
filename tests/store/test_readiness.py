"""Readiness: reached, and at the program's own migration; anything else names the command that mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.domain.errors import StoreNotReady
from scheduler.store.readiness import check_ready
from tests.databases import let_go, make_app
from tests.store.stored_clinic import behind_the_back


def test_a_migrated_database_is_ready(app_context: object) -> None:
    check_ready()


def test_a_database_without_tables_is_not_ready(tmp_path: Path) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'bare.sqlite3'}", tmp_path)
    with (
        app.app_context(),
        pytest.raises(StoreNotReady, match=r"no tables yet; run: flask --app wsgi db upgrade"),
    ):
        check_ready()
    let_go(app)


def test_an_older_database_is_not_ready(app_context: object, database_url: str) -> None:
    with behind_the_back(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'older'")
    with pytest.raises(StoreNotReady, match=r"at migration older, this program needs \d{4}; run: flask"):
        check_ready()
