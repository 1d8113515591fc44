"""Why no complete series fits: the visit at which the chain breaks, and what would make one possible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from scheduler.domain.clock import in_words
from scheduler.domain.diary import Diary
from scheduler.domain.treatment import Point, Step, Window
from scheduler.planner.narrowing import Narrowing
from scheduler.planner.network import Stuck
from scheduler.planner.proposal import Reason
from scheduler.planner.question import Question
from scheduler.planner.supply import Scarcity

WORDS = {
    Scarcity.HOURS: "the opening hours and closures",
    Scarcity.ROOM: "the rooms",
    Scarcity.PATIENT: "the patient's own visits and unavailable times",
    Scarcity.SITE_COVER: "the people with the credentials asked for on the premises",
    Scarcity.THERAPIST: "the therapist's time",
    Scarcity.MEDICAL_MONITOR: "the medical monitors' time",
    Scarcity.ADMINISTERING_CLINICIAN: "the administering clinicians' time",
    Scarcity.PRESCRIBER: "the prescribers' time",
    Scarcity.CARE_COORDINATOR: "the care coordinators' time",
}

_EDGE = timedelta(days=8)
"""So close to the end of what is known, a later dose or claim might be missed."""

_NO_CONCESSION = Reason(
    "no_concession",
    "no single concession makes a complete series possible in this time",
    "look later, or over a longer time",
)


def reasons_against(question: Question) -> tuple[Reason, ...]:
    """Return at least one reason: first where the chain breaks, then the concessions that would help, earliest first."""
    concessions = tuple(_concessions(question))
    return (*_broken(question), *(concessions or (_NO_CONCESSION,)))


def _broken(question: Question) -> Iterator[Reason]:
    if not question.therapists:
        yield _no_therapist(question.diary, question.wishes.therapist)
        return
    impossible = [number for number in range(len(question.outline.steps)) if not _can_start(question, number)]
    for number in impossible:
        yield _never_free(question, number)
    if not impossible:
        yield _chain_breaks(question)


def _can_start(question: Question, number: int) -> bool:
    choices = (question.choices(therapist) for therapist in question.therapists)
    return any(one.at_or_after(number, one.lower[number]) is not None for one in choices)


def _no_therapist(diary: Diary, wished: str | None) -> Reason:
    person = diary.staff.get(wished or "")
    if person is not None:
        return Reason(
            "therapist",
            f"{person.name} does not hold the role of therapist",
            "choose a therapist, or anybody fit",
        )
    if wished is not None:
        return Reason(
            "therapist",
            f"nobody with the id {wished} works at {diary.site.name}",
            "choose a therapist of this site",
        )
    return Reason(
        "therapist",
        f"no therapist works at {diary.site.name}",
        "add a member of staff with the role therapist",
    )


def _never_free(question: Question, number: int) -> Reason:
    step = question.outline.steps[number]
    wishes = question.wishes
    earliest = max(wishes.earliest, question.diary.as_of)
    between = f"between {in_words(earliest, question.zone)} and {in_words(wishes.latest, question.zone)}"
    blame = [WORDS[thing] for thing in _relevant(step) if _can_start(_ignoring(question, thing), number)]
    why = f"{step.key} ({step.title}) has no free start {between}"
    if blame:
        why = f"{why}: what stands in the way is {' or '.join(blame)}"
        return Reason("no_start", why, "free some of it, or look later", step.key)
    return Reason(
        "no_start", f"{why}: more than one thing stands in the way at every hour", "look later", step.key
    )


def _relevant(step: Step) -> list[Scarcity]:
    things = [Scarcity.HOURS, Scarcity.PATIENT]
    if step.room_capability is not None:
        things.append(Scarcity.ROOM)
    if step.site_cover:
        things.append(Scarcity.SITE_COVER)
    return things + [Scarcity(role.value) for role in step.roles]


def _chain_breaks(question: Question) -> Reason:
    solved = (question.network.least(question.choices(therapist)) for therapist in question.therapists)
    furthest = max((s for s in solved if isinstance(s, Stuck)), key=lambda found: (found.step, found.bound))
    step, zone = question.outline.steps[furthest.step], question.zone
    at = in_words(question.grid.at(furthest.bound), zone)
    why = f"{step.key} ({step.title}) would have to start on {at} or later"
    if furthest.arc and furthest.arc.window:
        why += f", because {_in_words(furthest.arc.window)}"
    why += f"; no start is left before {in_words(question.wishes.latest, zone)}"
    return Reason("chain", why, "allow a later last day", step.key)


def _in_words(window: Window) -> str:
    points = {Point.START: "starts", Point.END: "is over"}
    text = (
        f"{window.to_step} {points[window.to_point]} at least {_hours(window.at_least)} after "
        f"{window.from_step} {points[window.from_point]}"
    )
    return text if window.at_most is None else f"{text} and at most {_hours(window.at_most)}"


def _hours(duration: timedelta) -> str:
    hours = duration / timedelta(hours=1)
    return f"{hours:g} h" if hours < 96 else f"{hours / 24:g} d"


def _concessions(question: Question) -> Iterator[Reason]:
    found: list[tuple[int, Reason]] = []
    for code, what, tried in _attempts(question):
        finish = min(Narrowing.all_of(tried).finishes.values(), default=None)
        if finish is not None:
            mend = f"{what} a series could be complete on {in_words(question.grid.at(finish), question.zone)}"
            found.append((finish, Reason(code, "a complete series would be possible", mend)))
    for _, reason in sorted(found, key=lambda pair: (pair[0], pair[1].code)):
        yield reason


def _attempts(question: Question) -> Iterator[tuple[str, str, Question]]:
    wishes = question.wishes
    if wishes.therapist is not None:
        yield "another_therapist", "with another therapist", _wishing(question, therapist=None)
    end = question.diary.horizon.end - _EDGE
    if end > wishes.latest:
        yield "later_last_day", "with a later last day", _wishing(question, latest=end)
    for scarcity in Scarcity:
        yield f"without_{scarcity}", f"if {WORDS[scarcity]} were no obstacle", _ignoring(question, scarcity)


def _wishing(question: Question, **fields: Any) -> Question:
    return replace(question, wishes=replace(question.wishes, **fields))


def _ignoring(question: Question, scarcity: Scarcity) -> Question:
    return replace(question, ignoring=question.ignoring | {scarcity})
