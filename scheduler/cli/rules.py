"""`rules list` and `rules document`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from scheduler.cli.plain import PlainGroup, say_json
from scheduler.config import PROJECT_FOLDER
from scheduler.rules.catalogue import CATALOGUE, Rule
from scheduler.rules.document import catalogue_as_markdown
from scheduler.rules.sources import SOURCES

rules = PlainGroup("rules", help="The catalogue of rules.")

PAGE = PROJECT_FOLDER / "docs" / "rules.md"


@rules.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_rules(as_json: bool) -> None:
    """Show every rule: id, level, title, rationale, source, and who may override it."""
    if as_json:
        say_json([_json(rule) for rule in CATALOGUE])
        return
    for rule in CATALOGUE:
        click.echo(f"{rule.id:<10} {rule.level.upper():<5} {rule.title}")


def _json(rule: Rule) -> dict[str, Any]:
    source = SOURCES[rule.source]
    return {
        "id": rule.id,
        "title": rule.title,
        "level": rule.level.value,
        "family": rule.family.value,
        "rationale": rule.rationale,
        "source": {
            "key": source.key,
            "title": source.title,
            "section": source.section,
            "standing": source.standing.value,
            "address": source.address or None,
            "read_on": source.read_on.isoformat() if source.read_on else None,
        },
        "override_role": rule.override_role,
    }


@rules.command("document")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when the page is not what the rules say.")
@click.option(
    "--page", type=click.Path(path_type=Path), default=PAGE, help="The page; docs/rules.md when not given."
)
def write_page(check: bool, page: Path) -> None:
    """Write the page of rules, docs/rules.md, from the catalogue."""
    wanted = catalogue_as_markdown()
    found = page.read_text(encoding="utf-8") if page.exists() else None
    if found == wanted:
        click.echo(f"{page.name} says what the rules say.")
    elif check:
        raise click.ClickException(f"{page} is not what the rules say; run: flask --app wsgi rules document")
    else:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(wanted, encoding="utf-8")
        click.echo(f"{page} written.")
