"""What the conversation remembers between two updates."""

from __future__ import annotations

from bot.care.model import ChatId
from bot.telegram.turn import MOST_CHATS, Newest


def test_a_message_is_remembered_for_so_many_chats_and_no_more() -> None:
    newest = Newest()
    for chat in range(MOST_CHATS):
        newest[ChatId(chat)] = 7
    newest[ChatId(0)] = 8

    newest[ChatId(MOST_CHATS)] = 9

    assert len(newest) == MOST_CHATS
    assert newest[ChatId(0)] == 8  # heard of since the others
    assert ChatId(1) not in newest
