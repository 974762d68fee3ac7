"""Every table there is. The migrations must add up to exactly this (a test compares them).

Rows of a person go with the person: each foreign key cascades, so that erasing is one DELETE.
Ids are never used twice (AUTOINCREMENT on SQLite): a button of an erased person must not point
at someone else's row.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

from bot.care.model import EscalationState, InterviewState, Kind, OccurrenceState, Status
from bot.store.columns import Big, Small, flag, instant, json, local_date, wall_time, word

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Big, primary_key=True)


def _person() -> Column[int]:
    return Column("person_id", Big, ForeignKey("people.id", ondelete="CASCADE"), nullable=False)


people = Table(
    "people",
    metadata,
    _id(),
    Column("chat_id", Big, nullable=False),
    Column("language", Text, nullable=False),
    Column("status", word(Status), nullable=False),
    Column("zone", Text),
    Column("country", Text),
    Column("consented_at", instant),
    Column("course", Small, nullable=False),
    Column("profile", Text, nullable=False),  # JSON
    Column("preferences", Text, nullable=False),  # JSON
    Column("dialog", json),
    Column("created_at", instant, nullable=False),
    Index("people_chat", "chat_id", unique=True),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

notes = Table(
    "notes",
    metadata,
    _id(),
    _person(),
    Column("text", Text, nullable=False),
    Column("at", instant, nullable=False),
    Index("notes_person", "person_id"),
    sqlite_strict=True,
)

own_exercises = Table(
    "own_exercises",
    metadata,
    _id(),
    _person(),
    Column("name", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("added_at", instant, nullable=False),
    Index("own_exercises_person", "person_id"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

sessions = Table(
    "sessions",
    metadata,
    _id(),
    _person(),
    Column("course", Small, nullable=False),
    Column("at", instant, nullable=False),
    Column("pain_before", Small),
    Column("plan_version", Small, nullable=False),
    Column("created_at", instant, nullable=False),
    Index("sessions_person", "person_id", "at"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

WAITING = text("state = 'open'")

interviews = Table(
    "interviews",
    metadata,
    _id(),
    _person(),
    Column("kind", Text, nullable=False),
    Column("course", Small, nullable=False),
    Column("session_id", Big, ForeignKey("sessions.id", ondelete="SET NULL")),
    # No foreign key, which would close a circle of tables. Ids are never used again.
    Column("occurrence_id", Big),
    Column("state", word(InterviewState), nullable=False),
    Column("opened_at", instant, nullable=False),
    Column("closed_at", instant),
    Column("shown", Text),
    Column("level", Text),
    Column("reasons", json),
    Index("interviews_person", "person_id", "opened_at"),
    Index("interviews_open", "opened_at", sqlite_where=WAITING, postgresql_where=WAITING),
    Index("interviews_session", "session_id"),
    Index("interviews_occurrence", "occurrence_id", unique=True),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

answers = Table(
    "answers",
    metadata,
    _id(),
    Column("interview_id", Big, ForeignKey("interviews.id", ondelete="CASCADE"), nullable=False),
    Column("question", Text, nullable=False),
    Column("value", json),
    Column("confirmed", flag, nullable=False),
    Column("at", instant, nullable=False),
    Index("answers_interview", "interview_id"),
    sqlite_strict=True,
)

OPEN = text("state IN ('open', 'helped', 'stopped')")

escalations = Table(
    "escalations",
    metadata,
    _id(),
    _person(),
    Column("level", Text, nullable=False),
    Column("reasons", json, nullable=False),
    Column("state", word(EscalationState), nullable=False),
    Column("opened_at", instant, nullable=False),
    Column("changed_at", instant, nullable=False),
    Column("interview_id", Big, ForeignKey("interviews.id", ondelete="SET NULL")),
    Column("release", Text),
    Index("escalations_person", "person_id", "id"),
    Index("escalations_interview", "interview_id"),
    Index(
        "escalations_one_open", "person_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    ),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

responses = Table(
    "responses",
    metadata,
    _id(),
    Column("escalation_id", Big, ForeignKey("escalations.id", ondelete="CASCADE"), nullable=False),
    Column("response", Text, nullable=False),
    Column("at", instant, nullable=False),
    Index("responses_escalation", "escalation_id"),
    sqlite_strict=True,
)

# The queue. Partial indexes keep what was sent long ago out of the way of what is due.
PLANNED = text("state = 'planned'")
LEASED = text("state = 'leased'")
NONE_YET = text("0")
OF_SESSION = text("session_id IS NOT NULL")
OF_ESCALATION = text("escalation_id IS NOT NULL")
OF_NEITHER = text("session_id IS NULL AND escalation_id IS NULL")

occurrences = Table(
    "occurrences",
    metadata,
    _id(),
    _person(),
    Column("chat_id", Big, nullable=False),
    Column("session_id", Big, ForeignKey("sessions.id", ondelete="CASCADE")),
    Column("escalation_id", Big, ForeignKey("escalations.id", ondelete="CASCADE")),
    Column("plan_version", Small, nullable=False),
    Column("kind", word(Kind), nullable=False),
    Column("priority", Small, nullable=False),
    Column("item", Text, nullable=False),
    Column("sequence", Big, nullable=False),
    Column("subject", Text),
    Column("due_at", instant, nullable=False),
    Column("expires_at", instant),
    Column("local_date", local_date),
    Column("wall", wall_time),
    Column("state", word(OccurrenceState), nullable=False),
    Column("attempts", Big, nullable=False),
    Column("repeat", flag, nullable=False),
    Column("owner", Text),
    Column("leased_until", instant),
    Column("message_id", Big),
    Column("sent_at", instant),
    Column("response", Text),
    Column("responded_at", instant),
    Column("reason", Text),
    Column("doubts", Big, nullable=False, server_default=NONE_YET),
    Column("put_off_ms", Big),
    Index("occurrences_person", "person_id"),
    Index(
        "occurrences_queue",
        "priority",
        "due_at",
        sqlite_where=PLANNED,
        postgresql_where=PLANNED,
    ),
    Index("occurrences_leases", "leased_until", sqlite_where=LEASED, postgresql_where=LEASED),
    Index(
        "occurrences_of_session",
        "session_id",
        "item",
        "sequence",
        "plan_version",
        unique=True,
        sqlite_where=OF_SESSION,
        postgresql_where=OF_SESSION,
    ),
    Index(
        "occurrences_of_escalation",
        "escalation_id",
        "item",
        "sequence",
        unique=True,
        sqlite_where=OF_ESCALATION,
        postgresql_where=OF_ESCALATION,
    ),
    Index(
        "occurrences_of_neither",
        "person_id",
        "item",
        "sequence",
        "plan_version",
        unique=True,
        sqlite_where=OF_NEITHER,
        postgresql_where=OF_NEITHER,
    ),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

PENDING = text("state = 'pending'")

inbox = Table(
    "inbox",
    metadata,
    Column("update_id", Big, primary_key=True, autoincrement=False),
    Column("chat_id", Big),
    Column("payload", LargeBinary),
    Column("state", Text, nullable=False),
    Column("attempts", Big, nullable=False),
    Column("reason", Text),
    Column("received_at", instant, nullable=False),
    Column("closed_at", instant),
    Index("inbox_pending", "update_id", sqlite_where=PENDING, postgresql_where=PENDING),
    sqlite_strict=True,
)

# One row: the next free send slot of the whole bot, in microseconds since 1970, because 30 a
# second do not divide into milliseconds.
budget = Table(
    "budget",
    metadata,
    Column("id", Small, primary_key=True, autoincrement=False),
    Column("next_us", Big, nullable=False),
    Column("paused_until", instant, nullable=False),
    sqlite_strict=True,
)

facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", json, nullable=False),
    sqlite_strict=True,
)
