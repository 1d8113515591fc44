"""The bytes of calendars that were written lately, by their version: an unchanged feed is not written out again."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

MOST_BYTES = 32 * 1024 * 1024
"""What all that is kept takes at the most."""


class _Bodies:
    """What is kept in this process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def find(self, version: str) -> bytes | None:
        with self._lock:
            if version in self._kept:
                self._kept.move_to_end(version)
            return self._kept.get(version)

    def keep(self, version: str, written: bytes) -> None:
        with self._lock:
            if version not in self._kept:
                self._kept[version] = written
                self._size += len(written)
            while self._size > MOST_BYTES:
                _, oldest = self._kept.popitem(last=False)
                self._size -= len(oldest)


_BODIES = _Bodies()


def body_of(version: str, write: Callable[[], bytes]) -> bytes:
    """Return the bytes of a version, written now when they are not kept; what nobody asked for longest goes first."""
    found = _BODIES.find(version)
    if found is None:
        found = write()
        _BODIES.keep(version, found)
    return found


def zipped_body_of(version: str, plain: bytes) -> bytes:
    """Return the bytes of a version compressed by gzip, compressed now when they are not kept."""
    return body_of(f"{version}-gzip", lambda: zipped(plain))


def zipped(plain: bytes) -> bytes:
    """Return bytes compressed by gzip: the same for the same bytes, so without the time of day."""
    return gzip.compress(plain, compresslevel=6, mtime=0)


def kept_body(version: str) -> bytes | None:
    """Return the bytes of a version where they are kept."""
    return _BODIES.find(version)
