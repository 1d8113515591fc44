"""`series propose` and `series book`."""

from __future__ import annotations

from typing import Any

import click

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.preview_series import PreviewSeries, SeriesPreview, preview_series
from scheduler.cli.plain import (
    REFUSED,
    PlainGroup,
    clock,
    say_json,
    say_not_allowed,
    store_ready,
    text_of,
)
from scheduler.cli.proposal_file import booking_of
from scheduler.cli.wish_options import wish_options, wishes_in
from scheduler.cli.wording import (
    finding_json,
    finding_lines,
    option_json,
    reason_json,
    reason_lines,
    series_json,
    visit_lines,
)
from scheduler.store import clinic

series = PlainGroup("series", help="Find and book whole treatment series.")


@series.command("propose")
@click.option("--patient", required=True, metavar="ID")
@click.option("--protocol", required=True, metavar="KEY")
@wish_options
@click.option("--limit", type=int, default=5, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def propose_series(as_json: bool, **asked: Any) -> None:
    """Show the best complete series that could be booked now; exit 2 when the question makes no sense."""
    store_ready()
    command = PreviewSeries(**wishes_in(asked))
    outcome = preview_series(command, SYSTEM, clock())
    if isinstance(outcome, NotAllowed):
        say_not_allowed(outcome)
        return
    if as_json:
        say_json(
            {
                "proposals": [
                    {**option_json(one, command), "exact": outcome.exact} for one in outcome.options
                ],
                "reasons": [reason_json(reason) for reason in outcome.reasons],
                "exact": outcome.exact,
            }
        )
    elif outcome.made_sense:
        _say_preview(outcome)
    else:
        click.echo("Refused; this cannot be answered as it stands:", err=True)
        for line in reason_lines(outcome.reasons):
            click.echo(line, err=True)
    if not outcome.made_sense:
        raise click.exceptions.Exit(REFUSED)


def _say_preview(outcome: SeriesPreview) -> None:
    for number, option in enumerate(outcome.options, start=1):
        shown = option.proposal.series
        words = f": {', '.join(option.proposal.stands_out)}" if option.proposal.stands_out else ""
        click.echo(f"{number}. with {option.proposal.therapist or 'nobody in particular'}{words}")
        for line in visit_lines(shown.appointments, clinic.site(shown.site).zone):
            click.echo(line)
        for line in finding_lines(option.findings):
            click.echo(line)
    if not outcome.options:
        click.echo("No complete series fits:")
        for line in reason_lines(outcome.reasons):
            click.echo(line)
    if not outcome.exact:
        click.echo(
            "This is the best that was found; that nothing better exists is not proven."
            if outcome.options
            else "That none exists is not proven."
        )


@series.command("book")
@click.option("--patient", metavar="ID")
@click.option("--protocol", metavar="KEY")
@wish_options
@click.option(
    "--proposal", "file", metavar="FILE", help="Book this proposal, as printed by propose; - reads it."
)
@click.option(
    "--key", "idempotency_key", metavar="KEY", help="The same key books once, however often it is sent."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def book_whole_series(as_json: bool, file: str | None, **asked: Any) -> None:
    """Book the best series, or the given proposal, whole; exit 2 with the findings when refused."""
    store_ready()
    command = _command(file, asked)
    outcome = book_series(command, SYSTEM, clock())
    match outcome:
        case NotAllowed():
            say_not_allowed(outcome)
        case Booked():
            _say_booked(outcome, as_json)
        case Refused():
            _say_refused(outcome, command, as_json)
            raise click.exceptions.Exit(REFUSED)


def _command(file: str | None, asked: dict[str, Any]) -> BookSeries:
    asked = wishes_in(asked)
    if file is not None:
        return booking_of(text_of(file), asked)
    for name in ("patient", "protocol"):
        if asked[name] is None:
            raise click.UsageError(f"Give --{name}, or a --proposal that names it.")
    return BookSeries(**asked)


def _say_booked(outcome: Booked, as_json: bool) -> None:
    if as_json:
        findings = [finding_json(finding) for finding in outcome.findings]
        say_json({"booked": True, "series": series_json(outcome.series), "findings": findings})
        return
    click.echo(f"Booked series {outcome.series.id}:")
    for line in visit_lines(outcome.series.appointments, clinic.site(outcome.series.site).zone):
        click.echo(line)
    for line in finding_lines(outcome.findings):
        click.echo(line)


def _say_refused(outcome: Refused, command: BookSeries, as_json: bool) -> None:
    if as_json:
        say_json(
            {
                "booked": False,
                "race_lost": outcome.race_lost,
                "findings": [finding_json(finding) for finding in outcome.findings],
                "reasons": [reason_json(reason) for reason in outcome.reasons],
                "instead": [option_json(option, command) for option in outcome.instead],
            }
        )
        return
    click.echo("Refused; nothing was booked:", err=True)
    for line in (*finding_lines(outcome.findings), *reason_lines(outcome.reasons)):
        click.echo(line, err=True)
    for option in outcome.instead[:1]:
        click.echo("Free instead:", err=True)
        shown = option.proposal.series
        for line in visit_lines(shown.appointments, clinic.site(shown.site).zone):
            click.echo(line, err=True)
