"""How the bot presents itself: its commands and descriptions, kept as the content has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import Bot, BotCommand

from bot.library.markup import plain
from bot.telegram.router import COMMANDS

if TYPE_CHECKING:
    from bot.library.library import Library
    from bot.library.text import Language


async def present(bot: Bot, library: Library, default_language: str) -> None:
    """Tell Telegram the commands and descriptions in every language.

    Raises what the network raises; the caller decides whether that can wait.
    """
    default = library.language(default_language)
    await _present(bot, default, code=None)
    for language in library.languages.values():
        await _present(bot, language, code=language.code)


async def _present(bot: Bot, language: Language, code: str | None) -> None:
    commands = [BotCommand(each, plain(language.say(f"command.{each}"))) for each in COMMANDS]
    await bot.set_my_commands(commands, language_code=code)
    await bot.set_my_description(plain(language.say("identity.description")), language_code=code)
    await bot.set_my_short_description(plain(language.say("identity.short")), language_code=code)
