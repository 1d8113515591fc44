"""Tables of where treatment happens: sites with hours and closures, rooms with what they are fit for."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.store.base import Json, Key, OfSite, Row, RowNumber


class SiteRow(Row):
    """A site; hours of notice, and of making no decisions after a dose, are the usual ones where they are left out.

    `calendar_words` are a JSON object of texts, nothing for the usual words; `reminder_times` one of numbers that differ
    from the usual ones, nothing for none; `message_words` those of messages that it has words of its own for; `urgent_help`
    a JSON list of names and numbers, nothing for none. `holiday_region` is empty where none was chosen.
    """

    __tablename__ = "site"

    id: Mapped[Key]
    name: Mapped[str]
    public_name: Mapped[str]
    zone: Mapped[str]
    phone: Mapped[str]
    address: Mapped[str]
    notice_dosing_hours: Mapped[int | None]
    notice_other_hours: Mapped[int | None]
    no_decisions_hours: Mapped[int | None]
    dormant_days: Mapped[int | None]
    calendar_words: Mapped[Json | None]
    reminder_times: Mapped[Json | None]
    language: Mapped[str] = mapped_column(server_default="en")
    message_words: Mapped[Json | None]
    urgent_help: Mapped[Json | None]
    holiday_region: Mapped[str] = mapped_column(server_default="")


class SiteHoursRow(Row):
    """One stretch of a site's opening hours, in clinic-local wall time; weekday 0 is Monday."""

    __tablename__ = "site_hours"
    __table_args__ = (CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),)

    id: Mapped[RowNumber]
    site_id: Mapped[OfSite]
    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]


class ClosureRow(Row):
    """Whole clinic-local days on which a site is shut, both included."""

    __tablename__ = "closure"
    __table_args__ = (CheckConstraint("last_day >= first_day", name="days"),)

    id: Mapped[RowNumber]
    site_id: Mapped[OfSite]
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str]


class RoomRow(Row):
    """A room; `capabilities` is a JSON list, `places` how many patients it holds at once."""

    __tablename__ = "room"

    id: Mapped[str] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    site_id: Mapped[OfSite]
    name: Mapped[str]
    capabilities: Mapped[Json]
    places: Mapped[int] = mapped_column(server_default="1")


class RoomOutageRow(Row):
    """A stretch of time in which a room is out of use."""

    __tablename__ = "room_outage"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="not_empty"),)

    id: Mapped[RowNumber]
    site_id: Mapped[OfSite]
    room_id: Mapped[str] = mapped_column(ForeignKey("room.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
