"""What a site chooses for itself: entered once, under the site's lock, and told in its history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeAlias

from scheduler.access.permissions import Actor
from scheduler.booking.once import answered_before, note_answer
from scheduler.booking.outcomes import Refused
from scheduler.domain.places import Site
from scheduler.domain.site_settings import differences
from scheduler.store.audit import AuditEntry, record
from scheduler.store.locks import lock
from scheduler.store.site_facts import facts_of, save_facts
from scheduler.store.work import unit_of_work

#: Returns the site as it is to be.
Change: TypeAlias = Callable[[Site], Site]


class Choice(Protocol):
    """A command by which a site chooses something, with the key of the request."""

    @property
    def site(self) -> str:
        """The id of the site."""

    @property
    def idempotency_key(self) -> str | None:
        """What a repeated request is known by."""


@dataclass(frozen=True, slots=True)
class SiteChosen:
    """The site for which the choice holds now; `id` and `site` are both its id."""

    id: str
    site: str


@dataclass(frozen=True, slots=True)
class Chooser:
    """Who chooses, when, and as what it stands in the history."""

    verb: str
    actor: Actor
    now: datetime


def choose(command: Choice, by: Chooser, change: Change) -> SiteChosen | Refused:
    """Enter a choice, told in the history as what was and what is; nothing is written where it holds already.

    Raises `NotFound` for an unknown site.
    """
    with unit_of_work():
        lock([command.site], [])
        outcome = SiteChosen(command.site, command.site)
        earlier = answered_before(by.verb, command, command.idempotency_key)
        if earlier is not None:
            return earlier if isinstance(earlier, Refused) else outcome
        before = facts_of(command.site)
        site = change(before.site)
        if site != before.site:
            save_facts(before, replace(before, site=site))
            details = differences(before.site, site)
            record(AuditEntry(by.now, by.actor.id, by.verb, "site", command.site, details, command.site))
        note_answer(by.verb, command, command.idempotency_key, outcome, by.now)
    return outcome
