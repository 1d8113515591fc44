"""Kill senders of messages in mid-batch, by the hundred: none is lost, and none leaves twice without a reason.

Three at once, as if each led, send a clinic's confirmations by e-mail and by text to servers that refuse, stall and hang up.
All are killed at a random moment, again and again. A message may leave twice only when its sender was killed, or its server
fell silent, after it was handed over and before that was noted; such are counted.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import select

from scheduler.app import create_app_without_pages
from scheduler.domain.contact import ContactWay
from scheduler.reminders.handing_over import LEASE
from scheduler.store.base import table_of
from scheduler.store.contacts import keep_first_way
from scheduler.store.database import db
from scheduler.store.reminders import ReminderState
from scheduler.store.tables_outbound import ReminderRow
from scheduler.store.work import reading, unit_of_work
from soak.sender import Job, send, settings_for
from soak.wild_servers import WildMailServer, WildTexts, name_of, reference_of, wild_servers
from tests.builders import a_patient, at
from tests.feeds.stored_visits import BOOKED_AT, a_plain_visit, keep_clinic, keep_visits
from tests.postgres_server import postgres_server
from tests.reminders.contacting import consent

SENDERS = 3
A_ROUND = LEASE + timedelta(minutes=1)
"""By so much the clock of the senders goes on from one round to the next: nobody who lives has a lease any more."""

MESSAGES_A_ROUND = 8
VISIT = at("2027-02-03 14:00")
LAST_ROUNDS = 60

_reminder = table_of(ReminderRow)


@dataclass
class Told:
    """What a run found. `in_hand` are the messages that a killed sender had begun with, by reference."""

    kills: int = 0
    rounds: int = 0
    in_hand: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def main() -> int:
    """Kill about KILLS senders on each database, or on the one named by ON; return 1 when anything is wrong then."""
    kills, on = int(os.environ.get("KILLS", "300")), os.environ.get("ON", "")
    seed = os.environ.get("SEED") or str(Random().randrange(10**6))
    wrong = False
    for kind, database in (("sqlite", _file), ("postgresql", _server)):
        if kind.startswith(on):
            begun = monotonic()
            patients = -(-kills // SENDERS) * MESSAGES_A_ROUND + 20
            with database() as url, wild_servers(Random(seed)) as (mail, texts):
                told = _sent(Run(url, mail, texts, Random(seed), patients), kills)
            print(
                f"{kind}, seed {seed}: {monotonic() - begun:.0f} s; {told.kills} kills in {told.rounds} rounds"
            )
            print(
                "\n".join([*_report(mail, texts, told), *told.faults, f"{len(told.faults)} faults"]),
                flush=True,
            )
            wrong |= bool(told.faults)
    return 1 if wrong else 0


@dataclass
class Run:
    """A clinic with messages that are due, and the servers that take them."""

    url: str
    mail: WildMailServer
    texts: WildTexts
    random: Random
    patients: int

    def copies(self) -> Counter[str]:
        """Return how often each message was taken, by reference."""
        return Counter(map(name_of, self.mail.messages)) + Counter(map(reference_of, self.texts.taken))

    def unsure(self) -> Counter[str]:
        """Return how often each message was taken without a word."""
        return self.mail.unsure + self.texts.unsure()

    def job(self, now: datetime, number: int) -> Job:
        """Return what one sender of a round is to do."""
        return Job(self.url, self.mail.port, self.texts.url, now, bool(number % 2))


def _sent(run: Run, kills: int) -> Told:
    told, rounds = Told(), -(-kills // SENDERS)
    app = create_app_without_pages(settings_for(run.url))
    with app.app_context():
        upgrade()
        _fill(run)
        now = BOOKED_AT
        while told.rounds < rounds:
            told.rounds += 1
            now += A_ROUND
            _killed(run, now, told)
        for _ in range(LAST_ROUNDS):
            now += A_ROUND
            _let_end(run, now)
            if not _rows(ReminderState.PENDING, ReminderState.LEASED):
                break
        told.faults += _faults(run, told)
        db.engine.dispose()
    return told


def _fill(run: Run) -> None:
    """Store patients with a visit each of whom nobody has told; some addresses and numbers are of no use."""
    numbers = {n: f"+1303555{n:04}" for n in range(run.patients)}
    keep_clinic(
        [a_patient(f"p{n}", email=f"p{n}@example.org", phone=numbers[n]) for n in range(run.patients)],
        zone="UTC",
    )
    for n in range(run.patients):
        keep_visits(a_plain_visit(VISIT, f"v{n}", patient=f"p{n}"), series=f"s{n}")
        dice = run.random.random()
        if n % 2:
            consent(to=numbers[n], patient=f"p{n}")
            with unit_of_work():
                keep_first_way(f"p{n}", "site-1", ContactWay.SMS)
            if dice < 0.08:
                run.texts.answers[numbers[n]] = (400, 21211)
            elif dice < 0.12:
                run.texts.silent.add(numbers[n])
        if dice > 0.92:
            run.mail.answers[f"p{n}@example.org"] = "550 nobody here"


def _killed(run: Run, now: datetime, told: Told) -> None:
    """Let senders begin, and kill all of them when some messages more have left."""
    before, wanted = sum(run.copies().values()), run.random.randint(1, 2 * MESSAGES_A_ROUND)
    running = [_context().Process(target=send, args=(run.job(now, n),)) for n in range(SENDERS)]
    for process in running:
        process.start()
    end = monotonic() + 20
    while (
        sum(run.copies().values()) < before + wanted
        and monotonic() < end
        and any(process.is_alive() for process in running)
    ):
        sleep(0.001)
    alive = [process for process in running if process.is_alive()]
    for process in alive:
        process.kill()
    for process in running:
        process.join()
        if process.exitcode not in (0, -9):
            told.faults.append(f"a sender ended with {process.exitcode}")
    told.kills += len(alive)
    # What a sender had only put by for its next messages is kept for less long than what it had begun with.
    begun = [row for row in _rows(ReminderState.LEASED) if row.leased_until > now + LEASE / 2]
    told.in_hand.update(row.reference for row in begun)
    if len(begun) > len(alive):
        told.faults.append(f"{len(alive)} killed senders had begun with {len(begun)} messages")


def _let_end(run: Run, now: datetime) -> None:
    """Let two senders make a pass at once, and wait for both."""
    running = [_context().Process(target=send, args=(run.job(now, n),)) for n in range(2)]
    for process in running:
        process.start()
    for process in running:
        process.join()


def _faults(run: Run, told: Told) -> Iterator[str]:
    """Yield whatever is not as it should be when nothing waits any more."""
    sleep(0.2)
    copies, may_be_twice = run.copies(), told.in_hand + run.unsure()
    rows = _rows(*ReminderState)
    for row in rows:
        if row.state in (ReminderState.PENDING, ReminderState.LEASED):
            yield f"message {row.id} is {row.state} still"
        if row.state == ReminderState.SENT and not copies[row.reference]:
            yield f"message {row.id} is lost: it was noted as sent and never arrived"
        if row.state != ReminderState.SENT and copies[row.reference] and row.reference:
            yield f"message {row.id} has arrived and is noted as {row.state}"
        if row.state == ReminderState.FAILED and not row.problem:
            yield f"message {row.id} failed without a reason"
    if (told_of := len({row.appointment_id for row in rows})) != run.patients:
        yield f"of {run.patients} patients {told_of} are in the ledger"
    for name, times in copies.items():
        if times - 1 > may_be_twice[name]:
            yield f"{name} has left {times} times, and {may_be_twice[name]} of them nobody could tell"
    names = [(str(message["To"]), name_of(message)) for message in run.mail.messages]
    names += [(form["To"], reference_of(form)) for form in run.texts.taken]
    if len(set(names)) != len({to for to, _ in names}):
        yield "a message that left again had another name"


def _report(mail: WildMailServer, texts: WildTexts, told: Told) -> Iterator[str]:
    copies = Counter(map(name_of, mail.messages)) + Counter(map(reference_of, texts.taken))
    twice = sum(times - 1 for times in copies.values())
    yield f"{len(mail.messages)} e-mails and {len(texts.taken)} texts taken, {len(copies)} different, {twice} more than once"
    yield f"{sum(told.in_hand.values())} were in hand when their sender was killed"
    unsure = texts.unsure()
    for what, times in (*mail.done.items(), ("took a text and fell silent", sum(unsure.values()))):
        yield f"the server {what}: {times} times"


def _rows(*states: ReminderState) -> Sequence[Any]:
    with reading() as connection:
        return connection.execute(select(_reminder).where(_reminder.c.state.in_(states))).all()


@cache
def _context() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["soak.sender"])
    return context


@contextmanager
def _file() -> Iterator[str]:
    with TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'senders.sqlite3'}"


@contextmanager
def _server() -> Iterator[str]:
    with postgres_server() as server:
        yield server.create_database("senders")


if __name__ == "__main__":
    sys.exit(main())
