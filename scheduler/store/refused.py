"""Which rules refused what somebody wanted to enter: counted, without a word of whom it was about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import func, insert, select

from scheduler.domain.interval import Interval
from scheduler.store.base import table_of
from scheduler.store.tables_life import RefusalRow
from scheduler.store.work import reading, writing

_refusal = table_of(RefusalRow)


def note_refusals(site: str, verb: str, rules: Iterable[str], at: datetime) -> None:
    """Note that these rules refused something at a site; each once for one request."""
    rows = [{"site_id": site, "at": at, "verb": verb, "rule": rule} for rule in sorted(set(rules))]
    if rows:
        writing().execute(insert(_refusal), rows)


def refusals_during(interval: Interval, site: str) -> Mapping[str, int]:
    """Return how many requests each rule refused at a site in the interval, by rule."""
    query = (
        select(_refusal.c.rule, func.count().label("number"))
        .where(_refusal.c.site_id == site, _refusal.c.at >= interval.start, _refusal.c.at < interval.end)
        .group_by(_refusal.c.rule)
    )
    with reading() as connection:
        return {row.rule: row.number for row in connection.execute(query)}
