"""What the figures of a stretch of time are counted from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Claim
from scheduler.domain.interval import Interval
from scheduler.domain.notice import Timeliness
from scheduler.domain.override import Override
from scheduler.domain.people import StaffMember
from scheduler.domain.places import Room, Site
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol


@dataclass(frozen=True, slots=True)
class Facts:
    """One site over one stretch of time, as known at an instant, `as_of`.

    `claims` share a moment with the stretch; `visits` start in it, those called off among them, a group's through its
    members alone. `series` are those of these visits, whole, with the protocol of each and when it was booked, by id.
    `referred_on` are the days of referral of the series that followed one, clinic-local, by id.
    `notices` say by visit how early it was called off. `overrides` were made in the stretch, and
    `refusals` say how many requests each rule refused in it.
    """

    site: Site
    rooms: tuple[Room, ...]
    staff: tuple[StaffMember, ...]
    during: Interval
    as_of: datetime
    claims: tuple[Claim, ...]
    visits: tuple[Appointment, ...]
    series: tuple[Series, ...]
    protocols: Mapping[str, Protocol]
    booked_at: Mapping[str, datetime]
    notices: Mapping[str, Timeliness]
    overrides: tuple[Override, ...]
    refusals: Mapping[str, int]
    referred_on: Mapping[str, date] = field(default_factory=dict)
