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

from bot.care.model import ChatId
from bot.delivery.sender import Gone, NotSent, Parcel, Refused, Uncertain, outcome_of, send
from bot.delivery.transport import UnsentError
from tests.delivery.test_transport import answering, bot_at, listening


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


STRANGERS = [b"<html><h1>Forbidden</h1>squid</html>", b'{"error":"squid"}', b"[]", b""]


@pytest.mark.parametrize("body", STRANGERS)
@pytest.mark.parametrize(
    "status", ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "413 Big"]
)
async def test_what_something_before_telegram_answers_is_not_believed_nor_quoted(
    status: str, body: bytes
) -> None:
    async with listening(answering(body, status)) as address, bot_at(address) as bot:
        outcome = await send(bot, ChatId(5), Parcel("Drink a glass of water."))

    assert isinstance(outcome, Uncertain)
    assert status[:3] in outcome.reason
    assert "squid" not in outcome.reason


@pytest.mark.parametrize(
    ("status", "meaning"),
    [("400 Bad Request", Refused), ("403 Forbidden", Gone), ("404 Not Found", NotSent)],
)
async def test_what_telegram_itself_answers_is_believed(status: str, meaning: type) -> None:
    said = b'{"ok":false,"error_code":%d,"description":"No"}' % int(status[:3])
    async with listening(answering(said, status)) as address, bot_at(address) as bot:
        assert isinstance(await send(bot, ChatId(5), Parcel("Drink.")), meaning)


async def test_whoever_says_429_has_not_passed_the_message_on() -> None:
    play = answering(b"<html>slow down</html>", "429 Too Many Requests")
    async with listening(play) as address, bot_at(address) as bot:
        outcome = await send(bot, ChatId(5), Parcel("Drink."))

    assert isinstance(outcome, NotSent)
    assert outcome.scope == "bot"
