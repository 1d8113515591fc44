"""Clerks who are processes of their own get every place there is, and none twice; a killed one leaves nothing behind."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from scheduler.domain.claims import Claim
from scheduler.store import ledger
from tests.store.race import Clerk
from tests.store.stored_clinic import hours

pytestmark = pytest.mark.usefixtures("clinic_context")

HOURS = 40
MANY_HOURS = 100_000


def held(nurse: str) -> list[Claim]:
    return [claim for claim in ledger.all_claims() if claim.resource == nurse and claim.purpose == "watch"]


def test_processes_share_what_there_is(database_url: str, tmp_path: Path) -> None:
    clerks = [Clerk(database_url, tmp_path, HOURS) for _ in range(3)]
    won = [clerk.won() for clerk in clerks]
    taken = held("nurse-1")
    assert len(taken) == len(held("nurse-2")) == sum(won)
    # No clerk left free what another wanted: within every stretch asked for, the nurse is once fully taken.
    depth = [sum(claim.interval.holds(hours(at, at + 1).start) for claim in taken) for at in range(HOURS + 2)]
    assert max(depth) == 2
    assert all(max(depth[hour : hour + 2]) == 2 for hour in range(HOURS))


def test_a_clerk_who_is_killed_leaves_nothing_half_done(database_url: str, tmp_path: Path) -> None:
    for pause in (0.05, 0.2, 0.31):
        clerk = Clerk(database_url, tmp_path, MANY_HOURS)
        time.sleep(pause)
        clerk.kill()
        # Both nurses or neither, and the next clerk is not kept waiting.
        first, second = (Counter(claim.interval for claim in held(nurse)) for nurse in ("nurse-1", "nurse-2"))
        assert first == second
    Clerk(database_url, tmp_path, HOURS).won()
    assert len(held("nurse-1")) == len(held("nurse-2")) >= HOURS
