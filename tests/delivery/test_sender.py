"""What each answer of Telegram means for a message."""

from datetime import timedelta

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.delivery.sender import Gone, NotSent, Refused, Uncertain, outcome_of
from bot.delivery.transport import UnsentError


@pytest.mark.parametrize(
    "error",
    [
        NetworkError("Internal Server Error"),
        NetworkError("Bad Gateway"),
        NetworkError("the connection broke"),
        TimedOut("Telegram did not answer in time"),
        TelegramError("Invalid server response"),
    ],
)
def test_whatever_may_have_reached_telegram_is_uncertain(error: TelegramError) -> None:
    assert isinstance(outcome_of(error), Uncertain)


def test_a_429_is_certainly_not_sent_and_names_the_pause_of_that_chat() -> None:
    for pause in (7, timedelta(seconds=7)):
        assert outcome_of(RetryAfter(pause)) == NotSent(7.0, "chat", "429")


def test_a_429_that_names_no_pause_is_certainly_not_sent_too() -> None:
    outcome = outcome_of(NetworkError("Too Many Requests: retry later"))

    assert isinstance(outcome, NotSent)


@pytest.mark.parametrize("error", [UnsentError("no connection"), InvalidToken("Unauthorized")])
def test_no_connection_and_a_refused_token_hold_up_the_whole_bot(error: TelegramError) -> None:
    outcome = outcome_of(error)

    assert isinstance(outcome, NotSent)
    assert outcome.scope == "bot"


@pytest.mark.parametrize(
    "error",
    [
        Forbidden("Forbidden: bot was blocked by the user"),
        Forbidden("Forbidden: user is deactivated"),
        Forbidden("Forbidden: bot can't initiate conversation with a user"),
        BadRequest("Bad Request: chat not found"),
        BadRequest("Bad Request: PEER_ID_INVALID"),
    ],
)
def test_a_person_who_cannot_be_written_to_is_gone(error: TelegramError) -> None:
    assert isinstance(outcome_of(error), Gone)


@pytest.mark.parametrize(
    "error",
    [
        BadRequest("Bad Request: can't parse entities: unclosed tag"),
        BadRequest("Bad Request: message is too long"),
        ChatMigrated(5),
    ],
)
def test_a_message_telegram_will_never_take_is_a_defect(error: TelegramError) -> None:
    assert isinstance(outcome_of(error), Refused)
