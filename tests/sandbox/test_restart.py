from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox import Sandbox
from bot.sandbox.person import PIXEL
from tests.sandbox.conftest import Api

if TYPE_CHECKING:
    from pathlib import Path

    import aiohttp

    from tests.sandbox.conftest import Hands


async def test_a_restarted_sandbox_goes_on_where_it_stopped(
    clock: Hands, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    async with Sandbox(now=clock.now, data=tmp_path) as before:
        api = Api(session, before)
        anna = before.person(1001, first_name="Anna", language_code="es")
        await anna.start()
        markup = {"keyboard": [["Yes"]]}
        await api("sendMessage", chat_id=1001, text="a", reply_markup=markup)
        await api("setMyCommands", commands=[{"command": "a", "description": "b"}])
        await api("deleteMessage", chat_id=1001, message_id=1)
        photo = await anna.send_photo(PIXEL)
        first = (await api("getUpdates"))[0]["update_id"]
        await api("getUpdates", offset=first + 1)

    async with Sandbox(now=clock.now, data=tmp_path) as after:
        api = Api(session, after)
        anna = after.person(1001)
        (update,) = await api("getUpdates")
        sent = await api("sendMessage", chat_id=1001, text="b")
        file_id = update["message"]["photo"][0]["file_id"]
        path = (await api("getFile", file_id=file_id))["file_path"]
        async with session.get(f"{after.file_url}{after.token}/{path}") as response:
            content = await response.read()

        assert [one.text for one in anna.messages] == ["a", "", "b"]
        assert anna.reply_keyboard == [["Yes"]]
        assert (update["update_id"], update["message"]["message_id"]) == (first + 1, photo)
        assert update["message"]["from"]["language_code"] == "es"
        assert sent["message_id"] == 4
        assert content == PIXEL
        assert (await api("getMyCommands"))[0]["command"] == "a"
        await anna.send("c")
        assert (await api("getUpdates"))[-1]["update_id"] == first + 2


async def test_what_a_killed_sandbox_had_answered_is_kept(
    clock: Hands, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    async with Sandbox(now=clock.now, data=tmp_path) as killed:
        await killed.person(1001).start()
        await Api(session, killed)("sendMessage", chat_id=1001, text="a")

        # a second reader sees what a restart would see, before any orderly end
        reader = Sandbox(now=clock.now, data=tmp_path)
        assert [one.text for one in reader.person(1001).messages] == ["/start", "a"]
        assert reader.pending == 1
        await reader.stop()


@pytest.mark.parametrize("kept", [True, False])
async def test_without_a_folder_nothing_is_kept(clock: Hands, tmp_path: Path, kept: bool) -> None:
    data = tmp_path / "deeper" if kept else None
    async with Sandbox(now=clock.now, data=data) as before:
        await before.person(1001).start()

    async with Sandbox(now=clock.now, data=data) as after:
        assert len(after.person(1001).messages) == int(kept)
        assert (tmp_path / "deeper" / "sandbox.sqlite3").exists() == kept
