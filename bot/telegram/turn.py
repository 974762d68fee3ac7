"""One turn of the conversation: an update, the person it comes from, and ways to answer."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import structlog
from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, Message, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.care.model import ChatId, Person
from bot.service import people
from bot.telegram.views.numbers import numbers

if TYPE_CHECKING:
    from datetime import datetime

    from bot.library.markup import Html
    from bot.library.text import Language
    from bot.service.practice import Practice
    from bot.telegram.views.view import View

MOST_CHATS = 10_000
TOAST = 200  # characters, Bot API: answerCallbackQuery.text
PATIENCE_S = 3.0  # the chat's next update may be a danger sign, and it waits behind this one
ON_ITS_WAY_S = 0.3  # enough for a call to leave, whose answer is not waited for

log = structlog.get_logger(__name__)


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

    def forget(self, chat_id: ChatId, message_id: int) -> None:
        """What a message shows is not known any more."""
        self._latest.pop((chat_id, message_id), None)

    def of(self, chat_id: ChatId, message_id: int) -> View | None:
        """What a message shows, if it is remembered."""
        return self._latest.get((chat_id, message_id))


class Newest(dict[ChatId, int]):
    """One message for each chat; the chat that was quiet for longest is forgotten.

    That leaves a button more under an old answer, and it says that it is an old one.
    """

    def __setitem__(self, chat_id: ChatId, message_id: int) -> None:
        self.pop(chat_id, None)
        super().__setitem__(chat_id, message_id)
        if len(self) > MOST_CHATS:
            del self[next(iter(self))]


@dataclass(frozen=True, slots=True)
class House:
    """What handlers are given: the practice, the time, a nudge for the delivery, a fallback."""

    practice: Practice
    now: Callable[[], datetime]
    wake: Callable[[], None]
    language: str
    shown: Shown = field(default_factory=Shown)
    changeable: Newest = field(default_factory=Newest)  # the message with "Change"


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
    slow: bool = field(default=False)  # Telegram left a call of this turn without an answer
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
        """Answer in the place of the tapped button's message, or where Telegram does not let us
        at once, in a new one. Network errors of that go up, for the inbox to retry.

        A message that is gone or already says so is no reason to fail.
        """
        if not await self.redraw(view):
            await self.send(view)

    async def redraw(self, view: View) -> bool:
        """Put `view` where the tapped button's message stands; False where that did not work.

        For what a person can do without: a tick that shows, a question that becomes its answer.
        """
        query = self.update.callback_query
        if query is None or query.message is None:
            return False
        message_id = query.message.message_id
        if not self.house.shown.is_new(self.chat_id, message_id, view):
            return True
        under_a_picture = isinstance(query.message, Message) and bool(query.message.photo)
        return await self._replace(
            message_id, view, self._rewrite(message_id, view, under_a_picture=under_a_picture)
        )

    async def _replace(self, message_id: int, view: View, call: Awaitable[object]) -> bool:
        """Let a call make a message show `view`, and remember what it shows from now on."""
        done = await self._at_once(call)
        if done:
            self.house.shown.keep(self.chat_id, message_id, view)
        else:
            self.house.shown.forget(self.chat_id, message_id)  # it may have arrived all the same
        return done

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
        await self._replace(
            message_id,
            replace(view, keyboard=None),
            self.bot.edit_message_reply_markup(chat_id=self.chat_id, message_id=message_id),
        )

    async def toast(self, text: str | None = None) -> None:
        """Answer the tapped button, once; one too old to answer, or put off, is let be."""
        query = self.update.callback_query
        if query is None or self.answered:
            return
        self.answered = True
        await self._at_once(query.answer(text=text[:TOAST] if text else None))

    async def _at_once(self, call: Awaitable[object]) -> bool:
        """Whether Telegram did this now. What it puts off or leaves unanswered is let be.

        By now the decision is committed: to wait here, or to come back to it after the pause that
        Telegram asks for, would make the chat's next update wait. One wait a turn is enough.
        """
        try:
            async with asyncio.timeout(ON_ITS_WAY_S if self.slow else PATIENCE_S):
                await call
        except BadRequest as error:
            if not _harmless(error):
                raise
        except (RetryAfter, NetworkError, TimeoutError) as error:
            self.slow = self.slow or isinstance(error, TimeoutError)
            log.info("reply_not_at_once", error=type(error).__name__)
            return False
        return True


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
