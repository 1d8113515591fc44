"""Values by their type (RFC 5545 section 3.3): whether a text is one."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64
from collections.abc import Callable, Mapping
from datetime import date

_DATE = re.compile(r"\d{8}")
_DATE_TIME = re.compile(r"(\d{8})T([01]\d|2[0-3])([0-5]\d)([0-5]\d|60)(Z?)")
_DURATION = re.compile(
    r"[+-]?P(?:\d+W|\d+D(?:T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S))?"
    r"|T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S))"
)
_OFFSET = re.compile(r"[+-](?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_TEXT = re.compile(r"(?:[^\\;,\x00-\x08\x0a-\x1f\x7f]|\\[\\;,nN])*")
_INTEGER = re.compile(r"[+-]?\d{1,10}")
_FLOAT = re.compile(r"[+-]?\d+(?:\.\d+)?")
_RULE_PART = re.compile(
    r"FREQ=(?:SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)|UNTIL=\d{8}(?:T\d{6}Z?)?|COUNT=\d+|INTERVAL=\d+"
    r"|WKST=(?:MO|TU|WE|TH|FR|SA|SU)|BYDAY=[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)(?:,[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU))*"
    r"|BY(?:SECOND|MINUTE|HOUR|MONTHDAY|YEARDAY|WEEKNO|MONTH|SETPOS)=[+-]?\d+(?:,[+-]?\d+)*"
)


def is_date(text: str) -> bool:
    """Say whether it is a DATE that the calendar has."""
    try:
        return bool(_DATE.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def is_date_time(text: str) -> bool:
    """Say whether it is a DATE-TIME, local or in UTC."""
    found = _DATE_TIME.fullmatch(text)
    return found is not None and is_date(found[1])


def is_in_utc(text: str) -> bool:
    """Say whether it is a DATE-TIME in UTC."""
    return is_date_time(text) and text.endswith("Z")


def is_duration(text: str) -> bool:
    """Say whether it is a DURATION."""
    return bool(_DURATION.fullmatch(text))


def is_text(text: str) -> bool:
    """Say whether it is one TEXT: commas, semicolons and backslashes escaped."""
    return bool(_TEXT.fullmatch(text))


def _is_period(text: str) -> bool:
    start, _, end = text.partition("/")
    return is_date_time(start) and (is_date_time(end) or (is_duration(end) and not end.startswith("-")))


def _is_rule(text: str) -> bool:
    parts = text.split(";")
    names = [part.partition("=")[0] for part in parts]
    once = len(set(names)) == len(names) and "FREQ" in names and not {"UNTIL", "COUNT"} <= set(names)
    return once and all(_RULE_PART.fullmatch(part) for part in parts)


def _is_offset(text: str) -> bool:
    return bool(_OFFSET.fullmatch(text)) and text not in {"-0000", "-000000"}


def _is_binary(text: str) -> bool:
    try:
        return bool(a2b_base64(text, strict_mode=True))
    except Error:
        return False


def is_uri(text: str) -> bool:
    """Say whether it is an absolute URI of ASCII characters."""
    return bool(_URI.fullmatch(text))


def _is_number(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: bool(pattern.fullmatch(text))


TYPES: Mapping[str, Callable[[str], bool]] = {
    "BINARY": _is_binary,
    "BOOLEAN": lambda text: text in {"TRUE", "FALSE"},
    "CAL-ADDRESS": is_uri,
    "DATE": is_date,
    "DATE-TIME": is_date_time,
    "DURATION": is_duration,
    "FLOAT": _is_number(_FLOAT),
    "INTEGER": _is_number(_INTEGER),
    "PERIOD": _is_period,
    "RECUR": _is_rule,
    "TEXT": is_text,
    "UID": lambda text: bool(text) and is_text(text),
    "URI": is_uri,
    "UTC-OFFSET": _is_offset,
    "XML-REFERENCE": is_uri,
}
"""Says of each type whether a text is a value of it."""
