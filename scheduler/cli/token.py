"""`token create`, `token list` and `token revoke`."""

from __future__ import annotations

from datetime import datetime

import click

from scheduler.access.permissions import SYSTEM, AccountRole
from scheduler.booking.create_token import CreateToken, TokenCreated, create_token
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.revoke_token import RevokeToken, revoke_token
from scheduler.cli.account import ROLES
from scheduler.cli.plain import REFUSED, PlainGroup, clock, say_json, say_not_allowed, store_ready
from scheduler.cli.wording import instant_json, reason_lines
from scheduler.store.api_tokens import ApiToken, api_tokens

token = PlainGroup("token", help="What programs sign their requests with.")

_SEES_NOBODY = (
    "A therapist's token reaches the therapist's own patients alone; without --staff it reaches none."
)


@token.command("create")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--site", metavar="ID", help="Limits the token to one site.")
@click.option("--staff", metavar="ID", help="The member of staff for whom the program acts.")
def create(name: str, role: str, site: str | None, staff: str | None) -> None:
    """Create an API token and print it, this once: only a hash of it is kept."""
    store_ready()
    outcome = create_token(CreateToken(name, AccountRole(role), site=site, staff=staff), SYSTEM, clock())
    match outcome:
        case NotAllowed():
            say_not_allowed(outcome)
        case Refused():
            for line in reason_lines(outcome.reasons):
                click.echo(line, err=True)
            raise click.exceptions.Exit(REFUSED)
        case TokenCreated():
            if role == AccountRole.THERAPIST and staff is None:
                click.echo(_SEES_NOBODY, err=True)
            click.echo(outcome.secret)


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_tokens(as_json: bool) -> None:
    """List the tokens by name, with role, reach and last use; the secrets are not known to anybody."""
    store_ready()
    found = api_tokens()
    if as_json:
        say_json([_token_json(one) for one in found])
        return
    for one in found:
        used = f"used {instant_json(one.last_used_at)}" if one.last_used_at else "never used"
        state = f"revoked {instant_json(one.revoked_at)}" if one.revoked_at else used
        reach = ", ".join([one.site or "all sites", *([f"for {one.staff}"] if one.staff else [])])
        click.echo(f"{one.name:<24} {one.role.value:<14} {reach:<24} {state}")


@token.command("revoke")
@click.argument("name")
def revoke(name: str) -> None:
    """End a token: the next request signed with it is refused."""
    store_ready()
    outcome = revoke_token(RevokeToken(name), SYSTEM, clock())
    if isinstance(outcome, NotAllowed):
        say_not_allowed(outcome)
        return
    click.echo(f"{name} is revoked.")


def _token_json(one: ApiToken) -> dict[str, str | None]:
    return {
        "name": one.name,
        "role": one.role.value,
        "site": one.site,
        "staff": one.staff,
        "created_at": instant_json(one.created_at),
        "revoked_at": _instant_or_null(one.revoked_at),
        "last_used_at": _instant_or_null(one.last_used_at),
    }


def _instant_or_null(instant: datetime | None) -> str | None:
    return instant_json(instant) if instant else None
