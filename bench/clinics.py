"""The clinics that the parts of one run share: each is made once."""

from __future__ import annotations

from functools import cache

from bench.instances import Instance, Size, make


@cache
def clinic(size: Size, number: int = 0) -> Instance:
    """Return the clinic of a size with this number."""
    return make(size, number)
