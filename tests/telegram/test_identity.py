"""How the bot presents itself: exactly what it can do, in every language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.app import make_bot
from bot.delivery.clock import SystemClock
from bot.sandbox import Sandbox
from bot.settings import load
from bot.telegram import identity
from bot.telegram.router import COMMANDS, FOR_ANYONE, FOR_MEMBERS

if TYPE_CHECKING:
    from bot.library.library import Library


def test_every_command_that_is_offered_is_answered_and_none_is_hidden() -> None:
    assert sorted(COMMANDS) == sorted({*FOR_ANYONE, *FOR_MEMBERS, "start"})


def test_what_matters_most_stands_first() -> None:
    assert COMMANDS[0] == "worse"


async def test_telegram_is_told_commands_and_descriptions_in_every_language(
    shipped: Library,
) -> None:
    async with Sandbox(now=SystemClock().now) as sandbox:
        bot = make_bot(load({}, token=sandbox.token, api_url=sandbox.api_url))
        try:
            await bot.initialize()
            for _ in range(2):  # at every start
                await identity.present(bot, shipped, "en")
        finally:
            await bot.shutdown()

        languages = {"", *shipped.languages}
        told = {
            key.partition("|")[2]: [each["command"] for each in commands]
            for key, commands in sandbox.bot.commands.items()
        }
        assert told == {each: list(COMMANDS) for each in languages}
        assert set(sandbox.bot.descriptions) == languages
        assert set(sandbox.bot.short_descriptions) == languages
        assert sandbox.refused == []
