"""The page behind the link in a message, in a real browser: on a phone, in the dark, without scripts, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from scheduler.domain.answers import Answer
from scheduler.domain.clock import local_day
from scheduler.reminders.answer_links import AnswerByLink, answer_by_link, open_link
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.policy import POLICY
from scheduler.store import clinic
from scheduler.store.work import unit_of_work
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.reminders.changing import body
from tests.reminders.recording import RecordingChannel
from tests.web.small_clinic import NOW, ZONE

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(320), Screen(390, dark=True), Screen(390, scripts=False)]


def links_sent(served: Served) -> list[str]:
    """Send what is due, and return where each message's link leads, the one with most appointments first."""
    channel = RecordingChannel()
    with served.app.app_context():
        dispatch(NOW + POLICY.undo_delay, channel, public_url=served.address)
    messages = sorted((body(message) for message in channel.sent), key=len, reverse=True)
    return [found for text in messages for found in re.findall(r"/a/[A-Za-z0-9_-]{16}", text)]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_somebody_answers_a_message_at_their_own_screen(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    several = links_sent(served)[0]
    one = person(screen)
    page = one.page
    one.go(several)
    expect(page).to_have_title("Your appointments")
    one.look("link-asked")
    first, second, third = (page.get_by_role("listitem").nth(number) for number in range(3))
    first.get_by_role("button", name="I will come").click()
    expect(first).to_contain_text("We have noted that this time suits you.")
    second.get_by_role("button", name="Please call me").focus()
    page.keyboard.press("Enter")
    expect(second).to_contain_text("You asked us to call you, and we will.")
    third.get_by_role("button", name="I need another time").click()
    expect(third).to_contain_text("until then the appointment stands")
    one.look("link-answered")
    page.get_by_role("button", name="All these times suit me").click()
    expect(page.get_by_text("We have noted that this time suits you.")).to_have_count(
        page.get_by_role("listitem").count()
    )
    assert not page.context.cookies()
    one.go("/a/xxxxxxxxxxxxxxxx")
    expect(page.get_by_role("heading", name="This link is of no use")).to_be_visible()
    one.look("link-of-no-use")


@pytest.mark.parametrize(
    "screen", [Screen(320), Screen(390, dark=True), Screen(1280)], ids=lambda screen: screen.name
)
def test_whoever_reads_spanish_answers_in_spanish(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    with served.app.app_context(), unit_of_work():
        for patient in clinic.patients(clinic.sites()[0].id):
            clinic.note_language(patient.id, "es")
    several = links_sent(served)[0]
    one = person(screen)
    page = one.page
    one.go(several)
    expect(page).to_have_title("Sus citas")
    first = page.get_by_role("listitem").first
    first.get_by_role("button", name="Necesito otro horario").click()
    expect(first).to_contain_text("Nos ha dicho que necesita otro horario. Le llamaremos")
    page.get_by_role("button", name="Todos estos horarios me convienen").click()
    expect(first).to_contain_text("Hemos anotado que este horario le conviene.")
    one.look("link-in-spanish")


@pytest.mark.parametrize("screen", [Screen(1280), Screen(390)], ids=lambda screen: screen.name)
def test_the_front_desk_sees_who_confirmed_whom_to_call_and_who_is_missing(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    secret = links_sent(served)[0].removeprefix("/a/")
    with served.app.app_context():
        first, second, *_ = open_link(secret, served.clock).visits
        for one, answer in ((first, Answer.ACCEPTED), (second, Answer.CALL_WANTED)):
            answer_by_link(AnswerByLink(secret, answer, one.visit.appointment), served.clock)
    desk = person(screen)
    desk.come_in("desk")
    by_link = "by the patient, by the link in a message"
    for address, name, said in (
        (f"/visits/{first.visit.appointment}", "visit-confirmed-by-link", by_link),
        (f"/series/{first.visit.series}", "series-confirmed-by-link", by_link),
        (f"/day/{local_day(first.start, ZONE)}", "day-confirmed-by-link", by_link),
        ("/conflicts", "patients-to-call", "The patient asks to be called"),
        ("/unconfirmed", "unconfirmed", "Not confirmed"),
    ):
        desk.go(address)
        assert said in desk.page.content()
        desk.look(name)
