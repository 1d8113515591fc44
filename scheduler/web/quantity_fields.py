"""The field of a form for one number that a site may choose, with its range and what is said outside of it."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from scheduler.domain.reminder_times import Quantity
from scheduler.web.retelling import retold
from scheduler.web.speech import later, said


def field_for(name: str, quantities: Iterable[Quantity]) -> IntegerField:
    """Return the field for the quantity of this name."""
    one = next(one for one in quantities if one.name == name)
    wanted = later("Enter a whole number from %(least)s to %(most)s", least=one.least, most=one.most)
    return IntegerField(
        later(str(one.title)),
        [InputRequired(wanted), NumberRange(one.least, one.most, wanted)],
        render_kw={"min": one.least, "max": one.most, "inputmode": "numeric"},
    )


def hint_of(one: Quantity) -> str:
    """Say the unit of a number, its range and what is usual."""
    unit = retold(one.unit)
    return said(
        "%(unit)s. %(least)s to %(most)s, usually %(usual)s.",
        unit=unit[:1].upper() + unit[1:],
        least=one.least,
        most=one.most,
        usual=one.usual,
    )
