"""Processes that send all at once: passes over the ledger as a clinic runs them, or a bare loop over ready messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path
from smtplib import SMTP
from time import perf_counter, sleep

from bench.sending_clinic import NOW
from scheduler.app import create_app_without_pages
from scheduler.config import settings_from
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.messages import Letter, VisitLine, compose
from scheduler.reminders.policy import MessageKind
from scheduler.reminders.smtp_channel import SmtpChannel
from scheduler.store.database import db

PATIENCE = 3600.0
"""Seconds after which something must have gone wrong."""

SENDER = "appointments@example.org"
_PUBLIC_URL = "https://visits.example.org"
_LOOK_EVERY = 0.25
_FIRST = "reference-0", "p0@example.org"


@dataclass(frozen=True, slots=True)
class Share:
    """What one process is to do: send what is due in a database, or where that is `None`, so many messages by `loop`."""

    number: int
    port: int
    messages: int
    loop: str = ""
    database: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What processes did together: messages, in how many seconds; `memory` are MB of each at every look, in order."""

    messages: int
    seconds: float
    memory: Sequence[Sequence[float]]

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


def sent_by(shares: Sequence[Share]) -> Sent:
    """Let processes begin together, and return what they did when the last has ended."""
    context = get_context("spawn")
    gate = context.Barrier(len(shares) + 1)
    ends, processes = [], []
    for share in shares:
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(share, gate, theirs))
        process.start()
        ends.append(ours)
        processes.append(process)
    gate.wait(PATIENCE)
    begun = perf_counter()
    looks = tuple(_looks(processes, begun))
    told = [end.recv() for end in ends if end.poll(1)]
    for process in processes:
        process.join()
    if len(told) != len(shares):
        raise RuntimeError("a sender has died")
    return Sent(sum(sent for sent, _ in told), max(took for _, took in told), tuple(zip(*looks, strict=True)))


def _looks(processes: Sequence[BaseProcess], begun: float) -> Iterator[tuple[float, ...]]:
    """Yield the memory of each process while all run."""
    while perf_counter() - begun < PATIENCE:
        kept = tuple(_memory(process) for process in processes)
        if not all(kept):
            break
        yield kept
        sleep(_LOOK_EVERY)
    while any(process.is_alive() for process in processes) and perf_counter() - begun < PATIENCE:
        sleep(0.01)


def _memory(process: BaseProcess) -> float:
    """Return what a process takes, in MB; 0 when it has ended."""
    try:
        told = Path(f"/proc/{process.pid}/status").read_text().partition("VmRSS:")[2]
    except OSError:
        return 0.0
    return int(told.split()[0]) / 1024 if told else 0.0


def _work(share: Share, gate: Barrier, end: Connection) -> None:
    begin = _pass(share) if share.database is not None else LOOPS[share.loop](share)
    next(begin)
    gate.wait(PATIENCE)
    begun = perf_counter()
    sent = next(begin)
    end.send((sent, perf_counter() - begun))


def _pass(share: Share) -> Iterator[int]:
    """Make ready, then make one pass."""
    app = create_app_without_pages(
        settings_from({"DATABASE_URL": share.database or "", "SECRET_KEY": "for the benchmark alone " * 2})
    )
    channel = SmtpChannel(f"smtp://127.0.0.1:{share.port}", SENDER)
    with app.app_context():
        db.engine.connect().close()
        yield 0
        yield dispatch(NOW, channel, public_url=_PUBLIC_URL).sent


def _ready(share: Share) -> Iterator[int]:
    """Make a message ready, then hand over so many, each of a name and to a recipient of its own."""
    whole = bytes(_message(*_FIRST)).replace(b"\n", b"\r\n")
    yield 0
    with SMTP("127.0.0.1", share.port) as connection:
        for one in range(share.messages):
            reference, recipient = f"bare-{share.number}-{one}", f"{share.number}-{one}@example.org"
            message = whole.replace(_FIRST[0].encode(), reference.encode()).replace(
                _FIRST[1].encode(), recipient.encode()
            )
            connection.sendmail(SENDER, [recipient], message)
    yield share.messages


def _written(share: Share) -> Iterator[int]:
    """Write so many messages by the very words that ours has, one by one, and hand each over."""
    yield 0
    with SMTP("127.0.0.1", share.port) as connection:
        for one in range(share.messages):
            name, recipient = f"bare-{share.number}-{one}", f"{share.number}-{one}@example.org"
            connection.send_message(_message(name, recipient))
    yield share.messages


LOOPS: Mapping[str, Callable[[Share], Iterator[int]]] = {"ready": _ready, "written": _written}
"""Loops that know no ledger: over messages that are ready, and over messages that each are written first."""


def _message(reference: str, recipient: str) -> EmailMessage:
    line = VisitLine(NOW, "America/Denver", by_phone=False)
    link = f"{_PUBLIC_URL}/a/7Qk3vX0cJw2mZr9T"
    letter = Letter(reference, MessageKind.ONE_DAY, recipient, "Maple House", "", "", (line,), link=link)
    return compose(letter, SENDER, NOW)


def passes(workers: int, port: int, database: str) -> tuple[Share, ...]:
    """Return what so many senders do over one ledger."""
    return tuple(Share(number, port, 0, database=database) for number in range(workers))


def loops(loop: str, messages: int, workers: int, port: int) -> tuple[Share, ...]:
    """Share out so many messages, as evenly as whole numbers allow."""
    parts = [messages // workers + (number < messages % workers) for number in range(workers)]
    return tuple(Share(number, port, part, loop) for number, part in enumerate(parts))
