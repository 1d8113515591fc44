"""A hundred thousand due reminders handed to a mail server by 1, 2 and 4 senders, beside a loop that does nothing else."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from statistics import median
from time import perf_counter

from sqlalchemy import text

from bench.booking_databases import migrated, on_postgresql
from bench.measure import Disagreement, Result, limit_line
from bench.sending_clinic import NOW, store_many, tidied
from bench.sending_workers import SENDER, Sent, loops, passes, sent_by
from bench.smtp_sink import Sink, smtp_sink
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.smtp_channel import SmtpChannel
from scheduler.store.database import db

MESSAGES = 100_000
"""What is agreed; SENDING_MESSAGES says another number for a quick look, and the rows then say so."""

LOOPED = 20_000
"""So many at most go by each loop to compare with, which is as quick with the last as with the first."""

WORKERS = (1, 2, 4)
PARTS_OF: Mapping[str, float] = {"ready": 0.02, "written": 0.15}
"""At which part of each loop's rate, with as many processes, messages are to leave."""

PEERS: Mapping[str, str] = {
    "ready": "smtplib alone, the messages ready: the most that the sink takes",
    "written": "smtplib alone, each message written first",
}

GROWTH = 24.0
"""MB by which a sender may grow after the first tenth of its work."""


def run(workers: int) -> list[Result]:
    """Measure so many senders on a PostgreSQL server that waits for the disk, and a mail server that does not."""
    return list(_rows(workers))


def _rows(workers: int) -> Iterator[Result]:
    messages = int(os.environ.get("SENDING_MESSAGES", MESSAGES))
    short = "" if messages == MESSAGES else f"a quick look at {messages:,} instead of {MESSAGES:,}; "
    with on_postgresql() as url, migrated(url), smtp_sink() as sink:
        store_many(messages)
        entered = _entered(sink)
        theirs = {}
        for loop in PEERS:
            some = min(messages, LOOPED)
            theirs[loop] = sent_by(loops(loop, some, workers, sink.port)).rate
            _must_be_whole(f"the loop over messages {loop}", sink, some)
        ours = sent_by(passes(workers, sink.port, url))
        _must_be_whole("ours", sink, messages)
        _must_be_noted(messages)
    for loop, peer in PEERS.items():
        ratio = ours.rate / theirs[loop]
        yield Result(
            id=f"sending/{workers}-workers/{loop}",
            ours=ours.rate,
            peer=peer,
            theirs=theirs[loop],
            ratio=ratio,
            target=f"at least {PARTS_OF[loop]:g} times",
            holds=ratio >= PARTS_OF[loop],
            note=f"{short}{messages:,} messages, each taken once; entered in {entered:.0f} s before",
            unit="/s",
        )
    yield limit_line(
        f"sending/{workers}-workers/memory",
        max(_grown(ours), 0.01),
        GROWTH,
        "MB",
        f"{short}grown after the first tenth, to {max(max(each) for each in ours.memory):.0f} MB",
    )


def _entered(sink: Sink) -> float:
    """Let what is due be entered, and nothing be sent; return how many seconds that took."""
    begun = perf_counter()
    dispatch(NOW, SmtpChannel(f"smtp://127.0.0.1:{sink.port}", SENDER), go_on=lambda: False)
    took = perf_counter() - begun
    tidied()
    return took


def _must_be_whole(whose: str, sink: Sink, messages: int) -> None:
    """Raise `Disagreement` unless the mail server has taken so many messages, each once and to somebody else."""
    taken = sink.taken()
    names, recipients = Counter(name for name, _ in taken), {recipient for _, recipient in taken}
    if (len(taken), len(names), len(recipients)) != (messages, messages, messages):
        raise Disagreement(
            f"{whose}: of {messages} messages {len(taken)} were taken, of {len(names)} names, for {len(recipients)} people"
        )


def _must_be_noted(messages: int) -> None:
    """Raise `Disagreement` unless the ledger has as many messages that were due, all of them sent at the first attempt."""
    asked = text("SELECT state, attempts, count(*) FROM reminder WHERE kind = 'one_day' GROUP BY 1, 2")
    with db.engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(asked)]
    if found != [("sent", 1, messages)]:
        raise Disagreement(f"the ledger has {found} and not {messages} messages sent at the first attempt")


def _grown(sent: Sent) -> float:
    """Return by how many MB the sender that grew most has grown, from the first tenth of its work to the last."""
    grown = []
    for looks in sent.memory:
        tenth = max(1, len(looks) // 10)
        grown.append(median(looks[-tenth:]) - median(looks[tenth : 2 * tenth] or looks))
    return max(grown)


PARTS: Mapping[str, Callable[[], list[Result]]] = {
    f"sending/{workers}-workers": partial(run, workers) for workers in WORKERS
}
"""Every part by the beginning of the ids of its rows."""
