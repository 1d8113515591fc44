"""`demo load`, and the file with the demo sign-ins."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import click
from flask import current_app

from scheduler.access.permissions import SYSTEM, Actor
from scheduler.booking.demo_accounts import DemoSignIn
from scheduler.booking.load_demo import DemoLoaded, LoadDemo, load_demo
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.cli.plain import REFUSED, PlainGroup, clock, say_not_allowed, store_ready
from scheduler.cli.wording import reason_lines
from scheduler.config import Settings
from scheduler.domain.clock import Clock

demo = PlainGroup("demo", help="The demo clinic, invented throughout.")

SEED = 1
SIGN_INS = "demo-sign-ins.json"


@demo.command("load")
@click.option("--seed", type=int, default=SEED, show_default=True, help="Which series are booked.")
def load(seed: int) -> None:
    """Load the demo clinic and book about 60 % of its next eight weeks; does nothing when it is there."""
    store_ready()
    outcome = load_demo_and_keep_sign_ins(seed, SYSTEM, clock(), current_app.extensions["trellis_settings"])
    match outcome:
        case NotAllowed():
            say_not_allowed(outcome)
        case Refused():
            for line in reason_lines(outcome.reasons):
                click.echo(line, err=True)
            raise click.exceptions.Exit(REFUSED)


def load_demo_and_keep_sign_ins(
    seed: int, actor: Actor, at: Clock, settings: Settings
) -> DemoLoaded | Refused | NotAllowed:
    """Load the demo clinic with progress on standard output, and write its sign-ins into the private folder."""
    outcome = load_demo(LoadDemo(seed, lambda line: click.echo(line)), actor, at)
    if isinstance(outcome, DemoLoaded) and outcome.sign_ins:
        write_sign_ins(sign_ins_file(settings), outcome.sign_ins)
    return outcome


def sign_ins_file(settings: Settings) -> Path:
    """Return where the demo sign-ins are kept."""
    return settings.var_folder / SIGN_INS


def write_sign_ins(file: Path, sign_ins: Iterable[DemoSignIn]) -> None:
    """Write the sign-ins, readable by the owner alone from the first byte on."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as text:
        json.dump(
            [{"role": s.role, "username": s.username, "password": s.password} for s in sign_ins],
            text,
            indent=2,
        )
        text.write("\n")
    draft.replace(file)


def read_sign_ins(file: Path) -> list[DemoSignIn]:
    """Return the demo sign-ins, none when there is no such file (any more) or it cannot be read."""
    try:
        return [DemoSignIn(**entry) for entry in json.loads(file.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []
