"""People who join, log massages, answer, tap twice, block and come back, at random by seed.

They never wait for the bot: it may be dead. Each remembers what it did, for the ledger.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from bot.sandbox.errors import PersonError

if TYPE_CHECKING:
    import random

    from bot.sandbox import Person, Sandbox
    from bot.sandbox.views import Button, ChatMessage

EMERGENCIES = ("saddle_numbness", "bladder_bowel", "both_legs", "chest_pain")
SIGNS = ("fever", "weak_limb", "leg_pain", "numb_tingling", "big_bruise", "sore", "dizzy")
AGREEING = {"I am 18 or older", "I agree, let's begin", "Yes, that is right"}
WORDS = ("/today", "/report", "my back is stiff", "😀", "/worse", "/worse", "/session", "/session")
FIT = ("n", "z", "e", "session", "when", "log", "same", "fine", "worse", "ask")
ZONE_TYPED_S = 20.0  # a bot that was down is told again
What = Literal["block", "gone", "stop", "pause"]
LEAVINGS: tuple[What, ...] = ("block", "stop", "pause")
GOES_FOR_GOOD = 0.3  # of the leavings of those who may close their account
MASSAGE_EVERY_S = 240.0
LEAVES = 0.02
RETURNS = 0.12
TYPES = 0.12


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


@dataclass(slots=True)
class Actor:
    """One person and their phone.

    `rests_s` is how long they do nothing, at least and at most.
    """

    sandbox: Sandbox
    person: Person
    dice: random.Random
    city: str
    rests_s: tuple[float, float] = (0.2, 2.0)
    mortal: bool = False  # may close the account, and never comes back
    joined: bool = False
    told: list[Told] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    _pressed: set[tuple[int, str]] = field(default_factory=set)
    _ended: set[tuple[str, str]] = field(default_factory=set)
    _said_at: float = 0.0
    _massaged_at: float = field(default_factory=time.monotonic)

    @property
    def silence(self) -> Silence | None:
        """What keeps the person from hearing of the plan just now."""
        last = self.silences[-1] if self.silences else None
        return last if last is not None and last.ended is None else None

    async def lives(self, until: float) -> None:
        """Act every now and then until this instant of the monotonic clock."""
        while time.monotonic() < until:
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
        elif silence is None and chance < LEAVES:
            await self._leaves()
        elif chance < LEAVES + TYPES:
            await self.person.send(self.dice.choice(WORDS))
        else:
            self._answers()

    async def _joins(self) -> None:
        """One step on the way from Start to a zone; what was not heard is said again."""
        last = next(reversed(self.person.from_bot), None)
        labels = {each.text for row in last.buttons for each in row} if last else set()
        again = time.monotonic() - self._said_at > ZONE_TYPED_S
        if last is None:
            if again:
                self._said_at = time.monotonic()
                await self.person.start()
        elif labels & AGREEING:
            self.person.press(last.message_id, next(iter(labels & AGREEING)))
        elif "What is your time zone?" in last.text and again:
            self._said_at = time.monotonic()
            await self.person.send(self.city)
        elif "Skip" in labels or "All set" in last.text:
            self.joined = True

    async def _leaves(self) -> None:
        """Block, say /stop or /pause, or close the account, which nobody tells the bot."""
        for_good = self.mortal and self.dice.random() < GOES_FOR_GOOD
        what: What = "gone" if for_good else self.dice.choice(LEAVINGS)
        silence = Silence(what, time.monotonic(), None)
        if what == "gone":
            await self.person.deactivate()
        elif what == "block":
            await self.person.block()
        else:
            await self.person.send(f"/{what}")
        if what != "gone":
            silence.update_id = self._last_update()
        self.silences.append(silence)

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

    def _last_update(self) -> int:
        return self.sandbox.world.updates.next_id - 1

    def _answers(self) -> None:
        """Press a button of one of the newest messages; one press in ten comes twice."""
        messages = [each for each in self.person.from_bot[-8:] if each.buttons]
        if not messages:
            return
        message = self.dice.choice(messages)
        button = self._choose(message)
        if button is None or button.data is None:
            return
        self._press(message.message_id, button.data)
        if self.dice.random() < 0.1:
            self._press(message.message_id, button.data)

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
        if urgent and chance < 0.10:
            return self.dice.choice(urgent)
        if signs and chance < 0.25:
            return self.dice.choice(signs)
        return self.dice.choice(ends) if ends else None

    def _is_fit(self, message_id: int, data: str) -> bool:
        _, action, *arguments = data.split(":")
        if (message_id, data) in self._pressed:
            return False
        if action == "log" and time.monotonic() - self._massaged_at < MASSAGE_EVERY_S:
            return False  # each massage begins the plan anew, and nothing of it would ever come
        if action == "a":
            return arguments[2] != "u" and (arguments[0], arguments[1]) not in self._ended
        return action in FIT or data.endswith(":go:yes")

    def _press(self, message_id: int, data: str) -> None:
        self.person.press(message_id, data)
        self._pressed.add((message_id, data))
        self.told.append(
            Told(self.person.chat_id, time.monotonic(), data, message_id, self._last_update())
        )
        _, action, *arguments = data.split(":")
        if action == "log":
            self._massaged_at = time.monotonic()
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
