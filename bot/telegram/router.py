"""Which handler an update goes to. Every kind of update has its answer, or its silence, here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import structlog
from telegram import Bot, ChatMember, Message, Update
from telegram.error import Forbidden

from bot.care.model import AWAY, Status
from bot.service import people
from bot.telegram.callbacks import Callback, decode
from bot.telegram.handlers import (
    escalation,
    freetext,
    interview,
    nudge,
    own,
    pages,
    report,
    returning,
    session,
    settings,
    start,
    today,
    why,
)
from bot.telegram.turn import Handler, House, Turn, begin
from bot.telegram.views.view import View

log = structlog.get_logger(__name__)

Tapped = Callable[[Turn, Callback], Awaitable[None]]

FOR_ANYONE: Mapping[str, Handler] = {
    "help": pages.help_command,
    "about": pages.about_command,
    "guides": pages.guides_command,
    "privacy": pages.privacy_command,
}
FOR_MEMBERS: Mapping[str, Handler] = {
    "worse": interview.worse,
    "session": session.command,
    "today": today.today,
    "report": report.command,
    "pause": today.pause,
    "resume": today.resume,
    "settings": settings.command,
    "stop": today.stop,
    "why": why.command,
}
COMMANDS = ("worse", "session", "today", "report", "pause", "resume", "settings", "guides",
            "why", "privacy", "about", "help", "stop", "start")  # fmt: skip
TAPS_FOR_ANYONE: Mapping[str, Tapped] = {
    "adult": start.adult_tapped,
    "agree": start.agree_tapped,
    "guide": pages.guide_tapped,
    "guides": pages.guides_tapped,
}
TAPS: Mapping[str, Tapped] = {
    "a": interview.tapped,
    "re": interview.reconsider,
    "ask": interview.resume_tapped,
    "worse": interview.worse_tapped,
    "profile": interview.profile_tapped,
    "e": escalation.tapped,
    "n": nudge.tapped,
    "z": nudge.later_tapped,
    "zone": start.zone_tapped,
    "country": start.country_tapped,
    "session": session.tapped,
    "today": session.today_tapped,
    "yesterday": session.yesterday_tapped,
    "pick": session.pick_tapped,
    "when": session.when_tapped,
    "another": session.another_tapped,
    "same": session.same_tapped,
    "log": session.pain_tapped,
    "fine": session.fine_tapped,
    "undo": session.undo_tapped,
    "settings": settings.tapped,
    "set": settings.set_tapped,
    "put": settings.put_tapped,
    own.ACTION: own.tapped,
    "resume": today.resume_tapped,
    "go": today.go_on_tapped,
    "erase": pages.erase_tapped,
}
SILENT_FOR = (
    "new_chat_members", "left_chat_member", "pinned_message", "message_auto_delete_timer_changed",
    "group_chat_created", "supergroup_chat_created", "channel_chat_created",
    "chat_background_set", "write_access_allowed", "proximity_alert_triggered",
)  # fmt: skip


class Router:
    """Takes one update after the other; the inbox sees to order and to trying again."""

    def __init__(self, house: House, bot: Bot) -> None:
        self._house = house
        self._bot = bot

    async def handle(self, update: Update) -> None:
        """Answer one update, or keep silent where that is the answer.

        Groups, channels and other bots get silence: a person's back is nobody else's business.
        Raises what the network raises; a person who has blocked the bot is no error.
        """
        turn = await begin(self._house, self._bot, update)
        if turn is None:
            return
        try:
            if update.my_chat_member is not None:
                await _membership(turn, update.my_chat_member.new_chat_member.status)
                return
            await _welcome_back(turn)
            if update.callback_query is not None:
                await _tapped(turn, update.callback_query.data)
            elif update.effective_message is not None:
                await _written(turn, update.effective_message)
        except Forbidden:
            if turn.person is not None:
                await people.gone(turn.practice, turn.person.id)

    async def apologise(self, update: Update) -> None:
        """Tell the person that an update could not be taken in, and whom to call."""
        turn = await begin(self._house, self._bot, update)
        if turn is not None:
            await turn.send(View(turn.say("other.trouble", **turn.numbers())))


async def _membership(turn: Turn, status: str) -> None:
    """A block stops the plan, an unblock lets hold again what held before."""
    if turn.person is None:
        return
    if status in (ChatMember.BANNED, ChatMember.LEFT):
        await people.gone(turn.practice, turn.person.id)
    elif turn.person.status in AWAY:
        await returning.come_back(turn)


async def _welcome_back(turn: Turn) -> None:
    """Whoever writes again after a block or a long silence is back."""
    if turn.person is not None and turn.person.status in AWAY | {Status.SILENT}:
        await returning.come_back(turn)


async def _tapped(turn: Turn, data: str | None) -> None:
    callback = decode(data or "")
    if callback is None:
        await turn.toast(turn.say("other.old_button"))
        return
    if callback.action != own.ACTION:
        await own.let_go(turn)
    handler = TAPS_FOR_ANYONE.get(callback.action)
    if handler is None and turn.person is None:
        await turn.toast()
        await turn.send(View(turn.say("start.first", **turn.numbers())))
        return
    handler = handler or TAPS.get(callback.action)
    try:
        if handler is None:
            raise ValueError(f"no action {callback.action}")
        await handler(turn, callback)
    except (ValueError, KeyError) as error:
        # A button of ours never gets here: this one is forged, or from other content.
        log.warning("button_not_understood", action=callback.action, error=type(error).__name__)
        await turn.toast(turn.say("other.old_button"))


async def _written(turn: Turn, message: Message) -> None:
    if any(getattr(message, each, None) for each in SILENT_FOR):
        return
    if message.text is None or message.text.startswith("/"):
        await own.let_go(turn)
    if message.location is not None and turn.update.edited_message is not None:
        return  # a live location moves on every few seconds; its beginning was answered
    if message.location is not None:
        await _located(turn, message.location.latitude, message.location.longitude)
    elif message.text is not None and message.text.startswith("/"):
        await _commanded(turn, message.text)
    elif message.text is not None or message.caption is not None:
        await freetext.text(turn, message.text or message.caption or "")
    else:
        await freetext.media(turn)


async def _located(turn: Turn, latitude: float, longitude: float) -> None:
    if turn.person is None:
        await turn.send(View(turn.say("start.first", **turn.numbers())))
    else:
        await start.zone_shared(turn, latitude, longitude)


async def _commanded(turn: Turn, text: str) -> None:
    word, _, payload = text[1:].partition(" ")
    name = word.partition("@")[0].lower()
    if freetext.signs(turn, payload):
        await freetext.text(turn, payload)  # "/pause I can't feel my legs"
    elif name == "start":
        await start.command(turn, payload.strip())
    elif name in FOR_ANYONE:
        await FOR_ANYONE[name](turn)
    elif turn.person is None:
        await turn.send(View(turn.say("start.first", **turn.numbers())))
    elif name in FOR_MEMBERS:
        await FOR_MEMBERS[name](turn)
    else:
        await freetext.text(turn, text)
