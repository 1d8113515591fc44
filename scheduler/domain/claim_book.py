"""Claims by resource and purpose, in order of start, kept small: many diaries of one site share most of them."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property, lru_cache
from itertools import compress
from operator import eq
from typing import NamedTuple, TypeAlias

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval, from_microseconds, in_microseconds
from scheduler.domain.names import Names
from scheduler.domain.people import Role

#: What is claimed: a resource, and what for.
ClaimKey: TypeAlias = tuple[str, Purpose]

#: When a claim starts and ends, in microseconds since 1970.
Stretch: TypeAlias = tuple[int, int]


class Kind(NamedTuple):
    """What many claims have in common: how long they last, in microseconds, and what they say besides of whom and when."""

    length: int
    phases: tuple[str, ...]
    role: Role | None
    lane: int | None


@lru_cache(maxsize=4096)
def kind_of(length: int, phases: tuple[str, ...], role: Role | None, lane: int | None) -> Kind:
    """Return a kind; mostly one that others hold as well."""
    return Kind(length, phases, role, lane)


@dataclass(frozen=True, eq=False)
class ClaimsInOrder:
    """The claims on one resource for one purpose by start, lane and end, in columns; a `Claim` is made when asked for.

    `starts` are microseconds since 1970, `visits` numbers of the visits' ids in `names`. It is never changed.
    """

    key: ClaimKey = ("", Purpose.OCCUPY)
    starts: array[int] = field(default_factory=lambda: array("q"))
    kinds: tuple[Kind, ...] = ()
    visits: array[int] = field(default_factory=lambda: array("I"))
    names: Names = field(default_factory=Names)

    @classmethod
    def of(cls, claims: Iterable[Claim]) -> ClaimsInOrder:
        """Put claims on one resource for one purpose in order."""
        listed = sorted(claims, key=_place)
        if not listed:
            return _NOTHING
        first = listed[0]
        numbers = {id: number for number, id in enumerate(dict.fromkeys(one.appointment for one in listed))}
        return cls(
            key=(first.resource, first.purpose),
            starts=array("q", [in_microseconds(one.interval.start) for one in listed]),
            kinds=tuple(map(_kind, listed)),
            visits=array("I", [numbers[one.appointment] for one in listed]),
            names=Names.of(numbers),
        )

    @property
    def found(self) -> tuple[Claim, ...]:
        """All of them."""
        return tuple(map(self._claim, range(len(self))))

    def during(self, interval: Interval) -> tuple[Claim, ...]:
        """Return those that share a moment with the interval."""
        return tuple(map(self._claim, self._places_during(interval)))

    def time_during(self, interval: Interval) -> timedelta:
        """Return how long those that share a moment with the interval last, all of each counted, even outside of it."""
        return timedelta(
            microseconds=sum(self.kinds[place].length for place in self._places_during(interval))
        )

    def _places_during(self, interval: Interval) -> list[int]:
        begin, end = in_microseconds(interval.start), in_microseconds(interval.end)
        starts, kinds = self.starts, self.kinds
        # What starts earlier than the longest claim lasts cannot reach into the interval.
        nearby = range(bisect_left(starts, begin - self._longest), bisect_left(starts, end))
        return [place for place in nearby if starts[place] + kinds[place].length > begin]

    @property
    def ends(self) -> list[int]:
        """When each of them ends, in microseconds since 1970."""
        return [start + kind.length for start, kind in zip(self.starts, self.kinds, strict=True)]

    def in_role(self, role: Role) -> Iterator[Stretch]:
        """Yield when those of a role start and end."""
        pairs = zip(self.starts, self.kinds, strict=True)
        return ((start, start + kind.length) for start, kind in pairs if kind.role is role)

    def stretches_unlike(self, other: ClaimsInOrder) -> tuple[Sequence[Stretch], Sequence[Stretch]]:
        """Return the stretches of these claims and those of the other's, less what both begin and end with."""
        # What starts at the same times is mostly of the same kinds, which one look confirms.
        head = _shared_at_the_beginning(self.starts, other.starts, min(len(self), len(other)))
        head = _shared_at_the_beginning(self.kinds, other.kinds, head)
        tail = _shared_at_the_end(self.starts, other.starts, min(len(self), len(other)) - head)
        tail = _shared_at_the_end(self.kinds, other.kinds, tail)
        return self._some_stretches(head, len(self) - tail), other._some_stretches(head, len(other) - tail)

    def entering(self, claim: Claim) -> tuple[ClaimsInOrder, int]:
        """Return these claims with one more on the same resource for the same purpose, and its place among them."""
        start, number = in_microseconds(claim.interval.start), len(self.names)
        # Few start at the same time; only these are looked at one by one.
        low, high = bisect_left(self.starts, start), bisect_right(self.starts, start)
        place = bisect_right(range(high), _place(claim), low, high, key=self._place_of)
        more = ClaimsInOrder(
            key=(claim.resource, claim.purpose),
            starts=self.starts[:place] + array("q", [start]) + self.starts[place:],
            kinds=(*self.kinds[:place], _kind(claim), *self.kinds[place:]),
            visits=self.visits[:place] + array("I", [number]) + self.visits[place:],
            names=self.names.with_one(claim.appointment),
        )
        return more._tidied(), place

    def leaving(self, place: int) -> ClaimsInOrder:
        """Return these claims without the one at a place."""
        fewer = replace(
            self,
            starts=self.starts[:place] + self.starts[place + 1 :],
            kinds=self.kinds[:place] + self.kinds[place + 1 :],
            visits=self.visits[:place] + self.visits[place + 1 :],
        )
        return fewer._tidied()

    def without_numbers(self, numbers: Set[int]) -> ClaimsInOrder:
        """Return these claims less those of the visits with these numbers in `names`."""
        if numbers.isdisjoint(self.visits):
            return self
        stay = [number not in numbers for number in self.visits]
        return replace(
            self,
            starts=array("q", compress(self.starts, stay)),
            kinds=tuple(compress(self.kinds, stay)),
            visits=array("I", compress(self.visits, stay)),
        )

    def __len__(self) -> int:
        return len(self.starts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClaimsInOrder):
            return NotImplemented
        if self is other:
            return True
        mine, theirs = (self.starts, self.kinds), (other.starts, other.kinds)
        return mine == theirs and (not self.starts or self.key == other.key) and self._same_visits(other)

    __hash__ = None  # type: ignore[assignment]  # claims are compared by what they say, which is long

    def _same_visits(self, other: ClaimsInOrder) -> bool:
        if self.names is other.names and self.visits == other.visits:
            return True
        return all(map(eq, self._ids(), other._ids()))

    def _ids(self) -> Iterator[str]:
        return map(self.names.__getitem__, self.visits)

    def _tidied(self) -> ClaimsInOrder:
        """Return the same claims; without the ids of visits that are gone, when these are many."""
        if len(self.names.added) <= len(self):
            return self
        numbers = {id: number for number, id in enumerate(dict.fromkeys(self._ids()))}
        return replace(
            self, visits=array("I", map(numbers.__getitem__, self._ids())), names=Names.of(numbers)
        )

    def _claim(self, place: int) -> Claim:
        start, kind = self.starts[place], self.kinds[place]
        interval = Interval(from_microseconds(start), from_microseconds(start + kind.length))
        id = self.names[self.visits[place]]
        return Claim(*self.key, interval, id, kind.phases, kind.role, kind.lane)

    def _place_of(self, place: int) -> tuple[int, int, int]:
        kind = self.kinds[place]
        return self.starts[place], _lane(kind.lane), kind.length

    def _some_stretches(self, begin: int, end: int) -> list[Stretch]:
        places = range(begin, end)
        return [(self.starts[place], self.starts[place] + self.kinds[place].length) for place in places]

    @cached_property
    def _longest(self) -> int:
        return max((kind.length for kind in set(self.kinds)), default=0)


