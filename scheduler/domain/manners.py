"""In which language somebody reads the pages of the clinic, and how dates and times are written for them."""

from __future__ import annotations

from enum import StrEnum


class Manner(StrEnum):
    """One manner of speaking, by its tag (BCP 47): a language, with the habits of a country where they differ."""

    ENGLISH = "en"
    AMERICAN = "en-US"
    SPANISH = "es"
    AMERICAN_SPANISH = "es-US"

    @property
    def language(self) -> str:
        """The language alone: 'en' or 'es' (ISO 639)."""
        return self.value.partition("-")[0]

    @property
    def counts_to_twelve(self) -> bool:
        """Say whether the hours of a day are counted to twelve, twice."""
        return self.value.endswith("-US")


USUAL = Manner.ENGLISH
"""For whoever has chosen nothing."""


def manner_of(tag: str | None) -> Manner:
    """Return the manner with this tag; the usual one for none, and for one that is not known."""
    return Manner(tag) if tag in list(Manner) else USUAL
