"""What a proposal is best at and how it differs from the first, in the reader's language: the planner says it in English."""

from __future__ import annotations

import re

from scheduler.web.retelling import as_read
from scheduler.web.speech import Spoken, mark, said

QUALITIES = Spoken(
    {
        "earliest finish": mark("earliest finish"),
        "wished therapist": mark("wished therapist"),
        "patient's days and times": mark("patient's days and times"),
        "no visit while not allowed to drive": mark("no visit while not allowed to drive"),
        "visits as close as the protocol wishes": mark("visits as close as the protocol wishes"),
        "same weekdays": mark("same weekdays"),
        "one therapist": mark("one therapist"),
        "staggered starts": mark("staggered starts"),
        "early visits": mark("early visits"),
        "fewest trips": mark("fewest trips"),
        "shortest span": mark("shortest span"),
        "scarce rooms kept free": mark("scarce rooms kept free"),
        "another therapist": mark("another therapist"),
        "doses on other weekdays": mark("doses on other weekdays"),
        "first dose a week later": mark("first dose a week later"),
        "first dose a week earlier": mark("first dose a week earlier"),
    }
)
"""The names of the planner's preferences, and what else may tell two proposals apart."""

_WEEKS = re.compile(r"first dose (\d+) weeks (later|earlier)")


def quality_words(words: str) -> str:
    """Return what sets a proposal apart; what is not known here stays English, and is marked so."""
    if words in QUALITIES:
        return QUALITIES[words]
    near, _, what = words.partition(" to ")
    if what in QUALITIES and near == "nearest":
        return said("nearest to %(what)s", what=QUALITIES[what])
    if what in QUALITIES and near == "nearer":
        return said("nearer to %(what)s", what=QUALITIES[what])
    if weeks := _WEEKS.fullmatch(words):
        number, direction = weeks.groups()
        if direction == "later":
            return said("first dose %(number)s weeks later", number=number)
        return said("first dose %(number)s weeks earlier", number=number)
    return as_read(words)