_NOTHING = ClaimsInOrder()


def _place(claim: Claim) -> tuple[int, int, int]:
    """Return what claims on one resource for one purpose are ordered by; lanes that nobody arranged come first."""
    start = in_microseconds(claim.interval.start)
    return start, _lane(claim.lane), in_microseconds(claim.interval.end) - start


def _lane(lane: int | None) -> int:
    return -1 if lane is None else lane


def _kind(claim: Claim) -> Kind:
    length = in_microseconds(claim.interval.end) - in_microseconds(claim.interval.start)
    return kind_of(length, claim.phases, claim.role, claim.lane)


def _shared_at_the_beginning(one: Sequence[object], other: Sequence[object], most: int) -> int:
    """Return how many items two sequences have in common at their beginning, `most` at the most."""
    # Comparing whole stretches is quick: it is done outside of Python's own steps.
    if one[:most] == other[:most]:
        return most
    low, high = 0, most - 1
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _shared_at_the_end(one: Sequence[object], other: Sequence[object], most: int) -> int:
    """Return how many items two sequences have in common at their end, `most` at the most."""
    ends = (one[len(one) - most :], other[len(other) - most :])
    if ends[0] == ends[1]:
        return most
    return _shared_at_the_beginning(ends[0][::-1], ends[1][::-1], most - 1)


