"""Runs the migrations on the application's own database, all of them in one transaction or none."""

from __future__ import annotations

from alembic import context
from flask import current_app


def run() -> None:
    """Bring the database that the application uses to the wanted migration."""
    migrate = current_app.extensions["migrate"]
    with migrate.db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=migrate.db.metadata,
            # SQLite can do this too: a migration that fails half-way leaves nothing behind.
            transactional_ddl=True,
            **migrate.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations run on a database; writing them out as SQL is not supported.")
run()
