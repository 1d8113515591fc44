"""What every table shares: its base class, the types of its columns and the names of its constraints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Integer, MetaData, String, Table
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry

from scheduler.store.columns import Instant, JsonText, WordsText

NAMES = {
    "pk": "%(table_name)s_pk",
    "fk": "%(table_name)s_%(column_0_N_name)s_fk",
    "uq": "%(table_name)s_%(column_0_N_name)s_once",
    "ck": "%(table_name)s_%(constraint_name)s",
    "ix": "%(table_name)s_by_%(column_0_N_name)s",
}

#: A JSON value kept as text.
Json = Annotated[Any, "json"]

#: A list of words kept as the JSON text it is, for what is read by the thousand.
Words = Annotated[tuple[str, ...], "words"]

#: A number given by the database, for rows that nothing outside names.
RowNumber = Annotated[
    int,
    mapped_column(BigInteger().with_variant(Integer, "sqlite"), Identity(always=False), primary_key=True),
]
#: An id in the clinic's own words.
Key = Annotated[str, mapped_column(String, primary_key=True)]
#: The site that a row belongs to, for tables that are read site by site.
OfSite = Annotated[str, mapped_column(ForeignKey("site.id"), index=True)]
#: The same for tables with many rows that are never read by their site alone.
OfSiteOnly = Annotated[str, mapped_column(ForeignKey("site.id"))]


class Row(DeclarativeBase):
    """The base of all rows."""

    # An explicit registry: with a type map on the class itself the extension fails at import.
    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={datetime: Instant(), Json: JsonText(), Words: WordsText()},
    )


def table_of(row: type[Row]) -> Table:
    """Return the table that a class of rows describes."""
    table = row.__table__
    assert isinstance(table, Table)
    return table


def handfuls(ids: Iterable[str]) -> Iterator[list[str]]:
    """Yield ids in order, 500 at a time, since a database takes only so many values in one question."""
    wanted = sorted(ids)
    for begin in range(0, len(wanted), 500):
        yield wanted[begin : begin + 500]
