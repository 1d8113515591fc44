"""Load the demo clinic: import it as of today, book real series through the real use case, make demo accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.demo_accounts import DemoSignIn, demo_accounts_exist, make_demo_accounts
from scheduler.booking.demo_bookings import book_demo_series
from scheduler.booking.demo_group import add_demo_group
from scheduler.booking.import_clinic import ImportClinic, ImportRefused, import_clinic
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.clinic_file.demo import demo_document
from scheduler.domain.clock import Clock, local_day
from scheduler.planner.proposal import Reason
from scheduler.store import clinic


def _silent(line: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class LoadDemo:
    """`seed` decides what is booked; `say` is told how it goes, a line at a time."""

    seed: int
    say: Callable[[str], None] = _silent


@dataclass(frozen=True, slots=True)
class DemoLoaded:
    """How many series were booked, which share of the dosing rooms' opening hours is taken, and the new sign-ins."""

    series: int
    share: float
    sign_ins: tuple[DemoSignIn, ...]


def load_demo(command: LoadDemo, actor: Actor, clock: Clock) -> DemoLoaded | Refused | NotAllowed:
    """Load the demo clinic, counted from today, into an empty database; one loaded in part is completed.

    The accounts come last: where they are, the demo was loaded, and nothing is done. Refused when another clinic is
    in the database. Passwords are returned this once, and only their hashes kept.
    """
    for permission in (Permission.IMPORT_CLINIC, Permission.BOOK_SERIES, Permission.MANAGE_ACCOUNTS):
        if not may(actor, permission):
            return NotAllowed(permission)
    document = _document(clock.now())
    if reasons := _against_loading(document):
        return Refused(reasons=reasons)
    if demo_accounts_exist():
        command.say("The demo clinic is loaded already.")
        return DemoLoaded(0, 0.0, ())
    imported = import_clinic(ImportClinic(document), actor, clock)
    if isinstance(imported, ImportRefused):
        return Refused(reasons=tuple(nonsense("clinic_file", f.sentence(), "") for f in imported.faults))
    if isinstance(imported, NotAllowed):
        return imported
    site = clinic.site(_place(document)["id"])
    command.say(f"{site.name}: {len(clinic.patients(site.id))} patients, {len(clinic.staff(site.id))} staff.")
    booked = book_demo_series(site, command.seed, actor, clock, command.say)
    in_group = add_demo_group(local_day(clock.now(), site.zone), actor, clock, command.say)
    sign_ins = make_demo_accounts(site, actor, clock)
    return DemoLoaded(booked.series + in_group, booked.share, sign_ins)


def is_demo_wanted(clock: Clock) -> bool:
    """Say whether the database is empty, or holds a demo clinic that was not loaded to the end."""
    return not _against_loading(_document(clock.now())) and not demo_accounts_exist()


def _document(now: datetime) -> Mapping[str, object]:
    """Return the demo clinic as of today, the day that it is at the clinic."""
    document = demo_document(now.date())
    today = local_day(now, _place(document)["zone"])
    return document if today == now.date() else demo_document(today)


def _place(document: Mapping[str, Any]) -> Mapping[str, str]:
    (place,) = document["sites"]
    return cast(Mapping[str, str], place)


def _against_loading(document: Mapping[str, object]) -> tuple[Reason, ...]:
    others = [site.id for site in clinic.sites() if site.id != _place(document)["id"]]
    if not others:
        return ()
    why = f"The database holds a clinic already ({', '.join(others)})."
    return (
        nonsense("other_clinic", why, "Load the demo into an empty database: set DATABASE_URL to a new one."),
    )
