"""Create an API token with which a program signs its requests; the secret is told once and kept only as a hash."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from scheduler.access.bearer_tokens import hash_of_bearer_token, new_bearer_token
from scheduler.access.permissions import AccountRole, Actor, Permission, may
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock
from scheduler.planner.proposal import Reason
from scheduler.store import clinic
from scheduler.store.api_tokens import ApiToken, api_token, save_api_token
from scheduler.store.audit import AuditEntry, record
from scheduler.store.work import unit_of_work

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class CreateToken:
    """`site` limits the token to one site (`None`: all); `staff` is the member of staff for whom the program acts."""

    name: str
    role: AccountRole
    site: str | None = None
    staff: str | None = None


@dataclass(frozen=True, slots=True)
class TokenCreated:
    """The secret, which cannot be told again."""

    name: str
    secret: str = field(repr=False)


def create_token(command: CreateToken, actor: Actor, clock: Clock) -> TokenCreated | Refused | NotAllowed:
    """Create the token, or say everything that is wrong with the request."""
    if not may(actor, Permission.MANAGE_ACCOUNTS):
        return NotAllowed(Permission.MANAGE_ACCOUNTS)
    now = clock.now()
    return retried(lambda: _attempt(command, actor, now))


def _attempt(command: CreateToken, actor: Actor, now: datetime) -> TokenCreated | Refused:
    secret = new_bearer_token()
    with unit_of_work():
        if reasons := tuple(_against(command)):
            return Refused(reasons=reasons)
        kept = hash_of_bearer_token(secret)
        save_api_token(ApiToken(command.name, command.role, command.staff, command.site, kept, now))
        details = {"role": command.role.value, "staff": command.staff}
        record(AuditEntry(now, actor.id, "create_token", "api_token", command.name, details, command.site))
    return TokenCreated(command.name, secret)


def _against(command: CreateToken) -> Iterator[Reason]:
    if not _NAME.fullmatch(command.name):
        why = "A token's name has 2 to 64 small letters, digits, dots, dashes or underscores."
        yield nonsense("name", why, "Choose another name.")
    elif api_token(command.name) is not None:
        why = f"There is or was a token '{command.name}' already."
        yield nonsense("name_taken", why, "Choose another name: the history tells tokens apart by it.")
    if command.role is AccountRole.SYSTEM:
        why = "The role system is for the command line and the jobs; nobody else acts with it."
        yield nonsense("role", why, "Choose another role.")
    sites = {site.id for site in clinic.sites()}
    if command.site is not None and command.site not in sites:
        yield nonsense("unknown_site", f"There is no site '{command.site}'.", "Choose one of the clinic's.")
    elif command.staff is not None and not _works_at(command.staff, {command.site or one for one in sites}):
        why = f"Nobody '{command.staff}' works at the token's site."
        yield nonsense("unknown_staff", why, "Give the id of a member of staff of that site.")


def _works_at(staff: str, sites: set[str]) -> bool:
    return any(person.id == staff for site in sites for person in clinic.staff(site))
