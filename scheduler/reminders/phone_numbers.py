"""Phone numbers as text messages are sent to (E.164), or a refusal: the one place that parses them."""

from __future__ import annotations

import re

from scheduler.domain.errors import InvalidValue

_WRITING = str.maketrans("", "", " \u00a0-.()/\u2010\u2011\u2013")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


def text_number(phone: str) -> str:
    """Return a number with its country code as networks take it. Raises `InvalidValue`, which does not repeat it.

    Nothing is guessed: 555-0142 is another phone in every town.
    """
    number = phone.strip().translate(_WRITING)
    if not _NUMBER.fullmatch(number):
        raise InvalidValue(
            "the phone number cannot be texted to; write it with + and the country code, such as +1 303 555 0142"
        )
    return number
