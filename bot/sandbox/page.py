"""The chat page and what it does: Starlette routes under `/`, `/person`, `/clock`, `/faults`."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.acts import ACTS, CLOCK_ACTS, order_trouble
from bot.sandbox.body import header, read_body, read_values
from bot.sandbox.errors import ApiError, PersonError
from bot.sandbox.guard import Guard
from bot.sandbox.phone import Phone
from bot.sandbox.spec import Params
from bot.sandbox.stream import chat_events

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from bot.sandbox.model import Chat, Json
    from bot.sandbox.state import World

DEFAULT_PERSON = 1001
DEFAULT_NAME = "Anna"
HIGHEST_ID = 2**52
#: Only these are shown in the page; everything else is handed out as a download.
SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp"}


def page_app(world: World) -> ASGIApp:
    """The page and the person API as one guarded ASGI application."""
    page = _Page(world)
    with as_file(files("bot.sandbox").joinpath("static")) as static:
        assets = StaticFiles(directory=static, check_dir=False)
    routes = [
        Route("/", page.index),
        Mount("/static", assets),
        Route("/person/{chat_id:int}/events", page.events),
        Route("/person/{chat_id:int}/file/{file_id}", page.file),
        Route("/person/{chat_id:int}/{act}", page.act, methods=["POST"]),
        Route("/clock/{act}", page.clock, methods=["POST"]),
        Route("/faults", page.faults, methods=["POST"]),
    ]
    return Guard(Starlette(routes=routes))


class _Page:
    def __init__(self, world: World) -> None:
        self._world = world
        self._templates = Environment(
            loader=PackageLoader("bot.sandbox", "templates"), autoescape=True
        )

    def _chat(self, request: Request) -> Chat | None:
        """The person in the path, made when new; None for what is no person."""
        chat_id = request.path_params["chat_id"]
        if not 0 < chat_id < HIGHEST_ID:
            return None
        chat = self._world.person(chat_id, name=DEFAULT_NAME, language_code="en")
        return chat if chat.kind == "private" else None

    async def index(self, request: Request) -> Response:
        """The chat page; `?person=1002` for another one."""
        asked = request.query_params.get("person", "")
        person = int(asked) if asked.isdecimal() and int(asked) < HIGHEST_ID else DEFAULT_PERSON
        template = self._templates.get_template("chat.html")
        return HTMLResponse(template.render(person_id=person, bot_name=self._world.bot.names[""]))

    async def events(self, request: Request) -> Response:
        """The stream of one chat."""
        chat = self._chat(request)
        if chat is None:
            return _refused("no such person", 404)
        return StreamingResponse(chat_events(self._world, chat), media_type="text/event-stream")

    async def file(self, request: Request) -> Response:
        """A file of the chat: pictures to look at, all else to save."""
        stored = self._world.uploads.get(request.path_params["file_id"])
        if stored is None:
            return _refused("no such file", 404)
        content = self._world.uploads.read(stored)
        if stored.width and stored.mime_type in SHOWN:
            return Response(content, media_type=stored.mime_type)
        kept = "".join(one if one.isalnum() or one in "-_." else "_" for one in stored.name)
        name = kept.encode("ascii", "replace").decode().replace("?", "_")
        return Response(
            content,
            media_type="application/octet-stream",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    async def act(self, request: Request) -> Response:
        """Something the person does."""
        act = ACTS.get(request.path_params["act"])
        chat = self._chat(request)
        if act is None or chat is None:
            return _refused("not found", 404)
        return await _answer(request, lambda data: act(self._world, Phone(self._world, chat), data))

    async def clock(self, request: Request) -> Response:
        """Something done to time."""
        act = CLOCK_ACTS.get(request.path_params["act"])
        if act is None:
            return _refused("not found", 404)
        conductor = self._world.conductor
        if conductor is None:
            return _refused("time can't be steered here", 409)
        answer = await _answer(request, lambda data: act(conductor, data))
        for chat in self._world.chats.values():
            self._world.publish(chat, "clock", None)
        return answer

    async def faults(self, request: Request) -> Response:
        """Order trouble: fields as of `Faults.add`, or `duplicate_updates`, or `clear`."""
        return await _answer(request, lambda data: order_trouble(self._world, data))


async def _answer(request: Request, act: Callable[[Params], Awaitable[Json]]) -> Response:
    """Read the JSON or the upload, act, and say how it went."""
    scope = request.scope
    try:
        body = await read_body(request.receive)
        values, uploads = read_values(b"", header(scope, b"content-type"), body)
        return JSONResponse({"ok": True, **await act(Params(values, uploads))})
    except ApiError as error:
        return _refused(error.description.removeprefix("Bad Request: "), 400)
    except (PersonError, ValueError) as error:
        return _refused(str(error), 400)


def _refused(error: str, status: int) -> Response:
    return JSONResponse({"ok": False, "error": error}, status)
