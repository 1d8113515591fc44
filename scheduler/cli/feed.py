"""`feed url`."""

from __future__ import annotations

import click
from flask import current_app

from scheduler.access.permissions import SYSTEM
from scheduler.booking.outcomes import NotAllowed
from scheduler.cli.plain import PlainGroup, clock, say_not_allowed, store_ready
from scheduler.feeds.subscriptions import ALARMS, SubscriptionRequest, make_subscription
from scheduler.store.subscriptions import SubscriptionKind

feed = PlainGroup("feed", help="Calendar subscriptions.")


@feed.command("url")
@click.option("--patient", metavar="ID")
@click.option("--staff", metavar="ID")
@click.option("--room", metavar="ID")
@click.option("--site", metavar="ID", help="All visits of a site.")
@click.option(
    "--alarm",
    "alarm_minutes",
    type=click.Choice([str(minutes) for minutes in ALARMS]),
    help="So many minutes before each visit the person's program reminds them.",
)
@click.option("--busy-only", is_flag=True, help="Times and nothing else, for sharing.")
@click.option("--carries-address", is_flag=True, help="The calendar says its own, secret address.")
@click.option("--name", default="", help="A word for the clinic's own eyes, such as 'my phone'.")
def url(
    busy_only: bool, carries_address: bool, name: str, alarm_minutes: str | None, **subjects: str | None
) -> None:
    """Make a new subscription and print its address, which cannot be shown again."""
    store_ready()
    given = {SubscriptionKind(kind): subject for kind, subject in subjects.items() if subject is not None}
    if len(given) != 1:
        raise click.UsageError("Give one of --patient, --staff, --room and --site.")
    ((kind, subject),) = given.items()
    public_url = current_app.extensions["trellis_settings"].public_url
    alarm = int(alarm_minutes) if alarm_minutes else None
    request = SubscriptionRequest(
        kind, subject, public_url, busy_only, name, alarm, carries_address=carries_address
    )
    outcome = make_subscription(request, SYSTEM, clock())
    if isinstance(outcome, NotAllowed):
        say_not_allowed(outcome)
    else:
        click.echo(outcome)
