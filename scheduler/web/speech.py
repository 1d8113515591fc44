"""In whose manner this page speaks, and its sentences in the language of that manner.

A sentence is written in English where it is used, as `said("…")`; a constant is marked there and said where it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar, cast, overload

from babel.support import LazyProxy
from flask import Flask, g, request
from markupsafe import Markup, escape

from scheduler.domain.manners import USUAL, Manner
from scheduler.web.catalogues import SOURCE, sentences_in

Key = TypeVar("Key")


def speak(manner: Manner) -> None:
    """Let this request be answered in a manner."""
    g.manner = manner


def speak_as_asked() -> None:
    """Let this request be answered in the language that the browser asks for: nobody is signed in who chose one."""
    languages = {one.language: one for one in (Manner.SPANISH, Manner.ENGLISH)}
    asked = request.accept_languages.best_match([USUAL.language, *languages], USUAL.language)
    speak(languages[asked])


def manner() -> Manner:
    """Return the manner of this request; the usual one where nobody said any, and outside of requests."""
    try:
        return cast(Manner, g.manner)
    except (AttributeError, RuntimeError):
        return USUAL


def said(sentence: str, **values: object) -> str:
    """Return a sentence in the reader's language, with its values put in: `said("Held by %(name)s", name=…)`.

    A per cent sign is written twice.
    """
    return sentences_in(manner().language).gettext(sentence) % values


def said_of_number(one: str, many: str, num: int, **values: object) -> str:
    """Return the sentence for a number in the reader's language: `said_of_number("%(num)s visit", "%(num)s visits", 2)`."""
    return sentences_in(manner().language).ngettext(one, many, num) % {"num": num, **values}


def mark(sentence: str) -> str:
    """Return a sentence as it is, marked as one to be translated where it is read."""
    return sentence


def later(sentence: str, **values: object) -> str:
    """Return what is said anew each time it is shown: for the labels and problems of forms, which are made once."""
    return cast(str, LazyProxy(said, sentence, enable_cache=False, **values))


class Spoken(Mapping[Key, str]):
    """Marked sentences by a key, each told in the reader's language whenever it is read."""

    def __init__(self, sentences: Mapping[Key, str]) -> None:
        self._sentences = sentences

    def __getitem__(self, key: Key) -> str:
        return said(self._sentences[key])

    def __iter__(self) -> Iterator[Key]:
        return iter(self._sentences)

    def __len__(self) -> int:
        return len(self._sentences)


class SpokenInOrder(Sequence[str]):
    """Marked sentences in an order, each told in the reader's language whenever it is read."""

    def __init__(self, *sentences: str) -> None:
        self._sentences = sentences

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...

    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return SpokenInOrder(*self._sentences[place])
        return said(self._sentences[place])

    def __len__(self) -> int:
        return len(self._sentences)


def in_english(text: str) -> str | Markup:
    """Return what is told in English in every language, marked as such on a page in another (WCAG 3.1.2)."""
    if manner().language == SOURCE or not text:
        return text
    return Markup('<span lang="en">%s</span>') % escape(text)


def teach_templates(app: Flask) -> None:
    """Let templates mark their sentences, and say in which language they are."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        lambda sentence: sentences_in(manner().language).gettext(sentence),
        lambda one, many, number: sentences_in(manner().language).ngettext(one, many, number),
        newstyle=True,
    )
    app.jinja_env.globals["spoken_language"] = lambda: manner().language
