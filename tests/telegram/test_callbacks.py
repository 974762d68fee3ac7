"""What a button says when it is tapped, in Telegram's 64 bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import available_timezones

import pytest

from bot.care.timing import is_zone
from bot.telegram.callbacks import HIGHEST, LIMIT, Callback, decode, encode
from bot.telegram.views.interview import ACTS

if TYPE_CHECKING:
    from bot.library.library import Library


def test_what_a_button_says_is_read_back() -> None:
    data = encode("a", 7, "danger_now", "t", "fever")

    assert data == "v1:a:7:danger_now:t:fever"
    callback = decode(data)
    assert callback == Callback("a", ("7", "danger_now", "t", "fever"))
    assert callback is not None
    assert (callback.number(0), callback.word(3)) == (7, "fever")


def test_a_button_without_arguments_is_its_action() -> None:
    assert decode(encode("worse")) == Callback("worse", ())


def test_sixty_four_bytes_fit_and_one_more_is_refused() -> None:
    room = LIMIT - len("v1:a:")

    assert len(encode("a", "x" * room)) == 64
    with pytest.raises(ValueError, match="over 64 bytes"):
        encode("a", "x" * (room + 1))


def test_it_is_bytes_that_count_and_not_letters() -> None:
    with pytest.raises(ValueError, match="over 64 bytes"):
        encode("a", "ü" * 30)


@pytest.mark.parametrize("data", ["", "v1", "v1:", "v2:a:7", "a:7", "V1:a", ":a"])
def test_data_of_no_form_of_ours_is_told_apart(data: str) -> None:
    assert decode(data) is None


@pytest.mark.parametrize("word", ["", "x", "-1", "1.5", str(HIGHEST), "9" * 40])
def test_a_number_no_database_holds_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=r"id or time|invalid literal"):
        Callback("n", (word,)).number(0)


def test_the_highest_id_there_can_be_is_taken() -> None:
    assert Callback("n", (str(HIGHEST - 1),)).number(0) == HIGHEST - 1


def test_an_argument_that_is_missing_is_refused() -> None:
    with pytest.raises(ValueError, match="n has no argument 1"):
        Callback("n", ("7",)).word(1)
    with pytest.raises(ValueError, match="n has no argument 0"):
        Callback("n", ()).number(0)


def test_every_answer_of_every_question_fits_with_the_longest_id(shipped: Library) -> None:
    for question in shipped.questions:
        for option in question.options or ("10",):
            for act in ACTS:
                assert decode(encode("a", HIGHEST - 1, question.id, act, option))


def test_every_zone_and_every_guide_fits(shipped: Library) -> None:
    words = [("zone", each) for each in available_timezones() if is_zone(each)]
    words += [("guide", each.id) for each in shipped.language("en").guides]

    for action, word in words:
        callback = decode(encode(action, word, 99))
        assert callback == Callback(action, (word, "99"))
