"""Writes the catalogue as a page of Markdown: `docs/rules.md` is generated from it and never edited by hand."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.rules.catalogue import CATALOGUE, Family, Rule
from scheduler.rules.finding import Level
from scheduler.rules.gate_families import GATE_FAMILIES
from scheduler.rules.sources import SOURCES, Source
from scheduler.rules.wording import limit

_LEVELS = {
    Level.BLOCK: "the booking cannot be saved; nobody may override it",
    Level.GATE: "it can be booked, but the visit may not start until it is settled or overridden by the role named",
    Level.WARN: "shown to staff, stops nobody",
    Level.INFO: "good to know",
}


def catalogue_as_markdown() -> str:
    """Return the whole page, ending in a line break."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Rules"
    yield ""
    yield "<!-- Generated from scheduler/rules/catalogue.py. Do not edit. -->"
    yield ""
    yield f"What must be true of every series: {len(CATALOGUE)} rules. Previewing, booking and the nightly re-check all"
    yield "ask the same list. Each title is a sentence that is true when all is well. Numbers such as hours and counts"
    yield "stand in the protocol, not in a rule (but for the 15 minutes of DRIVE-1); a clinic default is to be confirmed"
    yield "by the medical director."
    yield ""
    yield from (f"* **{level.value.upper()}**: {meaning}." for level, meaning in _LEVELS.items())
    for family in Family:
        yield from ("", f"## {family.value}")
        for rule in CATALOGUE:
            if rule.family is family:
                yield from _of_rule(rule)
        if family is Family.GATES:
            yield from _of_gates()
    yield from ("", "## Sources", "")
    used = dict.fromkeys(rule.source for rule in CATALOGUE)
    yield from (_of_source(SOURCES[key]) for key in used)


def _of_gates() -> Iterator[str]:
    yield from ("", "### Whose these decisions are, and by when", "")
    yield "A kind is a whole name, or the part before a dot. Whoever treats may put any of them on hold. An override is"
    yield "for one visit and one rule, with a reason and an end."
    yield from (
        "",
        "| Decision | Sees to it | May let it pass | Due before the visit | Where that comes from |",
    )
    yield "| --- | --- | --- | --- | --- |"
    for family in GATE_FAMILIES:
        kinds = ", ".join(f"`{kind}`" for kind in family.kinds) or "anything else"
        deciders = ", ".join(_in_words(role) for role in sorted(family.deciders))
        due = limit(family.due) if family.due else "on the day"
        yield f"| {kinds} | {_in_words(family.owner)} | {deciders} | {due} | {family.source} |"


def _in_words(role: str) -> str:
    return role.replace("_", " ")


def _of_rule(rule: Rule) -> Iterator[str]:
    level = rule.level.value.upper()
    override = f", may be overridden by: {rule.override_role}" if rule.override_role else ""
    yield from ("", f"### {rule.id}: {rule.title}", "", f"{level}{override}. Source: {rule.source}.", "")
    yield from rule.rationale.splitlines()


def _of_source(source: Source) -> str:
    read = f" <{source.address}>, read {source.read_on.isoformat()}." if source.read_on else ""
    return f"* **{source.key}** ({source.standing.value}): {source.title}, {source.section}.{read} {source.takes}"
