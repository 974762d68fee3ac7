"""How often a scheduled message was in doubt, apart from how often it was leased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the count; it begins at nothing, so that what waits in doubt is tried soon."""
    doubts = sa.Column("doubts", BIG, nullable=False, server_default=sa.text("0"))
    op.add_column("occurrences", doubts)
