"""What a site has chosen for itself, by name: its numbers with unit, range and source, and how two states of it differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from scheduler.domain.errors import InvalidValue
from scheduler.domain.facts import Facts
from scheduler.domain.interval import Interval
from scheduler.domain.places import NoticeAsked, Site
from scheduler.domain.reminder_times import Quantity
from scheduler.domain.telling import told

_AN_HOUR = timedelta(hours=1)

NUMBERS: tuple[Quantity, ...] = (
    Quantity(
        "notice_dosing_hours",
        told("A dosing visit is called off in time until"),
        told("hours before"),
        0,
        168,
        48,
        told(
            "Clinics ask for 24 to 72 hours, some for 48 before a long visit; later counts as late and stops nothing"
        ),
    ),
    Quantity(
        "notice_other_hours",
        told("Any other visit is called off in time until"),
        told("hours before"),
        0,
        168,
        24,
        told("24 hours are common among clinics; later counts as late and stops nothing"),
    ),
    Quantity(
        "no_decisions_hours",
        told("After a dose nothing of weight is agreed on for"),
        told("hours"),
        12,
        48,
        24,
        told("Discharge instructions of clinics name 24 hours; a consent of that time does not count"),
    ),
    Quantity(
        "dormant_days",
        told("A break is long, and a series with nothing ahead dormant, after more than"),
        told("days since the last dose"),
        30,
        180,
        84,
        told("After more than twelve weeks clinics want to see a patient again before the next dose"),
    ),
)


def numbers_of(site: Site) -> dict[str, int]:
    """Return the numbers of a site by name, in the units of the table."""
    return {
        "notice_dosing_hours": site.notice.dosing // _AN_HOUR,
        "notice_other_hours": site.notice.other // _AN_HOUR,
        "no_decisions_hours": site.no_decisions // _AN_HOUR,
        "dormant_days": site.dormant_days,
    }


def with_numbers(site: Site, numbers: Mapping[str, int]) -> Site:
    """Return the site with these numbers, all of the table. Raises `InvalidValue` for one that is out of its range."""
    for one in NUMBERS:
        if not one.least <= numbers[one.name] <= one.most:
            raise InvalidValue(
                f"{one.name} must be from {one.least} to {one.most}, and {numbers[one.name]} is not"
            )
    notice = NoticeAsked(numbers["notice_dosing_hours"] * _AN_HOUR, numbers["notice_other_hours"] * _AN_HOUR)
    return replace(
        site,
        notice=notice,
        no_decisions=numbers["no_decisions_hours"] * _AN_HOUR,
        dormant_days=numbers["dormant_days"],
    )


@dataclass(frozen=True, slots=True)
class NumbersChosen:
    """A site keeps to these numbers, by the names of the table, each with its value."""

    site: str
    numbers: tuple[tuple[str, int], ...]
    word = "numbers_chosen"

    @property
    def subject(self) -> tuple[str, str]:
        """The site."""
        return "site", self.site

    def during(self, zone: str) -> Interval | None:
        """Return `None`: they count at any time."""
        return None

    def made_to(self, facts: Facts) -> Facts:
        """Return the facts with the numbers."""
        return replace(facts, site=with_numbers(facts.site, dict(self.numbers)))


def settings_of(site: Site) -> dict[str, object]:
    """Return everything that a site has chosen, as plain values by name; a text that it has none for is left out."""
    return {
        **numbers_of(site),
        **site.reminder_times.plain(),
        **{f"calendar_words.{name}": value for name, value in site.calendar_words.plain().items()},
        "language": site.language,
        "holiday_region": site.holiday_region,
        "urgent_help": ", ".join(
            " / ".join((one.name, *(name for _, name in one.in_languages))) + f" {one.phone}"
            for one in site.urgent_help
        ),
        **{
            f"message_words.{place.language}.{place.form.value}.{place.kind}": "\n".join(
                filter(None, (words.subject, words.body))
            )
            for place, words in site.message_words
        },
    }


def differences(before: Site, after: Site) -> dict[str, list[object]]:
    """Return what was and what is of each setting that differs, by name; an empty text where there was none."""
    return dict(_differing(settings_of(before), settings_of(after)))


def _differing(was: Mapping[str, object], now_is: Mapping[str, object]) -> Iterator[tuple[str, list[object]]]:
    for name in {**was, **now_is}:
        if was.get(name, "") != now_is.get(name, ""):
            yield name, [was.get(name, ""), now_is.get(name, "")]
