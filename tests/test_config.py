"""Settings: sensible without any, refused with a sentence when wrong, and private where they hold secrets."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.config import ENVIRONMENT, InvalidSetting, Settings, settings_from
from tests.house.building import ROOT


def settings(folder: Path, **given: str) -> Settings:
    """Read settings with a private folder of the test's own."""
    return settings_from({"VAR_FOLDER": str(folder / "var"), **given})


def test_without_any_setting_there_is_an_embedded_database_on_this_machine(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert found.database_url == f"sqlite:///{tmp_path}/var/trellis.sqlite3"
    assert (found.host, found.port, found.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert found.smtp_url is None
    assert found.session_lifetime == timedelta(minutes=30)


def test_an_empty_setting_is_no_setting(tmp_path: Path) -> None:
    names = ENVIRONMENT.keys() - {"VAR_FOLDER"}
    assert settings(tmp_path, **dict.fromkeys(names, " ")) == settings(tmp_path)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://ann:secret@db/clinic?x=1", "postgresql+psycopg://ann:secret@db/clinic?x=1"),
        ("postgres://db/clinic", "postgresql+psycopg://db/clinic"),
        ("postgresql+psycopg://db/clinic", "postgresql+psycopg://db/clinic"),
        ("sqlite:////absolute/file.sqlite3", "sqlite:////absolute/file.sqlite3"),
    ],
)
def test_the_address_of_the_database_names_our_driver(tmp_path: Path, given: str, used: str) -> None:
    assert settings(tmp_path, DATABASE_URL=given).database_url == used


def test_a_relative_file_is_meant_from_where_the_program_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings(tmp_path, DATABASE_URL="sqlite:///some/file.sqlite3").database_url == (
        f"sqlite:///{tmp_path}/some/file.sqlite3"
    )


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({"PORT": "9000"}, "http://127.0.0.1:9000"),
        ({"HOST": "0.0.0.0"}, "http://127.0.0.1:8000"),
        ({"HOST": "::1"}, "http://[::1]:8000"),
        ({"HOST": "clinic.example.org"}, "http://clinic.example.org:8000"),
        ({"PUBLIC_URL": "https://visits.example.org/"}, "https://visits.example.org"),
    ],
)
def test_people_reach_the_program_under_its_public_address(
    tmp_path: Path, given: dict[str, str], address: str
) -> None:
    assert settings(tmp_path, **given).public_url == address


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "eight", "PORT is 'eight'; it must be a whole number from 1 to 65535"),
        ("PORT", "0", "from 1 to 65535"),
        ("PORT", "65536", "from 1 to 65535"),
        ("SESSION_MINUTES", "-1", "from 5 to 720"),
        ("SESSION_MINUTES", "4", "from 5 to 720"),
        ("DATABASE_URL", "mysql://db/clinic", "begins with 'mysql'"),
        ("DATABASE_URL", "clinic", "must begin with sqlite:///FILE or postgresql://"),
        ("DATABASE_URL", "sqlite://", "names no file"),
        ("DATABASE_URL", "sqlite:///:memory:", "names no file"),
        ("DATABASE_URL", "sqlite://relative.sqlite3", "names no file"),
        ("SMTP_URL", "mail.example.org", "SMTP_URL must look like"),
        ("REPLIES_URL", "mail.example.org", "REPLIES_URL must look like"),
        ("REPLIES_URL", "maildir:answers", "REPLIES_URL must look like"),
        ("REPLIES_URL", "imaps://mail:none", "REPLIES_URL must look like"),
        ("PUBLIC_URL", "visits.example.org", "PUBLIC_URL is 'visits.example.org'"),
        ("PUBLIC_URL", "https://visits.example.org/?a=b", "must look like"),
        ("PUBLIC_URL", "https://visits.example.org:99999", "must look like"),
        ("PUBLIC_URL", "https://[visits.example.org", "must look like"),
        ("PUBLIC_URL", "https://ann@visits.example.org", "must look like"),
        ("SMTP_URL", "smtp://[mail", "SMTP_URL must look like"),
        ("SMTP_URL", "smtp://mail:none", "SMTP_URL must look like"),
        ("SECRET_KEY", "short", "SECRET_KEY has 5 characters; it needs at least 32"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_would_be_right(
    tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    with pytest.raises(InvalidSetting) as refused:
        settings(tmp_path, **{name: value})
    assert sentence in str(refused.value)
    assert name in str(refused.value)


def test_a_refusal_repeats_no_password(tmp_path: Path) -> None:
    for name, value in (
        ("SMTP_URL", "smpt://ann:secret@mail"),
        ("REPLIES_URL", "pop://ann:secret@mail"),
        ("SMTP_URL", "smtp://ann:secret@mail:none"),
        ("DATABASE_URL", "mysql://ann:secret@db/x"),
        ("DATABASE_URL", "postgresql:ann:secret@db/x"),
        ("PUBLIC_URL", "https://ann:secret@visits.example.org"),
    ):
        with pytest.raises(InvalidSetting) as refused:
            settings(tmp_path, **{name: value})
        assert "secret" not in str(refused.value)


def test_the_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: settings(tmp_path).secret_key, range(16)))
    assert len(keys) == 1
    (key,) = keys
    assert len(key) >= 64
    folder = tmp_path / "var"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "secret-key").stat().st_mode) == 0o600
    assert [file.name for file in folder.iterdir()] == ["secret-key"]


def test_a_secret_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings(tmp_path)
    (tmp_path / "var" / "secret-key").chmod(0o644)
    with pytest.raises(InvalidSetting, match="chmod 600"):
        settings(tmp_path)


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff" * 64])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    settings(tmp_path)
    (tmp_path / "var" / "secret-key").write_bytes(content)
    with pytest.raises(InvalidSetting, match="secret-key holds .* remove it"):
        settings(tmp_path)


def test_a_key_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var" / "secret-key").mkdir(parents=True, mode=0o700)
    with pytest.raises(InvalidSetting, match=r"VAR_FOLDER: .*secret-key cannot be made or read"):
        settings(tmp_path)


def test_a_folder_that_was_there_before_keeps_its_mode(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    folder.mkdir(mode=0o750)
    folder.chmod(0o750)
    settings(tmp_path)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o750


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(InvalidSetting, match="VAR_FOLDER"):
        settings(tmp_path)


def test_what_is_secret_does_not_show(tmp_path: Path) -> None:
    found = settings(
        tmp_path, DATABASE_URL="postgresql://ann:secret-1@db/x", SMTP_URL="smtp://ann:secret-2@mail"
    )
    assert "secret-1" not in repr(found)
    assert "secret-2" not in repr(found)
    assert found.secret_key not in repr(found)


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in page for name in ENVIRONMENT)
