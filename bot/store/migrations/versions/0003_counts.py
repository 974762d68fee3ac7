"""Counts of leases and doubts that do not run out, and for how long a message was put off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SMALL = sa.SmallInteger()
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the count of doubts and the wait, and widen what PostgreSQL kept in two bytes.

    The doubts begin at none, so that what waits in doubt is tried soon.
    """
    doubts = sa.Column("doubts", BIG, nullable=False, server_default=sa.text("0"))
    op.add_column("occurrences", doubts)
    op.add_column("occurrences", sa.Column("put_off_ms", BIG))
    if op.get_bind().dialect.name == "postgresql":
        for table in ("occurrences", "inbox"):
            op.alter_column(table, "attempts", existing_type=SMALL, type_=sa.BigInteger())
