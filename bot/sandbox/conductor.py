"""Who steers time: given by the application, asked by the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from datetime import datetime


class Conductor(Protocol):
    """Lets the page see and steer simulated time and look at the schedule."""

    def now(self) -> datetime:
        """The simulated instant, aware UTC."""

    def rate(self) -> float:
        """Simulated seconds a real second; 0 is paused."""

    def local_zone(self, chat_id: int) -> Awaitable[str | None]:
        """IANA zone of that person, or None while unknown."""

    def language(self, chat_id: int, phone: str) -> Awaitable[str]:
        """The language the bot speaks ("es") with that person, whose phone is in `phone`."""

    async def set_rate(self, rate: float) -> None:
        """Let time run at this rate from now on."""

    async def skip_to_next(self, chat_id: int) -> datetime | None:
        """Jump to the person's next message; the instant, or None when nothing is planned."""

    async def advance(self, seconds: float) -> None:
        """Go forward, through every due instant in order."""

    async def upcoming(self, chat_id: int) -> list[dict[str, str]]:
        """What is planned: at (ISO UTC), what, why, source ("content/plan.yaml:12")."""
