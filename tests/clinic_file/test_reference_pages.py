"""What the reference pages show can be read, and nothing that can be written is left out of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from scheduler.clinic_file import clinic_models, load_text, protocol_models, read_clinic, read_protocol
from scheduler.clinic_file.forms import Form
from scheduler.domain.people import Role
from scheduler.domain.treatment import Attention, StepKind, WindowMeaning

PAGES = Path(__file__).parents[2] / "docs" / "reference"
CLINIC_FILE = (PAGES / "clinic-file.md").read_text(encoding="utf-8")
PROTOCOL_FORMAT = (PAGES / "protocol-format.md").read_text(encoding="utf-8")


def example(page: str) -> str:
    """Return the first YAML example of a page."""
    found = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert found is not None
    return found[1]


def names(module: object) -> set[str]:
    """Return the names that the entries of a module know, as they are written."""
    models = [
        model
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, BaseModel) and model is not Form
    ]
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


def test_the_clinic_on_the_page_is_sound() -> None:
    clinic = read_clinic(load_text(example(CLINIC_FILE)))
    assert (len(clinic.sites), len(clinic.staff), len(clinic.appointments)) == (1, 2, 1)


def test_the_protocol_on_the_page_is_sound() -> None:
    protocol = read_protocol(load_text(example(PROTOCOL_FORMAT)))
    assert [step.key for step in protocol.steps] == ["S1", "D1", "I1", "D2", "I2"]


@pytest.mark.parametrize("name", sorted(names(clinic_models) - names(protocol_models)))
def test_the_clinic_file_page_explains_every_name(name: str) -> None:
    assert f"`{name}" in CLINIC_FILE or f"{name}:" in CLINIC_FILE


@pytest.mark.parametrize("name", sorted(names(protocol_models)))
def test_the_protocol_page_explains_every_name(name: str) -> None:
    assert f"`{name}" in PROTOCOL_FORMAT or f"## {name}\n" in PROTOCOL_FORMAT


def test_the_pages_name_the_choices() -> None:
    for kind in StepKind:
        assert f"`{kind}`" in PROTOCOL_FORMAT and f"`{kind}`" in CLINIC_FILE
    for meaning in WindowMeaning:
        assert f"`{meaning}`" in PROTOCOL_FORMAT
    for attention in Attention:
        assert f"`{attention}`" in PROTOCOL_FORMAT
    for role in Role:
        assert f"`{role}`" in CLINIC_FILE
