"""The request class against real sockets that behave badly in every way there is."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from telegram import Bot
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut

from bot.delivery.transport import AiohttpRequest, UnsentError, post

TOKEN = "123456:made-up-token-of-thirty-five-chars"
Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(play: Play) -> AsyncIterator[str]:
    """The address of a server that does `play` with every connection."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await play(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot"
    finally:
        server.close()


@asynccontextmanager
async def bot_at(base_url: str, read_s: float = 2.0) -> AsyncIterator[Bot]:
    request = AiohttpRequest(read_s=read_s)
    await request.initialize()
    try:
        yield Bot(TOKEN, base_url=base_url, request=request)
    finally:
        await request.shutdown()


def answering(body: bytes, status: str = "200 OK") -> Play:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return play


async def test_a_refused_connection_is_told_as_certainly_not_sent() -> None:
    async with listening(answering(b"")) as address:
        pass

    async with bot_at(address) as bot:
        with pytest.raises(UnsentError):
            await bot.get_me()


async def test_a_full_pool_is_told_as_certainly_not_sent() -> None:
    async def never_answer(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    request = AiohttpRequest(connections=1)
    await request.initialize()
    async with listening(never_answer) as address:
        bot = Bot(TOKEN, base_url=address, request=request)
        first = asyncio.create_task(bot.get_me())
        await asyncio.sleep(0.05)

        with pytest.raises(UnsentError):
            await bot.get_me(connect_timeout=0.05, pool_timeout=0.05)

        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await request.shutdown()


async def test_an_answer_that_does_not_come_in_time_is_a_timeout_and_not_called_unsent() -> None:
    async def never_answer(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(never_answer) as address, bot_at(address, read_s=0.05) as bot:
        with pytest.raises(TimedOut):
            await bot.get_me()


async def test_a_reset_after_the_request_was_written_is_not_called_unsent() -> None:
    async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    async with listening(hang_up) as address, bot_at(address) as bot:
        with pytest.raises(NetworkError) as caught:
            await bot.get_me()

    assert not isinstance(caught.value, UnsentError)


async def test_a_post_is_never_repeated_behind_our_back() -> None:
    connections = 0

    async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")

    async with listening(hang_up) as address, bot_at(address) as bot:
        with pytest.raises(NetworkError):
            await bot.get_me()

    assert connections == 1


async def test_an_answer_that_drips_in_is_cut_off() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.02)

    async with listening(drip) as address, bot_at(address, read_s=0.2) as bot:
        with pytest.raises(TimedOut):
            await bot.get_me(connect_timeout=1.0, pool_timeout=0.05, write_timeout=0.05)


async def test_a_file_goes_out_as_a_form_with_its_fields() -> None:
    heard = bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        heard.extend(head + await reader.readexactly(length))
        refusal = b'{"ok":false,"error_code":400,"description":"Bad Request: heard"}'
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n" % len(refusal))
        writer.write(refusal)
        await writer.drain()

    async with listening(listen) as address, bot_at(address) as bot:
        with pytest.raises(BadRequest, match="Heard"):
            await bot.send_photo(1001, b"\x89PNG picture", caption="A & B")

    assert b"multipart/form-data" in heard
    assert b"\x89PNG picture" in heard
    assert b"A & B" in heard


async def test_junk_in_place_of_json_is_an_error_that_does_not_quote_it() -> None:
    junk = answering(b"<html>someone's words</html>")
    async with listening(junk) as address, bot_at(address) as bot:
        with pytest.raises(TelegramError) as caught:
            await bot.get_me()

    assert "words" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "heard"), [(b'{"ok":true,"result":{"id":1}}', 1), (b"<html>log in first</html>", 0)]
)
async def test_only_telegrams_own_answer_counts_as_hearing_from_it(body: bytes, heard: int) -> None:
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += 1

    request = AiohttpRequest(on_success=count)
    await request.initialize()
    async with listening(answering(body)) as address:
        with contextlib.suppress(TelegramError):
            await post(Bot(TOKEN, base_url=address, request=request), "getMe", {})
    await request.shutdown()

    assert counted == heard


async def test_a_file_is_fetched_as_it_is() -> None:
    async with listening(answering(b"\x00\x01picture")) as address, bot_at(address) as bot:
        assert await bot.request.retrieve(address + "/file") == b"\x00\x01picture"


async def test_the_token_is_in_no_error_and_no_log_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    async with listening(answering(b"{}", "302 Found")) as address:
        pass

    for base_url in (address, "http://[malformed/bot"):
        async with bot_at(base_url) as bot:
            with pytest.raises(NetworkError) as caught:
                await bot.get_me()
        assert TOKEN not in repr(caught.value)
        assert caught.value.__suppress_context__

    assert TOKEN not in caplog.text


async def test_what_an_edited_message_looks_like_is_not_read_and_an_error_is() -> None:
    async with (
        listening(answering(b'{"ok":true,"result":{"message_id":1}}')) as address,
        bot_at(address) as bot,
    ):
        assert await bot.edit_message_text("Well done.", 1, 1) is True

    refused = b'{"ok":false,"error_code":400,"description":"Bad Request: message is not modified"}'
    play = answering(refused, "400 Bad Request")
    async with listening(play) as address, bot_at(address) as bot:
        with pytest.raises(BadRequest, match="not modified"):
            await bot.edit_message_text("Well done.", 1, 1)
