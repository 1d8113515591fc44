"""Which words a message has: those that its site chose, else the built-in ones of its language."""

from __future__ import annotations

from scheduler.domain.message_words import ChosenWords, MessageForm, MessageWords, Place, words_at
from scheduler.reminders.policy import MessageKind
from scheduler.reminders.words.language import Language, MailWords
from scheduler.reminders.words.spoken import LANGUAGES


def mail_words(language: Language, kind: MessageKind, chosen: MessageWords) -> MailWords:
    """Return subject and body of a mail."""
    own = words_at(chosen, Place(language.code, MessageForm.MAIL, kind.value))
    return language.mails[kind] if own is None else MailWords(own.subject, own.body)


def text_words(language: Language, kind: MessageKind, chosen: MessageWords) -> str:
    """Return the lines of a text."""
    own = words_at(chosen, Place(language.code, MessageForm.TEXT, kind.value))
    return language.texts[kind] if own is None else own.body


def built_in(place: Place) -> ChosenWords:
    """Return the built-in words of a place. Raises `KeyError` for a language or kind that has none."""
    language, kind = LANGUAGES[place.language], MessageKind(place.kind)
    if place.form is MessageForm.TEXT:
        return ChosenWords(language.texts[kind])
    return ChosenWords(language.mails[kind].body, language.mails[kind].subject)
