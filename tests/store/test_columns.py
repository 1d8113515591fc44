"""Instants and lists survive the way into a column and back, and instants keep their order as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from scheduler.store.columns import Instant, JsonText, WordsText, instant_from, instant_text
from scheduler.store.database import db

instants = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


@given(instants, instants)
def test_the_order_of_texts_is_the_order_of_time(one: datetime, other: datetime) -> None:
    assert (instant_text(one) < instant_text(other)) == (one < other)
    assert instant_from(instant_text(one)) == one
    assert instant_from(instant_text(one)).tzinfo is UTC


def test_a_text_has_one_form() -> None:
    denver = timezone(timedelta(hours=-7))
    assert instant_text(datetime(2026, 12, 3, 10, 0, tzinfo=denver)) == "2026-12-03T17:00:00.000000Z"


def test_values_survive_the_database(app_context: object) -> None:
    table = Table(
        "sample",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("at", Instant()),
        Column("value", JsonText()),
        Column("words", WordsText()),
    )
    instant = datetime(2026, 12, 3, 17, 0, 0, 1, tzinfo=UTC)
    row = {"id": 1, "at": instant, "value": {"b": [1, "é"], "a": None}, "words": ("x", "y")}
    with db.engine.begin() as connection:
        table.create(connection)
        connection.execute(insert(table), [row, {"id": 2, "at": None, "value": [], "words": ()}])
        found = connection.execute(select(table).order_by(table.c.id)).mappings().all()
        assert dict(found[0]) == row
        assert dict(found[1]) == {"id": 2, "at": None, "value": [], "words": ()}
        assert found[0]["at"].tzinfo is UTC
        assert connection.execute(select(table.c.id).where(table.c.at <= instant)).scalars().all() == [1]
        with pytest.raises(StatementError, match="no time zone"):
            connection.execute(insert(table).values(id=3, at=datetime(2026, 12, 3)))
        connection.rollback()
