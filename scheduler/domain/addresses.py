"""Addresses that messages go to: phone numbers as networks take them (E.164), and what is kept of an address."""

from __future__ import annotations

import re
from hashlib import sha256

from scheduler.domain.contact import ContactWay
from scheduler.domain.errors import InvalidValue

_WRITING = str.maketrans("", "", " \u00a0-.()/\u2010\u2011\u2013")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


def text_number(phone: str) -> str:
    """Return a number with its country code as networks take it. Raises `InvalidValue`, which does not repeat it.

    Nothing is guessed: 555-0142 is another phone in every town.
    """
    number = phone.strip().translate(_WRITING)
    if not _NUMBER.fullmatch(number):
        raise InvalidValue(
            "the phone number cannot be texted to; write it with + and the country code, such as +1 303 555 0142"
        )
    return number


def recipient_hash(address: str) -> str:
    """Return what the ledger keeps of an address: enough to tell two apart, too little to write to."""
    return sha256(address.strip().casefold().encode()).hexdigest()


def address_of(way: ContactWay, email: str, phone: str) -> str:
    """Return where messages go by a way, empty where that is nowhere: a phone without country code takes no texts."""
    if way is ContactWay.EMAIL:
        return email.strip()
    try:
        return text_number(phone)
    except InvalidValue:
        return ""
