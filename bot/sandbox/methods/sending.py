"""Methods that put something new into a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import bad_request
from bot.sandbox.methods.common import (
    caption_fields,
    chat_of,
    deliver_message,
    document_object,
    file_of,
    message_in,
    photo_sizes,
    text_fields,
)
from bot.sandbox.spec import Params

if TYPE_CHECKING:
    from bot.sandbox.model import Json
    from bot.sandbox.state import World

ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
#: What a copied message does not take along.
NOT_COPIED = {
    "message_id",
    "from",
    "chat",
    "date",
    "edit_date",
    "reply_markup",
    "reply_to_message",
    "has_protected_content",
}


def send_message(world: World, params: Params) -> Json:
    """Text of 1-4096 characters."""
    chat = chat_of(world, params)
    content = text_fields(world, params)
    if "link_preview_options" in params:
        content["link_preview_options"] = params["link_preview_options"]
    return deliver_message(world, chat, params, content).body


def send_photo(world: World, params: Params) -> Json:
    """A picture with a caption of up to 1024 characters."""
    chat = chat_of(world, params)
    content = caption_fields(world, params)
    for name, shown in (
        ("show_caption_above_media", "show_caption_above_media"),
        ("has_spoiler", "has_media_spoiler"),
    ):
        if params.get(name):
            content[shown] = True
    stored = file_of(world, params, params["photo"], kind="photo")
    return deliver_message(world, chat, params, {"photo": photo_sizes(stored), **content}).body


def send_document(world: World, params: Params) -> Json:
    """Any file with a caption of up to 1024 characters."""
    chat = chat_of(world, params)
    content = caption_fields(world, params)
    stored = file_of(world, params, params["document"], kind="document")
    content = {"document": document_object(stored), **content}
    return deliver_message(world, chat, params, content).body


def send_location(world: World, params: Params) -> Json:
    """A point on the map, in degrees."""
    chat = chat_of(world, params)
    if not (-90 <= params["latitude"] <= 90 and -180 <= params["longitude"] <= 180):
        raise bad_request("wrong location specified")
    names = ("latitude", "longitude", "horizontal_accuracy", "live_period", "heading")
    place = {name: params[name] for name in names if name in params}
    return deliver_message(world, chat, params, {"location": place}).body


def send_chat_action(world: World, params: Params) -> bool:
    """ "typing..." and its like, for five seconds on the person's screen."""
    chat = chat_of(world, params)
    if params["action"] not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.publish(chat, "action", {"action": params["action"]})
    return True


def copy_message(world: World, params: Params) -> Json:
    """The same message again, without where it came from; a new caption if given."""
    chat = chat_of(world, params)
    source = chat_of(world, Params({"chat_id": params["from_chat_id"]}, {}))
    original = message_in(source, params["message_id"], "copy")
    content = {key: value for key, value in original.body.items() if key not in NOT_COPIED}
    if "caption" in params:
        content = {key: value for key, value in content.items() if not key.startswith("caption")}
        content.update(caption_fields(world, params))
    return {"message_id": deliver_message(world, chat, params, content).message_id}
