"""What the tests bring along works on a machine that has it and on one that has not."""

from __future__ import annotations

import tempfile
from pathlib import Path

import psycopg
import pytest

from tests import chromium, postgres_server
from tests.postgres_server import NoPostgres

pytestmark = pytest.mark.postgres


def test_the_wheels_server_does_where_the_machine_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    [programs] = postgres_server._wheel_programs()
    monkeypatch.setattr(postgres_server, "_find_programs", lambda: programs)
    with postgres_server.postgres_server() as server:
        first = server.create_database("first")
        assert _ask(server.socket_folder, "first", "SHOW server_version_num") >= "180000"
        _ask(server.socket_folder, "first", "CREATE EXTENSION btree_gist; SELECT 1")
        second = server.create_database("second", template="first")
        assert _ask(server.socket_folder, "second", "SELECT count(*) FROM pg_extension") == "2"
        assert first != second
        folder = server.socket_folder
    assert not folder.exists()


def test_programs_in_a_folder_that_the_server_may_not_enter_are_copied() -> None:
    [programs] = postgres_server._wheel_programs()
    account = postgres_server._unprivileged_account()
    with tempfile.TemporaryDirectory(prefix="trellis-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        copied = postgres_server._copied(programs, folder)
        postgres_server._run([copied / "postgres", "--version"], folder, account)


def test_a_machine_without_postgresql_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_server, "PROGRAMS", ("no-such-program",))
    with pytest.raises(NoPostgres, match=r"apt-get install postgresql.*requirements-dev\.txt"):
        postgres_server._find_programs()


def test_a_machine_without_chromium_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(chromium.NoChromium, match=r"apt-get install chromium.*CHROMIUM="):
        chromium.chromium_path()


def _ask(socket_folder: Path, database: str, question: str) -> str:
    with psycopg.connect(host=str(socket_folder), user="trellis", dbname=database) as connection:
        answer = connection.execute(question.encode())
        while answer.nextset():
            pass
        row = answer.fetchone()
        assert row is not None
        return str(row[0])
