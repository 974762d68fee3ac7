"""Exercises of people's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table that holds them."""
    op.create_table(
        "own_exercises",
        sa.Column("id", BIG, nullable=False),
        sa.Column(
            "person_id",
            BIG,
            sa.ForeignKey("people.id", name="fk_own_exercises_person_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("added_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_own_exercises"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("own_exercises_person", "own_exercises", ["person_id"])
