"""The gaps and windows of a series, for the independent check: the numbers are written down afresh, by hand."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tests.journeys.exported import DAY, HOUR, MINUTE, ZERO, Export, claimed, covers, instant


@dataclass(frozen=True)
class Recipe:
    """The numbers of one protocol, copied by hand from what the clinic asks for."""

    doses: int
    gap: tuple[timedelta, timedelta]
    most_in_seven_days: int
    longest_span: timedelta | None
    first_preparation: tuple[timedelta, timedelta]
    second_preparation: tuple[timedelta, timedelta]
    late_integrations: dict[str, tuple[str, timedelta, timedelta]]
    review: tuple[timedelta, timedelta]
    spacing: timedelta
    injection_hands_on: timedelta


RECIPES = {
    "iv_kap_induction_6": Recipe(
        doses=6,
        gap=(48 * HOUR, 5 * DAY),
        most_in_seven_days=3,
        longest_span=21 * DAY,
        first_preparation=(48 * HOUR, 30 * DAY),
        second_preparation=(24 * HOUR, 10 * DAY),
        late_integrations={"I7": ("D6", 4 * DAY, 10 * DAY)},
        review=(10 * DAY, 21 * DAY),
        spacing=48 * HOUR,
        injection_hands_on=15 * MINUTE,
    ),
    "im_kap_3": Recipe(
        doses=3,
        gap=(7 * DAY, 21 * DAY),
        most_in_seven_days=7,
        longest_span=None,
        first_preparation=(48 * HOUR, 30 * DAY),
        second_preparation=(24 * HOUR, 7 * DAY),
        late_integrations={f"I{n}b": (f"D{n}", 4 * DAY, 9 * DAY) for n in (1, 2, 3)},
        review=(7 * DAY, 21 * DAY),
        spacing=7 * DAY,
        injection_hands_on=5 * MINUTE,
    ),
}
APART = {"ORDER-1", "PREP-1", "SPACE-1", "SPACE-3", "INTEG-1", "INTEG-3", "FOLLOW-1"}
"""What may be broken between standing visits since one took longer than planned, as long as the inbox says so."""

Misplaced = tuple[Any, ...]
"""What is wrong in words, and the visits that it is about."""

INTEGRATION = (24 * HOUR, 72 * HOUR)
CALL = (24 * HOUR, 48 * HOUR)


def check_series(export: Export, series: dict[str, Any]) -> None:
    """A standing series is complete and keeps every gap and window."""
    recipe = RECIPES.get(series["protocol"])
    if recipe is None:
        return
    visits = [visit for visit in export.standing if visit["series"] == series["id"]]
    called_off = {v["step"] for v in export.document["appointments"] if v["series"] == series["id"]}
    steps = {visit["step"]: visit for visit in visits}
    extra = series.get("extra_steps", ())
    was_changed = bool(extra) or called_off != set(steps) or any(visit["version"] > 1 for visit in visits)
    if was_changed:
        recipe = with_waivable_limits_waived(recipe)
    optional = set(series.get("declined", ())) | (called_off - set(steps))
    for words in (
        *against_completeness(recipe, steps, optional),
        *(() if was_changed else against_therapists(export, visits)),
        *against_spacing(export, recipe, visits, series["patient"]),
    ):
        export.fault(f"series {series['id']}: {words}")
    for words, *pair in (
        *against_doses(recipe, steps, {step["before"] for step in extra}),
        *against_windows(recipe, steps),
        *against_further_visits(extra, steps),
    ):
        export.fault_unless_told(f"series {series['id']}: {words}", APART, *pair)


def with_waivable_limits_waived(recipe: Recipe) -> Recipe:
    """Return what is asked of a series that was changed: a prescriber may let doses and preparations lie further apart."""
    return replace(
        recipe,
        gap=(recipe.gap[0], 2 * recipe.gap[1]),
        longest_span=None,
        first_preparation=(recipe.first_preparation[0], 2 * recipe.first_preparation[1]),
        second_preparation=(recipe.second_preparation[0], 2 * recipe.second_preparation[1]),
    )


def against_completeness(recipe: Recipe, steps: dict[str, Any], optional: set[str]) -> Iterator[str]:
    """Yield every visit that is missing."""
    numbers = range(1, recipe.doses + 1)
    asked = {"P1", "P2", "R1", *recipe.late_integrations}
    asked |= {f"{letter}{n}" for letter in "DIC" for n in numbers}
    for step in sorted(asked - set(steps) - optional):
        yield f"{step} is missing"


def against_doses(recipe: Recipe, steps: dict[str, Any], prepared_anew: Set[str]) -> Iterator[Misplaced]:
    """Yield what is wrong with the distances between doses; after a long break one is prepared anew."""
    doses = [steps[f"D{n}"] for n in range(1, recipe.doses + 1) if f"D{n}" in steps]
    starts = [instant(steps[f"D{n}"]["start"]) for n in range(1, recipe.doses + 1) if f"D{n}" in steps]
    for number, (one, other) in enumerate(zip(starts, starts[1:], strict=False), start=1):
        is_next = (
            f"D{number}" in steps and f"D{number + 1}" in steps and f"D{number + 1}" not in prepared_anew
        )
        if other - one < recipe.gap[0] or (is_next and other - one > recipe.gap[1]):
            words = f"{other - one} from dose {number} to dose {number + 1}"
            yield words, doses[number - 1], doses[number]
    for start in starts:
        if sum(start <= other < start + 7 * DAY for other in starts) > recipe.most_in_seven_days:
            yield f"too many doses in the seven days from {start}", *doses
    if starts and recipe.longest_span is not None and starts[-1] - starts[0] > recipe.longest_span:
        yield f"{starts[-1] - starts[0]} from the first dose to the last", doses[0], doses[-1]


def against_windows(recipe: Recipe, steps: dict[str, Any]) -> Iterator[Misplaced]:
    """Yield every visit that stands outside its window; what follows a visit counts from when it was really over."""

    def since_end(before: str, after: str, least: timedelta, most: timedelta | None) -> Iterator[Misplaced]:
        if before in steps and after in steps:
            between = instant(steps[after]["start"]) - over_at(steps[before])
            if between < least or (most is not None and between > most):
                yield f"{after} starts {between} after {before} is over", steps[before], steps[after]

    for step, (least, most) in (("P1", recipe.first_preparation), ("P2", recipe.second_preparation)):
        yield from since_end(step, "D1", least, None)
        if (
            step in steps
            and "D1" in steps
            and instant(steps["D1"]["start"]) - instant(steps[step]["start"]) > most
        ):
            yield f"{step} is too long before D1", steps[step], steps["D1"]
    yield from since_end("P1", "P2", 24 * HOUR, None)
    for screening in ("S0", "S1"):
        yield from since_end(screening, "P1", ZERO, None)
    for n in range(1, recipe.doses + 1):
        yield from since_end(f"D{n}", f"I{n}", *INTEGRATION)
        yield from since_end(f"D{n}", f"C{n}", *CALL)
        yield from since_end(f"I{n}", f"D{n + 1}", ZERO, None)
        yield from since_end(f"C{n}", f"D{n + 1}", ZERO, None)
    for step, (dose, least, most) in recipe.late_integrations.items():
        yield from since_end(dose, step, least, most)
        if dose != f"D{recipe.doses}":
            yield from since_end(step, f"D{int(dose[1:]) + 1}", ZERO, None)
    yield from since_end(f"D{recipe.doses}", "R1", *recipe.review)


def against_further_visits(extra: list[dict[str, Any]], steps: dict[str, Any]) -> Iterator[Misplaced]:
    """Yield every further visit that comes too soon after the one before it, or is no integration."""
    for step in extra:
        if not step["after"]:
            yield from against_new_preparation(step, steps)
            continue
        if step["key"] in steps and steps[step["key"]]["kind"] != "integration":
            yield f"{step['key']} is {steps[step['key']]['kind']}", steps[step["key"]]
        if step["key"] in steps and step["after"] in steps:
            since = instant(steps[step["key"]]["start"]) - over_at(steps[step["after"]])
            if since < step["at_least_minutes"] * MINUTE:
                words = f"{step['key']} starts {since} after {step['after']} is over"
                yield words, steps[step["after"]], steps[step["key"]]


def against_new_preparation(step: dict[str, Any], steps: dict[str, Any]) -> Iterator[Misplaced]:
    """Yield a new preparation that is none, or does not come a day before its dose."""
    if step["key"] in steps and steps[step["key"]]["kind"] != "preparation":
        yield f"{step['key']} is {steps[step['key']]['kind']}", steps[step["key"]]
    if step["key"] in steps and step["before"] in steps:
        until = instant(steps[step["before"]]["start"]) - over_at(steps[step["key"]])
        if until < 24 * HOUR:
            words = f"{step['before']} starts {until} after {step['key']} is over"
            yield words, steps[step["key"]], steps[step["before"]]


def over_at(visit: dict[str, Any]) -> datetime:
    """Return when the patient left, or is to leave."""
    end = instant(visit["end"])
    return max(end, instant(visit["released_at"])) if visit["released_at"] else end


def against_therapists(export: Export, visits: list[dict[str, Any]]) -> Iterator[str]:
    """Yield when more than one therapist leads the series."""
    therapists = {
        claim["resource"]
        for visit in visits
        for claim in export.claims_of[visit["id"]]
        if claim["role"] == "therapist"
    }
    if len(therapists) != 1:
        yield f"{len(therapists)} therapists: {', '.join(sorted(therapists))}"


def against_spacing(
    export: Export, recipe: Recipe, visits: list[dict[str, Any]], patient: str
) -> Iterator[str]:
    """Yield every dose that does not keep other doses away for as long as it must."""
    for visit in visits:
        if visit["kind"] == "dosing":
            start = instant(visit["start"])
            held = claimed(export, visit, "spacing", resource=patient)
            if not covers(held, (start, start + recipe.spacing)):
                yield f"{visit['step']} does not hold the patient's spacing"
