"""The field of a form for one number that a site may choose, with its range and what is said outside of it."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from scheduler.domain.reminder_times import Quantity


def field_for(name: str, quantities: Iterable[Quantity]) -> IntegerField:
    """Return the field for the quantity of this name."""
    one = next(one for one in quantities if one.name == name)
    said = f"Enter a whole number from {one.least} to {one.most}"
    return IntegerField(
        one.title,
        [InputRequired(said), NumberRange(one.least, one.most, said)],
        render_kw={"min": one.least, "max": one.most, "inputmode": "numeric"},
    )
