"""What came of the times offered to patients that the desk has not seen to yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scheduler.domain.appointment import Appointment
from scheduler.domain.offers import Offer, OfferEnd
from scheduler.store.appointments import appointment
from scheduler.store.offers import unsettled_offers


class OfferNews(StrEnum):
    """What came of an offer: the patient chose, or chose a time that was taken, or did not choose while they could."""

    CHOSEN = "chosen"
    MISSED = "missed"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class OfferToSee:
    """One offer with its visit as it stands, and what came of it."""

    offer: Offer
    visit: Appointment
    news: OfferNews


def offers_to_see(site: str, now: datetime) -> Iterator[OfferToSee]:
    """Yield them by when they were offered; for use in one reading. One that still waits for the patient is left out."""
    for one in unsettled_offers(site):
        visit = appointment(one.appointment)
        news = news_of(one, visit, now)
        if news is not None and visit.start > now:
            yield OfferToSee(one, visit, news)


def news_of(one: Offer, visit: Appointment, now: datetime) -> OfferNews | None:
    """Return what came of an offer, `None` where nothing did: it is open still, or was withdrawn by desk or by a change."""
    if one.ended is OfferEnd.CHOSEN:
        return OfferNews.CHOSEN
    if one.ended is not None or visit.version != one.version:
        return None
    if one.missed:
        return OfferNews.MISSED
    return OfferNews.UNANSWERED if now >= one.expires_at else None
