"""The row about moving a visit lets a good way pass and refuses one that moves more than it must."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from bench import cp_sat_lists, moving, ours
from bench.instances import SMALL, Instance
from bench.measure import Disagreement
from bench.moving import Case
from bench.scale import Scale


def _best(instance: Instance, case: Case) -> Mapping[str, datetime] | None:
    scale = Scale.over(instance.horizon)
    lists = ours.lists(instance.diary(case.query), instance.protocol, case.query)
    found = cp_sat_lists.move(instance.protocol, moving.as_moving(instance, case, lists))
    return {key: scale.at(slot) for key, slot in found.starts.items()} or None


def _all_a_day_later(_: Instance, case: Case) -> Mapping[str, datetime]:
    return {key: start + timedelta(days=1) for key, start in case.now.items()}


def test_the_best_way_passes() -> None:
    assert moving.row(SMALL, _best)[0].note


def test_another_way_is_refused() -> None:
    with pytest.raises(Disagreement, match="costs us"):
        moving.row(SMALL, _all_a_day_later)
