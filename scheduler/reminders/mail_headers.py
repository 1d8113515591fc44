"""Headers of mail that are the same in many messages are read once: the library takes longer to than to send one."""

from __future__ import annotations

from email.headerregistry import BaseHeader, HeaderRegistry
from email.policy import default
from functools import lru_cache
from typing import Any

_SAME_IN_MANY = frozenset(
    {
        "auto-submitted",
        "content-language",
        "content-transfer-encoding",
        "content-type",
        "mime-version",
        "subject",
    }
)
"""None of these names a person or a message."""

_read = HeaderRegistry()


@lru_cache(maxsize=64)
def _kind_of(name: str) -> type[BaseHeader]:
    # The library makes a new class each time that it is asked.
    return _read[name]


@lru_cache(maxsize=64)
def _read_once(name: str, value: str) -> BaseHeader:
    return _kind_of(name.lower())(name, value)


class _Headers(HeaderRegistry):
    """Headers as the library reads them, which nobody changes afterwards."""

    def __getitem__(self, name: str) -> type[BaseHeader]:
        return _kind_of(name.lower())

    def __call__(self, name: str, value: Any) -> BaseHeader:
        # A header that was read already is a text as well, and knows more than its letters say.
        is_plain = type(value) is str and name.lower() in _SAME_IN_MANY
        return _read_once(name, value) if is_plain else self[name](name, value)


AS_MAIL = default.clone(header_factory=_Headers())
"""How a message is made: as the library does it by default."""
