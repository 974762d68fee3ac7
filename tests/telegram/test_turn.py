"""What the conversation remembers between two updates."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from bot.care.model import ChatId
from bot.telegram.turn import MOST_CHATS, House

if TYPE_CHECKING:
    from datetime import datetime

    from bot.service.practice import Practice


def never() -> datetime:
    raise AssertionError("nobody asks for the time")


def test_which_answer_can_be_changed_is_remembered_for_so_many_chats_and_no_more() -> None:
    house = House(cast("Practice", None), never, wake=lambda: None, language="en")

    for chat in range(MOST_CHATS):
        assert house.move_change(ChatId(chat), 7) is None
    assert house.move_change(ChatId(0), 8) == 7
    house.move_change(ChatId(MOST_CHATS), 9)

    assert len(house.changeable) == MOST_CHATS
    assert house.move_change(ChatId(0), 10) == 8  # heard of since the others
