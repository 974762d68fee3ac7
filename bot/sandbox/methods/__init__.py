"""The methods of the Bot API that the sandbox plays, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.methods import editing, fetching, identity, sending

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.spec import Params
    from bot.sandbox.state import World

PLAYED: dict[str, Callable[[World, Params], Any]] = {
    "answerCallbackQuery": fetching.answer_callback_query,
    "close": fetching.say_yes,
    "copyMessage": sending.copy_message,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "deleteMyCommands": identity.delete_my_commands,
    "deleteWebhook": fetching.delete_webhook,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageMedia": editing.edit_message_media,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "editMessageText": editing.edit_message_text,
    "getChat": identity.get_chat,
    "getChatMenuButton": identity.get_chat_menu_button,
    "getFile": fetching.get_file,
    "getMe": identity.get_me,
    "getMyCommands": identity.get_my_commands,
    "getMyDescription": identity.get_my_description,
    "getMyName": identity.get_my_name,
    "getMyShortDescription": identity.get_my_short_description,
    "getUpdates": fetching.get_updates,
    "getWebhookInfo": fetching.get_webhook_info,
    "logOut": fetching.say_yes,
    "pinChatMessage": editing.pin_chat_message,
    "sendChatAction": sending.send_chat_action,
    "sendDocument": sending.send_document,
    "sendLocation": sending.send_location,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "setChatMenuButton": identity.set_chat_menu_button,
    "setMessageReaction": editing.set_message_reaction,
    "setMyCommands": identity.set_my_commands,
    "setMyDescription": identity.set_my_description,
    "setMyName": identity.set_my_name,
    "setMyShortDescription": identity.set_my_short_description,
    "setWebhook": fetching.set_webhook,
    "unpinChatMessage": editing.unpin_chat_message,
}
