"""Why no complete series fits: the visit at which the chain breaks, and what would make one possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.domain.clock import in_words
from scheduler.domain.diary import Diary
from scheduler.domain.people import Role
from scheduler.domain.treatment import Point, Step, Window
from scheduler.planner.network import Network, Stuck
from scheduler.planner.starts import FeasibleStarts, Scarcity


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why nothing fits. `code` is stable; `step` is the visit concerned, empty when it is the whole series.

    `why` tells numbers and clinic-local times, `mend` what would make a series possible (may be empty).
    """

    code: str
    why: str
    mend: str
    step: str = ""


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


def reasons_against(
    feasible: FeasibleStarts, network: Network, therapists: Sequence[str], wished: str | None
) -> tuple[Reason, ...]:
    """Return at least one reason: first where the chain breaks, then the concessions that would help, earliest first."""
    concessions = tuple(_concessions(feasible, network, therapists, wished))
    return (*_broken(feasible, network, therapists, wished), *(concessions or (_NO_CONCESSION,)))


def _broken(
    feasible: FeasibleStarts, network: Network, therapists: Sequence[str], wished: str | None
) -> Iterator[Reason]:
    if not therapists:
        yield _no_therapist(feasible.supply.diary, wished)
        return
    impossible = [
        step
        for step in feasible.protocol.steps
        if not any(feasible.of(step, therapist or None) for therapist in therapists)
    ]
    for step in impossible:
        yield _never_free(feasible, step, therapists)
    if not impossible:
        yield _chain_breaks(feasible, network, therapists)


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


def _never_free(feasible: FeasibleStarts, step: Step, therapists: Sequence[str]) -> Reason:
    zone = feasible.supply.diary.site.zone
    between = f"between {in_words(feasible.earliest, zone)} and {in_words(feasible.latest, zone)}"
    blame = [
        WORDS[scarcity]
        for scarcity in _relevant(step)
        if any(_ignoring(feasible, scarcity).of(step, therapist or None) for therapist in therapists)
    ]
    why = f"{step.key} ({step.title}) has no free start {between}"
    if blame:
        return Reason(
            "no_start",
            f"{why}: what stands in the way is {' or '.join(blame)}",
            "free some of it, or look later",
            step.key,
        )
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


def _chain_breaks(feasible: FeasibleStarts, network: Network, therapists: Sequence[str]) -> Reason:
    order = {key: index for index, key in enumerate(network.keys)}
    stuck = [found for t in therapists if isinstance(found := _solve(feasible, network, t), Stuck)]
    furthest = max(stuck, key=lambda found: (order[found.step], found.bound))
    grid, zone = feasible.supply.grid, feasible.supply.diary.site.zone
    step = feasible.protocol.step(furthest.step)
    why = (
        f"{step.key} ({step.title}) would have to start on {in_words(grid.at(furthest.bound), zone)} or later"
    )
    if furthest.arc and furthest.arc.window:
        why += f", because {_in_words(furthest.arc.window)}"
    why += f"; no start is left before {in_words(feasible.latest, zone)}"
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


def _concessions(
    feasible: FeasibleStarts, network: Network, therapists: Sequence[str], wished: str | None
) -> Iterator[Reason]:
    zone = feasible.supply.diary.site.zone
    found: list[tuple[datetime, Reason]] = []
    for code, what, tried, whom in _attempts(feasible, therapists, wished):
        finish = min((f for t in whom if (f := _finish(tried, network, t)) is not None), default=None)
        if finish is not None:
            mend = f"{what} a series could be complete on {in_words(finish, zone)}"
            found.append((finish, Reason(code, "a complete series would be possible", mend)))
    for _, reason in sorted(found, key=lambda pair: (pair[0], pair[1].code)):
        yield reason


def _attempts(
    feasible: FeasibleStarts, therapists: Sequence[str], wished: str | None
) -> Iterator[tuple[str, str, FeasibleStarts, Sequence[str]]]:
    if wished is not None:
        others = [person.id for person in feasible.supply.diary.having(Role.THERAPIST)]
        yield "another_therapist", "with another therapist", feasible, others
    end = feasible.supply.diary.horizon.end - _EDGE
    if end > feasible.latest:
        yield "later_last_day", "with a later last day", replace(feasible, latest=end), therapists
    for scarcity in Scarcity:
        yield (
            f"without_{scarcity}",
            f"if {WORDS[scarcity]} were no obstacle",
            _ignoring(feasible, scarcity),
            therapists,
        )


def _ignoring(feasible: FeasibleStarts, scarcity: Scarcity) -> FeasibleStarts:
    return replace(feasible, ignoring=frozenset({*feasible.ignoring, scarcity}))


def _solve(feasible: FeasibleStarts, network: Network, therapist: str) -> dict[str, int] | Stuck:
    starts = {step.key: feasible.of(step, therapist or None) for step in feasible.protocol.steps}
    return network.least(starts)


def _finish(feasible: FeasibleStarts, network: Network, therapist: str) -> datetime | None:
    found = _solve(feasible, network, therapist)
    if isinstance(found, Stuck):
        return None
    return max(feasible.supply.grid.at(found[step.key]) + step.length for step in feasible.protocol.steps)
