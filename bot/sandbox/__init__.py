"""Telegram in a box: a local Bot API, the people who use it, and a chat page.

It plays Telegram and knows nothing of any bot: a bot is pointed at
`Sandbox.api_url` and `Sandbox.file_url` and can't tell the difference.
"""

from bot.sandbox.conductor import Conductor
from bot.sandbox.errors import PersonError
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.model import Call
from bot.sandbox.person import Person, Toast
from bot.sandbox.server import Sandbox
from bot.sandbox.views import Button, ChatMessage

__all__ = [
    "Button",
    "Call",
    "ChatMessage",
    "Conductor",
    "Fault",
    "Faults",
    "Person",
    "PersonError",
    "Sandbox",
    "Toast",
]
