"""`account create`."""

from __future__ import annotations

import click

from scheduler.access.permissions import SYSTEM, AccountRole
from scheduler.booking.create_account import AccountCreated, CreateAccount, create_account
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.cli.plain import REFUSED, PlainGroup, clock, say_not_allowed, store_ready
from scheduler.cli.wording import reason_lines

account = PlainGroup("account", help="Who may sign in.")

ROLES = [role.value for role in AccountRole if role is not AccountRole.SYSTEM]


@account.command("create")
@click.argument("username")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--site", metavar="ID", help="Limits the account to one site.")
@click.option("--staff", metavar="ID", help="The member of staff whose day the account shows.")
@click.password_option(help="Asked for when not given; a command line is kept in histories.")
def create(username: str, role: str, site: str | None, staff: str | None, password: str) -> None:
    """Create an account; the password is asked for."""
    store_ready()
    outcome = create_account(
        CreateAccount(username, password, AccountRole(role), site=site, staff=staff), SYSTEM, clock()
    )
    match outcome:
        case NotAllowed():
            say_not_allowed(outcome)
        case Refused():
            for line in reason_lines(outcome.reasons):
                click.echo(line, err=True)
            raise click.exceptions.Exit(REFUSED)
        case AccountCreated():
            click.echo(f"{outcome.username} can sign in now.")
