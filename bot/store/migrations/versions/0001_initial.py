"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create every table, and the one row of the budget."""
    op.create_table(
        "budget",
        sa.Column("id", SMALL, autoincrement=False, nullable=False),
        sa.Column("next_us", BIG, nullable=False),
        sa.Column("paused_until", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_budget"),
        sqlite_strict=True,
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_facts"),
        sqlite_strict=True,
    )
    op.create_table(
        "inbox",
        sa.Column("update_id", BIG, autoincrement=False, nullable=False),
        sa.Column("chat_id", BIG),
        sa.Column("payload", sa.LargeBinary),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", SMALL, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("received_at", BIG, nullable=False),
        sa.Column("closed_at", BIG),
        sa.PrimaryKeyConstraint("update_id", name="pk_inbox"),
        sqlite_strict=True,
    )
    op.create_index(
        "inbox_pending",
        "inbox",
        ["update_id"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "people",
        sa.Column("id", BIG, nullable=False),
        sa.Column("chat_id", BIG, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("zone", sa.Text),
        sa.Column("country", sa.Text),
        sa.Column("consented_at", BIG),
        sa.Column("course", SMALL, nullable=False),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("preferences", sa.Text, nullable=False),
        sa.Column("dialog", sa.Text),
        sa.Column("created_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("people_chat", "people", ["chat_id"], unique=True)
    op.create_table(
        "notes",
        sa.Column("id", BIG, nullable=False),
        sa.Column(
            "person_id",
            BIG,
            sa.ForeignKey("people.id", name="fk_notes_person_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sqlite_strict=True,
    )
    op.create_index("notes_person", "notes", ["person_id"])
    op.create_table(
        "sessions",
        sa.Column("id", BIG, nullable=False),
        sa.Column(
            "person_id",
            BIG,
            sa.ForeignKey("people.id", name="fk_sessions_person_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("course", SMALL, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("pain_before", SMALL),
        sa.Column("plan_version", SMALL, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("sessions_person", "sessions", ["person_id", "at"])
    op.create_table(
        "interviews",
        sa.Column("id", BIG, nullable=False),
        sa.Column(
            "person_id",
            BIG,
            sa.ForeignKey("people.id", name="fk_interviews_person_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("course", SMALL, nullable=False),
        sa.Column(
            "session_id",
            BIG,
            sa.ForeignKey("sessions.id", name="fk_interviews_session_id", ondelete="SET NULL"),
        ),
        sa.Column("occurrence_id", BIG),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("opened_at", BIG, nullable=False),
        sa.Column("closed_at", BIG),
        sa.Column("shown", sa.Text),
        sa.Column("level", sa.Text),
        sa.Column("reasons", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_interviews"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("interviews_occurrence", "interviews", ["occurrence_id"], unique=True)
    op.create_index(
        "interviews_open",
        "interviews",
        ["opened_at"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("interviews_person", "interviews", ["person_id", "opened_at"])
    op.create_index("interviews_session", "interviews", ["session_id"])
    op.create_table(
        "answers",
        sa.Column("id", BIG, nullable=False),
        sa.Column(
            "interview_id",
            BIG,
            sa.ForeignKey("interviews.id", name="fk_answers_interview_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("confirmed", SMALL, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
        sqlite_strict=True,
    )
    op.create_index("answers_interview", "answers", ["interview_id"])
    op.create_table(
        "escalations",
        sa.Column("id", BIG, nullable=False),
        sa.Column(
            "person_id",
            BIG,
            sa.ForeignKey("people.id", name="fk_escalations_person_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("opened_at", BIG, nullable=False),
        sa.Column("changed_at", BIG, nullable=False),
        sa.Column(
            "interview_id",
            BIG,
            sa.ForeignKey("interviews.id", name="fk_escalations_interview_id", ondelete="SET NULL"),
        ),
        sa.Column("release", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_escalations"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("escalations_interview", "escalations", ["interview_id"])
    op.create_index(
        "escalations_one_open",
        "escalations",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('open', 'helped', 'stopped')"),
        postgresql_where=sa.text("state IN ('open', 'helped', 'stopped')"),
    )
    op.create_index("escalations_person", "escalations", ["person_id", "id"])
    op.create_table(
        "occurrences",
        sa.Column("id", BIG, nullable=False),
        sa.Column(
            "person_id",
            BIG,
            sa.ForeignKey("people.id", name="fk_occurrences_person_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("chat_id", BIG, nullable=False),
        sa.Column(
            "session_id",
            BIG,
            sa.ForeignKey("sessions.id", name="fk_occurrences_session_id", ondelete="CASCADE"),
        ),
        sa.Column(
            "escalation_id",
            BIG,
            sa.ForeignKey(
                "escalations.id", name="fk_occurrences_escalation_id", ondelete="CASCADE"
            ),
        ),
        sa.Column("plan_version", SMALL, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("priority", SMALL, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("sequence", BIG, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("due_at", BIG, nullable=False),
        sa.Column("expires_at", BIG),
        sa.Column("local_date", sa.Text),
        sa.Column("wall", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", SMALL, nullable=False),
        sa.Column("repeat", SMALL, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("leased_until", BIG),
        sa.Column("message_id", BIG),
        sa.Column("sent_at", BIG),
        sa.Column("response", sa.Text),
        sa.Column("responded_at", BIG),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_occurrences"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(
        "occurrences_leases",
        "occurrences",
        ["leased_until"],
        sqlite_where=sa.text("state = 'leased'"),
        postgresql_where=sa.text("state = 'leased'"),
    )
    op.create_index(
        "occurrences_of_escalation",
        "occurrences",
        ["escalation_id", "item", "sequence"],
        unique=True,
        sqlite_where=sa.text("escalation_id IS NOT NULL"),
        postgresql_where=sa.text("escalation_id IS NOT NULL"),
    )
    op.create_index(
        "occurrences_of_neither",
        "occurrences",
        ["person_id", "item", "sequence", "plan_version"],
        unique=True,
        sqlite_where=sa.text("session_id IS NULL AND escalation_id IS NULL"),
        postgresql_where=sa.text("session_id IS NULL AND escalation_id IS NULL"),
    )
    op.create_index(
        "occurrences_of_session",
        "occurrences",
        ["session_id", "item", "sequence", "plan_version"],
        unique=True,
        sqlite_where=sa.text("session_id IS NOT NULL"),
        postgresql_where=sa.text("session_id IS NOT NULL"),
    )
    op.create_index("occurrences_person", "occurrences", ["person_id"])
    op.create_index(
        "occurrences_queue",
        "occurrences",
        ["priority", "due_at"],
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_table(
        "responses",
        sa.Column("id", BIG, nullable=False),
        sa.Column(
            "escalation_id",
            BIG,
            sa.ForeignKey("escalations.id", name="fk_responses_escalation_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("response", sa.Text, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_responses"),
        sqlite_strict=True,
    )
    op.create_index("responses_escalation", "responses", ["escalation_id"])
    op.execute("INSERT INTO budget (id, next_us, paused_until) VALUES (1, 0, 0)")
