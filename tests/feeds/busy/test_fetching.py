"""A calendar is fetched within limits, from the public net alone, and what goes wrong is said in words."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from time import monotonic

import pytest

from scheduler.feeds.busy.addresses import PUBLIC_NET, is_public, target_of
from scheduler.feeds.busy.content import UnusableCalendar
from scheduler.feeds.busy.fetching import Fetched, Limits, Version, fetch
from scheduler.feeds.busy.refreshing import Fetching
from scheduler.feeds.busy.sealing import AddressSeal
from tests.feeds.busy.bad_server import GOOD, BadServer, reach

QUICK = Limits(seconds=1.0)
NOTHING = Version()


def fetched(address: str, known: Version = NOTHING) -> Fetched | None:
    return fetch(address, known, reach(), QUICK)


def test_a_good_calendar_comes_with_its_version_and_once_only(server: BadServer) -> None:
    came = fetched(server.at("/good.ics"))
    assert came is not None
    assert came.text == GOOD
    assert came.version.etag
    assert fetched(server.at("/good.ics"), came.version) is None
    _, headers = server.asked[-1]
    assert headers["If-None-Match"] == came.version.etag
    assert headers["If-Modified-Since"] == "Mon, 04 Jan 2027 10:00:00 GMT"


def test_packed_and_redirected_calendars_come_too(server: BadServer) -> None:
    for path in ("/packed.ics", "/hop"):
        came = fetched(server.at(path))
        assert came is not None
        assert came.text == GOOD


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/bomb", "larger than 5 MB"),
        ("/large", "larger than 5 MB"),
        ("/damaged", "cannot be unpacked"),
        ("/half", "breaks off in the middle"),
        ("/brotli", "not asked for"),
        ("/endless", "longer than 1 seconds"),
        ("/slow", "longer than 1 seconds"),
        ("/drip", "longer than 1 seconds"),
        ("/drip/x", "longer than 1 seconds|not answer as a web server"),
        ("/short", "breaks off in the middle"),
        ("/noise", "not answer as a web server"),
        ("/loop", "redirects more than 5 times"),
        ("/nowhere", "redirects more than 5 times"),
        ("/inside", "local network"),
        ("/metadata", "local network"),
        ("/disk", "must begin with https://"),
        ("/status/401", "asks for a sign-in"),
        ("/status/403", "asks for a sign-in"),
        ("/status/404", "no calendar at this address"),
        ("/status/410", "no calendar at this address"),
        ("/status/418", "answered with 418"),
        ("/status/429", "at present"),
        ("/status/503", "at present"),
    ],
)
def test_what_goes_wrong_is_said_in_words_without_the_address(server: BadServer, path: str, why: str) -> None:
    began = monotonic()
    with pytest.raises(UnusableCalendar, match=why) as refused:
        fetched(server.at(path) + "?key=private-8d1f")
    assert monotonic() - began < 8
    assert "private" not in str(refused.value)
    assert "127.0.0" not in str(refused.value)


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(UnusableCalendar, match="could not be reached"):
        fetched(f"http://127.0.0.1:{port}/")
    with pytest.raises(UnusableCalendar, match="not known"):
        fetched("http://nowhere.invalid/")


def test_a_server_without_encryption_at_an_address_with_it(server: BadServer) -> None:
    with pytest.raises(UnusableCalendar, match="could not be reached"):
        fetched(server.at("/good.ics").replace("http:", "https:"))


def test_the_real_reach_asks_nothing_of_the_local_network(server: BadServer) -> None:
    for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"):
        with pytest.raises(UnusableCalendar, match="local network|not known"):
            fetch(f"http://{host}:{server.port}/good.ics", Version(), PUBLIC_NET, QUICK)
    assert not server.asked
    assert Fetching(AddressSeal("x" * 32)).reach is PUBLIC_NET, "no setting opens it"


def test_a_name_is_asked_for_once_and_the_very_address_connected_to(server: BadServer) -> None:
    answers = {"calendar.example": ["127.0.0.1"]}
    looks = []
    inner = reach(answers)

    def resolve(host: str, port: int) -> list[str]:
        looks.append(host)
        return list(inner.resolve(host, port)) if len(looks) == 1 else ["10.0.0.1"]

    turning = type(inner)(inner.is_outside, resolve)
    came = fetch(f"http://calendar.example:{server.port}/good.ics", Version(), turning, QUICK)
    assert came is not None
    assert looks == ["calendar.example"]
    _, headers = server.asked[-1]
    assert headers["Host"] == f"calendar.example:{server.port}"


def test_a_name_that_leads_inside_as_well_is_refused(server: BadServer) -> None:
    both = reach({"calendar.example": ["127.0.0.1", "10.0.0.1"]})
    with pytest.raises(UnusableCalendar, match="local network"):
        fetch(f"http://calendar.example:{server.port}/good.ics", Version(), both, QUICK)
    assert not server.asked


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fd00::1", "ff02::1"),
        *("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1", "fd00:ec2::254"),
    ],
)
def test_addresses_of_the_inside(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34"])
def test_addresses_of_the_public_net(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "ftp://example.org/x.ics",
            "file:///etc/passwd",
            "example.org/x.ics",
            "https://",
            "javascript:1",
        ),
        *("https://name:password@example.org/x.ics", "https://exa mple.org/", "https://example.org:port/"),
        *(
            "https://example.org/\r\nX: y",
            "https://[::1/",
            "https://" + "a" * 3000,
            "https://visits.example/feeds/a.ics",
        ),
    ],
)
def test_addresses_that_cannot_be_used(address: str) -> None:
    with pytest.raises(UnusableCalendar) as refused:
        target_of(address, "https://visits.example")
    assert "password@" not in str(refused.value)


def test_addresses_as_calendar_programs_write_them() -> None:
    target = target_of("webcal://Example.org/private-1/basic.ics?a=b c".replace(" ", "%20"))
    assert (target.scheme, target.host, target.port) == ("https", "example.org", 443)
    assert target.path == "/private-1/basic.ics?a=b%20c"
    assert "private" not in repr(target)
    assert target_of("https://münchen.example/kalender ".strip()).host == "xn--mnchen-3ya.example"


def test_an_address_is_sealed_for_its_source_and_this_key_alone() -> None:
    seal = AddressSeal("a secret key of this program, long enough")
    sealed = seal.sealed("https://example.org/private", "one")
    assert "example" not in sealed
    assert seal.sealed("https://example.org/private", "one") != sealed
    assert seal.opened(sealed, "one") == "https://example.org/private"
    for other, source in ((seal, "two"), (AddressSeal("another key of this program, long enough"), "one")):
        with pytest.raises(UnusableCalendar, match="SECRET_KEY"):
            other.opened(sealed, source)
    with pytest.raises(UnusableCalendar):
        seal.opened("damaged", "one")
    assert "secret" not in repr(seal)
