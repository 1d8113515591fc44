"""Every setting of the program, read once from the environment, and the secrets it keeps in its own folder."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

PROJECT_FOLDER = Path(__file__).resolve().parent.parent

#: What may be set, and what it means. `docs/reference/settings.md` says the same for people.
ENVIRONMENT: Mapping[str, str] = {
    "DATABASE_URL": "sqlite:///FILE or postgresql://USER@HOST/NAME; default trellis.sqlite3 in VAR_FOLDER",
    "VAR_FOLDER": "folder for the embedded database, secrets and local mail; default var/ beside the program",
    "SECRET_KEY": "signs sessions, at least 32 characters; default made once and kept in VAR_FOLDER/secret-key",
    "SMTP_URL": "smtp://[USER:PASSWORD@]HOST[:PORT] or smtps://…; without it mail goes to a local mailbox",
    "SMS_URL": "twilio://SID:TOKEN@api.twilio.com?from=+13035550100; without it texts go to a local folder",
    "REPLIES_URL": "imaps://USER:PASSWORD@HOST/INBOX or maildir:/FOLDER, where answers to invitations arrive; default none",
    "HOST": "address to listen on; default 127.0.0.1",
    "PORT": "port to listen on, 1 to 65535; default 8000",
    "PUBLIC_URL": "http:// or https:// address under which people reach the program; default http://HOST:PORT",
    "FEED_READS_PER_MINUTE": "how often one calendar may be read in a minute, 0 for no limit; default 120",
    "FEED_MISSES_PER_MINUTE": "unknown calendars one network address may ask for, 0 for no limit; default 60",
    "PROXIES": "how many reverse proxies before the program add to X-Forwarded-For, 0 to 5; default 0",
    "JOBS_LEASE_SECONDS": "seconds until another process takes over from one of `jobs run` that died, 1 to 50; default 30",
    "SESSION_MINUTES": "minutes until a sign-in ends when it is not used, 5 to 720; default 30",
}

SHORTEST_KEY = 32

DRIVER_OF = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "sqlite": "sqlite",
}


class InvalidSetting(ValueError):
    """A setting that cannot be used; the sentence names it and says what would be right."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process. What may hold a password or a key is kept out of its `repr`.

    `smtp_url` is `None` when mail goes to a local mailbox, `sms_url` when texts go to a local folder, `replies_url` when
    nobody reads answers. `public_url` has no slash at its end.
    `session_lifetime` is elapsed time since the last use of a sign-in. Calendars may be read, and missed,
    so often a minute, 0 for no limit. `proxies` is how many reverse proxies stand before the program, whose word about
    addresses is taken. A process that runs the jobs leads for `jobs_lease` at a time.
    """

    database_url: str = field(repr=False)
    var_folder: Path
    secret_key: str = field(repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    sms_url: str | None = field(default=None, repr=False)
    replies_url: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    session_lifetime: timedelta = timedelta(minutes=30)
    feed_reads_per_minute: int = 120
    feed_misses_per_minute: int = 60
    proxies: int = 0
    jobs_lease: timedelta = timedelta(seconds=30)


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Read the settings, making the private folder and its secret key when they are not there yet.

    An empty variable counts as not set. Raises `InvalidSetting`.
    """
    given = {name: environ[name].strip() for name in ENVIRONMENT if environ.get(name, "").strip()}
    var_folder = _private_folder(given.get("VAR_FOLDER"))
    host = given.get("HOST", "127.0.0.1")
    port = _whole_number("PORT", given.get("PORT", "8000"), lowest=1, highest=65535)
    minutes = _whole_number("SESSION_MINUTES", given.get("SESSION_MINUTES", "30"), lowest=5, highest=720)
    lease = _whole_number("JOBS_LEASE_SECONDS", given.get("JOBS_LEASE_SECONDS", "30"), lowest=1, highest=50)
    return Settings(
        database_url=_database_url(given.get("DATABASE_URL"), var_folder),
        var_folder=var_folder,
        secret_key=_secret_key(given.get("SECRET_KEY"), var_folder),
        smtp_url=_smtp_url(given.get("SMTP_URL")),
        sms_url=_sms_url(given.get("SMS_URL")),
        replies_url=_replies_url(given.get("REPLIES_URL")),
        host=host,
        port=port,
        public_url=_public_url(given.get("PUBLIC_URL"), host, port),
        session_lifetime=timedelta(minutes=minutes),
        feed_reads_per_minute=_limit("FEED_READS_PER_MINUTE", given, 120),
        feed_misses_per_minute=_limit("FEED_MISSES_PER_MINUTE", given, 60),
        proxies=_whole_number("PROXIES", given.get("PROXIES", "0"), lowest=0, highest=5),
        jobs_lease=timedelta(seconds=lease),
    )


