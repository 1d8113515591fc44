"""`recheck`: asks every rule about every visit still to come."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click
from flask.cli import with_appcontext

from scheduler.access.permissions import SYSTEM
from scheduler.booking.judging import SeriesFindings
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.cli.plain import PlainCommand, clock, say_json, say_not_allowed, store_ready
from scheduler.cli.wording import finding_json, finding_lines
from scheduler.rules.finding import Level

LEVELS = {"broken": (Level.BLOCK,), "open_gates": (Level.GATE,), "warnings": (Level.WARN, Level.INFO)}
"""Only what is broken fails: a gate is settled before its visit, and a warning stops nobody."""


@click.command("recheck", cls=PlainCommand)
@click.option("--site", metavar="ID", help="One site alone; all of them when not given.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def recheck_all(site: str | None, as_json: bool) -> None:
    """Ask every rule about every visit still to come; exit 1 with the findings when one is broken."""
    store_ready()
    outcome = recheck(RecheckCommand(site), SYSTEM, clock())
    if isinstance(outcome, NotAllowed):
        say_not_allowed(outcome)
        return
    found = {name: _with_levels(outcome, levels) for name, levels in LEVELS.items()}
    if as_json:
        say_json(
            {"series": len(outcome), **{name: [_json(one) for one in some] for name, some in found.items()}}
        )
    else:
        _say(len(outcome), found)
    if found["broken"]:
        raise click.exceptions.Exit(1)


def _with_levels(outcome: Iterable[SeriesFindings], levels: tuple[Level, ...]) -> list[SeriesFindings]:
    """Return the series that have findings of these levels, with those alone."""
    kept = (
        SeriesFindings(one.series, tuple(finding for finding in one.findings if finding.level in levels))
        for one in outcome
    )
    return [one for one in kept if one.findings]


def _json(one: SeriesFindings) -> dict[str, Any]:
    return {
        "series": one.series.id,
        "site": one.series.site,
        "patient": one.series.patient,
        "protocol": one.series.protocol,
        "findings": [finding_json(finding) for finding in one.findings],
    }


def _say(series: int, found: dict[str, list[SeriesFindings]]) -> None:
    for one in found["broken"]:
        click.echo(f"Series {one.series.id} of patient {one.series.patient}:")
        for line in finding_lines(one.findings):
            click.echo(line)
    counts = {name: sum(len(one.findings) for one in some) for name, some in found.items()}
    click.echo(
        f"{series} series checked: {counts['broken']} broken, {counts['open_gates']} gates still open, "
        f"{counts['warnings']} warnings."
    )
