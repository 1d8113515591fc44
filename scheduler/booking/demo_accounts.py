"""The accounts of the demo clinic: one for every role, each with a new random password."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.access.permissions import AccountRole, Actor
from scheduler.booking.create_account import AccountCreated, CreateAccount, create_account
from scheduler.booking.passwords import fresh_password
from scheduler.domain.clock import Clock
from scheduler.domain.people import Role
from scheduler.domain.places import Site
from scheduler.store import accounts, clinic

FRONT_DESK = "front-desk"
ADMINISTRATOR = "administrator"

_STAFF_ROLES = (
    (AccountRole.THERAPIST, Role.THERAPIST, 2),
    (AccountRole.NURSE, Role.MEDICAL_MONITOR, 1),
    (AccountRole.PRESCRIBER, Role.PRESCRIBER, 1),
)
"""Which role of an account stands for which role of the staff, and how many of each can be tried."""


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """With this somebody can try the demo clinic in a role."""

    role: str
    username: str
    password: str

    def __repr__(self) -> str:
        return f"DemoSignIn({self.username!r})"


def demo_accounts_exist() -> bool:
    """Say whether the demo was loaded to the end: the accounts are made last, this one last of all."""
    return accounts.account(ADMINISTRATOR) is not None


def make_demo_accounts(site: Site, actor: Actor, clock: Clock) -> tuple[DemoSignIn, ...]:
    """Make the accounts, and return how to sign in with those that are new."""
    made: list[DemoSignIn] = []
    for username, role, staff in _wanted(site):
        password = fresh_password()
        where = None if role is AccountRole.ADMINISTRATOR else site.id
        outcome = create_account(CreateAccount(username, password, role, where, staff), actor, clock)
        if isinstance(outcome, AccountCreated):
            made.append(DemoSignIn(role.value, username, password))
    return tuple(made)


def _wanted(site: Site) -> Iterator[tuple[str, AccountRole, str | None]]:
    yield FRONT_DESK, AccountRole.FRONT_DESK, None
    people = clinic.staff(site.id)
    for account_role, role, how_many in _STAFF_ROLES:
        for person in [person for person in people if role in person.roles][:how_many]:
            yield person.id, account_role, person.id
    yield ADMINISTRATOR, AccountRole.ADMINISTRATOR, None
