"""Which addresses a calendar may be read from: the web alone, never the clinic's own network, nor this program itself."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias
from urllib.parse import SplitResult, quote, urlsplit

from scheduler.feeds.busy.content import UnusableCalendar

IpAddress: TypeAlias = IPv4Address | IPv6Address

LONGEST_ADDRESS = 2000
#: Calendar programs write these for a subscription; what is meant is the web.
_SCHEMES = {"http": "http", "https": "https", "webcal": "https", "webcals": "https"}
_SAFE = "/%:=&?~+!$,;'@()*[]"
_TRANSLATED = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart. `path` is what is asked of the server, query included: a secret, and not in the `repr`."""

    scheme: str
    host: str
    port: int
    path: str

    def __repr__(self) -> str:
        return f"Target({self.scheme}://{self.host}:{self.port}/…)"


@dataclass(frozen=True, slots=True)
class Reach:
    """How names become addresses, and which of these may be asked; tests put their own in place."""

    is_outside: Callable[[IpAddress], bool]
    resolve: Callable[[str, int], Sequence[str]]


def target_of(address: str, public_url: str = "") -> Target:
    """Take an address apart. `public_url` is this program's own, which gives no calendar of elsewhere.

    Raises `UnusableCalendar`, in words that do not repeat the address.
    """
    text = address.strip()
    if not text or len(text) > LONGEST_ADDRESS or any(ord(sign) < 33 or ord(sign) == 127 for sign in text):
        raise UnusableCalendar(
            f"This is no address: it must have 1 to {LONGEST_ADDRESS} characters and no spaces."
        )
    parts, port = _taken_apart(text)
    scheme = _SCHEMES.get(parts.scheme.lower())
    if scheme is None or not parts.hostname:
        raise UnusableCalendar(
            "The address must begin with https://, http:// or webcal:// and name a server."
        )
    if parts.username is not None or parts.password is not None:
        raise UnusableCalendar("The address holds a name or a password; use one that needs none.")
    host = _ascii(parts.hostname)
    if public_url and host == urlsplit(public_url).hostname and parts.path.startswith("/feeds/"):
        raise UnusableCalendar(
            "This is a calendar of this program itself, so every visit would be in its own way."
        )
    asked = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(scheme, host, port or (443 if scheme == "https" else 80), quote(asked, safe=_SAFE))


def _taken_apart(text: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(text)
        return parts, parts.port
    except ValueError as fault:
        raise UnusableCalendar("This is no address that can be read.") from fault


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode().lower() if not host.isascii() else host.lower()
    except UnicodeError as fault:
        raise UnusableCalendar("The name of the server in this address cannot be read.") from fault


def is_public(address: IpAddress) -> bool:
    """Say whether an IP address is one of the public net: none of this machine, the local network or a cloud's inside.

    An IPv4 address that is wrapped in one of IPv6 counts as what it leads to.
    """
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _TRANSLATED:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def resolved(host: str, port: int) -> Sequence[str]:
    """Return the IP addresses of a server, as the machine knows them. Raises `OSError` when it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


PUBLIC_NET = Reach(is_public, resolved)
"""The only reach there is outside of tests."""


def checked_address(target: Target, reach: Reach) -> str:
    """Return the IP address to connect to, after every one of the name was found to be outside.

    The connection goes to this very address: a name asked for again could lead elsewhere. Raises `UnusableCalendar`.
    """
    try:
        found = [ip_address(text.partition("%")[0]) for text in reach.resolve(target.host, target.port)]
    except (OSError, UnicodeError, ValueError) as fault:
        raise UnusableCalendar(
            "The server that the address names is not known. Check the address."
        ) from fault
    if not found or not all(reach.is_outside(one) for one in found):
        raise UnusableCalendar(
            "The address leads into the local network, where this program reads nothing. Use one that can be reached "
            "from everywhere, or upload the calendar as a file."
        )
    # Where both are there, the older kind is the one that every network has.
    return str(min(found, key=lambda one: one.version))
