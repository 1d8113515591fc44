"""Looks which calendars elsewhere are due to be fetched, and says in numbers how that went."""

from __future__ import annotations

import logging
from collections.abc import Callable

from scheduler.config import Settings
from scheduler.domain.clock import Clock
from scheduler.feeds.busy.refreshing import Fetching, Refreshed, refresh_due
from scheduler.feeds.busy.sealing import AddressSeal

log = logging.getLogger(__name__)


def reader_of_calendars(settings: Settings, clock: Clock, go_on: Callable[[], bool]) -> Callable[[], None]:
    """Return what fetches all that is due and stops when it is told not to go on.

    What went wrong stands with each calendar; in the log are numbers alone, never an address.
    """
    fetching = Fetching(AddressSeal(settings.secret_key), settings.public_url)

    def look() -> None:
        done = refresh_due(fetching, clock, go_on)
        if done != Refreshed():
            log.info(
                "calendars elsewhere: %s fetched, %s unchanged, %s failed",
                *(done.fetched, done.unchanged, done.failed),
            )

    return look
