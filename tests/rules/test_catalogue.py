"""The catalogue itself: every rule has a name, a reason, a source, and somebody who may override it where one may."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from scheduler.access.permissions import AccountRole
from scheduler.domain.treatment import Point, Window, WindowMeaning
from scheduler.rules.catalogue import CATALOGUE, Family, Rule
from scheduler.rules.document import catalogue_as_markdown
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Level
from scheduler.rules.sources import SOURCES, Standing
from tests.builders import a_diary, a_small_protocol, t1_like_series

ROOT = Path(__file__).resolve().parents[2]

every_rule = pytest.mark.parametrize("rule", CATALOGUE, ids=[rule.id for rule in CATALOGUE])

# An id that was ever given stays with its rule: append here, never change.
IDS = """
ORDER-1 WHOLE-1 COUNT-1 LENGTH-1 PAST-1 PREP-1 PREP-2 PREP-3 PREP-4 SPACE-1 SPACE-2 SPACE-3 SPACE-4 INTEG-1 INTEG-2 INTEG-3
INTEG-4 FOLLOW-1 FOLLOW-2 COVER-1 COVER-2 COVER-3 COVER-4 COVER-5 COVER-6 COVER-7 COVER-8 COVER-9 GROUP-1 GROUP-2
CRED-1 CONT-1 ROOM-1 ROOM-2 ROOM-3 HOURS-1 HOURS-2 HOURS-3 HOLD-1 CLASH-1 CLASH-2 CLASH-3 GATE-1 GATE-2 GATE-3 GATE-4
GATE-5 GATE-6 GATE-7 GATE-8 GATE-9 GATE-10 DRIVE-1 AFTER-1
"""


def test_ids_are_the_ones_that_were_given() -> None:
    assert [rule.id for rule in CATALOGUE] == IDS.split()


@every_rule
def test_a_rule_reads_as_a_sentence_with_a_reason(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z][a-z ]+", rule.title)
    assert len(rule.title.split()) >= 3
    assert rule.rationale.endswith(".")
    assert len(rule.rationale) > 40


@every_rule
def test_only_gates_are_overridden_and_each_by_a_role_that_signs_in(rule: Rule) -> None:
    if rule.id == "GATE-10":
        assert rule.override_role is None, "the law names nobody who may"
    elif rule.level is Level.GATE:
        assert rule.override_role in {role.value for role in AccountRole}
    else:
        assert rule.override_role is None


@every_rule
def test_a_rule_has_a_source_in_the_register(rule: Rule) -> None:
    assert rule.source in SOURCES


def test_every_source_is_used_and_says_where_and_when_it_was_read() -> None:
    assert set(SOURCES) == {rule.source for rule in CATALOGUE}
    for key, source in SOURCES.items():
        assert source.key == key
        assert source.takes.endswith(".")
        decided_here = source.standing in (Standing.DEFAULT, Standing.MEANING)
        assert (source.read_on is None) == decided_here
        assert (source.address == "") == decided_here


def test_every_check_of_the_room_is_in_the_catalogue() -> None:
    """A function that yields breaches of a question, and of nothing else, is a rule: forgotten ones are found here."""
    room = ROOT / "scheduler" / "rules"
    sentences = {
        node.name.replace("_", " ").capitalize()
        for path in room.glob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and len(node.args.args) == 1
        and node.returns is not None
        and ast.unparse(node.returns) == "Iterator[Breach]"
    }
    assert sentences == {rule.title for rule in CATALOGUE}


def test_the_page_of_rules_is_what_the_catalogue_says() -> None:
    assert (ROOT / "docs" / "rules.md").read_text() == catalogue_as_markdown()


def test_the_page_shows_every_rule_once_under_its_family_and_every_source() -> None:
    page = catalogue_as_markdown()
    for rule in CATALOGUE:
        assert page.count(f"### {rule.id}: {rule.title}\n") == 1
        assert rule.rationale in page
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == [*Family, "Sources"]
    assert all(f"* **{key}** " in page for key in SOURCES)


@pytest.mark.parametrize(("meaning", "side"), list(product(WindowMeaning, ("minimum", "maximum"))))
def test_no_window_of_a_protocol_is_passed_over(meaning: WindowMeaning, side: str) -> None:
    """Whatever a window means and whichever of its limits is broken, some rule says so."""
    protocol = a_small_protocol()
    diary = a_diary()
    series = t1_like_series(protocol, diary=diary)
    # D1 to D2 are 96 hours.
    limits = (timedelta(hours=97), None) if side == "minimum" else (timedelta(0), timedelta(hours=95))
    window = Window(meaning, "D1", Point.START, "D2", Point.START, *limits)
    before = {f.rule for f in evaluate(diary, protocol, series)}
    asking = replace(protocol, windows=(*protocol.windows, window))
    after = {f.rule for f in evaluate(diary, asking, series)}
    assert len(after - before) == 1
