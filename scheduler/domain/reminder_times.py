"""When a site lets messages leave, and asks after patients: each number with its unit, range, usual value and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from scheduler.domain.errors import InvalidValue
from scheduler.domain.telling import told


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number that a clinic may choose, from `least` to `most`, both included, in whole units."""

    name: str
    title: str
    unit: str
    least: int
    most: int
    usual: int
    why: str


QUANTITIES: tuple[Quantity, ...] = (
    Quantity(
        "preparation_days",
        told("Note before a dosing visit that there is something to read and do"),
        told("days before"),
        3,
        14,
        7,
        told("Time to ask about medicines, fasting and the way home; the clinic's own judgement"),
    ),
    Quantity(
        "first_days",
        told("First reminder"),
        told("days before"),
        2,
        5,
        3,
        told(
            "Randomised trial with 54,066 patients: 4.4 % missed with 3 days and 1 day, 5.8 and 5.3 % with one alone"
        ),
    ),
    Quantity(
        "hour",
        told("Reminders leave from"),
        told("o'clock"),
        8,
        17,
        10,
        told("Reminders of the same trial were sent between 10:00 and 18:00"),
    ),
    Quantity(
        "notice_hours",
        told("Second reminder, at the latest before eating must end"),
        told("hours before"),
        2,
        24,
        6,
        told("Fasting instructions must come early enough to act on"),
    ),
    Quantity(
        "same_day_hours",
        told("Reminder on the day of a dosing visit"),
        told("hours before; 0 for none"),
        0,
        4,
        0,
        told("A third message is a vendors' claim, so none is sent unless the clinic wants it"),
    ),
    Quantity(
        "quiet_from",
        told("Quiet hours begin"),
        told("o'clock"),
        18,
        22,
        21,
        told("21:00 by federal rules about texts; some states are narrower, Oklahoma begins at 20:00"),
    ),
    Quantity(
        "quiet_until",
        told("Quiet hours end"),
        told("o'clock"),
        7,
        10,
        8,
        told("8:00 by federal rules about texts"),
    ),
    Quantity(
        "rest_hours",
        told("No reminder of an integration visit after a dosing visit for"),
        told("hours"),
        0,
        24,
        6,
        told("Quiet after a dose; the clinic's own judgement"),
    ),
    Quantity(
        "follow_up_from",
        told("A nurse or therapist asks how the patient is, from"),
        told("hours after a dosing visit"),
        12,
        48,
        24,
        told(
            "A check-in a day or two after a dose is in safety protocols of clinics; the clinic's own judgement"
        ),
    ),
    Quantity(
        "follow_up_until",
        told("A nurse or therapist asks how the patient is, at the latest"),
        told("hours after a dosing visit"),
        24,
        96,
        48,
        told("The same"),
    ),
)


EARLIEST_DAYS = max(one.most for one in QUANTITIES if one.unit == "days before")
"""No reminder is due more calendar days before its visit, whatever a site chooses."""


@dataclass(frozen=True, slots=True)
class ReminderTimes:
    """The numbers of one site, by the names of `QUANTITIES`. Raises `InvalidValue` outside of a range."""

    preparation_days: int = 7
    first_days: int = 3
    hour: int = 10
    notice_hours: int = 6
    same_day_hours: int = 0
    quiet_from: int = 21
    quiet_until: int = 8
    rest_hours: int = 6
    follow_up_from: int = 24
    follow_up_until: int = 48

    def __post_init__(self) -> None:
        wrong = next(faults_of(self.plain()), None)
        if wrong is not None:
            raise InvalidValue(wrong[1])

    def plain(self) -> dict[str, int]:
        """Return the numbers by name."""
        return {one.name: int(getattr(self, one.name)) for one in fields(self)}

    def chosen(self) -> dict[str, int]:
        """Return the numbers that differ from the usual ones, as they are kept and written."""
        return {name: value for name, value in self.plain().items() if value != getattr(USUAL_TIMES, name)}


def faults_of(plain: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with numbers, each with the name of the one that is to be changed."""
    for one in QUANTITIES:
        if not one.least <= plain[one.name] <= one.most:
            yield (
                one.name,
                told(
                    "%(quantity)s: %(value)s is outside of %(least)s to %(most)s %(unit)s",
                    quantity=one.title.lower(),
                    value=plain[one.name],
                    least=one.least,
                    most=one.most,
                    unit=one.unit,
                ),
            )
    if plain["first_days"] >= plain["preparation_days"]:
        yield (
            "preparation_days",
            told(
                "the note %(note)s days before must come earlier than the first reminder, %(first)s days before",
                note=plain["preparation_days"],
                first=plain["first_days"],
            ),
        )
    if plain["follow_up_from"] >= plain["follow_up_until"]:
        yield (
            "follow_up_until",
            told(
                "%(until)s hours after a dosing visit must be later than %(from)s hours, "
                "from which on the patient is asked",
                **{"until": plain["follow_up_until"], "from": plain["follow_up_from"]},
            ),
        )
    if not plain["quiet_until"] <= plain["hour"] < plain["quiet_from"]:
        yield (
            "hour",
            told(
                "reminders cannot leave at %(hour)s:00, which is within the quiet hours", hour=plain["hour"]
            ),
        )


USUAL_TIMES = ReminderTimes()


def times_from(chosen: Mapping[str, int] | None) -> ReminderTimes:
    """Return the numbers of a site that chose these, the usual ones for `None`. Raises `InvalidValue`."""
    return USUAL_TIMES if not chosen else ReminderTimes(**chosen)
