"""What a language must have words for on the patient's own pages, and where these are found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.domain.treatment import StepKind
from scheduler.reminders.words.language import Note


@dataclass(frozen=True, slots=True)
class DoorWords:
    """The words before the second factor: nothing of them tells what the appointments are about.

    {time} is filled in. `mismatch` says no more than that the page did not open.
    """

    see_all: str
    see_all_why: str
    title: str
    why: str
    day: str
    month: str
    year: str
    choose: str
    open: str
    incomplete: str
    mismatch: str
    locked: str
    urgent: str
    ended: Note
    closed: Note


@dataclass(frozen=True, slots=True)
class PlanWords:
    """The words of the plan; {time}, {name}, {number} and {total} are filled in, {call} as on the page of the link.

    `offer_news` are what came of choosing one of the times offered: `moved`, `taken`, `over`.
    """

    title: str
    next: str
    later: str
    past: str
    nothing: str
    before: str
    more: str
    no_solids: str
    no_clear_liquids: str
    ride: str
    release: str
    no_driving: str
    therapist: str
    position: str
    calls_you: str
    called_off: str
    over: str
    kinds: Mapping[StepKind, str]
    answer: str
    moves_nothing: str
    to_calendar: str
    done: str
    closes_by_itself: str
    offered: str
    take_time: str
    offered_until: str
    offer_news: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChoiceWords:
    """The words about how a patient is written to, and about their calendar; {address} is filled in."""

    title: str
    why: str
    by_mail: str
    by_text: str
    no_mail: str
    no_text: str
    appointments: str
    reminders: str
    first: str
    language: str
    names_of_ways: Mapping[str, str]
    save: str
    saved: str
    opted_out: str
    calendar: str
    calendar_why: str
    make_calendar: str
    calendar_made: str
    calendar_secret: str
    open_calendar: str
    made_already: str
    too_many: str
    back: str


@dataclass(frozen=True, slots=True)
class OwnWords:
    """The words of the patient's own pages in one language."""

    door: DoorWords
    plan: PlanWords
    choices: ChoiceWords
