"""Claims by resource and purpose, in order of start: many diaries of one site share most of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from operator import attrgetter
from typing import TypeAlias

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval

#: What is claimed: a resource, and what for.
ClaimKey: TypeAlias = tuple[str, Purpose]

_BY_TIME = attrgetter("interval.start", "interval.end")


@dataclass(frozen=True)
class ClaimsInOrder:
    """The claims on one resource for one purpose, in order of start."""

    found: tuple[Claim, ...] = ()

    @classmethod
    def of(cls, claims: Iterable[Claim]) -> ClaimsInOrder:
        """Put claims in order."""
        return cls(tuple(sorted(claims, key=_BY_TIME)))

    def during(self, interval: Interval) -> tuple[Claim, ...]:
        """Return those that share a moment with the interval."""
        # What starts earlier than the longest claim lasts cannot reach into the interval.
        first = bisect_left(self._starts, interval.start - self._longest)
        last = bisect_left(self._starts, interval.end)
        return tuple([claim for claim in self.found[first:last] if claim.interval.end > interval.start])

    @cached_property
    def _starts(self) -> list[datetime]:
        return [claim.interval.start for claim in self.found]

    @cached_property
    def _longest(self) -> timedelta:
        return max((claim.interval.duration for claim in self.found), default=timedelta(0))


_NOTHING = ClaimsInOrder()


class ClaimBook(Collection[Claim]):
    """Claims by resource and purpose. A book is never changed: one that says more or less shares what is the same."""

    def __init__(self, by_key: Mapping[ClaimKey, ClaimsInOrder]) -> None:
        self._by_key = by_key

    @classmethod
    def of(cls, claims: Iterable[Claim]) -> ClaimBook:
        """Enter claims, in any order."""
        lists: dict[ClaimKey, list[Claim]] = {}
        for claim in claims:
            lists.setdefault((claim.resource, claim.purpose), []).append(claim)
        return cls({key: ClaimsInOrder.of(found) for key, found in lists.items()})

    def on(self, resource: str, purpose: Purpose) -> ClaimsInOrder:
        """Return the claims on a resource for one purpose."""
        return self._by_key.get((resource, purpose), _NOTHING)

    def beside(self, other: ClaimBook) -> ClaimBook:
        """Return the claims of both books; on a resource and purpose that both know, those of the other alone."""
        return ClaimBook({**self._by_key, **other._by_key})

    def leaving_out(self, appointments: frozenset[str]) -> ClaimBook:
        """Return the book without the claims of these visits."""
        return ClaimBook({key: _without(claims, appointments) for key, claims in self._by_key.items()})

    def __iter__(self) -> Iterator[Claim]:
        return (claim for claims in self._by_key.values() for claim in claims.found)

    def __len__(self) -> int:
        return sum(len(claims.found) for claims in self._by_key.values())

    def __contains__(self, claim: object) -> bool:
        return isinstance(claim, Claim) and claim in self.on(claim.resource, claim.purpose).found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClaimBook) and self._said() == other._said()

    __hash__ = None  # type: ignore[assignment]  # books are compared by what they say, which is long

    def _said(self) -> Mapping[ClaimKey, ClaimsInOrder]:
        return {key: claims for key, claims in self._by_key.items() if claims.found}


def _without(claims: ClaimsInOrder, appointments: frozenset[str]) -> ClaimsInOrder:
    if not any(claim.appointment in appointments for claim in claims.found):
        return claims
    return ClaimsInOrder(tuple(claim for claim in claims.found if claim.appointment not in appointments))
