"""What people in danger type, most of it in words that no list foresaw.

Every language that ships needs its file in tests/journeys/danger; each is read out in one
conversation.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from bot.care.freetext import scan
from bot.care.model import Level
from tests.journeys.harness import labels, read, walking

if TYPE_CHECKING:
    from bot.library.text import Language
    from bot.sandbox.views import ChatMessage
    from tests.journeys.harness import Walk

LIBRARY = read(None)
FILES = [Path(__file__).parent / "danger" / f"{code}.yaml" for code in LIBRARY.languages]
LEAST_UNFORESEEN, LEAST_FORESEEN = 40, 25


@dataclass(frozen=True)
class Typed:
    """A message, the sign it means, and the signs whose phrases are found in it."""

    text: str
    sign: str
    denied: bool
    found: tuple[str, ...]


def typed(file: Path) -> list[Typed]:
    book = LIBRARY.language(file.stem).phrases
    written = yaml.safe_load(file.read_text("utf-8"))
    return [
        Typed(text, sign, denied, scan(text, book))
        for kind, denied in (("told", False), ("denied", True))
        for sign, texts in written[kind].items()
        for text in texts
    ]


def whole_list(language: Language) -> set[str]:
    """The labels of the signs that mean an emergency, as they stand under the first list."""
    return {each.label for each in language.question("danger_now").options.values()}


def asked_outright(reply: ChatMessage, language: Language) -> set[str]:
    """The signs for which the reply has a button that says "yes, this one"."""
    return {
        sign
        for question in ("danger_now", "symptoms")
        for sign, option in language.question(question).options.items()
        if unescape(str(language.say("freetext.yes", label=option.label))) in labels(reply)
    }


def wrong_with(reply: ChatMessage, message: Typed, language: Language) -> str | None:
    """Why the reply leaves a danger unasked; None where it asks."""
    shown = set(labels(reply))
    if shown >= whole_list(language):
        return None
    asked = asked_outright(reply, language)
    signs = LIBRARY.rules.signs
    if not asked & (signs(Level.EMERGENCY) | signs(Level.URGENT) | signs(Level.DOCTOR)):
        return f"only comfort: {reply.text!r}"
    if unescape(str(language.say("freetext.no"))) not in shown:
        return "no way on to the whole list"
    if message.sign in message.found and message.sign not in asked:
        return f"its own sign is not among {asked}"
    return None


async def joins_in(walk: Walk, language: Language) -> None:
    """Join and skip the profile, in any language."""
    await walk.says("/start")
    await walk.taps(*(unescape(str(language.say(each))) for each in ("start.adult", "start.agree")))
    await walk.says("Europe/London")
    await walk.taps(unescape(str(language.say("zone.right"))))
    skip = unescape(str(language.say("button.skip")))
    while skip in labels(walk.last):
        await walk.taps(skip)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_whatever_words_a_danger_comes_in_the_reply_asks_about_danger(
    tmp_path: Path, file: Path
) -> None:
    language = LIBRARY.language(file.stem)
    no = unescape(str(language.say("freetext.no")))
    unasked = []
    async with walking(tmp_path, language_code=file.stem) as walk:
        await joins_in(walk, language)
        for message in typed(file):
            before = walk.last.message_id
            reply = await walk.says(message.text)
            assert reply.message_id > before, f"no reply to {message.text!r}"
            wrong = wrong_with(reply, message, language)
            if wrong:
                unasked.append((message.text, wrong))
            elif no in labels(reply) and message.sign not in message.found:
                await walk.taps(no)
                if not whole_list(language) <= set(labels(walk.last)):
                    unasked.append((message.text, "the whole list does not follow a no"))

    assert unasked == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_a_denied_bladder_or_saddle_sign_is_there_to_be_tapped(
    tmp_path: Path, file: Path
) -> None:
    language = LIBRARY.language(file.stem)
    options = language.question("danger_now").options
    denied = [each for each in typed(file) if each.denied]
    missing = []
    async with walking(tmp_path, language_code=file.stem) as walk:
        await joins_in(walk, language)
        for message in denied:
            reply = await walk.says(message.text)
            in_list = options[message.sign].label in labels(reply)
            if not in_list and message.sign not in asked_outright(reply, language):
                missing.append(message.text)

    assert {"saddle_numbness", "bladder_bowel"} <= {each.sign for each in denied}
    assert missing == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_messages_mean_every_danger_sign_and_mostly_say_it_unforeseen(file: Path) -> None:
    """When written: of 118 English messages the phrasebook finds 45 for what they mean and 11 for
    something else, such as a heart attack's aching jaw for soreness; it misses 62.
    """
    messages = typed(file)
    unforeseen = [each for each in messages if not each.found]
    signs = LIBRARY.rules.signs(Level.EMERGENCY) | LIBRARY.rules.signs(Level.URGENT)

    assert len(messages) >= 100
    assert len({each.text for each in messages}) == len(messages)
    assert {each.sign for each in messages} >= signs
    assert len(unforeseen) >= LEAST_UNFORESEEN
    assert len(messages) - len(unforeseen) >= LEAST_FORESEEN


async def test_a_yes_to_a_sign_misread_from_a_heart_attack_leads_to_the_whole_list_too(
    tmp_path: Path,
) -> None:
    language = LIBRARY.language("en")
    async with walking(tmp_path) as walk:
        await joins_in(walk, language)
        await walk.says("heart going like a hammer and I'm in a cold sweat")

        await walk.taps("Yes: Fever or shivering")

        assert set(labels(walk.showing("Chest pain, hard to breathe"))) >= whole_list(language)
        await walk.taps("Chest pain, hard to breathe")
        assert "Please get help right now" in walk.said


async def test_a_stranger_who_types_an_ache_is_told_whom_to_call_and_nothing_soothing(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path) as walk:
        reply = await walk.says("a band round my upper body getting tighter and my jaw aches")

    assert "112 or 911" in reply.text
    assert "common" not in reply.text
