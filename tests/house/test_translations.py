"""Every sentence of the staff's pages is marked, and said in every language: with the same values, and nothing left over."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from jinja2 import Environment

from scheduler.booking.sign_in import NOT_RECOGNISED, TOO_MANY
from scheduler.web.catalogues import files_of, read_file
from scheduler.web.sign_in_routes import REFUSALS
from tests.house.building import ROOT
from tools.words import LANGUAGES, Message, key_of, marked

UNMARKED: frozenset[str] = frozenset()
"""Pages that still speak English alone: none."""

OF_PATIENTS = ("own_", "link")
"""Pages of patients: the words of messages speak their language (scheduler/reminders/words)."""

PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
WORDS = re.compile(r"[^\W\d_]{2,}")
SAID = ("aria-label", "title", "placeholder", "alt")
OWN_NAMES = {"Trellis", "– Trellis", "-hint -error"}
"""What is called the same in every language, and the ends of ids that a macro puts together."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_once_and_none_is_left_over(language: str) -> None:
    kept: list[Message] = []
    for path in files_of(language):
        catalogue = read_file(path, language)
        assert not catalogue.obsolete, f"{path.name} keeps what is said no more: make words"
        for message in catalogue:
            if message.id:
                strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
                assert all(strings), f"{path.name}: not translated: {message.id}"
                assert not message.fuzzy, f"{path.name}: not certain: {message.id}"
                kept.append(key_of(message.id))
    wanted = marked()
    assert not [one for one in wanted if one not in kept], "not translated: make words"
    assert not [one for one in kept if one not in wanted], "said no more: make words"
    assert not [one for one in set(kept) if kept.count(one) > 1], "translated twice: make words"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_same_values(language: str) -> None:
    for path in files_of(language):
        for message in read_file(path, language):
            if not message.id:
                continue
            ids, strings = (
                [one] if isinstance(one, str) else list(one or ()) for one in (message.id, message.string)
            )
            for id, string in zip(ids, strings, strict=True):
                assert _values(id) == _values(string), (path.name, id)
                assert string.strip() == string or id.strip() != id, (path.name, id)


def test_pages_that_are_marked_have_no_bare_words() -> None:
    templates = {path.name: path.read_text() for path in sorted((ROOT / "templates").glob("*.html"))}
    assert templates.keys() >= UNMARKED, "a page that is gone need not be marked"
    bare = {
        name: found
        for name, text in templates.items()
        if not name.startswith(OF_PATIENTS) and (found := _bare_words(text))
    }
    assert not bare.keys() - UNMARKED, {name: bare[name] for name in bare.keys() - UNMARKED}
    assert not UNMARKED - bare.keys(), f"these are marked now: {sorted(UNMARKED - bare.keys())}"


def test_what_the_sign_in_says_is_marked_as_it_is_said() -> None:
    assert REFUSALS == (NOT_RECOGNISED, TOO_MANY)


def test_bare_words_are_found_wherever_they_are_read() -> None:
    assert _bare_words('<p aria-label="Lanes">{{ _("Day") }} {% trans %}Week{% endtrans %}</p>') == ["Lanes"]
    assert _bare_words("<p>{{ name }}, closed</p>") == [", closed"]
    assert _bare_words('{{ form.field(one, "from that day") }}{{ _("Day %(n)s", n="a b c") }}') == [
        "from that day"
    ]
    assert not _bare_words('<p class="soft small" id="x">{{ "soft" }}{# Not read #} – 3</p>')


def _values(text: str) -> list[str]:
    return sorted("".join(one) for one in PLACEHOLDER.findall(text))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        if WORDS.search(data) and data.strip() not in OWN_NAMES:
            self.found.append(data.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in SAID and value and WORDS.search(value)]


def _bare_words(template: str) -> list[str]:
    """Return the words of a template that are not marked: in its text, its attributes, and what its expressions hold."""
    text, found, before, within, in_sentence = [], [], "", 0, False
    for _, kind, value in Environment(autoescape=True).lex(template):
        if kind == "data" and not in_sentence:
            text.append(value)
        elif kind == "name" and value in ("trans", "endtrans") and before.startswith("{%"):
            in_sentence = value == "trans"
        elif kind == "operator":
            # What stands within the call of a marking function is marked, or a value of it.
            if value == "(":
                within += 1 if within or before in ("_", "ngettext") else 0
            elif value == ")" and within:
                within -= 1
        elif (
            kind == "string" and not within and re.search(r"\w{2,} \w{2,}", value) and "url_for" not in before
        ):
            found.append(value.strip("\"'"))
        if kind not in ("whitespace",):
            before = value
    reader = _Reader()
    reader.feed("".join(text))
    reader.close()
    return reader.found + found
