"""Many programs poll many calendars at once: each is answered, and each costs the database one question."""

from __future__ import annotations

from pathlib import Path

from bench.feed_serving import served
from bench.feed_storm import STORM, must_all_be, polled, subscribed


def test_every_poll_of_a_storm_is_answered_and_costs_one_question(tmp_path: Path) -> None:
    paths = subscribed(tmp_path, 120)
    with served(tmp_path, STORM) as port:
        first = polled(port, dict.fromkeys(paths, ""), programs=12)
        must_all_be(first, 200, paths)
        again = polled(port, first.tags, programs=12)
        must_all_be(again, 304, paths)
        # Between the counts nothing else is asked.
        assert again.questions == 1
        assert again.tags == first.tags
