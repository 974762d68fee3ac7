"""A made-up person's weeks with the real bot, in a second: no Telegram, no network, no waiting."""

from bot.simulation.weeks import simulate

__all__ = ["simulate"]
