"""The sentences of the pages in other languages than English, as `translations/` keeps them: read once by each process."""

from __future__ import annotations

from functools import lru_cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from scheduler.config import PROJECT_FOLDER

FOLDER = PROJECT_FOLDER / "translations"

SOURCE = "en"
"""The language that the sentences are written in; it has no catalogue."""


def files_of(language: str) -> list[Path]:
    """Return the catalogues of a language, each for a part of the house, by name."""
    return sorted((FOLDER / language).glob("*.po"))


def read_file(path: Path, language: str) -> Catalog:
    """Return one catalogue as it is written."""
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


@lru_cache(maxsize=8)
def sentences_in(language: str) -> NullTranslations:
    """Return how a language says the sentences; of several files all together. One that it lacks is said in English."""
    if language == SOURCE:
        return NullTranslations()
    whole = Catalog(locale=language)
    for path in files_of(language):
        for message in read_file(path, language):
            if message.id and not message.fuzzy:
                whole.add(message.id, message.string)
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)
