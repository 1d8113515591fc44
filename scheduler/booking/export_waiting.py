"""Who waits for a series and who would come earlier, for the export: by id, with what is wished and since when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from scheduler.store.waiting import all_earlier_wishes, all_entries

Json = dict[str, Any]


def waiting_entries() -> Iterator[Json]:
    """Yield every entry of the waiting list, those that ended as well."""
    for entry in all_entries():
        yield {
            "site": entry.site,
            "patient": entry.patient,
            "protocol": entry.protocol,
            "wishes": dict(entry.wishes),
            "since": _instant(entry.since),
            "by": entry.by,
            "until": entry.until.isoformat() if entry.until else None,
            "ended_at": _instant(entry.ended_at) if entry.ended_at else None,
            "because": entry.ended_because.value if entry.ended_because else None,
        }


def earlier_entries() -> Iterator[Json]:
    """Yield every standing series whose patient would come earlier."""
    for wish in all_earlier_wishes():
        yield {"series": wish.series, "since": _instant(wish.since), "by": wish.by}


def _instant(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
