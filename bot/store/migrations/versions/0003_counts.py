"""Counts of their own for leases and for doubts, and none that runs out of numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SMALL = sa.SmallInteger()
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the count of doubts, and widen what PostgreSQL kept in two bytes.

    The doubts begin at none, so that what waits in doubt is tried soon.
    """
    doubts = sa.Column("doubts", BIG, nullable=False, server_default=sa.text("0"))
    op.add_column("occurrences", doubts)
    if op.get_bind().dialect.name == "postgresql":
        for table in ("occurrences", "inbox"):
            op.alter_column(table, "attempts", existing_type=SMALL, type_=sa.BigInteger())
