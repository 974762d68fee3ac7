"""People who join, log massages, answer, tap twice, block and come back, at random by seed.

They never wait for the bot: it may be dead. Each remembers what it did, for the ledger.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Literal

from bot.sandbox.errors import PersonError
from bot.sandbox.views import chat_message

if TYPE_CHECKING:
    import random

    from bot.sandbox import Person, Sandbox
    from bot.sandbox.views import Button, ChatMessage

EMERGENCIES = ("saddle_numbness", "bladder_bowel", "both_legs", "chest_pain")
SIGNS = ("fever", "weak_limb", "leg_pain", "numb_tingling", "big_bruise", "sore", "dizzy")
AGREEING = {"I am 18 or older", "I agree, let's begin", "Yes, that is right"}
WORDS = ("/today", "/report", "my back is stiff", "😀", "/worse", "/worse", "/session", "/session")
FIT = ("n", "z", "e", "session", "when", "another", "log", "same", "fine", "worse", "ask")
ZONE_TYPED_S = 20.0  # a bot that was down is told again
What = Literal["block", "gone", "stop", "pause"]
LEAVINGS: tuple[What, ...] = ("block", "block", "stop", "pause")
MASSAGE_EVERY_S = 240.0
LEAVES = 0.02
RETURNS = 0.12
TYPES = 0.12
TWICE = 0.1
TWICE_AT_A_STEP = 0.4  # where a second press would plan something twice, if it could
STEPS = ("log", "same", "session", "z", "e")
STILL_S = 5.0  # before closing the account, so that no reply tells the bot of it
SEEN = 12  # messages back in the chat


@dataclass(frozen=True, slots=True)
class Told:
    """A tap that says something: an answer to a question, or to advice."""

    chat_id: int
    at: float  # seconds of the monotonic clock
    data: str
    message_id: int
    update_id: int


@dataclass(slots=True)
class Silence:
    """A time in which the person wants, or can have, nothing of the plan."""

    what: What
    began: float  # seconds of the monotonic clock
    update_id: int | None  # what tells the bot; nothing does when an account is closed
    ended: float | None = None
    said: tuple[int, ...] = ()  # the updates that the person had made by then


@dataclass(slots=True)
class Actor:
    """One person and their phone.

    `rests_s` is how long they do nothing, at least and at most. To whoever is
    `well` much of the plan is due. At `closes_at` the account is closed for good.
    """

    sandbox: Sandbox
    person: Person
    dice: random.Random
    city: str
    rests_s: tuple[float, float] = (0.4, 2.6)
    well: bool = False  # reports no sign, and stays
    closes_at: float | None = None  # seconds of the monotonic clock
    joined: bool = False
    told: list[Told] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    _pressed: set[tuple[int, str]] = field(default_factory=set)
    _ended: set[tuple[str, str]] = field(default_factory=set)
    _said_at: float = 0.0
    _made: list[int] = field(default_factory=list)  # their updates so far
    massaged_at: float = -MASSAGE_EVERY_S

    @property
    def silence(self) -> Silence | None:
        """What keeps the person from hearing of the plan just now."""
        last = self.silences[-1] if self.silences else None
        return last if last is not None and last.ended is None else None

    @property
    def is_gone(self) -> bool:
        """Whether the account is closed."""
        return self.silence is not None and self.silence.what == "gone"

    async def lives(self, until: float) -> None:
        """Act every now and then until this instant of the monotonic clock, or to the end."""
        while time.monotonic() < until and not self.is_gone:
            await asyncio.sleep(self.dice.uniform(*self.rests_s))
            try:
                await self._acts()
            except PersonError:
                continue  # the phone would not: a blocked bot, a button that has gone

    async def comes_back(self) -> None:
        """Be reachable again, so that whatever is still to come can come."""
        if self.silence is not None and self.silence.what == "block":
            await self._returns(self.silence)

    async def _acts(self) -> None:
        silence = self.silence
        if self.closes_at is not None and time.monotonic() > self.closes_at and self.joined:
            await self._closes_account()
            return
        if self.closes_at is not None and time.monotonic() > self.closes_at - STILL_S:
            return
        if silence is not None and silence.what != "pause":
            if self.dice.random() < RETURNS:
                await self._returns(silence)
            return
        if not self.joined:
            await self._joins()
            return
        chance = self.dice.random()
        if silence is not None and chance < RETURNS:
            await self._returns(silence)
        elif silence is None and chance < LEAVES and not self.well:
            await self._leaves()
        elif chance < LEAVES + TYPES:
            await self.person.send(self.dice.choice(WORDS))
            self._said()
        else:
            self._answers()

    async def _joins(self) -> None:
        """One step on the way from Start to a zone; what was not heard is said again."""
        last = next(reversed(self._newest()), None)
        labels = {each.text for row in last.buttons for each in row} if last else set()
        again = time.monotonic() - self._said_at > ZONE_TYPED_S
        if last is None:
            if again:
                self._said_at = time.monotonic()
                await self.person.start()
                self._said()
        elif labels & AGREEING:
            self.person.press(last.message_id, next(iter(labels & AGREEING)))
            self._said()
        elif "What is your time zone?" in last.text and again:
            self._said_at = time.monotonic()
            await self.person.send(self.city)
            self._said()
        elif "Skip" in labels or "All set" in last.text:
            self.joined = True

    async def _leaves(self) -> None:
        """Block, or say /stop or /pause."""
        what = self.dice.choice(LEAVINGS)
        silence = Silence(what, time.monotonic(), None)
        if what == "block":
            await self.person.block()
        else:
            await self.person.send(f"/{what}")
        silence.update_id = self._said()
        silence.said = tuple(self._made)
        self.silences.append(silence)

    async def _closes_account(self) -> None:
        """Nobody tells the bot: it hears of it only when it writes."""
        await self.person.deactivate()
        self.silences.append(Silence("gone", time.monotonic(), None, said=tuple(self._made)))

    async def _returns(self, silence: Silence) -> None:
        if silence.what == "gone":
            return
        silence.ended = time.monotonic()
        if silence.what == "block":
            await self.person.unblock()
        elif silence.what == "stop":
            await self.person.start()
        else:
            await self.person.send("/resume")
        self._said()

    def _said(self) -> int:
        """The number of the update that was made just now."""
        self._made.append(self.sandbox.world.updates.next_id - 1)
        return self._made[-1]

    def _answers(self) -> None:
        """Press a button of one of the newest messages; some presses come twice."""
        messages = [each for each in self._newest() if each.buttons]
        if not messages:
            return
        message = self.dice.choice(messages)
        button = self._choose(message)
        if button is None or button.data is None:
            return
        self._press(message.message_id, button.data)
        at_a_step = button.data.split(":")[1] in STEPS
        if self.dice.random() < (TWICE_AT_A_STEP if at_a_step else TWICE):
            self._press(message.message_id, button.data)

    def _newest(self) -> list[ChatMessage]:
        """The bot's among the last few messages of the chat, which may hold thousands."""
        kept = self.sandbox.world.chats[self.person.chat_id].messages
        last = [chat_message(each) for each in islice(reversed(kept.values()), SEEN)]
        return [each for each in reversed(last) if each.sender == "bot" and not each.deleted]

    def _choose(self, message: ChatMessage) -> Button | None:
        """A button fit to press: nothing undone, no question ended twice."""
        open_ = [
            each
            for row in message.buttons
            for each in row
            if each.data and self._is_fit(message.message_id, each.data)
        ]
        if not open_:
            return None
        urgent = [each for each in open_ if _symptom(each.data) in EMERGENCIES]
        signs = [each for each in open_ if _symptom(each.data) in SIGNS]
        ends = [each for each in open_ if _symptom(each.data) is None]
        chance = self.dice.random()
        if urgent and chance < 0.25 and not self.well:
            return self.dice.choice(urgent)
        if signs and chance < 0.4 and not self.well:
            return self.dice.choice(signs)
        return self.dice.choice(ends) if ends else None

    def _is_fit(self, message_id: int, data: str) -> bool:
        _, action, *arguments = data.split(":")
        if (message_id, data) in self._pressed:
            return False
        if action == "log" and time.monotonic() - self.massaged_at < MASSAGE_EVERY_S:
            return False  # each massage begins the plan anew, and nothing of it would ever come
        if action == "a":
            return arguments[2] != "u" and (arguments[0], arguments[1]) not in self._ended
        return action in FIT or data.endswith(":go:yes")

    def _press(self, message_id: int, data: str) -> None:
        self.person.press(message_id, data)
        self._pressed.add((message_id, data))
        self.told.append(
            Told(self.person.chat_id, time.monotonic(), data, message_id, self._said())
        )
        _, action, *arguments = data.split(":")
        if action == "log":
            self.massaged_at = time.monotonic()
        if action == "go" and self.silence is not None:
            self.silence.ended = time.monotonic()
        if action == "a" and (arguments[2] != "t" or arguments[3] in EMERGENCIES):
            self._ended.add((arguments[0], arguments[1]))


def _symptom(data: str | None) -> str | None:
    """The symptom a button ticks; None for any other button."""
    parts = (data or "").split(":")
    return parts[5] if len(parts) > 5 and parts[1] == "a" and parts[4] == "t" else None


CITIES = {
    0: "London", 1: "Berlin", 2: "Cairo", 3: "Nairobi", 4: "Dubai", 5: "Karachi", 6: "Dhaka",
    7: "Bangkok", 8: "Singapore", 9: "Tokyo", 10: "Brisbane", 11: "Noumea", 12: "Suva",
    -1: "Praia", -2: "Nuuk", -3: "Buenos Aires", -4: "Manaus", -5: "Lima", -6: "Guatemala City",
    -7: "Phoenix", -8: "Los Angeles", -9: "Anchorage", -10: "Honolulu",
}  # fmt: skip
TEN = 10


def city_in_the_morning(hour_utc: int) -> str:
    """A city where it is about ten in the morning, hours away from any quiet hour."""
    shift = (TEN - hour_utc + 11) % 24 - 11
    return CITIES[max(min(CITIES), min(max(CITIES), shift))]
