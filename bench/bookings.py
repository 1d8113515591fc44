"""Eight writers at one clinic at once, beside peers that keep order otherwise or not at all; then the use cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import median, quantiles

from bench import booking_day
from bench.booking_audit import Left, audited, cleared
from bench.booking_clinic import WRITERS, store_clinic
from bench.booking_databases import DATABASES, migrated
from bench.booking_peers import TABLES, create_peer_tables
from bench.booking_writers import Job, Told, Writers
from bench.measure import Result
from scheduler.store.database import db

SECONDS = 3.0
ROUNDS = 3

TARGETS: Mapping[str, Mapping[str, Mapping[int, float]]] = {
    "postgresql": {
        "naive": {1: 0.5, 6: 0.4},
        "excluding": {1: 1.5, 6: 1.5},
        "serializable": {1: 2.5, 6: 2.5},
    },
    "sqlite": {"naive": {1: 0.5, 6: 0.4}},
}
"""By database, peer and number of visits in a transaction: how many times as many attempts a second we are to make."""

PEERS: Mapping[str, str] = {
    "naive": "unsafe: look, then write, no lock",
    "excluding": "exclusion constraint alone",
    "serializable": "SERIALIZABLE, tried again",
}


@dataclass
class Runs:
    """The runs of one way, one a round, and what each left."""

    told: list[Told] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Attempts a second, the median of the rounds."""
        return median(one.attempts / one.seconds for one in self.told)

    @property
    def double(self) -> int:
        """Claims beyond a capacity, of all rounds."""
        return sum(one.double for one in self.left)

    def words(self, visits: int) -> str:
        """Return what else there is to say."""
        booked = median(len(one.booked) / visits / one.seconds for one in self.told)
        took = [seconds for one in self.told for seconds in one.took]
        again, gave_up = (sum(getattr(one, name) for one in self.told) for name in ("tries_again", "gave_up"))
        slowest = quantiles(took, n=100)[98] * 1000
        return f"{booked:.0f} booked/s, p99 {slowest:.0f} ms, {again} tried again, {gave_up} gave up, {self.double} double"


def ledger_rows(kind: str, visits: int) -> list[Result]:
    """Write the rows of so many visits at a time into the ledger, on one database, in every way."""
    ways = ["ours", *TARGETS[kind]]
    runs = {way: Runs() for way in ways}
    with DATABASES[kind]() as url, migrated(url):
        store_clinic()
        create_peer_tables()
        writers = Writers(url)
        try:
            for number in range(ROUNDS):
                for way in _rotated(ways, number):
                    told = writers.do(Job(way, visits, SECONDS, number))
                    with db.engine.begin() as connection:
                        runs[way].left.append(audited(connection, TABLES[way], told.booked, visits))
                        cleared(connection)
                    runs[way].told.append(told)
        finally:
            writers.let_go()
    return list(_rows(kind, visits, runs))


def _rotated(ways: Sequence[str], number: int) -> list[str]:
    """Return the ways, another one first each round."""
    first = number % len(ways)
    return [*ways[first:], *ways[:first]]


def _rows(kind: str, visits: int, runs: Mapping[str, Runs]) -> Iterator[Result]:
    ours = runs["ours"]
    right = all(left.is_right for left in ours.left)
    for peer, targets in TARGETS[kind].items():
        theirs, target = runs[peer], targets[visits]
        ratio = ours.rate / theirs.rate
        # Where a peer without locks claims nothing twice, nobody was in anybody's way, and nothing is proved.
        told_apart = theirs.double > 0 if peer == "naive" else theirs.double == 0
        yield Result(
            id=f"bookings/{kind}/{visits}-visit/{peer}",
            ours=ours.rate,
            peer=PEERS[peer],
            theirs=theirs.rate,
            ratio=ratio,
            target=f"at least {target:g} times",
            holds=right and told_apart and ratio >= target,
            note=f"{WRITERS} writers; ours: {ours.words(visits)}; peer: {theirs.words(visits)}",
            unit="/s",
        )


PARTS: Mapping[str, Callable[[], list[Result]]] = {
    **{
        f"bookings/{kind}/{visits}-visit": partial(ledger_rows, kind, visits)
        for kind in DATABASES
        for visits in (1, 6)
    },
    **{f"bookings/{kind}/use-cases": partial(booking_day.use_cases, kind) for kind in DATABASES},
}
"""Every part by the beginning of the ids of its rows."""
