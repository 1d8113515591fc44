"""Keeps the secret part of addresses, of feeds and of links in messages, out of every log line, whoever writes it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

_SECRET_ADDRESS = re.compile(r"(/(?:feeds|a)/)[^/\s?\"']+")


def keep_tokens_out_of_logs() -> None:
    """From now on blank out tokens in all log records of this process; calling it again changes nothing."""
    made_before = logging.getLogRecordFactory()
    if not isinstance(made_before, _Blanking):
        logging.setLogRecordFactory(_Blanking(made_before))


class _Blanking:
    """Makes log records whose message and arguments hold no token."""

    def __init__(self, make: Callable[..., logging.LogRecord]) -> None:
        self._make = make

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self._make(*args, **kwargs)
        record.msg = _blanked(record.msg)
        record.args = _all_blanked(record.args)
        return record


def _all_blanked(values: Any) -> Any:
    if isinstance(values, Mapping):
        return {name: _blanked(value) for name, value in values.items()}
    if isinstance(values, tuple):
        return tuple(_blanked(value) for value in values)
    return values


def _blanked(value: Any) -> Any:
    if isinstance(value, str):
        return _SECRET_ADDRESS.sub(r"\1...", value)
    if isinstance(value, Exception) and _SECRET_ADDRESS.search(str(value)):
        return _SECRET_ADDRESS.sub(r"\1...", str(value))
    return value
