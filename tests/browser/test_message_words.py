"""The page on which a clinic chooses the words of its messages, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person, Screen

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(390, dark=True), Screen(390, scripts=False)]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_an_administrator_words_a_mail_and_sees_it_before_anybody_gets_it(
    person: Callable[[Screen], Person], screen: Screen
) -> None:
    one = person(screen)
    one.come_in("admin")
    one.go("/places")
    page = one.page
    page.get_by_role("link", name="Words of messages").click()
    one.look("message-words")
    page.get_by_role("link", name="Second reminder, E-mail, Spanish: built-in words").click()
    words = page.get_by_label("Words", exact=True)
    mail = page.frame_locator("iframe.mail")
    expect(mail.get_by_text("Le recordamos su cita en Maple House:")).to_be_visible()
    words.fill(words.input_value().replace("Hola:", "Hola a todos:"))
    if not screen.scripts:
        page.get_by_role("button", name="Preview").click()
    expect(mail.get_by_text("Hola a todos:")).to_be_visible()
    one.look("message-words-of-a-mail")
    words.fill(words.input_value().replace("{visits}", "su infusión"))
    if screen.scripts:
        expect(page.get_by_role("status")).to_have_text("2 things to mend first.")
    page.get_by_role("button", name="Save the words").click()
    expect(page.locator(".error-summary")).to_contain_text(
        "'infusion' may tell what the appointment is about"
    )
    expect(page.locator(".error-summary")).to_contain_text("{visits} is missing")
    one.look("message-words-refused")
    words.fill(words.input_value().replace("su infusión", "{visits}"))
    page.get_by_role("button", name="Save the words").click()
    expect(page.get_by_text("Saved. Messages say it from now on")).to_be_visible()
    page.get_by_role("button", name="Back to the built-in words").click()
    expect(page.get_by_text("The built-in words hold from now on")).to_be_visible()


@pytest.mark.parametrize("screen", [Screen(1280), Screen(390)], ids=lambda screen: screen.name)
def test_a_text_is_counted_while_it_is_written(person: Callable[[Screen], Person], screen: Screen) -> None:
    one = person(screen)
    one.come_in("admin")
    one.go("/site/message-words/en/text/one_day")
    page = one.page
    told = page.get_by_role("status")
    expect(told).to_have_text(re.compile(r"^1 segment about one visit, \d+ letters as shown here\.$"))
    words = page.get_by_label("Words", exact=True)
    words.fill(words.input_value() + "\nWe look forward to seeing you")
    expect(told).to_have_text(re.compile(r"^2 segments about one visit, \d+ letters as shown here\.$"))
    one.look("message-words-of-a-text")
