from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.sandbox import Sandbox
from bot.sandbox.person import PIXEL
from tests.sandbox.conftest import START

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from telegram import Bot

    from bot.sandbox import Person
    from tests.sandbox.conftest import Api, Hands

KEYBOARD = {"inline_keyboard": [[{"text": "Go", "callback_data": "go", "style": "success"}]]}


class Page:
    """An open chat page: its events, and what its buttons post."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession, chat_id: int) -> None:
        self.url = sandbox.page_url
        self.session = session
        self.chat = f"{self.url}person/{chat_id}/"
        self._stream: aiohttp.ClientResponse | None = None

    async def open(self) -> Any:
        self._stream = await self.session.get(self.chat + "events")
        name, state = await self.event()
        assert name == "state"
        return state

    async def event(self) -> tuple[str, Any]:
        assert self._stream is not None
        name = ""
        while True:
            line = (await asyncio.wait_for(self._stream.content.readline(), 3)).decode().strip()
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                return name, json.loads(line.removeprefix("data: "))

    async def post(self, path: str, **data: Any) -> dict[str, Any]:
        url = self.url + path if path.startswith(("clock/", "faults")) else self.chat + path
        async with self.session.post(url, json=data) as response:
            answer: dict[str, Any] = await response.json()
            assert answer["ok"] == (response.status == 200)
            return answer

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()


@pytest.fixture
async def page(sandbox: Sandbox, session: aiohttp.ClientSession) -> AsyncIterator[Page]:
    opened = Page(sandbox, session, 1001)
    yield opened
    opened.close()


class Steering:
    """A conductor over a hand-turned clock with one message planned an hour ahead."""

    def __init__(self, clock: Hands) -> None:
        self.clock = clock
        self.speed = 1.0

    def now(self) -> datetime:
        return self.clock.now()

    def rate(self) -> float:
        return self.speed

    async def language(self, chat_id: int, phone: str) -> str:
        return f"{phone}, as {chat_id} speaks it"

    async def local_zone(self, chat_id: int) -> str | None:
        return "Europe/Berlin" if chat_id == 1001 else None

    async def set_rate(self, rate: float) -> None:
        self.speed = rate

    async def skip_to_next(self, chat_id: int) -> datetime | None:
        self.clock.turn(hours=1)
        return self.clock.now()

    async def advance(self, seconds: float) -> None:
        self.clock.turn(seconds=seconds)

    async def upcoming(self, chat_id: int) -> list[dict[str, str]]:
        at = (self.clock.now() + timedelta(hours=1)).isoformat()
        return [{"at": at, "what": "water", "why": "plan", "source": "content/plan.yaml:1"}]


async def test_a_new_page_shows_the_bot_and_an_empty_chat(page: Page, api: Api) -> None:
    await api("setMyDescription", description="I help.")
    await api("setMyCommands", commands=[{"command": "plan", "description": "Next"}])
    state = await page.open()

    assert state == {
        "bot": {
            "name": "Aftercare",
            "username": "aftercare_sandbox_bot",
            "description": "I help.",
            "commands": [{"command": "plan", "description": "Next"}],
        },
        "person": {"id": 1001, "first_name": "Anna", "language_code": "en"},
        "blocked": False,
        "messages": [],
        "reply_keyboard": None,
        "clock": None,
        "upcoming": [],
        "language": None,
    }


async def test_messages_come_as_they_are_sent_and_edited(page: Page, api: Api) -> None:
    await page.open()
    said = await page.post("message", text="/start")
    own = await page.event()
    text = "<b>Well?</b>"
    await api("sendMessage", chat_id=1001, text=text, parse_mode="HTML", reply_markup=KEYBOARD)
    asked = await page.event()
    await api("editMessageText", chat_id=1001, message_id=2, text="Good")
    edited = await page.event()
    await api("deleteMessage", chat_id=1001, message_id=2)

    assert said == {"ok": True, "message_id": 1}
    assert (own[1]["from"], own[1]["text"]) == ("person", "/start")
    assert asked == (
        "message",
        {
            "message_id": 2,
            "from": "bot",
            "date": int(START.timestamp()),
            "edited": False,
            "silent": False,
            "kind": "text",
            "text": "Well?",
            "entities": [{"type": "bold", "offset": 0, "length": 5}],
            "file": None,
            "location": None,
            "buttons": [[{"text": "Go", "data": "go", "style": "success"}]],
            "reply_to": None,
            "reaction": None,
        },
    )
    assert (edited[1]["text"], edited[1]["edited"], edited[1]["buttons"]) == ("Good", True, None)
    assert await page.event() == ("deleted", {"message_id": 2})


async def test_a_tap_waits_for_the_bot_and_brings_the_toast(
    page: Page, anna: Person, api: Api
) -> None:
    await api("sendMessage", chat_id=1001, text="Well?", reply_markup=KEYBOARD)
    await page.open()
    tap = asyncio.create_task(page.post("tap", message_id=2, data="go"))
    (update,) = await api("getUpdates", timeout=5)
    query = update["callback_query"]["id"]
    await api("answerCallbackQuery", callback_query_id=query, text="Ok")

    assert await tap == {"ok": True, "toast": {"text": "Ok", "alert": False}}
    assert await page.event() == ("toast", {"text": "Ok", "alert": False, "query_id": query})


async def test_keyboard_typing_and_commands_reach_the_page(
    page: Page, anna: Person, api: Api
) -> None:
    await page.open()
    keyboard = {"keyboard": [[{"text": "Where", "request_location": True}]]}
    await api("sendMessage", chat_id=1001, text="a", reply_markup=keyboard)
    await page.event()
    shown = await page.event()
    await api("sendChatAction", chat_id=1001, action="typing")
    await api("setMyCommands", commands=[{"command": "a", "description": "b"}])

    row = [{"text": "Where", "request_location": True, "request_contact": False}]
    options = {"resize": False, "one_time": False, "placeholder": None}
    assert shown == ("keyboard", {"rows": [row], **options})
    assert await page.event() == ("action", {"action": "typing"})
    assert await page.event() == ("commands", [{"command": "a", "description": "b"}])


async def test_a_reply_tells_the_bot_which_message_it_answers(page: Page, api: Api) -> None:
    await page.post("message", text="/start")
    await api("sendMessage", chat_id=1001, text="Well?", reply_markup=KEYBOARD)
    await page.post("message", text="/why", reply_to=2)

    replied = (await api("getUpdates"))[-1]["message"]["reply_to_message"]
    assert (replied["message_id"], replied["text"]) == (2, "Well?")
    assert replied["from"]["is_bot"] is True
    assert replied["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "go"


async def test_everything_a_phone_can_send_reaches_the_bot(page: Page, api: Api) -> None:
    await page.post("message", text="a")
    await page.post("location", latitude=52.5, longitude=13.4)
    for act in ("sticker", "voice", "contact"):
        await page.post(act)
    await page.post("edit", message_id=1, text="b")
    await page.post("language", language_code="es")
    form = aiohttp.FormData()
    form.add_field("file", PIXEL, filename="back.png", content_type="image/png")
    async with page.session.post(page.chat + "photo", data=form) as response:
        assert response.status == 200
    await page.post("block")
    blocked = (await page.open())["blocked"]
    await page.post("unblock")

    updates = await api("getUpdates")
    kinds = [next(iter({*update} - {"update_id"})) for update in updates]
    assert kinds == [*["message"] * 5, "edited_message", "message", *["my_chat_member"] * 2]
    assert updates[6]["message"]["from"]["language_code"] == "es"
    assert blocked is True


async def test_another_language_of_the_phone_changes_what_the_page_says_of_the_bot(
    page: Page, api: Api
) -> None:
    await api("setMyDescription", description="Hello")
    await api("setMyDescription", description="Hola", language_code="es")
    await api("setMyCommands", commands=[{"command": "a", "description": "b"}], language_code="es")
    before = await page.open()
    await page.post("language", language_code="es-MX")

    name, after = await page.event()
    assert (before["bot"]["description"], before["bot"]["commands"]) == ("Hello", [])
    assert name == "identity"
    assert after["bot"]["description"] == "Hola"
    assert after["bot"]["commands"] == [{"command": "a", "description": "b"}]
    assert after["person"]["language_code"] == "es-MX"


@pytest.mark.parametrize(
    ("path", "data", "error"),
    [
        ("message", {"text": " "}, "the text is empty"),
        ("message", {}, '"text" is missing'),
        ("message", {"text": 5}, '"text" must be of type String'),
        ("tap", {"message_id": 9, "data": "a"}, "there is no message 9"),
        ("photo", {}, "a picture is missing"),
        ("clock/next", {"chat_id": 1001}, "time can't be steered here"),
        ("clock/back", {}, "not found"),
        ("fly", {}, "not found"),
        ("faults", {"answer": "418"}, "answer must be one of"),
        ("faults", {"answer": "500", "tmies": 2}, "unknown fields: tmies"),
    ],
)
async def test_what_can_not_be_done_is_said(
    page: Page, path: str, data: dict[str, Any], error: str
) -> None:
    answer = await page.post(path, **data)

    assert answer["ok"] is False
    assert error in answer["error"]


async def test_pictures_are_shown_and_other_files_are_saved(
    page: Page, anna: Person, ptb: Bot
) -> None:
    await ptb.send_photo(1001, PIXEL)
    await anna.send_document("x.html", b"<script>", mime_type="text/html")
    photo, document = (await page.open())["messages"][1:]
    assert (photo["file"]["width"], photo["file"]["height"]) == (1, 1)
    async with page.session.get(page.url.rstrip("/") + photo["file"]["url"]) as response:
        assert response.headers["Content-Type"] == "image/png"
        assert await response.read() == PIXEL
    async with page.session.get(page.url.rstrip("/") + document["file"]["url"]) as response:
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Content-Disposition"] == 'attachment; filename="x.html"'


async def test_time_is_steered_from_the_page(sandbox: Sandbox, page: Page, clock: Hands) -> None:
    sandbox.conductor = Steering(clock)
    state = await page.open()
    answer = await page.post("clock/next", chat_id=1001)
    moved = dict([await page.event(), await page.event()])
    await page.post("clock/advance", seconds=90)
    await page.event()
    await page.event()
    await page.post("clock/rate", rate=60)

    later = START + timedelta(hours=1)
    assert state["language"] == "en, as 1001 speaks it"
    assert state["clock"] == {
        "now": START.isoformat(),
        "zone": "Europe/Berlin",
        "rate": 1.0,
    }
    assert answer == {"ok": True, "at": later.isoformat()}
    assert moved["clock"]["now"] == later.isoformat()
    assert moved["upcoming"][0]["at"] == (later + timedelta(hours=1)).isoformat()
    assert (await page.event())[1]["rate"] == 60
    assert clock.now() == later + timedelta(seconds=90)
    assert not (await page.post("clock/advance", seconds=-1))["ok"]


async def test_a_clock_that_stands_still_is_not_told_again(
    sandbox: Sandbox, page: Page, clock: Hands
) -> None:
    sandbox.conductor = Steering(clock)
    await page.open()
    await page.post("clock/rate", rate=1)
    await page.post("message", text="a")

    assert (await page.event())[0] == "message"


async def test_a_quiet_message_is_shown_as_quiet(page: Page, anna: Person, api: Api) -> None:
    await page.open()
    await api("sendMessage", chat_id=1001, text="a", disable_notification=True)

    assert (await page.event())[1]["silent"] is True


async def test_trouble_can_be_ordered_over_http(page: Page, api: Api) -> None:
    await page.post("faults", method="getMe", answer="429", retry_after_s=3)
    refused = await api.answer("getMe")
    await page.post("faults", method="getMe", answer="500")
    await page.post("faults", clear=True)

    assert refused["parameters"] == {"retry_after": 3}
    assert await api("getMe")


@pytest.mark.parametrize("path", ["", "person/1001/file/none", "nowhere", "static/none.js"])
async def test_every_answer_carries_the_headers(page: Page, path: str) -> None:
    async with page.session.get(page.url + path) as response:
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; ")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"


async def test_the_page_and_its_script_are_served(page: Page) -> None:
    async with page.session.get(page.url, params={"person": "<script>"}) as response:
        assert response.status == 200
        assert "<script>" not in (await response.text()).split("<body")[-1]
    async with page.session.get(page.url + "static/chat.js") as response:
        assert response.status == 200
        assert "javascript" in response.headers["Content-Type"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example:80"}, 421),
        ({"Host": "localhost:8081"}, 200),
        ({"Host": "[::1]:8081"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_only_this_machines_own_page_may_act(
    page: Page, headers: dict[str, str], status: int
) -> None:
    url = page.chat + "message"
    async with page.session.post(url, json={"text": "a"}, headers=headers) as response:
        assert response.status == status


async def test_the_pages_own_origin_may_act(page: Page) -> None:
    origin = {"Origin": page.url.rstrip("/")}
    url = page.chat + "message"
    async with page.session.post(url, json={"text": "a"}, headers=origin) as response:
        assert response.status == 200


async def test_stopping_closes_open_pages_at_once(
    clock: Hands, session: aiohttp.ClientSession
) -> None:
    other = Sandbox(now=clock.now)
    await other.start()
    page = Page(other, session, 1001)
    await page.open()
    before = time.perf_counter()
    await other.stop()
    page.close()

    assert time.perf_counter() - before < 1
