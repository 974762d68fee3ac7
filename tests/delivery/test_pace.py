"""One message a second to a chat, and the pauses Telegram asks for."""

from datetime import UTC, datetime, timedelta

from bot.care.model import (
    ChatId,
    Kind,
    Occurrence,
    OccurrenceId,
    OccurrenceState,
    PersonId,
    PlannedMessage,
)
from bot.delivery.budget import ChatPace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def message(number: int, *, chat: int = 1, kind: Kind = Kind.HYDRATION) -> Occurrence:
    return Occurrence(
        id=OccurrenceId(number),
        person_id=PersonId(chat),
        chat_id=ChatId(chat),
        session_id=None,
        escalation_id=None,
        message=PlannedMessage(
            kind=kind, item="water", sequence=number, due_at=NOW, expires_at=None
        ),
        plan_version=1,
        state=OccurrenceState.LEASED,
    )


def test_three_messages_to_one_chat_leave_a_second_apart_in_their_order() -> None:
    pace = ChatPace()

    assert [pace.admit(message(n), NOW) for n in (1, 2, 3)] == [NOW, NOW + SECOND, NOW + 2 * SECOND]
    assert pace.admit(message(2), NOW + SECOND) == NOW + SECOND
    assert pace.admit(message(3), NOW + 2 * SECOND) == NOW + 2 * SECOND


def test_two_chats_do_not_wait_for_each_other() -> None:
    pace = ChatPace()

    assert pace.admit(message(1, chat=1), NOW) == NOW
    assert pace.admit(message(2, chat=2), NOW) == NOW


def test_a_safety_message_does_not_wait_its_turn() -> None:
    pace = ChatPace()
    pace.admit(message(1), NOW)

    assert pace.admit(message(2, kind=Kind.ESCALATION), NOW) == NOW
    assert pace.admit(message(3), NOW) > NOW


def test_a_pause_holds_that_chat_even_for_safety_and_no_other() -> None:
    pace = ChatPace()
    pace.pause(ChatId(1), NOW + 5 * SECOND)

    assert pace.admit(message(1, kind=Kind.ESCALATION), NOW) == NOW + 5 * SECOND
    assert pace.admit(message(2), NOW) > NOW + 5 * SECOND
    assert pace.admit(message(3, chat=2), NOW) == NOW


def test_a_second_shorter_pause_does_not_shorten_the_first() -> None:
    pace = ChatPace()
    pace.pause(ChatId(1), NOW + 5 * SECOND)
    pace.pause(ChatId(1), NOW + SECOND)

    assert pace.admit(message(1), NOW) == NOW + 5 * SECOND


def test_a_place_kept_does_not_outweigh_a_pause_that_came_later() -> None:
    pace = ChatPace()
    pace.admit(message(1), NOW)
    pace.admit(message(2), NOW)
    pace.pause(ChatId(1), NOW + 9 * SECOND)

    assert pace.admit(message(2), NOW + SECOND) >= NOW + 9 * SECOND


def test_chats_that_are_free_again_are_forgotten() -> None:
    pace = ChatPace()
    pace.admit(message(1), NOW)
    pace.pause(ChatId(2), NOW + SECOND)

    pace.forget(NOW + 10 * SECOND)

    assert pace.admit(message(5), NOW) == NOW
    assert pace.admit(message(6, chat=2), NOW) == NOW


def test_once_the_clock_was_wrong_no_pause_of_it_holds() -> None:
    pace = ChatPace()
    pace.pause(ChatId(1), NOW + timedelta(hours=1))

    pace.clear()

    assert pace.admit(message(1, kind=Kind.ESCALATION), NOW) == NOW
