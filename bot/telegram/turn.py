"""One turn of the conversation: an update, the person it comes from, and ways to answer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, Message, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.care.model import ChatId, Person
from bot.service import people
from bot.telegram.views.numbers import numbers

if TYPE_CHECKING:
    from datetime import datetime

    from bot.library.markup import Html
    from bot.library.text import Language
    from bot.service.practice import Practice
    from bot.telegram.views.view import View

TOAST = 200  # characters, Bot API: answerCallbackQuery.text


class Shown:
    """What messages of late show, so that a double press does not ask for the same.

    Telegram refuses an edit that changes nothing. Forgetting is harmless: then it does refuse.
    Where the chats are `shared` with other processes, what one remembers may be out of date, and
    every edit is new.
    """

    def __init__(self, most: int = 10_000, *, shared: bool = False) -> None:
        self._most = most
        self._shared = shared
        self._latest: OrderedDict[tuple[ChatId, int], View] = OrderedDict()

    def is_new(self, chat_id: ChatId, message_id: int, view: View) -> bool:
        """Whether the message shows something else, as far as is known."""
        return self._shared or self._latest.get((chat_id, message_id)) != view

    def keep(self, chat_id: ChatId, message_id: int, view: View) -> None:
        """Remember what a message shows now; the oldest is forgotten."""
        self._latest[(chat_id, message_id)] = view
        self._latest.move_to_end((chat_id, message_id))
        if len(self._latest) > self._most:
            self._latest.popitem(last=False)

    def of(self, chat_id: ChatId, message_id: int) -> View | None:
        """What a message shows, if it is remembered."""
        return self._latest.get((chat_id, message_id))


@dataclass(frozen=True, slots=True)
class House:
    """What handlers are given: the practice, the time, a nudge for the delivery, a fallback."""

    practice: Practice
    now: Callable[[], datetime]
    wake: Callable[[], None]
    language: str
    shown: Shown = field(default_factory=Shown)
    changeable: dict[ChatId, int] = field(default_factory=dict)  # the message with "Change"


@dataclass(slots=True)
class Turn:
    """An update of a private chat, and the ways to answer it."""

    house: House
    bot: Bot
    update: Update
    chat_id: ChatId
    now: datetime
    person: Person | None
    language: Language
    answered: bool = field(default=False)
    back: bool = field(default=False)  # this update ended a silence of the bot's
    told_again: bool = field(default=False)  # and the plan tells the open advice by itself

    @property
    def practice(self) -> Practice:
        """The practice's database, content and choices."""
        return self.house.practice

    @property
    def known(self) -> Person:
        """The person; only for handlers that are behind `members_only`."""
        assert self.person is not None
        return self.person

    @property
    def zone(self) -> str:
        """The person's time zone; UTC until it is known."""
        return self.known.zone or "UTC"

    def numbers(self) -> dict[str, str]:
        """The emergency number, the advice line and where to find a doctor, in words."""
        return numbers(self.practice, self.language, self.person)

    def say(self, text_id: str, /, **values: object) -> Html:
        """A text in the person's language."""
        return self.language.say(text_id, **values)

    async def send(self, view: View) -> int:
        """Send a message; its id comes back. Network errors go up, for the inbox to retry."""
        message = await self.bot.send_message(
            chat_id=self.chat_id,
            text=view.text,
            reply_markup=view.keyboard,
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        self.house.shown.keep(self.chat_id, message.message_id, view)
        return message.message_id

    async def edit(self, view: View) -> None:
        """Put `view` where the tapped button's message stands.

        A message that is gone or already says so is no reason to fail.
        """
        query = self.update.callback_query
        if query is None or query.message is None:
            await self.send(view)
            return
        message_id = query.message.message_id
        if not self.house.shown.is_new(self.chat_id, message_id, view):
            return
        under_a_picture = isinstance(query.message, Message) and bool(query.message.photo)
        try:
            await self._rewrite(message_id, view, under_a_picture=under_a_picture)
        except BadRequest as error:
            if not _harmless(error):
                raise
        self.house.shown.keep(self.chat_id, message_id, view)

    async def _rewrite(self, message_id: int, view: View, *, under_a_picture: bool) -> None:
        """Other words and buttons for a message; a picture above them stays."""
        keyboard = view.keyboard if isinstance(view.keyboard, InlineKeyboardMarkup) else None
        if under_a_picture:
            await self.bot.edit_message_caption(
                chat_id=self.chat_id,
                message_id=message_id,
                caption=view.text,
                reply_markup=keyboard,
                parse_mode=ParseMode.HTML,
            )
            return
        await self.bot.edit_message_text(
            chat_id=self.chat_id,
            message_id=message_id,
            text=view.text,
            reply_markup=keyboard,
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )

    async def take_buttons(self, message_id: int) -> None:
        """Take the buttons from under a message of late; one that is forgotten keeps them."""
        view = self.house.shown.of(self.chat_id, message_id)
        if view is None or view.keyboard is None:
            return
        try:
            await self.bot.edit_message_reply_markup(chat_id=self.chat_id, message_id=message_id)
        except BadRequest as error:
            if not _harmless(error):
                raise
        self.house.shown.keep(self.chat_id, message_id, replace(view, keyboard=None))

    async def toast(self, text: str | None = None) -> None:
        """Answer the tapped button, once; a callback too old to answer is let be."""
        query = self.update.callback_query
        if query is None or self.answered:
            return
        self.answered = True
        try:
            await query.answer(text=text[:TOAST] if text else None)
        except BadRequest as error:
            if not _harmless(error):
                raise


HARMLESS = (
    "message is not modified",
    "message to edit not found",
    "message can't be edited",
    "query is too old",
    "there is no text in the message to edit",
)


def _harmless(error: BadRequest) -> bool:
    return any(each in error.message.lower() for each in HARMLESS)


Handler = Callable[[Turn], Awaitable[None]]


async def begin(house: House, bot: Bot, update: Update) -> Turn | None:
    """The turn of an update, or None for whatever is not a person in a private chat."""
    chat, user = update.effective_chat, update.effective_user
    if chat is None or user is None or user.is_bot or chat.type != chat.PRIVATE:
        return None
    chat_id = ChatId(chat.id)
    person = await people.find(house.practice, chat_id)
    wanted = person.language if person else user.language_code
    return Turn(
        house=house,
        bot=bot,
        update=update,
        chat_id=chat_id,
        now=house.now(),
        person=person,
        language=house.practice.library.language(wanted or house.language),
    )
