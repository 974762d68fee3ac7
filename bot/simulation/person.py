"""What a persona does with what the phone shows: taps and commands, through the real handlers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from telegram import Bot, CallbackQuery, Chat, Message, Update, User

from bot.care.model import InterviewId
from bot.telegram.callbacks import encode

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from bot.care.questions import Question
    from bot.library.cases import SaidEntry
    from bot.library.library import Library
    from bot.simulation.phone import Button, Note, Phone
    from bot.telegram.router import Router

CHAT_ID = 1


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered, and the toast where the bot did not take it any more."""

    interview: InterviewId
    words: str
    refused: str | None = None


async def _nothing() -> None:
    """Nobody waits."""


@dataclass(slots=True)
class Person:
    """Hands and thumbs.

    `now` is the simulated instant; after each question `delivered` lets out what has become due.
    """

    phone: Phone
    router: Router
    bot: Bot
    library: Library
    now: Callable[[], datetime]
    delivered: Callable[[], Awaitable[None]] = field(default=_nothing)
    _update_id: int = field(default=0)

    async def types(self, text: str) -> None:
        """Send a command or words."""
        await self._handle(message=self._message(text))

    async def taps(self, note: Note, button: Button) -> None:
        """Tap a button that is shown."""
        await self._tap(note.id, button.data)

    async def logs_massage(self, at: datetime, pain: int | None, *, new_pain: bool) -> None:
        """The last tap of /session, after which the massage is kept and the plan is shown."""
        minutes = int(at.timestamp()) // 60
        data = encode("log", minutes, str(int(new_pain)), "-" if pain is None else pain)
        asked = self.phone.receive("", None)
        await self._tap(asked.id, data)

    async def answers(self, said: SaidEntry) -> Answered | None:
        """Answer the newest check-in as far as `said` goes; None where none waits."""
        told: dict[str, str] = {}
        interview: InterviewId | None = None
        refused: str | None = None
        while refused is None and (found := self.phone.newest("a")):
            note, button = found
            of, question_id = InterviewId(button.callback.number(0)), button.callback.word(1)
            if interview not in (None, of) or question_id in told:
                break  # an older check-in, or the same one asked before
            interview = of
            words = await self._answer(note, of, question_id, said)
            if words is None:
                break
            told[question_id] = f"{question_id} {words}"
            refused = self.phone.toast
            await self.delivered()
        if interview is None:
            return None
        return Answered(interview, "; ".join(told.values()) or "nothing", refused)

    async def _answer(
        self, note: Note, interview: InterviewId, question_id: str, said: SaidEntry
    ) -> str | None:
        """Answer one question; None where `said` has nothing for it."""
        question = next(each for each in self.library.questions if each.id == question_id)
        if question.kind == "ticks":
            return await self._tick(note, interview, question, said.symptoms)
        value: str | int | None = getattr(said, question_id, None)
        if value is None:
            return None
        button = note.button("a", interview, question_id, "c", value)
        assert button is not None, value
        await self.taps(note, button)
        return str(value)

    async def _tick(
        self, note: Note, interview: InterviewId, question: Question, symptoms: Sequence[str]
    ) -> str:
        ticked = [each for each in question.options if each in symptoms]
        for each in ticked:
            button = note.button("a", interview, question.id, "t", each)
            if button is not None:  # an emergency ends the list at its first tick
                await self.taps(note, button)
        done = note.button("a", interview, question.id, "d")
        if done is not None:
            await self.taps(note, done)
        return ", ".join(ticked) or "none"

    async def _tap(self, message_id: int, data: str) -> None:
        query = CallbackQuery(
            id=str(self._update_id),
            from_user=_user(),
            chat_instance="simulated",
            message=self._message("", message_id),
            data=data,
        )
        query.set_bot(self.bot)
        self.phone.toast = None
        await self._handle(callback_query=query)

    def _message(self, text: str, message_id: int = 0) -> Message:
        chat = Chat(CHAT_ID, Chat.PRIVATE)
        return Message(message_id, self.now(), chat, from_user=_user(), text=text)

    async def _handle(self, **content: Any) -> None:
        self._update_id += 1
        await self.router.handle(Update(self._update_id, **content))


def _user() -> User:
    return User(CHAT_ID, "Persona", is_bot=False)
