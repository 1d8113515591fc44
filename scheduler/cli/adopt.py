"""`series adopt`: lets a series that runs go on by another version of its protocol."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from scheduler.access.permissions import SYSTEM
from scheduler.booking.adopt_version import AdoptVersion, VersionAdopted, adopt_version, preview_adoption
from scheduler.booking.adopting import PlannedAdoption
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.cli.plain import REFUSED, clock, say_not_allowed, store_ready
from scheduler.cli.wording import finding_lines, reason_lines, visit_lines
from scheduler.store import clinic


@click.command("adopt")
@click.argument("series_id", metavar="SERIES")
@click.option("--version", type=int, required=True, metavar="NUMBER")
@click.option("--preview", is_flag=True, help="Write nothing: say which visits it would break.")
@with_appcontext
def adopt_newer_version(series_id: str, version: int, preview: bool) -> None:
    """Let SERIES go on by another version of its protocol; exit 2 when that cannot be."""
    store_ready()
    command = AdoptVersion(series_id, version)
    outcome = (preview_adoption if preview else adopt_version)(command, SYSTEM, clock())
    match outcome:
        case NotAllowed():
            say_not_allowed(outcome)
        case Refused():
            click.echo("Refused; nothing was changed:", err=True)
            for line in reason_lines(outcome.reasons):
                click.echo(line, err=True)
            raise click.exceptions.Exit(REFUSED)
        case PlannedAdoption():
            _say(outcome)
        case VersionAdopted():
            click.echo(f"Series {outcome.series.id} goes by version {outcome.series.protocol_version} now.")
            if outcome.adoption is not None:
                _say(outcome.adoption)
            if outcome.conflicts:
                click.echo(f"New in the inbox of conflicts: {outcome.conflicts}.")


def _say(adoption: PlannedAdoption) -> None:
    """Say what an adoption means, by visits and rules."""
    if not adoption.visits:
        click.echo("No visit breaks a rule by it.")
    else:
        click.echo(f"Visits that break a rule by it: {len(adoption.visits)}.")
        for line in visit_lines(adoption.visits, clinic.site(adoption.change.after.site).zone):
            click.echo(line)
        for line in finding_lines(adoption.broken):
            click.echo(line)
    if adoption.kept_as_they_are:
        click.echo(
            f"These keep their former phases, for what they would need is taken: {', '.join(adoption.kept_as_they_are)}."
        )
    if adoption.added:
        click.echo(
            f"New in this version, and not booked by this: {', '.join(s.key for s in adoption.added)}."
        )
