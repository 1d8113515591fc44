"""One feed as it stands: found by its token, known by its version, written out only when somebody needs the bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256

from scheduler.domain.errors import Conflict
from scheduler.feeds.entries import Entry, entry_of
from scheduler.feeds.render import calendar_bytes
from scheduler.feeds.tokens import has_shape_of_token, hash_of
from scheduler.store.audit import last_done
from scheduler.store.feed_visits import feed_visits, last_gone
from scheduler.store.subscriptions import FeedSubscription, note_fetch, standing_subscription
from scheduler.store.work import reading, unit_of_work

KEPT = timedelta(days=30)
"""How long a visit that is over, or was called off, stays in the feed."""

_NOTE_FETCH_EVERY = timedelta(hours=1)
# Raised whenever the same entries are written differently, so that every program reads them anew.
_FORMAT = "1"


@dataclass(frozen=True, slots=True)
class Publication:
    """What a feed holds at one moment.

    `last_modified` has whole seconds, as HTTP does. It moves whenever the version does, and may move without: a program
    that knows no versions reads once too often rather than keep what is no longer true.
    """

    name: str
    entries: tuple[Entry, ...]
    last_modified: datetime

    @property
    def version(self) -> str:
        """A digest of everything the bytes depend on: equal exactly when the bytes are, for a strong ETag."""
        content = repr((_FORMAT, self.name, self.entries))
        return sha256(content.encode()).hexdigest()[:32]

    def body(self) -> bytes:
        """Return the calendar itself."""
        return calendar_bytes(self.name, self.entries)


def publication(token: str, now: datetime) -> Publication | None:
    """Return the feed behind a token, or `None` for a token that is unknown, revoked or no token at all."""
    if not has_shape_of_token(token):
        return None
    with reading():
        subscription = standing_subscription(hash_of(token))
        found = None if subscription is None else _published(subscription, now)
    if subscription is not None:
        _note_fetch(subscription, now)
    return found


def _note_fetch(subscription: FeedSubscription, now: datetime) -> None:
    last = subscription.last_fetched_at
    if last is not None and now - last < _NOTE_FETCH_EVERY:
        return
    try:
        with unit_of_work():
            note_fetch(subscription.id, now)
    except Conflict:
        # The database is busy; the feed matters more than the note.
        pass


def _published(subscription: FeedSubscription, now: datetime) -> Publication:
    since = _midnight(now - KEPT)
    visits = feed_visits(subscription, since)
    changes = [subscription.created_at, *(visit.changed_at for visit in visits)]
    # An import may give a place or a person another name, or take a visit out of this feed and into another.
    imported = last_done("clinic", "file")
    if imported is not None:
        changes.append(imported)
    gone = last_gone(subscription, since)
    if gone is not None:
        changes.append(_midnight(gone + KEPT) + timedelta(days=1))
    return Publication(
        name="Busy" if subscription.busy_only else "Appointments",
        entries=tuple(entry_of(visit, subscription) for visit in visits),
        last_modified=max(changes).replace(microsecond=0),
    )


def _midnight(instant: datetime) -> datetime:
    """Return the beginning of a UTC day: because time passes, a feed changes once a day at most."""
    return datetime.combine(instant.astimezone(UTC).date(), time.min, tzinfo=UTC)
