"""What is preferred among complete series: a named list, read from the top, like the rules.

Each preference leaves only the series that keep it best, and none that comes later can undo it; `narrowing` says why that
is exact. A clerk may have some of them asked first (`Wishes.first`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from scheduler.domain.clock import local_day
from scheduler.domain.telling import told, told_moment, told_of_number
from scheduler.planner import people_wishes, time_wishes
from scheduler.planner.narrowing import Narrowing, Wish
from scheduler.planner.question import Question
from scheduler.planner.spans import ends_of_treatment, narrowed_to_shortest
from scheduler.planner.wishes import Wishes


@dataclass(frozen=True, slots=True)
class Told:
    """How well a series keeps a preference: less `cost` is better, 0 is as wished; `words` say it to people."""

    cost: int
    words: str


Tell = Callable[[Question, str, Sequence[int]], Told | None]
_Tells = Callable[[Question, str, Sequence[int]], tuple[int, str] | None]


@dataclass(frozen=True, slots=True)
class Preference:
    """One line of the list; `name` is how proposals explain themselves, `key` what `Wishes.first` says.

    `ways` leaves the series that keep it best; where several ways of keeping it are as good, each by itself. `tell` says
    how well one series keeps it, given its therapist and the starts of its visits; `None` where the preference has
    nothing to say about the question. `by_degree` are those of which there is only more or less, so that no cost of 0 is
    to be had. `lacks` says what has to be wished for before the preference can change anything, nothing where that is so
    already.
    """

    key: str
    name: str
    ways: Callable[[Narrowing], tuple[Narrowing, ...]]
    tell: Tell
    by_degree: bool = False
    lacks: Callable[[Wishes], str] = lambda _: ""


def _earliest_finish(left: Narrowing) -> tuple[Narrowing, ...]:
    return (left.over_by(min(left.finishes.values())),)


def _tell_finish(question: Question, _: str, starts: Sequence[int]) -> Told:
    finish = question.outline.finish(list(starts))
    return Told(finish, told_moment(question.grid.at(finish), question.zone))


def _early_visits(left: Narrowing) -> tuple[Narrowing, ...]:
    return (left.to_best(),)


def _tell_early(question: Question, _: str, starts: Sequence[int]) -> Told:
    cost, at = 0, [question.grid.at(slot) for slot in sorted(starts)]
    for slot in sorted(starts):
        cost = cost * question.grid.slots + slot
    return Told(
        cost,
        told(
            "the first on %(first)s, the last on %(last)s",
            first=told_moment(at[0], question.zone),
            last=told_moment(at[-1], question.zone),
        ),
    )


def _shortest_span(left: Narrowing) -> tuple[Narrowing, ...]:
    return (narrowed_to_shortest(left),)


def _tell_span(question: Question, _: str, starts: Sequence[int]) -> Told:
    first, last = ends_of_treatment(question.outline)
    days = [local_day(question.grid.at(starts[step]), question.zone) for step in (first, last)]
    apart = (days[1] - days[0]).days
    return Told(
        starts[last] - starts[first],
        told_of_number("%(num)s day from first to last dose", "%(num)s days from first to last dose", apart),
    )


def _patients_times(left: Narrowing) -> tuple[Narrowing, ...]:
    """Keep the visits one by one, from the first on and from the last; where both suit as much, both are ways."""
    found: dict[tuple[str, tuple[int, ...]], tuple[int, Narrowing]] = {}
    for wishes in time_wishes.patients_times(left.question):
        way = left.keeping_each(wishes)
        therapist, starts = way.best
        told = time_wishes.tell_times(left.question, therapist, starts)
        assert told is not None, "some times were said to suit"
        # With the same best series the very same visits were kept.
        found.setdefault((therapist, tuple(starts)), (told[0], way))
        if told[0] == 0:
            break
    least = min((cost for cost, _ in found.values()), default=0)
    return tuple(way for cost, way in found.values() if cost == least) or (left,)


def _same_weekdays(left: Narrowing) -> tuple[Narrowing, ...]:
    kept = (left.keeping(wish) for wish in time_wishes.weekday_rhythm(left.question))
    return tuple(way for way in kept if way is not None) or (left,)


def _wishing(
    key: str,
    name: str,
    wishes: Callable[[Question], tuple[Wish, ...]],
    tell: _Tells,
) -> Preference:
    """Make a preference out of wishes that are asked one by one, each kept if any series can."""

    return Preference(key, name, lambda left: (left.keeping_each(wishes(left.question)),), _telling(tell))


def _telling(tell: _Tells) -> Tell:
    def told(question: Question, therapist: str, starts: Sequence[int]) -> Told | None:
        found = tell(question, therapist, starts)
        return Told(*found) if found else None

    return told


def _lacks_therapist(wishes: Wishes) -> str:
    return "" if wishes.rather or wishes.therapist else told("choose the therapist who would be better")


def _lacks_times(wishes: Wishes) -> str:
    return "" if wishes.prefers_times else told("say which days or times suit the patient better")


PREFERENCES: tuple[Preference, ...] = (
    Preference("earliest_finish", told("earliest finish"), _earliest_finish, _tell_finish, by_degree=True),
    replace(
        _wishing(
            "wished_therapist",
            told("wished therapist"),
            people_wishes.wished_therapist,
            people_wishes.tell_wished,
        ),
        lacks=_lacks_therapist,
    ),
    Preference(
        "patients_times",
        told("patient's days and times"),
        _patients_times,
        _telling(time_wishes.tell_times),
        lacks=_lacks_times,
    ),
    _wishing(
        "no_driving",
        told("no visit while not allowed to drive"),
        time_wishes.no_driving,
        time_wishes.tell_driving,
    ),
    _wishing(
        "ideal_distances",
        told("visits as close as the protocol wishes"),
        time_wishes.ideal_distances,
        time_wishes.tell_ideal,
    ),
    Preference("weekday_rhythm", told("same weekdays"), _same_weekdays, _telling(time_wishes.tell_rhythm)),
    _wishing(
        "one_therapist", told("one therapist"), people_wishes.one_therapist, people_wishes.tell_one_therapist
    ),
    _wishing("level_load", told("staggered starts"), people_wishes.level_load, people_wishes.tell_level_load),
    Preference("early_visits", told("early visits"), _early_visits, _tell_early, by_degree=True),
    replace(
        _wishing("fewest_trips", told("fewest trips"), time_wishes.fewest_trips, time_wishes.tell_trips),
        by_degree=True,
    ),
    Preference("shortest_span", told("shortest span"), _shortest_span, _tell_span, by_degree=True),
    _wishing(
        "scarce_rooms",
        told("scarce rooms kept free"),
        people_wishes.scarce_rooms,
        people_wishes.tell_scarce_rooms,
    ),
)
"""In this order. `early_visits` leaves one series, so what follows it decides only where it is asked for first, or tells of
the series what it is. Rooms and people themselves are chosen last.
"""

KEYS = frozenset(preference.key for preference in PREFERENCES)


def lacking(key: str, wishes: Wishes) -> str:
    """Return what has to be wished for before the preference of a key can change anything; empty where it can."""
    return next(one.lacks(wishes) for one in PREFERENCES if one.key == key)


def in_order(first: Iterable[str]) -> tuple[Preference, ...]:
    """Return the preferences with those of these keys before all others. Keys that are none are left out."""
    wanted = [key for key in dict.fromkeys(first) if key in KEYS]
    by_key = {preference.key: preference for preference in PREFERENCES}
    others = tuple(preference for preference in PREFERENCES if preference.key not in wanted)
    return (*(by_key[key] for key in wanted), *others)


def told_by(question: Question, therapist: str, starts: Sequence[int]) -> dict[str, Told]:
    """Return how well a series keeps each preference that has something to say, by key."""
    told = {one.key: one.tell(question, therapist, starts) for one in PREFERENCES}
    return {key: found for key, found in told.items() if found is not None}
