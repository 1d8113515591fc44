"""What the page behind the link in a message says of a visit: none of it tells what it is about, or whose it is."""

from __future__ import annotations

from markupsafe import Markup

from scheduler.domain.answers import Answer
from scheduler.domain.placeholders import filled
from scheduler.reminders.answer_links import AskedVisit
from scheduler.reminders.contents import line_of
from scheduler.reminders.words.language import PageWords


def on_file(one: AskedVisit, words: PageWords) -> str:
    """Return what is on file about a visit that may be answered, empty where there is nothing."""
    if not one.is_open:
        return ""
    given, coming = one.answer, words.said[Answer.ACCEPTED]
    if given is None or (given.answer is Answer.ACCEPTED and not one.is_confirmed):
        return coming if one.is_confirmed else ""
    return words.seen_to[given.answer] if given.settled_at is not None else words.said[given.answer]


def buttons_for(one: AskedVisit, words: PageWords) -> tuple[tuple[str, str], ...]:
    """Return the answers that are offered about a visit, as value and words: all but what is on file, if it is open."""
    by_phone = line_of(one.visit, one.start).by_phone
    return tuple(
        (value.value, words.take_the_call if by_phone and value is Answer.ACCEPTED else button)
        for value, button in words.buttons.items()
        if one.is_open and not _is_on_file(one, value)
    )


def _is_on_file(one: AskedVisit, answer: Answer) -> bool:
    if one.answer is None:
        return answer is Answer.ACCEPTED and one.is_confirmed
    return one.answer.answer is answer and (one.answer.waits or one.is_confirmed)


def asking_to_call(sentence: str, phone: str, words: PageWords) -> Markup:
    """Return a sentence that asks to call, with the number to press where there is one."""
    if not phone:
        return Markup.escape(filled(sentence, {"call": words.call_us}))
    number = Markup('<a class="nowrap" href="tel:{}">{}</a>').format(phone.replace(" ", ""), phone)
    return Markup.escape(sentence).format(call=Markup.escape(words.call_number).format(phone=number))
