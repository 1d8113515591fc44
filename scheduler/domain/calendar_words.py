"""What the calendars of staff, rooms and sites call a visit: a code for its kind, and what tells whose it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from scheduler.domain.errors import InvalidValue
from scheduler.domain.telling import told

#: The kinds of visit by their names, in the order of a page.
KINDS = (
    told("dosing"),
    told("preparation"),
    told("integration"),
    told("screening"),
    told("review"),
    told("contact"),
)

LONGEST_CODE = 4
"""Characters of a code: calendars show a few, and what is longer becomes a word."""

TELLING = ("ket", "kap", "mdma", "lsd", "psy", "psi", "spra", "dose", "dosi", "drug", "med", "inf", "inj")
"""What no code may hold, whatever its case: whoever looks over a shoulder must not read the treatment from it."""

TELLING_ALONE = frozenset({"iv", "im", "in", "ther", "trip", "shot"})
"""What no code may be: routes and words that would be found in others, where they tell nothing."""


class PatientShown(StrEnum):
    """What follows the code: the patient's initials, internal id or first name, or nothing."""

    INITIALS = "initials"
    ID = "id"
    FIRST_NAME = "first_name"
    NOTHING = "nothing"


def faults_of(codes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with codes by kind of visit, each with the kind whose code it is."""
    often = Counter(code.casefold() for code in codes.values())
    for kind, code in codes.items():
        plain = code.casefold()
        if not code.isalnum() or len(code) > LONGEST_CODE:
            yield (
                kind,
                told(
                    "the code for %(kind)s must be 1 to %(most)s letters or digits",
                    kind=kind,
                    most=LONGEST_CODE,
                ),
            )
        elif plain in TELLING_ALONE or any(word in plain for word in TELLING):
            yield (
                kind,
                told(
                    "the code for %(kind)s must not tell the treatment, as '%(code)s' may",
                    kind=kind,
                    code=code,
                ),
            )
        elif often[plain] > 1:
            yield (
                kind,
                told(
                    "the code for %(kind)s must differ from the others, and '%(code)s' is two",
                    kind=kind,
                    code=code,
                ),
            )


@dataclass(frozen=True, slots=True)
class CalendarWords:
    """The code of each kind of visit, and what follows it. Raises `InvalidValue` for codes that will not do."""

    dosing: str = "D"
    preparation: str = "P"
    integration: str = "I"
    screening: str = "S"
    review: str = "R"
    contact: str = "C"
    patient: PatientShown = PatientShown.INITIALS

    def __post_init__(self) -> None:
        wrong = next(faults_of({kind: self.code_of(kind) for kind in KINDS}), None)
        if wrong is not None:
            raise InvalidValue(wrong[1])

    def code_of(self, kind: str) -> str:
        """Return the code of a kind of visit, a `StepKind` or its value."""
        return str(getattr(self, str(kind)))

    def plain(self) -> dict[str, str]:
        """Return the codes and what follows them as plain texts by name, as they are kept and written."""
        return {one.name: str(getattr(self, one.name)) for one in fields(self)}


USUAL_WORDS = CalendarWords()


def words_from(plain: dict[str, str] | None) -> CalendarWords:
    """Return what is kept as plain texts; the usual words for `None`. Raises `InvalidValue`."""
    if plain is None:
        return USUAL_WORDS
    codes = {name: text for name, text in plain.items() if name != "patient"}
    return CalendarWords(**codes, patient=PatientShown(plain.get("patient", PatientShown.INITIALS)))
