"""How long a text message is: counted in segments of the alphabet that networks carry (GSM 03.38), or in 16-bit units."""

from __future__ import annotations

from unicodedata import normalize

# 3GPP TS 23.038 section 6.2.1: the default alphabet, and section 6.2.1.1: what takes two places of it.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_PLAIN = str.maketrans(
    {"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " "}
)

# A message in several segments gives up some places of each to say which it is (TS 23.040 section 9.2.3.24.1).
_SINGLE, _JOINED = 160, 153
_SINGLE_WIDE, _JOINED_WIDE = 70, 67


def in_alphabet(text: str) -> str:
    """Return a text in the letters of the alphabet where it has them or their plain form; other letters stay."""
    return "".join(_letter(letter) for letter in text.translate(_PLAIN))


def segments(text: str) -> int:
    """Return how many segments a text takes; each is paid for, and 1 is at most 160 letters of the alphabet."""
    if all(letter in _BASIC or letter in _EXTENDED for letter in text):
        # What takes two places is never parted, so a segment may end one place early.
        return _counted([2 if letter in _EXTENDED else 1 for letter in text], _SINGLE, _JOINED)
    return _counted([len(letter.encode("utf-16-be")) // 2 for letter in text], _SINGLE_WIDE, _JOINED_WIDE)


def _letter(letter: str) -> str:
    if letter in _BASIC or letter in _EXTENDED:
        return letter
    plain = normalize("NFKD", letter)[:1]
    return plain if plain in _BASIC else letter


def _counted(places: list[int], single: int, joined: int) -> int:
    if sum(places) <= single:
        return 1
    count, room = 1, joined
    for place in places:
        if place > room:
            count, room = count + 1, joined
        room -= place
    return count
