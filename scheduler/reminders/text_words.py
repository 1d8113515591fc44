"""What a text that comes in asks for: to be texted no more, again, an answer to the last message, or somebody to look."""

from __future__ import annotations

import re
from enum import StrEnum

from scheduler.domain.opt_out_words import OPT_OUT_WORDS
from scheduler.domain.telling_words import folded

_START = frozenset({"start", "unstop", "empezar", "comenzar", "iniciar", "reanudar"})
_YES, _CALL = frozenset({"1", "one", "uno"}), frozenset({"2", "two", "dos"})

_CLEAR_WITHIN_A_SENTENCE = re.compile(
    r"\b(stop|stopall|unsubscribe|opt out|optout|no more (texts|messages)|no mas (textos|mensajes)|dar(me)? de baja)\b"
)
_LONGEST_WISH = 60


class Wish(StrEnum):
    """What a text asks for. `STOP_IN_WORDS` is a sentence that most likely asks to be texted no more."""

    STOP = "stop"
    STOP_IN_WORDS = "stop_in_words"
    START = "start"
    YES = "yes"
    CALL = "call"
    OTHER = "other"


def wish_in(words: str) -> Wish:
    """Return what a text asks for, whatever its case, accents and the punctuation around it."""
    bare = " ".join(re.sub(r"[\W_]+", " ", folded(words)).split())
    for wish, meant in (
        (Wish.STOP, OPT_OUT_WORDS),
        (Wish.START, _START),
        (Wish.YES, _YES),
        (Wish.CALL, _CALL),
    ):
        if bare in meant:
            return wish
    # Rather one text too few: whoever meant a bus stop is called.
    if len(bare) <= _LONGEST_WISH and _CLEAR_WITHIN_A_SENTENCE.search(bare):
        return Wish.STOP_IN_WORDS
    return Wish.OTHER
