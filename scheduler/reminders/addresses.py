"""Mail addresses as mail programs read them, or a refusal: the one place that parses them."""

from __future__ import annotations

from email.headerregistry import Address

from scheduler.domain.addresses import recipient_hash as recipient_hash
from scheduler.domain.errors import InvalidValue


def mailbox(address: str, name: str = "") -> Address:
    """Return an address, with the name to be shown beside it. Raises `InvalidValue`, which repeats neither."""
    try:
        return Address(name, addr_spec=address)
    except Exception as error:  # the library's parser ends in many kinds of them on what is no address
        raise InvalidValue("the address cannot be written to") from error
