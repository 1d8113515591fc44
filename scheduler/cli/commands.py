"""Every command, registered in one place."""

from __future__ import annotations

from flask import Flask

from scheduler.cli.account import account
from scheduler.cli.adopt import adopt_newer_version
from scheduler.cli.clinic import clinic
from scheduler.cli.demo import demo
from scheduler.cli.feed import feed
from scheduler.cli.jobs import jobs
from scheduler.cli.recheck import recheck_all
from scheduler.cli.reminders import reminders
from scheduler.cli.rules import rules
from scheduler.cli.series import series
from scheduler.cli.token import token


def register_commands(app: Flask) -> None:
    """Give the application its commands."""
    series.add_command(adopt_newer_version)
    for command in (account, clinic, demo, feed, jobs, recheck_all, reminders, rules, series, token):
        app.cli.add_command(command)
