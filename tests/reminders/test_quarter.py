"""Simulated weeks with moves, cancels, standstills and clock changes: each reminder once or recorded, none out of place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from scheduler.domain.treatment import StepKind
from scheduler.store.base import table_of
from scheduler.store.tables_outbound import ReminderRow
from scheduler.store.work import reading
from tests.reminders.quarter import Left, Plan, Quarter, simulate
from tests.reminders.recount import REMINDERS, Entry, faults, words
from tests.reminders.recount_texts import faults_of_texts

PLANS = (
    # Over the change of 14 March in America, and over that of 1 November there, a week after Europe's.
    Plan(seed=1, patients=6, begin=datetime(2027, 3, 1, 15, tzinfo=UTC), days=24),
    Plan(seed=2, patients=6, begin=datetime(2026, 10, 12, 15, tzinfo=UTC), days=24),
)


def is_a_dose(left: Left, quarter: Quarter) -> bool:
    """Say whether a message is about a dose that was never moved, which has one reminder of each kind."""
    lives = [one for one in quarter.lives if one.kind is StepKind.DOSING and len(one.turns) == 1]
    return any(
        (left.to, left.lines) == (f"{one.patient}@example.org", (words(one.start),))
        for one in lives
        if one.start is not None
    )


def ledger() -> list[Entry]:
    """Return every message about one visit, with the time it speaks of."""
    row = table_of(ReminderRow)
    with reading() as connection:
        return [
            Entry(one.appointment_id, one.kind, one.visit_starts_at, one.state, one.problem)
            for one in connection.execute(select(row))
        ]


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"seed {plan.seed}")
def test_each_reminder_is_sent_once_or_recorded_and_none_is_out_of_place(plan: Plan) -> None:
    quarter = simulate(plan)
    assert quarter.moves > 3
    assert quarter.cancels > 1
    assert len(quarter.left) > 5 * plan.patients
    assert faults(quarter, ledger()) == []
    assert_a_wrong_count_is_noticed(quarter)


TEXTED = Plan(seed=3, patients=4, begin=datetime(2027, 3, 1, 15, tzinfo=UTC), days=20, texted=4)


@pytest.mark.usefixtures("app_context")
def test_of_texts_a_patient_gets_one_a_day_with_all_that_is_due() -> None:
    quarter = simulate(TEXTED)
    assert len(quarter.texts) > 5 * TEXTED.texted
    assert any("You also have" in text.words for text in quarter.texts)
    assert faults(quarter, ledger()) == []
    assert faults_of_texts(quarter, ledger()) == []
    assert_a_wrong_count_of_texts_is_noticed(quarter)


def assert_a_wrong_count_of_texts_is_noticed(quarter: Quarter) -> None:
    """Count quarters that are not as they should be."""
    entries, texts = ledger(), quarter.texts
    reminder = next(one for one in texts if "you have" in one.words)
    night = replace(reminder, at=reminder.at.replace(hour=10))
    for wrong, why in (
        ([*texts, reminder], "a second text"),
        ([one for one in texts if one.patient != reminder.patient], "never texted"),
        ([*texts, night], "in the quiet hours"),
        ([replace(reminder, at=reminder.at - timedelta(days=2)), *texts], "when no reminder is due"),
    ):
        assert any(why in fault for fault in faults_of_texts(replace(quarter, texts=wrong), entries)), why


def assert_a_wrong_count_is_noticed(quarter: Quarter) -> None:
    """Count quarters that are not as they should be."""
    entries, left = ledger(), quarter.left
    place, reminder = next(
        (place, one)
        for place, one in enumerate(left)
        if one.subject == REMINDERS[1] and is_a_dose(one, quarter)
    )
    night = replace(reminder, at=reminder.at.replace(hour=4))
    for wrong, why in (
        ([*left, reminder], "sent 2 times"),
        ([*left[:place], *left[place + 1 :]], "never sent"),
        ([*left, night], "in the quiet hours"),
    ):
        assert any(why in fault for fault in faults(replace(quarter, left=wrong), entries)), why
    called_off = next(one for one in quarter.lives if one.start is None)
    at, start = called_off.turns[-1][0] + timedelta(minutes=1), called_off.turns[-2][1]
    assert start is not None
    late = Left(at, f"{called_off.patient}@example.org", REMINDERS[1], (words(start),))
    assert any("did not stand" in fault for fault in faults(replace(quarter, left=[*left, late]), entries))
