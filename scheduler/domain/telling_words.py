"""The words that nothing sent to a patient may hold, since whoever looks over a shoulder would know what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import combining, normalize

_ENGLISH = (
    *(
        "ketamine",
        "esketamine",
        "spravato",
        "infusion",
        "intravenous",
        "intramuscular",
        "injection",
        "lozenge",
    ),
    *("dosing", "dose", "drug", "medicine", "medication", "treatment", "therap", "psych", "kap", "mental"),
    *("depress", "integration", "preparation", "induction", "screening", "review", "recovery"),
    *("prescriber", "nurse", "doctor", "clinic", "patient", "series", "protocol", "session"),
)

_SPANISH = (
    *(
        "ketamina",
        "esketamina",
        "intraven",
        "inyeccion",
        "inyectable",
        "dosis",
        "droga",
        "farmac",
        "medicament",
    ),
    *("medico", "medica", "tratamiento", "terap", "psic", "psiq", "depresion", "integracion", "preparacion"),
    *("induccion", "evaluacion", "revision", "recuperacion", "receta", "enfermer", "doctora", "paciente"),
    *("protocolo", "sesion", "sesiones"),
)

TELL_TALE = (*_ENGLISH, *_SPANISH)
"""The drug, its ways into the body, the kinds of visits, who treats and who is treated; the beginnings of words, folded."""


def folded(text: str) -> str:
    """Return a text in small letters without accents, by which words are compared."""
    plain = normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not combining(letter))


# Too short or too common to be looked for within other words, as in the letters of a link.
_AT_THE_BEGINNING = (
    *(
        "lsd",
        "mdma",
        "psilocyb",
        "psilocib",
        "ptsd",
        "trauma",
        "anxiety",
        "ansiedad",
        "addict",
        "adicc",
        "suicid",
    ),
    *("substance", "sustancia", "dosific", "opioid", "detox", "desintox"),
)

_BEGINNING = re.compile(
    rf"\b(?:{'|'.join(sorted((*TELL_TALE, *_AT_THE_BEGINNING), key=len, reverse=True))})\w*"
)


def telling_words_in(text: str) -> Iterator[str]:
    """Yield the words of a text that begin as one of these does, as they are compared, in order."""
    for found in _BEGINNING.finditer(folded(text)):
        yield found.group()
