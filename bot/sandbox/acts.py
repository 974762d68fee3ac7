"""What the page's buttons do: acts of a person, of time, and orders for trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.spec import convert
from bot.sandbox.stream import page_identity

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.conductor import Conductor
    from bot.sandbox.model import Json
    from bot.sandbox.phone import Phone
    from bot.sandbox.spec import Params
    from bot.sandbox.state import World

#: How long a tap waits for the bot's answer before the page stops its spinner.
TAP_TIMEOUT_S = 10.0


def _field(data: Params, name: str, kind: str) -> Any:
    if name not in data:
        raise ValueError(f'"{name}" is missing')
    return convert(kind, data[name], name)


async def _message(_: World, phone: Phone, data: Params) -> Json:
    reply_to = _field(data, "reply_to", "Integer") if "reply_to" in data else None
    return {"message_id": phone.say(_field(data, "text", "String"), reply_to=reply_to)}


async def _tap(world: World, phone: Phone, data: Params) -> Json:
    query = phone.tap(_field(data, "message_id", "Integer"), _field(data, "data", "String"))
    await world.changed.wait_until(lambda: query.answered or world.closing, TAP_TIMEOUT_S)
    return {"toast": {"text": query.text, "alert": query.alert} if query.text else None}


async def _location(_: World, phone: Phone, data: Params) -> Json:
    place = _field(data, "latitude", "Float"), _field(data, "longitude", "Float")
    return {"message_id": phone.share_location(*place)}


async def _photo(_: World, phone: Phone, data: Params) -> Json:
    if not data.uploads:
        raise ValueError("a picture is missing")
    upload = next(iter(data.uploads.values()))
    return {"message_id": phone.send_photo(upload.content, caption=data.get("caption", ""))}


async def _sticker(_: World, phone: Phone, __: Params) -> Json:
    return {"message_id": phone.send_sticker()}


async def _voice(_: World, phone: Phone, __: Params) -> Json:
    return {"message_id": phone.send_voice()}


async def _contact(_: World, phone: Phone, __: Params) -> Json:
    return {"message_id": phone.share_contact()}


async def _edit(_: World, phone: Phone, data: Params) -> Json:
    phone.edit(_field(data, "message_id", "Integer"), _field(data, "text", "String"))
    return {}


async def _block(_: World, phone: Phone, __: Params) -> Json:
    phone.block()
    return {}


async def _unblock(_: World, phone: Phone, __: Params) -> Json:
    phone.unblock()
    return {}


async def _language(world: World, phone: Phone, data: Params) -> Json:
    phone.speak(_field(data, "language_code", "String"))
    world.publish(phone.chat, "identity", page_identity(world, phone.chat))
    return {}


ACTS: dict[str, Callable[[World, Phone, Params], Awaitable[Json]]] = {
    "message": _message,
    "tap": _tap,
    "location": _location,
    "photo": _photo,
    "sticker": _sticker,
    "voice": _voice,
    "contact": _contact,
    "edit": _edit,
    "block": _block,
    "unblock": _unblock,
    "language": _language,
}


async def _next(conductor: Conductor, data: Params) -> Json:
    at = await conductor.skip_to_next(_field(data, "chat_id", "Integer"))
    return {"at": at.isoformat() if at else None}


async def _advance(conductor: Conductor, data: Params) -> Json:
    seconds = _field(data, "seconds", "Float")
    if seconds < 0:
        raise ValueError("time only goes forward")
    await conductor.advance(seconds)
    return {}


async def _rate(conductor: Conductor, data: Params) -> Json:
    rate = _field(data, "rate", "Float")
    if rate < 0:
        raise ValueError("time only goes forward")
    await conductor.set_rate(rate)
    return {}


CLOCK_ACTS: dict[str, Callable[[Conductor, Params], Awaitable[Json]]] = {
    "next": _next,
    "advance": _advance,
    "rate": _rate,
}


async def order_trouble(world: World, data: Params) -> Json:
    """Fields as of `Faults.add`, or `duplicate_updates`, or `clear`."""
    if data.get("clear"):
        world.faults.clear()
    elif "duplicate_updates" in data:
        world.faults.duplicate_updates(_field(data, "duplicate_updates", "Integer"))
    else:
        known = {"method", "answer", "chat_id", "times", "retry_after_s", "delay_s"}
        if unknown := set(data) - known:
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        world.faults.add(**{"answer": "", **data})
    return {}
