"""Conflicts: rules that standing series break since something changed, kept until each is resolved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, select, update

from scheduler.domain.errors import NotFound
from scheduler.rules.finding import Level
from scheduler.store.base import table_of
from scheduler.store.tables_life import ConflictRow
from scheduler.store.work import reading, writing

_conflict = table_of(ConflictRow)
_UNRESOLVED = _conflict.c.resolved_at.is_(None)
_ACCEPTED = _conflict.c.accepted_at.is_not(None)
_OPEN = and_(_UNRESOLVED, ~_ACCEPTED)


class Resolution(StrEnum):
    """How a conflict ended.

    `MENDED`: in a way that was chosen for it; `ELSEWHERE`: the rule is kept again, whatever was done, or a gate was
    overridden at the visit; `OVER`: its visits are over.
    """

    MENDED = "mended"
    ELSEWHERE = "elsewhere"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Somebody accepts a conflict as it is told: the account, the instant, and a reason that holds nothing clinical."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class VisitConflict:
    """A rule that a series breaks in the visits of these steps.

    `why` and `mend` are as in findings and may name staff, never the patient. `visit_starts_at` is the start of the first of
    the visits that is still to come; `cause` what was changed, in a word. `resolved_at` is `None` while it lasts;
    `acceptance` is by whom it was accepted as it is told here, `None` while it is open.
    """

    id: str
    site: str
    series: str
    rule: str
    level: Level
    steps: tuple[str, ...]
    why: str
    mend: str
    visit_starts_at: datetime
    cause: str
    found_at: datetime
    resolved_at: datetime | None = None
    resolution: Resolution | None = None
    acceptance: Acceptance | None = None

    @property
    def key(self) -> tuple[str, frozenset[str]]:
        """What tells it from the others of its series: the rule and the visits."""
        return self.rule, frozenset(self.steps)


def conflict(id: str) -> VisitConflict:
    """Return a conflict, open or resolved. Raises `NotFound`."""
    found = _load([_conflict.c.id == id])
    if not found:
        raise NotFound(f"There is no conflict '{id}'")
    return found[0]


def open_conflicts(site: str | None = None, series: Iterable[str] | None = None) -> tuple[VisitConflict, ...]:
    """Return the open conflicts by when their visits start; of one site and of some series alone, if these are given."""
    return _chosen(_OPEN, site, series)


def accepted_conflicts(site: str | None = None) -> tuple[VisitConflict, ...]:
    """Return the conflicts that last and were accepted, by when their visits start; of one site or of all."""
    return _chosen(and_(_UNRESOLVED, _ACCEPTED), site, None)


def lasting_conflicts(
    site: str | None = None, series: Iterable[str] | None = None
) -> tuple[VisitConflict, ...]:
    """Return the open conflicts and those that were accepted, in the same order."""
    return _chosen(_UNRESOLVED, site, series)


def _chosen(
    what: ColumnElement[bool], site: str | None, series: Iterable[str] | None
) -> tuple[VisitConflict, ...]:
    where: list[ColumnElement[bool]] = [what]
    if site is not None:
        where.append(_conflict.c.site_id == site)
    if series is not None:
        where.append(_conflict.c.series_id.in_(sorted(set(series))))
    return _load(where)


def all_conflicts() -> tuple[VisitConflict, ...]:
    """Return every conflict that there ever was, by when their visits start."""
    return _load([])


def conflicts_of_series(series: str) -> tuple[VisitConflict, ...]:
    """Return every conflict that a series ever had, by when its visits start."""
    return _load([_conflict.c.series_id == series])


def count_open(site: str | None) -> int:
    """Return how many conflicts are open at a site, at all of them for `None`."""
    query = select(func.count()).where(_OPEN)
    if site is not None:
        query = query.where(_conflict.c.site_id == site)
    with reading() as connection:
        return int(connection.execute(query).scalar_one())


def add(conflicts: Iterable[VisitConflict]) -> None:
    """Keep new conflicts."""
    rows = [_row(one) for one in conflicts]
    if rows:
        writing().execute(insert(_conflict), rows)


def rewrite(one: VisitConflict) -> None:
    """Write what is different about a conflict that is kept."""
    writing().execute(update(_conflict).where(_conflict.c.id == one.id).values(_row(one)))


def resolve(ids: Iterable[str], resolution: Resolution, at: datetime) -> None:
    """Close conflicts; those closed already stay as they are."""
    chosen = _conflict.c.id.in_(sorted(set(ids)))
    values = {"resolved_at": at, "resolution": resolution.value}
    writing().execute(update(_conflict).where(chosen, _UNRESOLVED).values(values))


def _row(one: VisitConflict) -> dict[str, Any]:
    return {
        "id": one.id,
        "site_id": one.site,
        "series_id": one.series,
        "rule": one.rule,
        "level": one.level.value,
        "steps": list(one.steps),
        "why": one.why,
        "mend": one.mend,
        "visit_starts_at": one.visit_starts_at,
        "cause": one.cause,
        "found_at": one.found_at,
        "resolved_at": one.resolved_at,
        "resolution": one.resolution.value if one.resolution else "",
        "accepted_at": one.acceptance.at if one.acceptance else None,
        "accepted_by": one.acceptance.by if one.acceptance else None,
        "accepted_reason": one.acceptance.reason if one.acceptance else None,
    }


def _load(where: Iterable[ColumnElement[bool]]) -> tuple[VisitConflict, ...]:
    query = (
        select(_conflict)
        .where(*where)
        .order_by(_conflict.c.visit_starts_at, _conflict.c.series_id, _conflict.c.rule, _conflict.c.id)
    )
    with reading() as connection:
        return tuple(_from(row) for row in connection.execute(query))


def _from(row: Any) -> VisitConflict:
    return VisitConflict(
        id=row.id,
        site=row.site_id,
        series=row.series_id,
        rule=row.rule,
        level=Level(row.level),
        steps=tuple(row.steps),
        why=row.why,
        mend=row.mend,
        visit_starts_at=row.visit_starts_at,
        cause=row.cause,
        found_at=row.found_at,
        resolved_at=row.resolved_at,
        resolution=Resolution(row.resolution) if row.resolution else None,
        acceptance=Acceptance(row.accepted_by or "", row.accepted_at, row.accepted_reason or "")
        if row.accepted_at
        else None,
    )
