"""Trouble to order: what Telegram and the network do on a bad day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Answer = Literal["429", "500", "502", "403", "drop_before", "drop_after", "slow"]

ANSWERS: tuple[str, ...] = get_args(Answer)


@dataclass(slots=True)
class Fault:
    """One rule: the next `times` matching calls go wrong in this way."""

    answer: Answer
    method: str = "*"
    chat_id: int | None = None
    times: int = 1
    retry_after_s: int = 1
    delay_s: float = 1.0

    def matches(self, method: str, chat_id: int | None) -> bool:
        """Whether a call falls under the rule; "*" leaves getUpdates alone."""
        named = self.method.lower() == method.lower()
        anything = self.method == "*" and method != "getUpdates"
        return (named or anything) and self.chat_id in {None, chat_id}


class Faults:
    """Rules, used up in the order in which they were added.

    "429", "500", "502" and "403" refuse the call; "drop_before" cuts the
    connection and does nothing; "drop_after" does what was asked and cuts the
    connection without a word; "slow" does it and answers `delay_s` later.
    """

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._duplicates = 0
        self._reorders = 0

    def add(
        self,
        method: str = "*",
        *,
        answer: Answer,
        chat_id: int | None = None,
        times: int = 1,
        retry_after_s: int = 1,
        delay_s: float = 1.0,
    ) -> None:
        """Spoil the next `times` calls of `method` ("*": any but getUpdates), maybe of one chat.

        Raises `ValueError` for an answer that is not one of `ANSWERS`.
        """
        if answer not in ANSWERS:
            raise ValueError(f"answer must be one of {', '.join(ANSWERS)}, not {answer!r}")
        self._rules.append(Fault(answer, method, chat_id, times, retry_after_s, delay_s))

    def duplicate_updates(self, times: int = 1) -> None:
        """Deliver each of the next `times` updates again after it was confirmed."""
        self._duplicates += times

    def reorder_updates(self, times: int = 1) -> None:
        """Give the next `times` batches of two updates or more newest first."""
        self._reorders += times

    def clear(self) -> None:
        """A good day again."""
        self._rules.clear()
        self._duplicates = 0
        self._reorders = 0

    @property
    def left(self) -> int:
        """How many calls are still to be spoiled."""
        return sum(rule.times for rule in self._rules)

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """The rule that spoils this call, used once."""
        for rule in self._rules:
            if rule.matches(method, chat_id):
                rule.times -= 1
                if rule.times <= 0:
                    self._rules.remove(rule)
                return rule
        return None

    def takes_duplicate(self) -> bool:
        """Whether the update being queued is to come twice."""
        if self._duplicates == 0:
            return False
        self._duplicates -= 1
        return True

    def takes_reorder(self) -> bool:
        """Whether the batch being given is to come newest first."""
        if self._reorders == 0:
            return False
        self._reorders -= 1
        return True
