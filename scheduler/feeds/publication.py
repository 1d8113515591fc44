"""One feed as it stands: found by its token, known by its version, looked through only when something of it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from hashlib import sha256

from scheduler.domain.errors import Conflict
from scheduler.feeds.bodies import body_of
from scheduler.feeds.entries import Entry, entries_of
from scheduler.feeds.links import Link, links_between
from scheduler.feeds.render import calendar_bytes
from scheduler.feeds.tokens import has_shape_of_token, hash_of
from scheduler.store.audit import last_done
from scheduler.store.feed_glance import Glance, Glances
from scheduler.store.feed_visits import FeedVisit, feed_visits, last_gone
from scheduler.store.feed_windows import windows_of
from scheduler.store.subscriptions import (
    FeedSubscription,
    KeptVersion,
    SubscriptionKind,
    note_fetch,
    stamped_subscription,
)
from scheduler.store.work import noting, reading

KEPT = timedelta(days=30)
"""How long a visit that is over, or was called off, stays in the feed."""

NOTED_EVERY = timedelta(hours=1)
"""How often it is noted at the most that a program asked."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What a feed holds at one moment: its `version`, equal exactly when the bytes are, and the bytes of `body`.

    `last_modified` has whole seconds, as HTTP does. It moves whenever the version does, and may move without: a program
    that knows no versions reads once too often rather than keep what is no longer true. `body` is empty for a program that
    has it. Where the calendar `carries_address`, that is still to be put into the body: only a hash of it is known here.
    """

    version: str
    last_modified: datetime
    body: bytes
    carries_address: bool = False


#: Says whether the program that asks has the version, last modified then.
Has = Callable[[str, datetime], bool]


def publication(
    token: str, now: datetime, program: str = "", has: Has = lambda _version, _modified: False
) -> Publication | None:
    """Return the feed behind a token, or `None` for a token that is unknown, revoked, over or no token at all.

    `program` is the kind of program that asks. A feed of which nothing was written since it was last read is not
    looked through again.
    """
    if not has_shape_of_token(token):
        return None
    with reading():
        found = stamped_subscription(hash_of(token))
        if found is None or not found[0].stands_at(now):
            return None
        subscription, stamp = found
        feed = _Feed(subscription, now)
        kept = kept_version(subscription, stamp, now)
        version = kept or feed.version(stamp)
        # Read in the same moment as the version, so that no other visits are ever taken for it.
        body = (
            b"" if has(version.etag, version.last_modified) else body_of(version.etag, lambda: feed.written)
        )
    if kept is None or is_worth_noting(subscription, program, now):
        _note_fetch(subscription, now, program, version)
    return Publication(version.etag, version.last_modified, body, subscription.carries_address)


def unchanged(glances: Glances, token: str, now: datetime, program: str) -> Glance | None:
    """Return as what the feed behind a token was last read, where that holds and nothing is to be noted; by one look-up."""
    if not has_shape_of_token(token):
        return None
    found = glances.look(hash_of(token))
    if found is None or not found.is_as_read or now >= found.good_until:
        return None
    if found.ends_at is not None and now >= found.ends_at:
        return None
    is_noted = found.last_program == program and now - found.last_fetched_at < NOTED_EVERY
    return found if is_noted else None


def kept_version(subscription: FeedSubscription, stamp: str, now: datetime) -> KeptVersion | None:
    """Return as what the feed was last read, where that still holds."""
    kept = subscription.version
    return kept if kept and kept.stamp == stamp and now < kept.good_until else None


def is_worth_noting(subscription: FeedSubscription, program: str, now: datetime) -> bool:
    """Say whether the last fetch that was noted is of another kind of program, or some time ago."""
    last = subscription.last_fetched_at
    return last is None or now - last >= NOTED_EVERY or subscription.last_program != program


def entries(subscription: FeedSubscription, now: datetime) -> tuple[Entry, ...]:
    """Return what a subscription shows, by start."""
    return _Feed(subscription, now).entries


def name_of(subscription: FeedSubscription) -> str:
    """Return what the calendar is called in people's programs: nothing that tells whose it is, or of what."""
    return "Busy" if subscription.busy_only else "Appointments"


_COLORS: Mapping[SubscriptionKind, str] = {
    SubscriptionKind.PATIENT: "steelblue",
    SubscriptionKind.STAFF: "seagreen",
    SubscriptionKind.ROOM: "slategray",
    SubscriptionKind.SITE: "slateblue",
}


def color_of(subscription: FeedSubscription) -> str:
    """Return in which colour people's programs show the calendar at first (RFC 7986): by whose it is, never by visit."""
    return "gray" if subscription.busy_only else _COLORS[subscription.kind]


def _note_fetch(subscription: FeedSubscription, now: datetime, program: str, version: KeptVersion) -> None:
    try:
        with noting():
            note_fetch(subscription.id, now, program, version)
    except Conflict:
        # The database is busy; the feed matters more than the note.
        pass


@dataclass(frozen=True)
class _Feed:
    """A feed that is looked through, within one reading."""

    subscription: FeedSubscription
    now: datetime

    @cached_property
    def visits(self) -> tuple[FeedVisit, ...]:
        return feed_visits(self.subscription, _since(self.now))

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return entries_of(self.visits, self.subscription, self.links)

    @cached_property
    def links(self) -> Mapping[str, tuple[Link, ...]]:
        """What waits for what: for those whose calendar it is, and for nobody with whom only times are shared."""
        if self.subscription.busy_only:
            return {}
        return links_between(self.visits, windows_of(visit.series for visit in self.visits if visit.series))

    @cached_property
    def written(self) -> bytes:
        return calendar_bytes(name_of(self.subscription), self.entries, color_of(self.subscription))

    def version(self, stamp: str) -> KeptVersion:
        # Of the bytes themselves: each visit is written once and kept, so that they cost less than any account of them.
        etag = sha256(self.written).hexdigest()[:32]
        return KeptVersion(
            etag=etag,
            last_modified=self._last_modified(etag),
            stamp=stamp,
            # Visits leave the feed at midnight, and at no other moment by themselves.
            good_until=_midnight(self.now) + timedelta(days=1),
        )

    def _last_modified(self, etag: str) -> datetime:
        """Return whole seconds, at or after what was told last; after it where something changed that bears no time."""
        found, kept = max(self._changes()).replace(microsecond=0), self.subscription.version
        if kept is None or found > kept.last_modified:
            return found
        return kept.last_modified if kept.etag == etag else self.now.replace(microsecond=0)

    def _changes(self) -> Iterator[datetime]:
        yield self.subscription.created_at
        yield from (visit.changed_at for visit in self.visits)
        # An import may give a place or a person another name, or take a visit out of this feed and into another.
        imported = last_done("clinic", "file")
        if imported is not None:
            yield imported
        gone = last_gone(self.subscription, _since(self.now))
        if gone is not None:
            yield _midnight(gone + KEPT) + timedelta(days=1)


def _since(now: datetime) -> datetime:
    return _midnight(now - KEPT)


def _midnight(instant: datetime) -> datetime:
    """Return the beginning of a UTC day: because time passes, a feed changes once a day at most."""
    return datetime.combine(instant.astimezone(UTC).date(), time.min, tzinfo=UTC)
