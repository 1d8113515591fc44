"""Command groups that say what went wrong in one sentence, never in a stack trace."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from scheduler.booking.outcomes import NotAllowed
from scheduler.clinic_file.forms import day_in
from scheduler.domain.clock import Clock
from scheduler.domain.errors import FaultyDocument, TrellisError
from scheduler.store.readiness import check_ready

REFUSED = 2
"""The exit status of a request that was understood and refused."""


@contextmanager
def plainly() -> Iterator[None]:
    """Turn named errors into a sentence on standard error and exit status 1."""
    try:
        yield
    except FaultyDocument as refusal:
        say_faults(refusal)
        raise click.exceptions.Exit(1) from refusal
    except TrellisError as error:
        raise click.ClickException(str(error)) from error
    except BrokenPipeError:
        # Whoever reads has seen enough; the library knows how to end then.
        raise
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'A file'}: {error.strerror}") from error


class PlainGroup(AppGroup):
    """A group of commands whose errors are said plainly."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command chosen."""
        with plainly():
            return super().invoke(ctx)


class PlainCommand(click.Command):
    """A command that stands alone, whose errors are said plainly."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with plainly():
            return super().invoke(ctx)


class Day(click.ParamType[date]):
    """A clinic-local day such as 2026-12-03."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day, or say what it should look like."""
        if isinstance(value, date):
            return value
        try:
            return day_in(value)
        except ValueError as error:
            self.fail(f"{str(error).replace(' | ', '; ')}.", param, ctx)


class Moment(click.ParamType[datetime]):
    """An instant with its offset, such as 2026-12-03T17:00:00Z."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read the instant, or say what it should look like."""
        if isinstance(value, datetime):
            return value
        try:
            moment = moment_in(value)
        except ValueError:
            self.fail(f"'{value}' is not an instant; write it as 2026-12-03T17:00:00Z.", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"'{value}' has no offset; write 2026-12-03T17:00:00Z or …-07:00.", param, ctx)
        return moment.astimezone(UTC)


def moment_in(text: str) -> datetime:
    """Return the instant that a text says, with its offset if it has one. Raises `ValueError`, also for odd years."""
    moment = datetime.fromisoformat(text)
    day_in(moment.date())
    return moment


def clock() -> Clock:
    """Return the clock of the application."""
    found: Clock = current_app.extensions["trellis_clock"]
    return found


def store_ready() -> None:
    """Go on when the database can be used. Raises `StoreNotReady`, which says how to mend it."""
    check_ready()


def say_json(document: object) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def say_faults(refusal: FaultyDocument) -> None:
    """Print every fault of a document on standard error, one a line, and a count."""
    for fault in refusal.faults:
        click.echo(fault.sentence(), err=True)
    count = len(refusal.faults)
    click.echo(f"{count} {'fault' if count == 1 else 'faults'}; nothing was taken.", err=True)


def say_not_allowed(outcome: NotAllowed) -> None:
    """Refuse: the command line acts for the system, so this is seen only when a permission is taken from it."""
    raise click.ClickException(f"This needs the permission {outcome.permission}.")


def text_of(file: str) -> str:
    """Return the text of a file, of standard input for `-`. Raises `OSError`, `ClickException` when it is not UTF-8."""
    try:
        if file == "-":
            return sys.stdin.buffer.read().decode("utf-8")
        return Path(file).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} is not text in UTF-8.") from error