def _private_folder(given: str | None) -> Path:
    folder = Path(given).expanduser().absolute() if given else PROJECT_FOLDER / "var"
    is_new = not folder.exists()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A folder that somebody chose may be shared on purpose; our own default never is.
        if is_new or given is None:
            folder.chmod(0o700)
    except OSError as error:
        raise InvalidSetting(f"VAR_FOLDER: {folder} cannot be made or used: {error.strerror}") from error
    return folder


def _database_url(given: str | None, var_folder: Path) -> str:
    if given is None:
        return f"sqlite:///{var_folder / 'trellis.sqlite3'}"
    scheme, separator, rest = given.partition("://")
    driver = DRIVER_OF.get(scheme)
    if not separator or driver is None:
        # Up to the first colon alone: what follows may be a password.
        raise InvalidSetting(
            f"DATABASE_URL begins with '{scheme.partition(':')[0]}'; "
            "it must begin with sqlite:///FILE or postgresql://"
        )
    if driver != "sqlite":
        return f"{driver}://{rest}"
    name = rest.removeprefix("/")
    if not rest.startswith("/") or name in {"", ":memory:"}:
        raise InvalidSetting("DATABASE_URL names no file; write sqlite:///folder/file.sqlite3")
    return f"sqlite:///{Path(name).absolute()}"


def _secret_key(given: str | None, var_folder: Path) -> str:
    if given is not None:
        if len(given) < SHORTEST_KEY:
            raise InvalidSetting(f"SECRET_KEY has {len(given)} characters; it needs at least {SHORTEST_KEY}")
        return given
    path = var_folder / "secret-key"
    try:
        if not path.exists():
            _create_once(path, secrets.token_urlsafe(48))
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise InvalidSetting(f"{path} can be read by others; run: chmod 600 {path}")
        key = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise InvalidSetting(f"VAR_FOLDER: {path} cannot be made or read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidSetting(f"{path} holds no key; remove it, and a new one is made") from error
    if len(key) < SHORTEST_KEY:
        raise InvalidSetting(
            f"{path} holds {len(key)} characters and a key needs at least {SHORTEST_KEY}; "
            "remove it, and a new one is made"
        )
    return key


def _create_once(path: Path, text: str) -> None:
    """Write a private file whole, or leave the one that another process wrote first."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
        # A link never replaces a file that is there already, so all processes end with the same key.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _smtp_url(given: str | None) -> str | None:
    if given is None:
        return None
    parts = _split(given)
    if parts is None or parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise InvalidSetting("SMTP_URL must look like smtp://HOST:25 or smtps://USER:PASSWORD@HOST:465")
    return given


def _sms_url(given: str | None) -> str | None:
    if given is None:
        return None
    parts = _split(given)
    if parts is None or parts.scheme not in {"twilio", "twilio+http"} or not parts.hostname:
        raise InvalidSetting("SMS_URL must look like twilio://SID:TOKEN@api.twilio.com?from=+13035550100")
    return given


def _replies_url(given: str | None) -> str | None:
    if given is None:
        return None
    parts = _split(given)
    is_server = parts is not None and parts.scheme in {"imap", "imaps"} and bool(parts.hostname)
    is_folder = parts is not None and parts.scheme == "maildir" and parts.path.startswith("/")
    if not is_server and not is_folder:
        raise InvalidSetting("REPLIES_URL must look like imaps://USER:PASSWORD@HOST/INBOX or maildir:/FOLDER")
    return given


def _public_url(given: str | None, host: str, port: int) -> str:
    if given is None:
        # A wildcard is an address to listen on, never one to call.
        reachable = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
        return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"
    parts = _split(given)
    is_plain = parts is not None and not (parts.query or parts.fragment or parts.username)
    if parts is None or not is_plain or parts.scheme not in {"http", "https"} or not parts.hostname:
        shown = f"…@{given.rpartition('@')[2]}" if "@" in given else given
        raise InvalidSetting(f"PUBLIC_URL is '{shown}'; it must look like https://visits.example.org")
    return given.rstrip("/")


def _split(url: str) -> SplitResult | None:
    """Return the parts of an address, `None` when it cannot be taken apart or its port is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _limit(name: str, given: Mapping[str, str], default: int) -> int:
    return _whole_number(name, given.get(name, str(default)), lowest=0, highest=100_000)


def _whole_number(name: str, given: str, *, lowest: int, highest: int) -> int:
    if not given.isdecimal() or not lowest <= int(given) <= highest:
        raise InvalidSetting(f"{name} is '{given}'; it must be a whole number from {lowest} to {highest}")
    return int(given)
