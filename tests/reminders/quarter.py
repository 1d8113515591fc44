"""A clinic's quarter of a year in minutes: visits booked, moved and called off while two senders pass, fail and die.

Everything follows from a seed. What left is kept with the instant of its pass; `recount` counts it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from scheduler.domain.treatment import StepKind
from scheduler.reminders.channels import NotSent, Unreachable
from scheduler.reminders.dispatch import dispatch
from tests.builders import a_patient
from tests.feeds.stored_visits import a_plain_visit, cancel, keep_clinic, keep_visits
from tests.reminders.changing import move, told
from tests.reminders.contacting import consent, texts_first
from tests.reminders.recording import RecordingChannel, RecordingTexts

SITE_ZONE = "America/Denver"
ZONES = (SITE_ZONE, "Europe/Berlin", "America/New_York")
COURSE = (StepKind.PREPARATION, StepKind.DOSING, StepKind.INTEGRATION, StepKind.DOSING, StepKind.REVIEW)


class Killed(BaseException):
    """Stands for the end of a sender's process."""


@dataclass(frozen=True)
class Plan:
    """What to simulate; the first `texted` of the patients are written to by text."""

    seed: int
    patients: int
    begin: datetime
    days: int
    texted: int = 0


@dataclass
class Life:
    """One visit: from each instant on it stands at a start, or `None` when it is called off."""

    id: str
    patient: str
    zone: str
    kind: StepKind
    turns: list[tuple[datetime, datetime | None]]

    @property
    def start(self) -> datetime | None:
        """Return when it is, as things stand."""
        return self.turns[-1][1]

    def start_at(self, instant: datetime) -> datetime | None:
        """Return when it was to be, at an instant."""
        return next((start for since, start in reversed(self.turns) if since <= instant), None)


@dataclass(frozen=True)
class Left:
    """One message that left: at which pass, to whom, what it is called, and the times it lists."""

    at: datetime
    to: str
    subject: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class LeftText:
    """One text that left: at which pass, to which patient, and what it says."""

    at: datetime
    patient: str
    words: str


@dataclass
class Quarter:
    """All that happened. `good` are passes in which nothing went wrong, `passes` all of them."""

    lives: list[Life] = field(default_factory=list)
    passes: list[datetime] = field(default_factory=list)
    good: list[datetime] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    texts: list[LeftText] = field(default_factory=list)
    texted: frozenset[str] = frozenset()
    moves: int = 0
    cancels: int = 0


def simulate(plan: Plan) -> Quarter:
    """Let the quarter happen, within an application's context on an empty database."""
    chance, quarter = Random(plan.seed), Quarter()
    patients = [f"p{number}" for number in range(plan.patients)]
    zones = {one: chance.choice(ZONES) for one in patients}
    keep_clinic(
        [a_patient(one, email=f"{one}@example.org", zone=zones[one], phone=_number(one)) for one in patients],
        at=plan.begin,
        zone=SITE_ZONE,
    )
    for one in patients[: plan.texted]:
        consent(to=_number(one), patient=one)
        texts_first(one)
    quarter.texted = frozenset(patients[: plan.texted])
    to_book = {one: plan.begin + timedelta(days=chance.uniform(0, plan.days * 0.6)) for one in patients}
    for instant in _passes(plan, chance):
        for one in [one for one, when in to_book.items() if when <= instant]:
            _book(one, zones[one], to_book.pop(one), quarter, chance)
        _change(instant, quarter, chance)
        _pass(instant, quarter, chance)
    return quarter


def _number(patient: str) -> str:
    return f"+1303555{1000 + int(patient[1:])}"


def _passes(plan: Plan, chance: Random) -> Iterator[datetime]:
    """Yield when senders pass: every two hours or so, but for standstills of hours to days."""
    now, end = plan.begin, plan.begin + timedelta(days=plan.days)
    while now < end:
        yield now
        now += timedelta(minutes=chance.randint(30, 180))
        if chance.random() < 0.01:
            now += timedelta(hours=chance.randint(5, 60))


def _book(patient: str, zone: str, at: datetime, quarter: Quarter, chance: Random) -> None:
    """Book a course of visits, the first from tomorrow to ten days on."""
    day, lives = at + timedelta(days=chance.randint(1, 10)), []
    for number, kind in enumerate(COURSE):
        life = Life(f"{patient}-{number}", patient, zone, kind, [(at, _some_time(day, chance))])
        lives.append(life)
        day += timedelta(days=1 if kind is StepKind.DOSING else chance.randint(2, 6))
    visits = [
        a_plain_visit(life.turns[0][1], life.id, patient=patient, kind=life.kind, step=_step(number))
        for number, life in enumerate(lives)
        if life.turns[0][1] is not None
    ]
    keep_visits(*visits, series=f"series-{patient}", at=at)
    quarter.lives += lives


def _step(number: int) -> str:
    return ("P1", "D1", "I1", "D2", "R1")[number]


def _some_time(day: datetime, chance: Random) -> datetime:
    """Return a time of the site's day, from nine to half past four."""
    there = day.astimezone(ZoneInfo(SITE_ZONE))
    at = there.replace(hour=chance.randint(9, 16), minute=chance.choice((0, 10, 30)), second=0, microsecond=0)
    return at.astimezone(UTC)


def _change(instant: datetime, quarter: Quarter, chance: Random) -> None:
    """Move a visit to come now and then, or call one off, a moment before the pass."""
    ahead = [one for one in quarter.lives if one.start is not None and one.start > instant]
    if not ahead or chance.random() > len(ahead) / 400:
        return
    life, at = chance.choice(ahead), instant - timedelta(minutes=chance.randint(1, 9))
    if at <= life.turns[-1][0] or life.start is None or life.start <= at:
        return
    if chance.random() < 0.3:
        cancel(life.id, at=at)
        life.turns.append((at, None))
        quarter.cancels += 1
        return
    start = _some_time(life.start + timedelta(days=chance.randint(-2, 3)), chance)
    taken = {start for one in quarter.lives if one.patient == life.patient for _, start in one.turns}
    if start > at + timedelta(hours=1) and start not in taken:
        move({life.id: start}, at)
        life.turns.append((at, start))
        quarter.moves += 1


def _pass(instant: datetime, quarter: Quarter, chance: Random) -> None:
    """Let two senders pass after each other; now and then one dies over a message, or the mail server is away."""
    trouble = chance.choices((None, Killed(), Unreachable("away"), NotSent("busy (451)")), (90, 3, 4, 3))[0]
    quarter.passes.append(instant)
    for problem in (trouble, None if isinstance(trouble, Killed) else trouble):
        channel, texts = RecordingChannel(before=_failing(problem)), RecordingTexts(before=_failing(problem))
        for way in (channel, texts) if quarter.texted else (channel,):
            try:
                dispatch(instant, way)
            except Killed:
                pass
        quarter.left += [
            Left(instant, str(message["To"]), str(message["Subject"]), tuple(told(message)))
            for message in channel.sent
        ]
        quarter.texts += [
            LeftText(instant, f"p{int(number[-4:]) - 1000}", words) for number, words in texts.sent
        ]
    if trouble is None:
        quarter.good.append(instant)


def _failing(problem: BaseException | None) -> Callable[[object], None]:
    def fail(_message: object) -> None:
        if problem is not None:
            raise problem

    return fail
