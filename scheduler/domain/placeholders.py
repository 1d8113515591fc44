"""Words with places to be filled in, such as {visits}: a closed set of names and nothing that could be executed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from re import NOFLAG
from string import Template


class Wording(Template):
    """A text in which {name} stands for what is filled in; {{ is a brace of the text itself."""

    delimiter = "{"
    # The groups are those that the library asks for; a place is always named in braces, so there is no other form.
    # A text, which the library compiles (typeshed knows what it is afterwards).
    pattern = r"\{(?:(?P<escaped>\{)|(?P<named>[a-z_]+)\}|(?P<braced>(?!))|(?P<invalid>))"  # type: ignore[assignment]
    flags = NOFLAG  # small letters alone, so that what is written otherwise is told as a fault


def filled(text: str, places: Mapping[str, str]) -> str:
    """Return a text with every place filled in. Raises `KeyError` for a place that has no value, `ValueError` for none."""
    return Wording(text).substitute(places)


def names_in(text: str) -> tuple[str, ...]:
    """Return the names of the places in a text, each once, in order."""
    return tuple(Wording(text).get_identifiers())


def with_something_to_say(paragraphs: Iterator[str], places: Mapping[str, str]) -> Iterator[str]:
    """Yield the paragraphs, not filled in, of which no place is empty: a sentence about a missing number says nothing."""
    for paragraph in paragraphs:
        if all(places[name] for name in names_in(paragraph)):
            yield paragraph
