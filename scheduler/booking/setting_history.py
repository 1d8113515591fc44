"""Who changed which setting of a site when, from what to what: read from the audit, which holds each deed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.places import Site
from scheduler.domain.site_settings import settings_of
from scheduler.store.audit import AuditEntry, history

FROM_FILE = "import_clinic"
"""The verb of a change that came with a clinic file."""


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One change of one setting. `was` and `now_is` are plain values, an empty text where there was none."""

    name: str
    was: object
    now_is: object
    by: str
    at: datetime
    from_file: bool


def setting_changes(site: Site) -> tuple[SettingChange, ...]:
    """Return every change of the settings of a site, the latest first; for use in one reading."""
    names = frozenset(settings_of(site))
    found = [change for entry in history("site", site.id) for change in _changes(entry, names)]
    return tuple(reversed(found))


def _changes(entry: AuditEntry, names: frozenset[str]) -> Iterator[SettingChange]:
    for name, told in entry.details.items():
        known = name in names or name.startswith("message_words.")
        if known and isinstance(told, list) and len(told) == 2:
            was, now_is = told
            yield SettingChange(name, was, now_is, entry.actor, entry.at, entry.verb == FROM_FILE)
