"""Who has a patient's own pages open, and how often somebody tried in vain: kept here so that all processes know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.store.base import table_of
from scheduler.store.tables_own import OwnOpeningRow, OwnTrialRow
from scheduler.store.work import reading, writing

_opening = table_of(OwnOpeningRow)
_trial = table_of(OwnTrialRow)


@dataclass(frozen=True, slots=True)
class Opening:
    """One browser that may see a patient's own pages; `ended_at` is when its owner was done, `None` before."""

    opening_hash: str
    site: str
    patient: str
    token_hash: str
    opened_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """How many wrong birth dates came, the last one when, and until when nothing is tried."""

    wrong: int
    last_at: datetime
    locked_until: datetime | None


def keep_opening(opening: Opening) -> None:
    """Keep a new opening."""
    row = {
        "opening_hash": opening.opening_hash,
        "site_id": opening.site,
        "patient_id": opening.patient,
        "token_hash": opening.token_hash,
        "opened_at": opening.opened_at,
        "ended_at": opening.ended_at,
    }
    writing().execute(insert(_opening).values(row))


def opening_with(opening_hash: str) -> Opening | None:
    """Return the opening with this hash, ended or not; `None` where there is none."""
    with reading() as connection:
        row = connection.execute(
            select(_opening).where(_opening.c.opening_hash == opening_hash)
        ).one_or_none()
    if row is None:
        return None
    return Opening(row.opening_hash, row.site_id, row.patient_id, row.token_hash, row.opened_at, row.ended_at)


def end_opening(opening_hash: str, at: datetime) -> None:
    """Note that its owner is done; one that has ended stays as it is."""
    mine = (_opening.c.opening_hash == opening_hash, _opening.c.ended_at.is_(None))
    writing().execute(update(_opening).where(*mine).values(ended_at=at))


def forget_openings(before: datetime) -> None:
    """Forget what was opened, and what was tried last, before this instant."""
    connection = writing()
    connection.execute(delete(_opening).where(_opening.c.opened_at < before))
    # What is locked for longer than that stays locked.
    over = or_(_trial.c.locked_until.is_(None), _trial.c.locked_until < before)
    connection.execute(delete(_trial).where(_trial.c.last_at < before, over))


def locked_trial(subject: str, now: datetime) -> Trial:
    """Return what was tried about a link or network, and keep others from trying until the unit of work ends."""
    connection = writing()
    insert_one = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    first = insert_one(_trial).values(subject=subject, wrong=0, last_at=now, locked_until=None)
    connection.execute(first.on_conflict_do_nothing())
    row = connection.execute(select(_trial).where(_trial.c.subject == subject).with_for_update()).one()
    return Trial(row.wrong, row.last_at, row.locked_until)


def note_trial(subject: str, trial: Trial) -> None:
    """Write what was tried, for use after `locked_trial`."""
    values = {"wrong": trial.wrong, "last_at": trial.last_at, "locked_until": trial.locked_until}
    writing().execute(update(_trial).where(_trial.c.subject == subject).values(values))
