"""The protocols that come with Trellis, as documents."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from scheduler.clinic_file.text import load_text
from scheduler.domain.errors import NotFound

_FOLDER = files("scheduler.clinic_file").joinpath("protocols")


@cache
def bundled_keys() -> tuple[str, ...]:
    """Return the keys of the protocols that come with Trellis, sorted."""
    return tuple(
        sorted(file.name.removesuffix(".yaml") for file in _FOLDER.iterdir() if file.name.endswith(".yaml"))
    )


def bundled_protocol(key: str) -> Mapping[str, object]:
    """Return the document of one protocol that comes with Trellis. Raises `NotFound` for an unknown key."""
    if key not in bundled_keys():
        raise NotFound(f"no protocol '{key}' comes with Trellis; there are {', '.join(bundled_keys())}")
    return load_text(_FOLDER.joinpath(f"{key}.yaml").read_text(encoding="utf-8"))
