"""Many ids in one text are the ids that were put in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.names import Names

IDS = st.lists(st.text(max_size=4), unique=True, max_size=12)


@given(IDS, IDS)
def test_ids_come_out_by_their_numbers(packed: list[str], added: list[str]) -> None:
    names = Names.of(packed)
    for name in added:
        names = names.with_one(name)
    said = [*packed, *added]
    assert list(names) == said == [names[number] for number in range(len(names))]


@given(IDS, st.frozensets(st.text(max_size=4), max_size=5))
def test_ids_are_found_by_name(ids: list[str], wanted: frozenset[str]) -> None:
    asked = wanted | frozenset(ids[::2])
    assert Names.of(ids).numbers_of(asked) == {number for number, id in enumerate(ids) if id in asked}
