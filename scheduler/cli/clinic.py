"""`clinic schema`, `clinic import` and `clinic export`."""

from __future__ import annotations

import click

from scheduler.access.permissions import SYSTEM
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.import_clinic import ClinicImported, ImportClinic, ImportRefused, import_clinic
from scheduler.booking.outcomes import NotAllowed
from scheduler.cli.plain import PlainGroup, clock, say_faults, say_json, say_not_allowed, store_ready, text_of
from scheduler.clinic_file.schema import json_schema
from scheduler.clinic_file.text import load_text
from scheduler.domain.errors import FaultyDocument

clinic = PlainGroup("clinic", help="The clinic as a file: its form, in and out.")


@clinic.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of the clinic file."""
    say_json(json_schema())


@clinic.command("import")
@click.argument("file")
def import_file(file: str) -> None:
    """Import FILE (YAML or JSON, - for standard input): all of it or nothing."""
    store_ready()
    outcome = import_clinic(ImportClinic(load_text(text_of(file))), SYSTEM, clock())
    match outcome:
        case NotAllowed():
            say_not_allowed(outcome)
        case ImportRefused():
            say_faults(FaultyDocument(outcome.faults))
            raise click.exceptions.Exit(1)
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


@clinic.command("export")
def print_export() -> None:
    """Print the whole clinic as one JSON document: resources, series, visits, claims and reminders."""
    store_ready()
    say_json(export_clinic(clock()))
