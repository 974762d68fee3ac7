"""A picture goes up once; from then on Telegram is told its file id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.model import Kind, OccurrenceState
from bot.delivery.sender import Parcel, Photo
from bot.library.pictures import Picture
from tests.delivery.conftest import ANNA, Office

if TYPE_CHECKING:
    from datetime import datetime

    from bot.care.model import Occurrence
    from bot.sandbox.model import Call

BEN = 1002
DOT = Picture("dot", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"/>')


async def send(office: Office, file_id: str | None, chat_id: int = ANNA) -> Call:
    """Send one nudge with a picture to someone new; the last call of sendPhoto."""

    async def compose(occurrence: Occurrence, now: datetime) -> Parcel:
        return Parcel("A <b>stretch</b>", photo=Photo("dot", DOT.png, file_id))

    nudge = await office.plan(await office.person(chat_id), Kind.STRETCH)
    assert await office.courier(compose).drain() == 1
    assert (await office.look_up(nudge)).state is OccurrenceState.SENT
    return [call for call in office.sandbox.calls if call.method == "sendPhoto"][-1]


async def test_a_picture_is_sent_with_its_caption_and_its_file_id_is_told(office: Office) -> None:
    call = await send(office, None)

    shown = office.sandbox.person(ANNA).from_bot[-1]
    assert (shown.kind, shown.text) == ("photo", "A stretch")
    assert call.params["photo"] == {"file": "dot.png", "size": len(DOT.png())}
    assert [key for key, _ in office.uploaded] == ["dot"]


async def test_a_picture_telegram_holds_is_not_sent_up_again(office: Office) -> None:
    await send(office, None)
    [(_, file_id)] = office.uploaded

    call = await send(office, file_id, BEN)

    assert call.params["photo"] == file_id
    assert office.sandbox.person(BEN).from_bot[-1].kind == "photo"
    assert office.uploaded == [("dot", file_id)]


async def test_a_file_id_telegram_does_not_know_sends_the_picture_itself(office: Office) -> None:
    call = await send(office, "from-another-bot")

    assert call.params["photo"] == {"file": "dot.png", "size": len(DOT.png())}
    assert [key for key, _ in office.uploaded] == ["dot"]
