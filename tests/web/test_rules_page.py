"""The rules page shows the catalogue, all of it."""

from __future__ import annotations

from html import escape

from scheduler.rules.catalogue import CATALOGUE
from scheduler.rules.finding import Level
from scheduler.web.rules_routes import LEVELS
from tests.web.small_clinic import Visitor


def test_every_rule_is_shown_with_level_source_and_override(desk: Visitor) -> None:
    text = desk.text("/rules")
    for rule in CATALOGUE:
        card = text.split(f'id="{rule.id}"')[1].split("</li>")[0]
        assert rule.title in card
        assert LEVELS[rule.level][1] in card
        assert escape(rule.rationale.split("\n\n")[0].split("\n")[0].split("'")[0], quote=False) in card
        assert "Source: " in card
        assert ("May be overridden by" in card) == (rule.override_role is not None)


def test_every_level_is_explained(desk: Visitor) -> None:
    text = desk.text("/rules")
    assert set(LEVELS) == set(Level)
    for _, name, meaning in LEVELS.values():
        assert name in text
        assert meaning in text