class ClaimBook(Collection[Claim]):
    """Claims by resource and purpose. A book is never changed: one that says more or less shares what is the same."""

    def __init__(self, by_key: Mapping[ClaimKey, ClaimsInOrder]) -> None:
        self._by_key = by_key
        # What it was made from by laying other books beside it, and on what these had something to say.
        self._base = by_key
        self._laid: frozenset[ClaimKey] = frozenset()

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

    def unlike(self, other: ClaimBook, keys: Collection[ClaimKey]) -> list[ClaimKey]:
        """Return those of some resources and purposes on which the other book says something else."""
        mine, theirs = self._by_key, other._by_key
        if self._base is other._base:
            # Only what was laid beside the same claims can differ, which mostly is what one patient has.
            laid = self._laid | other._laid
            keys = [key for key in keys if key in laid] if any(key in keys for key in laid) else ()
        # Mostly they are the very same, which is seen without a look at what they say.
        other_ones = [key for key in keys if mine.get(key) is not theirs.get(key)]
        return [key for key in other_ones if self.on(*key) != other.on(*key)]

    def is_plainly_the_same_on(self, resources: Iterable[Container[str]], other: ClaimBook) -> bool:
        """Say whether both books say the same of these resources, as far as that is seen without looking at a claim."""
        if self is other:
            return True
        laid = self._laid | other._laid
        return self._base is other._base and not any(
            resource in ours for resource, _ in laid for ours in resources
        )

    def beside(self, other: ClaimBook) -> ClaimBook:
        """Return the claims of both books; on a resource and purpose that both know, those of the other alone."""
        if not other._by_key:
            return self
        both = ClaimBook({**self._by_key, **other._by_key})
        both._base, both._laid = self._base, self._laid | other._by_key.keys()
        return both

    def entering(self, claims: Iterable[Claim]) -> ClaimBook:
        """Return the book with more claims."""
        by_key = dict(self._by_key)
        for claim in claims:
            key = (claim.resource, claim.purpose)
            by_key[key] = by_key.get(key, _NOTHING).entering(claim)[0]
        return ClaimBook(by_key)

    def leaving_out(self, appointments: frozenset[str]) -> ClaimBook:
        """Return the book without the claims of these visits."""
        numbers: dict[int, frozenset[int]] = {}
        for claims in self._by_key.values():
            # Most of them share their names, which are then gone through once.
            if id(claims.names) not in numbers:
                numbers[id(claims.names)] = claims.names.numbers_of(appointments)
        return ClaimBook(
            {key: claims.without_numbers(numbers[id(claims.names)]) for key, claims in self._by_key.items()}
        )

    def __iter__(self) -> Iterator[Claim]:
        return (claim for claims in self._by_key.values() for claim in claims.found)

    def __len__(self) -> int:
        return sum(map(len, self._by_key.values()))

    def __contains__(self, claim: object) -> bool:
        return isinstance(claim, Claim) and claim in self.on(claim.resource, claim.purpose).during(
            claim.interval
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClaimBook) and self._said() == other._said()

    __hash__ = None  # type: ignore[assignment]  # books are compared by what they say, which is long

    def _said(self) -> Mapping[ClaimKey, ClaimsInOrder]:
        return {key: claims for key, claims in self._by_key.items() if len(claims)}
