"""The tag of a board as somebody has it: as of which writes it was drawn, and until when it looks the same by itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import sha256

_TAG = re.compile(r'"([0-9a-f]{16})-(\d{1,12})"')


def tag_of(version: str, good_until: datetime) -> str:
    """Return the tag of what was drawn as of a version and is true before an instant, in whole seconds."""
    return f'"{_digest(version)}-{int(good_until.timestamp())}"'


def has_it_still(tag: str, version: str, now: datetime) -> bool:
    """Say whether a tag is of this version, and what was drawn is still true; a tag of anybody's own making is of none."""
    found = _TAG.fullmatch(tag.strip())
    return (
        found is not None
        and found[1] == _digest(version)
        and now < datetime.fromtimestamp(int(found[2]), UTC)
    )


def _digest(version: str) -> str:
    return sha256(version.encode()).hexdigest()[:16]
