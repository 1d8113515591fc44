"""The few ways in which rows are put in and taken out together with the rows that hang on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, delete, insert, update

Question: TypeAlias = tuple[Select[Any], Mapping[str, Any]]
"""A query that was put together once, and the values that it is asked with."""


def put(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Write a row under its primary key, whether or not there is one already."""
    keys = [column.name for column in table.primary_key]
    found = connection.execute(update(table).where(*(table.c[key] == row[key] for key in keys)).values(row))
    if found.rowcount == 0:
        connection.execute(insert(table).values(row))


def hang(
    connection: Connection, table: Table, owner: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]
) -> None:
    """Replace all rows of a table that hang on an owner; the first column of `owner` is what names it."""
    name, value = next(iter(owner.items()))
    connection.execute(delete(table).where(table.c[name] == value))
    new = [{**owner, **row} for row in rows]
    if new:
        connection.execute(insert(table), new)


def by_owner(
    connection: Connection, query: Select[Any], values: Mapping[str, Any] | None = None
) -> Mapping[Any, Sequence[Sequence[Any]]]:
    """Return what a query finds as lists by its first column, in its order, without that column."""
    found: dict[Any, list[Sequence[Any]]] = defaultdict(list)
    for owner, *row in connection.execute(query, values).all():
        found[owner].append(row)
    return found


def of_one_or_all(query: Select[Any], column: ColumnElement[Any]) -> Callable[[object], Question]:
    """Return what narrows a query to one value of a column and, for `None`, leaves it as it is.

    For what is asked again and again: to put a query together takes longer than to ask it.
    """
    narrowed = query.where(column == bindparam("of_one"))
    return lambda value: (query, {}) if value is None else (narrowed, {"of_one": value})


def only(column: ColumnElement[Any], value: object) -> list[ColumnElement[bool]]:
    """Return the condition that a column has this value; none for `None`, which means all."""
    return [] if value is None else [column == value]
