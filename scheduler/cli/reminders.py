"""`reminders dispatch`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click
from flask import current_app

from scheduler.cli.plain import Moment, PlainGroup, clock, store_ready
from scheduler.reminders.channel_choice import channels_for
from scheduler.reminders.dispatch import Counts, dispatch
from scheduler.reminders.letterboxes import answers_to

reminders = PlainGroup("reminders", help="Messages to patients.")


@reminders.command("dispatch")
@click.option(
    "--now", type=Moment(), metavar="INSTANT", help="As if it were this instant; now when not given."
)
def dispatch_due(now: datetime | None) -> None:
    """Make one pass: what is due is sent, once. Safe at any time, in many processes at once."""
    store_ready()
    settings = current_app.extensions["trellis_settings"]
    counts = Counts()
    for channel in channels_for(settings):
        counts += dispatch(
            now or clock().now(),
            channel,
            answers_to=answers_to(settings, channel),
            public_url=settings.public_url,
        )
    click.echo(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in asdict(counts).items()) + ".")
