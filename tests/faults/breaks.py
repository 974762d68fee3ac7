"""Deliberate breaks of the bot, each in a copy of the tree, to show that the campaign sees them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("bot", "tests", "content", "pyproject.toml")
NO_RESULT = 2


@dataclass(frozen=True, slots=True)
class Edit:
    """`old`, which stands in the file `times` times, becomes `new`."""

    path: str
    old: str
    new: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Break:
    """What is edited, and the words of the ledger, any one of which shows that it was seen.

    `database` is where it is tried unless another is asked for.
    """

    edits: tuple[Edit, ...]
    seen_by: tuple[str, ...]
    database: str = "sqlite"


class BreakError(Exception):
    """An edit does not fit the code any more."""


MIGRATION = "bot/store/migrations/versions/0001_initial.py"

BREAKS = {
    # Sent in the books before it is on its way; its number comes after, where it comes at all.
    "acknowledge-before-sending": Break(
        (
            Edit(
                "bot/delivery/round.py",
                "        outcome = await self._send(occurrence, parcel)\n",
                "        await self._queue.acknowledge(occurrence, 0)\n"
                "        outcome = await self._send(occurrence, parcel)\n",
            ),
            Edit(
                "bot/store/queue.py",
                "or_(LEASED, CANCELLED))\n",
                "or_(LEASED, CANCELLED, table.c.state == OccurrenceState.SENT))\n",
            ),
            Edit(
                "bot/store/queue.py",
                "            sent_at=at,\n            **NO_LEASE,\n",
                "            sent_at=at,\n",
            ),
        ),
        ("counts as sent and never came",),
    ),
    # A lease ends by acknowledgement alone, never by time.
    "drop-the-lease-time": Break(
        (
            Edit(
                "bot/store/lapses.py",
                "    return and_(LEASED, over)\n",
                "    return and_(LEASED, over, table.c.leased_until < table.c.leased_until)\n",
            ),
        ),
        ("is still leased",),
    ),
    "no-unique-key": Break(
        (
            Edit("bot/store/tables.py", "unique=True", "unique=False", 6),
            Edit(MIGRATION, "unique=True", "unique=False", 6),
            Edit(MIGRATION, '        sa.PrimaryKeyConstraint("update_id", name="pk_inbox"),\n', ""),
        ),
        ("planned 2 times", "interviews", "stands in the inbox 2 times"),
    ),
    # The advice is committed; its message follows once a call to Telegram, say, has gone through.
    "escalation-outside-the-transaction": Break(
        (
            Edit(
                "bot/service/judging.py",
                "    await plans.follow_up(tx, practice, person, escalation, now)\n"
                "    return escalation\n",
                "    task = asyncio.create_task(_later(practice, person, escalation, now))\n"
                "    LATER.add(task)\n"
                "    return escalation\n\n\n"
                "LATER: set[asyncio.Task[None]] = set()\n\n\n"
                "async def _later(practice, person, escalation, now):\n"
                "    await asyncio.sleep(0.3)\n"
                "    async with practice.database.transaction() as tx:\n"
                "        await plans.follow_up(tx, practice, person, escalation, now)\n",
            ),
            Edit(
                "bot/service/judging.py",
                "from dataclasses import dataclass, replace\n",
                "import asyncio\nfrom dataclasses import dataclass, replace\n",
            ),
        ),
        ("has no message at all",),
    ),
    "ignore-403": Break(
        (
            Edit(
                "bot/delivery/round.py",
                "        await self._call(self._on_gone(occurrence.person_id, self._clock.now()),"
                " occurrence)\n",
                "",
            ),
            Edit(
                "bot/telegram/router.py",
                "                await people.gone(turn.practice, turn.person.id)\n",
                "                pass\n",
            ),
        ),
        ("after Telegram said that nobody is there",),
    ),
}


def apply(broken: Break, folder: Path) -> None:
    """Break the copy in `folder`; raises BreakError where the code has moved on."""
    for edit in broken.edits:
        path = folder / edit.path
        text = path.read_text(encoding="utf-8")
        if text.count(edit.old) != edit.times:
            raise BreakError(
                f"{edit.path}: {text.count(edit.old)} places to break instead of {edit.times}:"
                f"\n{edit.old}"
            )
        path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")


def copy_of(name: str, folder: Path) -> None:
    """A copy of the tree in `folder`, broken by name."""
    for each in COPIED:
        source = ROOT / each
        if source.is_dir():
            shutil.copytree(
                source, folder / each, ignore=shutil.ignore_patterns("__pycache__", "artifacts")
            )
        else:
            shutil.copy(source, folder / each)
    apply(BREAKS[name], folder)


def campaign_on(name: str, *options: str) -> int:
    """A campaign on a broken copy: 0 where the ledger saw the break, 1 where it did not, and 2
    where the break does not fit the code any more, or the campaign failed.
    """
    with tempfile.TemporaryDirectory(prefix="broken-") as folder:
        try:
            copy_of(name, Path(folder))
        except BreakError as error:
            print(f"{name} does not fit the code any more: {error}")
            return NO_RESULT
        said = subprocess.run(
            [sys.executable, "-m", "tests.faults", *options],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": folder},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        ).stdout
    print(said, end="")
    _, ended, told = said.partition("broken promises:")
    if not ended:
        print(f"{name}: the campaign did not come to its end")
        return NO_RESULT
    caught = any(words in told for words in BREAKS[name].seen_by)
    print(f"{name}: {'caught' if caught else 'not caught'}")
    return 0 if caught else 1
