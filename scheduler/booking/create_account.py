"""Create an account with which somebody can sign in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import AccountRole, Actor, Permission, may
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.passwords import fault_of, hashed
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock
from scheduler.planner.proposal import Reason
from scheduler.store import accounts, clinic
from scheduler.store.accounts import Account
from scheduler.store.audit import AuditEntry, record
from scheduler.store.work import unit_of_work

_USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,62}[a-z0-9]")

_ROLES_WITH_A_DAY = frozenset({AccountRole.THERAPIST, AccountRole.NURSE, AccountRole.PRESCRIBER})


@dataclass(frozen=True, slots=True)
class CreateAccount:
    """`site` limits the account to one site (`None`: all); `staff` is the member of staff whose day it shows."""

    username: str
    password: str
    role: AccountRole
    site: str | None = None
    staff: str | None = None

    def __repr__(self) -> str:
        return f"CreateAccount(username={self.username!r}, role={self.role.value!r})"


@dataclass(frozen=True, slots=True)
class AccountCreated:
    """The account with this username can sign in now."""

    username: str


def create_account(
    command: CreateAccount, actor: Actor, clock: Clock
) -> AccountCreated | Refused | NotAllowed:
    """Create the account, or say everything that is wrong with the request."""
    if not may(actor, Permission.MANAGE_ACCOUNTS):
        return NotAllowed(Permission.MANAGE_ACCOUNTS)
    now = clock.now()
    kept = hashed(command.password)
    return retried(lambda: _attempt(command, kept, actor, now))


def _attempt(command: CreateAccount, kept: str, actor: Actor, now: datetime) -> AccountCreated | Refused:
    with unit_of_work():
        if reasons := (*_against_words(command), *_against_store(command)):
            return Refused(reasons=reasons)
        accounts.save_account(
            Account(
                username=command.username,
                role=command.role,
                staff=command.staff,
                site=command.site,
                password_hash=kept,
                active=True,
            )
        )
        details = {"role": command.role.value}
        record(
            AuditEntry(now, actor.id, "create_account", "account", command.username, details, command.site)
        )
    return AccountCreated(command.username)


def _against_words(command: CreateAccount) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    if not _USERNAME.fullmatch(command.username):
        why = "A username has 3 to 64 small letters, digits, dots, dashes or underscores, and begins with a letter."
        reasons.append(nonsense("username", why, "Choose another username."))
    if (fault := fault_of(command.password, command.username)) is not None:
        reasons.append(nonsense("password", fault, "Choose another password."))
    if command.role is AccountRole.SYSTEM:
        why = "The role system is for the command line and the jobs; nobody signs in with it."
        reasons.append(nonsense("role", why, "Choose another role."))
    if command.role in _ROLES_WITH_A_DAY and command.staff is None:
        why = f"A {command.role.value} sees their own day, so the account must say whose it is."
        reasons.append(nonsense("staff_missing", why, "Give the id of the member of staff."))
    return tuple(reasons)


def _against_store(command: CreateAccount) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    if accounts.account(command.username) is not None:
        why = f"There is an account '{command.username}' already."
        reasons.append(nonsense("username_taken", why, "Choose another username."))
    sites = {site.id for site in clinic.sites()}
    if command.site is not None and command.site not in sites:
        reasons.append(
            nonsense("unknown_site", f"There is no site '{command.site}'.", "Choose one of the clinic's.")
        )
        return tuple(reasons)
    if command.staff is not None and not _works_here(command.staff, command.site, sites):
        why = f"Nobody '{command.staff}' works at the account's site."
        reasons.append(nonsense("unknown_staff", why, "Give the id of a member of staff of that site."))
    return tuple(reasons)


def _works_here(staff: str, site: str | None, sites: set[str]) -> bool:
    places = {site} if site is not None else sites
    return any(person.id == staff for place in places for person in clinic.staff(place))
