"""What the log of a real process holds after a conversation with everything in it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from bot.delivery.clock import SystemClock
from bot.sandbox import Sandbox
from tests.journeys.processes import UP_S, Street
from tests.journeys.test_restart import CHEST, HELP_NOW, asks_for_danger_signs, joins

if TYPE_CHECKING:
    from pathlib import Path

NAME = "Zebulonia"
SAID = "Thaddeus rubbed my shins"
NOTE = "Quentin drove me home"
SENTENCE = re.compile(r"[^\n\"\\]{24,}")  # so long a run is a message's text, no coincidence


async def test_the_log_of_a_day_with_every_trouble_holds_no_text_no_name_and_no_token(
    tmp_path: Path,
) -> None:
    async with Sandbox(now=SystemClock().now) as sandbox:
        running = Street(sandbox, tmp_path, log_level="debug")
        await running.open()
        anna = sandbox.person(first_name=NAME)
        await joins(anna)
        await anna.send(SAID)
        await anna.expect("can't judge that from text", timeout_s=UP_S)
        await anna.send_photo(caption=NOTE)
        for trouble in ("429", "drop_after"):
            sandbox.faults.add("sendMessage", answer=trouble)
        sandbox.inject(unreadable(anna.chat_id))
        first = await asks_for_danger_signs(anna)
        sandbox.faults.add("answerCallbackQuery", answer="500")
        anna.press(first, CHEST)
        await anna.expect(HELP_NOW, timeout_s=UP_S)
        assert await running.terminate() == 0
        await running.open()
        await anna.send("/report")
        await anna.expect("My notes after massage", timeout_s=UP_S)
        assert await running.terminate() == 0

    lines = [json.loads(line) for line in running.said]
    assert all({"event", "level", "timestamp"} <= set(line) for line in lines)
    events = {line["event"] for line in lines}
    assert {"started", "stopped", "occurrence_ended", "update_failed"} <= events
    log = "\n".join(running.said)
    secret = sandbox.token.partition(":")[2]
    for private in (NAME, SAID, NOTE, "Thaddeus", "Quentin", secret, str(anna.chat_id)):
        assert private not in log
    for message in anna.from_bot:
        assert [each for each in SENTENCE.findall(message.text) if each in log] == []


def unreadable(chat_id: int) -> dict[str, object]:
    """An update that our library fails over."""
    chat = {"id": chat_id, "type": "private", "first_name": NAME}
    body = {"message_id": 900, "date": 0, "chat": chat, "from": chat, "text": SAID}
    return {"message": body | {"dice": NOTE}}
