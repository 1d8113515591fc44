"""Where a web server and the `flask` command find the application."""

from __future__ import annotations

from scheduler.app import create_app
from scheduler.cli.commands import register_commands
from scheduler.config import InvalidSetting

try:
    app = create_app()
except InvalidSetting as fault:
    # A sentence is enough: whoever set it knows where.
    raise SystemExit(f"{fault}.") from fault
register_commands(app)
