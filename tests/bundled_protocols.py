"""The protocols that come with Trellis, each read once a process for all tests that book with it."""

from __future__ import annotations

from functools import cache

from scheduler.clinic_file import bundled_protocol, read_protocol
from scheduler.domain.treatment import Protocol


@cache
def a_bundled_protocol(key: str = "iv_kap_induction_6") -> Protocol:
    """Return one of them; nobody can change it, so all may have the same one."""
    return read_protocol(bundled_protocol(key))
