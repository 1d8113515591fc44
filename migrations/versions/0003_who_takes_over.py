"""Several people in one role of a visit: each row of who serves says from which segment of the role."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLE = "appointment_staff"
KEPT = "appointment_id, role, site_id, staff_id"


def upgrade() -> None:
    """Let a role have a row for each hand-over; who serves so far begins and serves on."""
    _make_anew(
        ["appointment_id", "role", "segment"], f"INSERT INTO {TABLE} ({KEPT}, segment) SELECT {KEPT}, 0 FROM "
    )


def downgrade() -> None:
    """Go back to one row a role: who begins. Those who take over are lost."""
    _make_anew(
        ["appointment_id", "role"], f"INSERT INTO {TABLE} ({KEPT}) SELECT {KEPT} FROM ", "WHERE segment = 0"
    )


def _make_anew(key: list[str], fill: str, which: str = "") -> None:
    """Create the table with another key and fill it from the one there was: SQLite cannot change a key in place."""
    before = f"{TABLE}_before"
    op.execute(f"CREATE TABLE {before} AS SELECT * FROM {TABLE}")
    op.drop_table(TABLE)
    columns = [sa.Column(name, sa.String(), nullable=False) for name in KEPT.split(", ")]
    if "segment" in key:
        columns.append(sa.Column("segment", sa.Integer(), nullable=False, autoincrement=False))
    op.create_table(
        TABLE,
        *columns,
        sa.PrimaryKeyConstraint(*key, name=op.f(f"{TABLE}_pk")),
        *(
            sa.ForeignKeyConstraint([f"{whose}_id"], [f"{whose}.id"], name=op.f(f"{TABLE}_{whose}_id_fk"))
            for whose in ("appointment", "site", "staff")
        ),
    )
    op.create_index(f"{TABLE}_by_staff_id", TABLE, ["staff_id"])
    op.execute(f"{fill} {before} {which}")
    op.drop_table(before)
