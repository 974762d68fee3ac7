from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api


def commands(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"command": name, "description": text} for name, text in pairs]


@pytest.mark.parametrize(
    ("method", "params", "error"),
    [
        ("setMyCommands", {"commands": commands(("Start", "a"))}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": commands(("a" * 33, "a"))}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": commands(("a", ""))}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        (
            "setMyCommands",
            {"commands": commands(("a", "a" * 257))},
            "BOT_COMMAND_DESCRIPTION_INVALID",
        ),
        ("setMyCommands", {"commands": commands(("a", "a")) * 101}, "BOT_COMMANDS_TOO_MUCH"),
        (
            "setMyCommands",
            {"commands": [], "scope": {"type": "everyone"}},
            "can't parse BotCommandScope",
        ),
        ("setMyCommands", {"commands": [], "language_code": "english"}, "LANGUAGE_CODE_INVALID"),
        ("setMyDescription", {"description": "a" * 513}, "BOT_DESCRIPTION_INVALID"),
        (
            "setMyShortDescription",
            {"short_description": "a" * 121},
            "BOT_SHORT_DESCRIPTION_INVALID",
        ),
        ("setMyName", {"name": "a" * 65}, "BOT_TITLE_INVALID"),
        ("setMyName", {"name": ""}, "BOT_TITLE_INVALID"),
    ],
)
async def test_what_a_bot_says_of_itself_has_limits(
    api: Api, method: str, params: dict[str, Any], error: str
) -> None:
    assert await api.refusal(method, **params) == f"Bad Request: {error}"


async def test_texts_at_the_limits_are_taken(api: Api) -> None:
    assert await api("setMyDescription", description="a" * 512)
    assert await api("setMyShortDescription", short_description="a" * 120)
    assert await api("setMyName", name="a" * 64)
    assert await api("setMyCommands", commands=commands(("a" * 32, "a" * 256)) * 100)
    assert (await api("getMe"))["first_name"] == "a" * 64


async def test_an_empty_text_falls_back_to_the_one_for_all_languages(api: Api) -> None:
    await api("setMyDescription", description="all")
    await api("setMyDescription", description="todos", language_code="es")
    spanish = await api("getMyDescription", language_code="es")
    await api("setMyDescription", description="", language_code="es")

    assert spanish == {"description": "todos"}
    assert await api("getMyDescription", language_code="es") == {"description": "all"}
