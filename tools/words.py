"""Finds the sentences that pages mark for translation, and renews the catalogues: `make words`, or `python -m tools.words`.

What a catalogue lacks is put into `to_translate.po` beside it, to be translated and kept there or in the file it fits.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from itertools import takewhile
from pathlib import Path
from typing import Any, TypeAlias, cast

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po
from jinja2 import Environment, nodes
from jinja2.ext import babel_extract

from scheduler.config import PROJECT_FOLDER
from scheduler.rules.catalogue import CATALOGUE, Family
from scheduler.rules.sources import Standing
from scheduler.web.catalogues import FOLDER, files_of, read_file

Message: TypeAlias = Any
"""A sentence, or that of one and that of many."""

LANGUAGES = ("es",)
NEW = "to_translate.po"

_PYTHON = {
    "said": None,
    "said_of_number": (1, 2),
    "mark": None,
    "later": None,
}
_PURE = {"told": None, "told_of_number": (1, 2)}
_ROOMS = {
    "web": _PYTHON,
    "insights": _PURE,
    "domain": _PURE,
    "rules": _PURE,
    "planner": _PURE,
    "booking": _PURE,
}
"""Where sentences for pages are written, and how: those of pure rooms remember how they were made."""
_COUNT_WORDS = re.compile(r'count_words\([^"]*?, "([^"]+)"(?:, "([^"]+)")?\)')
_TEMPLATES: dict[str, object] = {"_": None, "gettext": None, "ngettext": (1, 2)}


def marked() -> dict[Message, str]:
    """Return every sentence that is marked in the pages and their Python, with the file it was found in first."""
    found: dict[Message, str] = {}
    for path in sorted((PROJECT_FOLDER / "templates").glob("*.html")):
        for message in _of_template(path):
            found.setdefault(message, f"templates/{path.name}")
    for room, functions in _ROOMS.items():
        for path in sorted((PROJECT_FOLDER / "scheduler" / room).glob("*.py")):
            for message in _of_python(path, functions):
                found.setdefault(message, f"scheduler/{room}/{path.name}")
    for sentence in _of_rules():
        found.setdefault(sentence, "scheduler/rules/catalogue.py")
    return found


def _of_rules() -> Iterator[str]:
    """Yield what the catalogue of rules says of each, which is written once for its documents and for the pages."""
    yield from (family.value for family in Family)
    for rule in CATALOGUE:
        yield rule.title
        yield from rule.paragraphs
    yield from (standing.value for standing in Standing)


def counted(one: str, many: str = "") -> Message:
    """Return the sentences by which `count_words` and the filter `counted` tell a number of something."""
    return f"%(num)s {one}", f"%(num)s {many or one + 's'}"


def renew(language: str) -> tuple[int, int]:
    """Take out what is marked no more or stands twice, and note what is not translated; return how many of each."""
    wanted, kept, gone = marked(), set[Message](), 0
    for path in files_of(language):
        catalogue = read_file(path, language)
        catalogue.obsolete.clear()
        for message in list(catalogue):
            if not message.id:
                continue
            if key_of(message.id) not in wanted or key_of(message.id) in kept:
                catalogue.delete(message.id)
                gone += 1
            kept.add(key_of(message.id))
        _write(path, catalogue)
    missing = [message for message in wanted if message not in kept]
    if missing:
        path = FOLDER / language / NEW
        catalogue = read_file(path, language) if path.exists() else Catalog(locale=language)
        for message in missing:
            catalogue.add(message, locations=[(wanted[message], 0)])
        _write(path, catalogue)
    return gone, len(missing)


def key_of(id: object) -> Message:
    """Return a catalogue's id as `marked` has it."""
    return str(id) if isinstance(id, str) else tuple(cast(Any, id))


def _of_template(path: Path) -> Iterator[Message]:
    with path.open("rb") as file:
        options = {"trimmed": "true", "newstyle_gettext": "true", "encoding": "utf-8"}
        for _, function, found, _ in cast(Any, babel_extract(file, list(_TEMPLATES), (), options)):
            yield (
                (found[0], found[1])
                if function == "ngettext"
                else str(found if isinstance(found, str) else found[0])
            )
    tree = Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(path.read_text())
    for one in tree.find_all(nodes.Filter):
        if one.name == "counted":
            words = [arg.value for arg in one.args if isinstance(arg, nodes.Const)]
            if words:
                yield counted(*words)


def _of_python(path: Path, functions: dict[str, Any]) -> Iterator[Message]:
    for _, found, _, _ in cast(Any, extract_from_file("python", path, keywords=functions)):
        yield found if isinstance(found, str) else (found[0], found[1])
    for match in _COUNT_WORDS.finditer(path.read_text()):
        yield counted(match[1], match[2] or "")


def _write(path: Path, catalogue: Catalog) -> None:
    written = BytesIO()
    write_po(written, catalogue, width=110, no_location=path.name != NEW, omit_header=True, sort_output=True)
    head = "".join(f"# {line}".rstrip() + "\n" for line in _comment_of(path))
    path.write_text(f"{head}{_head(catalogue)}\n{written.getvalue().decode()}")


def _comment_of(path: Path) -> list[str]:
    """Return what is written above a catalogue: the glossary, and what it is for."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [line[1:].removeprefix(" ") for line in takewhile(lambda line: line.startswith("#"), lines)]


def _head(catalogue: Catalog) -> str:
    """Return what programs need to know of a catalogue, without the day on which it was written."""
    told = (
        f"Language: {catalogue.locale}",
        f"Plural-Forms: {catalogue.plural_forms};".replace(";;", ";"),
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    )
    return 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in told)


if __name__ == "__main__":
    for language in LANGUAGES:
        gone, missing = renew(language)
        sys.stdout.write(
            f"{language}: {gone} taken out, {missing} to be translated in {FOLDER / language / NEW}\n"
        )
