"""What the tests of calendars that come in share: a server that misbehaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.feeds.busy.bad_server import BadServer, bad_server


@pytest.fixture
def server() -> Iterator[BadServer]:
    """Give a web server on this machine that does what it is asked to do wrong."""
    with bad_server() as running:
        yield running
