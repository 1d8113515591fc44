"""`clinic schema`, `clinic import` and `clinic export`."""

from __future__ import annotations

from collections.abc import Iterable

import click

from scheduler.access.permissions import SYSTEM
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.import_clinic import (
    ClinicImported,
    ImportClinic,
    ImportPreviewed,
    ImportRefused,
    import_clinic,
    preview_import,
)
from scheduler.booking.new_versions import OnOlderVersion
from scheduler.booking.outcomes import NotAllowed
from scheduler.cli.plain import PlainGroup, clock, say_faults, say_json, say_not_allowed, store_ready, text_of
from scheduler.cli.wording import finding_lines, reason_lines, visit_lines
from scheduler.clinic_file.schema import json_schema
from scheduler.clinic_file.text import load_text
from scheduler.domain.errors import FaultyDocument
from scheduler.store import clinic as store_clinic

clinic = PlainGroup("clinic", help="The clinic as a file: its form, in and out.")


@clinic.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of the clinic file."""
    say_json(json_schema())


@clinic.command("import")
@click.argument("file")
@click.option(
    "--preview", is_flag=True, help="Write nothing: say what new versions of protocols would break."
)
def import_file(file: str, preview: bool) -> None:
    """Import FILE (YAML or JSON, - for standard input): all of it or nothing."""
    store_ready()
    command = ImportClinic(load_text(text_of(file)))
    outcome = (preview_import if preview else import_clinic)(command, SYSTEM, clock())
    match outcome:
        case NotAllowed():
            say_not_allowed(outcome)
        case ImportRefused():
            say_faults(FaultyDocument(outcome.faults))
            raise click.exceptions.Exit(1)
        case ImportPreviewed():
            click.echo("The file is sound. Nothing was taken.")
            _say_older(outcome.older)
        case ClinicImported():
            changes = outcome.changes
            click.echo(
                f"{changes.created} created, {changes.changed} changed, {changes.unchanged} unchanged."
            )
            _say_what_follows(outcome)


def _say_what_follows(outcome: ClinicImported) -> None:
    """Say what stands in another light since, and nothing where nothing does."""
    if outcome.visits_broken:
        click.echo(
            f"Visits that break a rule since: {outcome.visits_broken}. They stand in the inbox of conflicts."
        )
    for protocol, count in outcome.on_older_versions.items():
        click.echo(f"Series that keep an older version of {protocol}: {count}.")
    _say_older(outcome.older)


def _say_older(older: Iterable[OnOlderVersion]) -> None:
    """Say, for each series that runs by an older version, what the new one would mean for it."""
    for one in older:
        series = one.series
        what = f"{series.protocol} {one.version} instead of {series.protocol_version} in series {series.id}"
        if one.reasons:
            click.echo(f"{what} cannot be adopted:")
        elif not one.visits:
            click.echo(f"{what} would break no visit.")
        else:
            click.echo(f"{what} would break visits: {len(one.visits)}.")
            for line in visit_lines(one.visits, store_clinic.site(series.site).zone):
                click.echo(line)
        for line in (*reason_lines(one.reasons), *finding_lines(one.broken)):
            click.echo(line)


@clinic.command("export")
def print_export() -> None:
    """Print the whole clinic as one JSON document: resources, series, visits, claims and reminders."""
    store_ready()
    say_json(export_clinic(clock()))
