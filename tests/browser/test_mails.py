"""What a mail looks like in a real browser: on a small screen, in the dark, with a long link, in each language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.reminders.messages import Letter, MovedLine, VisitLine, compose
from scheduler.reminders.policy import MessageKind
from scheduler.reminders.words.spoken import LANGUAGES
from tests.browser.person import Person, Screen

pytestmark = pytest.mark.browser

SCREENS = [Screen(320), Screen(320, dark=True), Screen(600), Screen(600, dark=True)]
UNASKED = ("page-has-heading-one",)
"""What is asked of pages alone: the heading of a mail is its subject, which the program shows above it."""

FIRST = datetime(2026, 12, 3, 17, tzinfo=UTC)


def visit(number: int) -> VisitLine:
    """Return one of the visits of a long series; every fifth is a call."""
    return VisitLine(
        FIRST + timedelta(days=3 * number, minutes=45 * number), "America/Denver", number % 5 == 4
    )


REMINDER = Letter(
    reference="example",
    kind=MessageKind.ONE_DAY,
    recipient="robin@example.org",
    public_name="Maple House",
    phone="+1 303 555 0100",
    address="1 Example Avenue, Denver, Colorado 80202",
    visits=(visit(0),),
    link="https://appointments.a-long-name-of-a-neutral-house.example.org/a/7Qk3vX0cJw2mZr9T",
)
MAILS: Mapping[str, Letter] = {
    "series": replace(REMINDER, kind=MessageKind.CONFIRMATION, visits=tuple(map(visit, range(15)))),
    "reminder": REMINDER,
    "preparation": replace(REMINDER, kind=MessageKind.PREPARATION),
    "change": replace(
        REMINDER,
        kind=MessageKind.CHANGE,
        visits=(visit(9),),
        moved=(MovedLine(visit(1), visit(2)), MovedLine(visit(3), visit(5))),
        called_off=(visit(6),),
    ),
}


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_mail_fits_its_screen_and_shuts_nobody_out(
    person: Callable[[Screen], Person], screen: Screen
) -> None:
    one = person(screen)
    for language in LANGUAGES:
        for name, letter in MAILS.items():
            message = compose(replace(letter, language=language), "office@example.org", FIRST)
            html = message.get_body(("html",))
            assert html is not None
            one.page.set_content(html.get_content())
            one.look(f"mail-{name}-{language}", UNASKED)
