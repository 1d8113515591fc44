"""What `make run` starts: migrates, loads the demo clinic the first time, then keeps web and jobs running as one."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from time import monotonic
from urllib.error import URLError
from urllib.request import urlopen

import click
from flask import Flask

from scheduler.access.permissions import SYSTEM
from scheduler.app import create_app
from scheduler.booking.load_demo import DemoLoaded, is_demo_wanted
from scheduler.cli.demo import SEED, load_demo_and_keep_sign_ins, read_sign_ins, sign_ins_file
from scheduler.config import PROJECT_FOLDER, InvalidSetting, Settings, settings_from
from scheduler.domain.errors import TrellisError
from scheduler.reminders.channel_choice import mailbox_folder, texts_folder
from scheduler.store.readiness import bring_up_to_date

BLOCKING_THREADS = 2
"""One process is kept from doing two slow things at once by more; checking a password takes a fifth of a second."""

START_PATIENCE, STOP_PATIENCE = 60.0, 15.0
"""How many seconds the parts get to start, and to stop before they are stopped by force."""

LOOK_EVERY = 0.25

_STOPPERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

PR_SET_PDEATHSIG = 1
"""Linux: the signal a process gets when its parent dies; see prctl(2)."""


class CannotStart(Exception):
    """The sentence says why, and what would mend it."""


@dataclass
class Part:
    """One child process."""

    name: str
    process: subprocess.Popen[bytes]


def main() -> int:
    """Run until Ctrl-C, SIGTERM or SIGHUP, or until a part ends by itself; return the exit status."""
    try:
        settings = settings_from(os.environ)
        _check_port(settings)
        app = create_app(settings)
        _prepare(app)
    except (CannotStart, InvalidSetting, TrellisError) as problem:
        click.echo(f"Trellis cannot start: {problem}", err=True)
        return 1
    except KeyboardInterrupt:
        click.echo("Stopped; what is missing is made at the next start.", err=True)
        return 1
    stop = _stop_event()
    parts: list[Part] = []
    try:
        for name, command in _commands(settings).items():
            parts.append(Part(name, _started(command, settings)))
        return _keep(parts, settings, stop)
    finally:
        _stop(parts)


def _stop_event() -> Event:
    stop = Event()
    for number in _STOPPERS:
        signal.signal(number, lambda *_: stop.set())
    return stop


def _check_port(settings: Settings) -> None:
    """Raise `CannotStart` when nobody could listen there, before anything is started or written."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise CannotStart(
                f"{where} cannot be listened on ({error.strerror}); stop what runs there, "
                f"or choose another port: make run PORT={settings.port + 1 if settings.port < 65535 else 8001}"
            ) from error


def _prepare(app: Flask) -> None:
    """Bring the database up to date, and load the demo clinic into an empty one."""
    settings: Settings = app.extensions["trellis_settings"]
    clock = app.extensions["trellis_clock"]
    # The names of the migrations tell a user nothing.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with app.app_context():
        click.echo("Bringing the database up to date …")
        bring_up_to_date()
        if not is_demo_wanted(clock):
            return
        click.echo("Loading the demo clinic, once; this takes a few seconds …")
        outcome = load_demo_and_keep_sign_ins(SEED, SYSTEM, clock, settings)
        if not isinstance(outcome, DemoLoaded):
            raise CannotStart("the demo clinic could not be loaded; run: flask --app wsgi demo load")


def _commands(settings: Settings) -> Mapping[str, Sequence[str]]:
    web = ["-m", "granian", "--interface", "wsgi", "--workers", "1", "--no-ws", "--log-level", "warning"]
    web += ["--host", settings.host, "--port", str(settings.port)]
    web += ["--blocking-threads", str(BLOCKING_THREADS), "wsgi:app"]
    return {
        "web": [sys.executable, *web],
        "jobs": [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run"],
    }


def _started(command: Sequence[str], settings: Settings) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "PYTHONTZPATH": "",
        "PYTHONUNBUFFERED": "1",
        # What was given relative to where we were started means the same to the parts.
        "DATABASE_URL": settings.database_url,
        "VAR_FOLDER": str(settings.var_folder),
    }
    # A session of its own: Ctrl-C reaches us alone, and we stop the parts in order.
    return subprocess.Popen(
        command,
        cwd=PROJECT_FOLDER,
        env=environment,
        start_new_session=True,
        preexec_fn=_end_with_us,
    )


def _end_with_us() -> None:
    """Let the kernel end a part when we are killed and cannot; Linux alone offers it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _keep(parts: Sequence[Part], settings: Settings, stop: Event) -> int:
    """Wait until the web answers, say so, and watch the parts until one ends or we are told to stop."""
    deadline = monotonic() + START_PATIENCE
    ready = False
    while not stop.wait(LOOK_EVERY):
        for part in parts:
            if (status := part.process.poll()) is not None:
                click.echo(f"The {part.name} process ended by itself (status {status}); stopping.", err=True)
                return 1
        if not ready and _answers(settings):
            ready = True
            for line in _welcome(settings):
                click.echo(line)
        elif not ready and monotonic() > deadline:
            click.echo(f"The web process does not answer after {START_PATIENCE:.0f} s; stopping.", err=True)
            return 1
    click.echo("Stopping …")
    return 0


def _answers(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - called, not bound
    address = f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
    try:
        with urlopen(f"{address}/readyz", timeout=2) as answer:  # noqa: S310 - always http to ourselves
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _welcome(settings: Settings) -> Iterator[str]:
    yield ""
    yield f"Trellis runs at {settings.public_url}"
    sign_ins = read_sign_ins(sign_ins_file(settings))
    if sign_ins:
        yield ""
        yield f"Demo sign-ins (also in {sign_ins_file(settings)}):"
        for entry in sign_ins:
            yield f"  {entry.role:<14} {entry.username:<14} {entry.password}"
    yield ""
    if settings.smtp_url:
        yield "Reminders leave by SMTP_URL."
    else:
        yield f"Reminders go to a local mailbox: {mailbox_folder(settings)} (Maildir; mutt -f opens it)."
    if settings.sms_url:
        yield "Texts leave by SMS_URL."
    else:
        yield f"Texts go to a local folder, a file each: {texts_folder(settings)} (no provider is set)."
    yield "Ctrl-C stops all of it."


def _stop(parts: Sequence[Part]) -> None:
    """Ask every part to end, and end by force what does not in time."""
    # A second Ctrl-C must not leave anything running.
    for number in _STOPPERS:
        signal.signal(number, signal.SIG_IGN)
    for part in parts:
        if part.process.poll() is None:
            part.process.terminate()
    deadline = monotonic() + STOP_PATIENCE
    for part in parts:
        try:
            part.process.wait(timeout=max(0.1, deadline - monotonic()))
        except subprocess.TimeoutExpired:
            pass
        _end_family(part)
        part.process.wait()


def _end_family(part: Part) -> None:
    """End what is left of a part by force: one that died leaves its own workers behind, holding the port."""
    try:
        os.killpg(part.process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # nothing is left, as it should be


if __name__ == "__main__":
    raise SystemExit(main())
