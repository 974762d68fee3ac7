"""The `aftercare` command: arguments in, calls out, nothing else.

Each command imports what it needs: a check of the content, or this list of commands, would
otherwise wait for all of the bot to be read first.
"""

from __future__ import annotations

import asyncio
import signal
import tempfile
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot import upkeep
from bot.errors import AftercareError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.settings import Settings

UNUSABLE = 2  # exit code for settings, content or a database that can't be used


class OneLineErrors(click.Group):
    """Shows what an operator or author can mend as plain text, and exits with 2."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a mendable error ends it with its own clear words."""
        try:
            return super().invoke(ctx)
        except AftercareError as error:
            click.echo(str(error), err=True)
            ctx.exit(UNUSABLE)


@click.group(cls=OneLineErrors)
@click.version_option(package_name="aftercare")
def main() -> None:
    """Aftercare: a Telegram companion after a massage for low back pain."""


for _command in upkeep.COMMANDS:
    main.add_command(_command)


@main.command()
def run() -> None:
    """Run the bot. Settings come from AFTERCARE_* variables."""
    from bot import app
    from bot.logs import configure
    from bot.settings import load

    settings = load()
    configure(settings.log_level)
    asyncio.run(_until_signal(lambda stopping: app.run(settings, stopping)))


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8765, show_default=True, help="0 takes any free port.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep everything in this folder; a temporary one otherwise.",
)
@click.option("--open", "open_page", is_flag=True, help="Open the page in a browser.")
def sandbox(host: str, port: int, data: Path | None, *, open_page: bool) -> None:
    """Try the bot in a browser: no account, no token, no network."""
    from bot import tryout
    from bot.logs import configure

    configure("warning")
    with tempfile.TemporaryDirectory(prefix="aftercare-") as temporary:
        folder = data or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)

        async def play(stopping: asyncio.Event) -> None:
            async with tryout.open_tryout(folder, host=host, port=port) as running:
                page = running.sandbox.page_url
                click.echo(f"Aftercare is at {page} - Ctrl+C stops it.")
                if open_page:
                    webbrowser.open(page)
                await stopping.wait()

        try:
            asyncio.run(_until_signal(play))
        except OSError as error:
            raise AftercareError(
                f"can't listen on {host}:{port} ({error.strerror}); choose another with --port"
            ) from None


@main.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def check(folder: Path | None) -> None:
    """Check the content folder (the one that ships unless FOLDER is given)."""
    from bot.delivery.clock import SystemClock
    from bot.library.loader import default_folder
    from bot.library.proof import content
    from bot.telegram.lengths import length_faults

    today = SystemClock().now().date()
    findings = content.check(folder or default_folder(), today, also=length_faults)
    for finding in findings:
        click.echo(str(finding), err=True)
    errors = sum(each.severity == "error" for each in findings)
    click.echo(f"errors: {errors}, warnings: {len(findings) - errors}")
    if errors:
        raise click.exceptions.Exit(1)


@main.command()
@click.argument("file", metavar="CASES.yaml", type=click.Path(path_type=Path))
@click.option("--content", type=click.Path(path_type=Path), help="Another content folder.")
def triage(file: Path, content: Path | None) -> None:
    """Judge the cases of a file by the rules; a JSON object a line.

    Exits with 1 where a case expects something else.
    """
    import orjson

    from bot.library import cases
    from bot.library.loader import default_folder, load

    library = load(content or default_folder())
    different = 0
    for judged in cases.triage(file, library):
        line = {"id": judged.id, "level": judged.level.id, "reasons": list(judged.reasons)}
        click.echo(orjson.dumps(line).decode())
        if not judged.agrees and judged.expected is not None:
            different += 1
            wanted = f"{judged.expected.level.id} {list(judged.expected.reasons)}"
            got = f"{judged.level.id} {list(judged.reasons)}"
            click.echo(
                f"{judged.where}: {judged.id} expects {wanted}, the rules give {got}", err=True
            )
    if different:
        raise click.exceptions.Exit(1)


@main.command()
@click.argument("file", metavar="PERSONA.yaml", type=click.Path(path_type=Path))
@click.option("--content", type=click.Path(path_type=Path), help="Another content folder.")
def simulate(file: Path, content: Path | None) -> None:
    """Walk a made-up person through the weeks after a massage.

    A line a message or answer, by the person's own clock: "bot" is a message, ">" what the person
    does, "=" what the rules make of an answer, "--" what will not come, and why.
    """
    from bot import simulation
    from bot.library import personas
    from bot.library.loader import default_folder, load
    from bot.logs import configure

    configure("error")
    library = load(content or default_folder())
    persona = personas.read_persona(file, library)
    for line in asyncio.run(simulation.simulate(persona, library)):
        click.echo(line)


@main.command()
@click.option("--content", type=click.Path(path_type=Path), help="Another content folder.")
@click.option("--language", default="en", show_default=True, help="Whose words to show.")
def graph(content: Path | None, language: str) -> None:
    """Draw questions, rules and levels as a Mermaid flowchart."""
    from bot.library import diagram
    from bot.library.loader import default_folder, load

    library = load(content or default_folder())
    if language not in library.languages:
        raise click.BadParameter(
            f"{language} is not in the content: {', '.join(sorted(library.languages))}",
            param_hint="--language",
        )
    click.echo(diagram.draw(library, library.languages[language]), nl=False)


@main.command()
def doctor() -> None:
    """Look at token, content, database, clock, zones and fonts, a line each."""
    from bot.logs import configure
    from bot.settings import load

    settings = load()
    configure("error")
    if not asyncio.run(_examine(settings)):
        raise click.exceptions.Exit(1)


async def _examine(settings: Settings) -> bool:
    from bot import checkup

    well = True
    async for finding in checkup.examine(settings):
        click.echo(f"{'ok ' if finding.well else 'BAD'} {finding.part}: {finding.text}")
        well = well and finding.well
    return well


async def _until_signal(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run `work` until Ctrl+C or SIGTERM sets its event."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stopping.set)
    await work(stopping)
