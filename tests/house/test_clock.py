"""The wall clock is read in one place; ruff bans Python's own, this bans the database's and the operating system's."""

from __future__ import annotations

import re

from tests.house.building import modules, texts

CLOCK_OF_THE_DATABASE = re.compile(
    r"func\.(now|current_timestamp|current_date|localtimestamp)\b"
    r"|\b(CURRENT_TIMESTAMP|CURRENT_DATE|LOCALTIMESTAMP|clock_timestamp)\b"
    r"|\b(now|julianday|unixepoch)\(\)|datetime\('now'"
)
OTHER_CLOCKS = {"time.localtime", "time.gmtime", "time.ctime", "time.clock_gettime", "email.utils.localtime"}


def test_the_database_is_never_asked_for_the_time() -> None:
    asked = [
        f"{name}:{number}"
        for name, text in texts(".py", ".sql")
        if name.startswith(("scheduler/store/", "migrations/"))
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := CLOCK_OF_THE_DATABASE.search(line)) and "clock.now()" not in line[: found.end()]
    ]
    assert not asked


def test_no_other_clock_is_read() -> None:
    read = [
        f"{module.name}:{call.lineno} {name}"
        for module in modules("scheduler")
        for name, call in module.calls()
        if name in OTHER_CLOCKS
    ]
    assert not read
