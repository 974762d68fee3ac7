"""The main roads in Spanish, by what stands on the buttons."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.journeys.harness import STRENGTHENING, STRETCH, first_line, labels, walking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.journeys.harness import Walk

START = datetime(2026, 3, 10, 16, tzinfo=UTC)  # ten in the morning in Mexico City
NOTHING = "Nada de esto"
FIRST_LIST = "¿cómo estás ahora mismo?"
LEAKS = (" the ", " you ", " your ", "None of these", "massage")  # words of English


@asynccontextmanager
async def in_spanish(folder: Path) -> AsyncIterator[Walk]:
    """Someone in Mexico whose Telegram is in Spanish, on the way from /start to a massage.

    At the end nothing the bot wrote may be in English.
    """
    async with walking(folder, start=START, language_code="es-MX", user_id=2002) as walk:
        await walk.says("/start")
        await walk.taps("Tengo 18 años o más", "Sí, empecemos")
        await walk.says("Ciudad de México")
        if "Sí, es correcto" in labels(walk.last):
            await walk.taps("Sí, es correcto")
        while "Omitir" in labels(walk.last):
            await walk.taps("Omitir")
        await walk.says("/session")
        await walk.taps("Ahora mismo", "6")
        assert "Este es tu plan" in walk.said
        yield walk
        assert [word for word in LEAKS if word in walk.said] == []


async def test_a_good_recovery_in_spanish(tmp_path: Path) -> None:
    async with in_spanish(tmp_path) as walk:
        water = await walk.next_message()
        assert labels(water) == ["Hecho", "Más tarde", "Omitir", "Algo no va bien"]
        await walk.taps("Hecho")

        await walk.next_with(FIRST_LIST)
        await walk.taps(NOTHING, NOTHING)
        assert "todo anotado" in walk.last.text

        for _ in range(2):
            await walk.next_with(FIRST_LIST)
            await walk.taps(NOTHING, NOTHING, "Mucho mejor", "2")
            assert "sigue con tu plan" in walk.last.text
        exercise = await walk.next_with("Más fácil:")
        assert exercise.kind == "photo"
        await walk.says("/today")
        assert "Lo que viene:" in walk.last.text
        assert STRENGTHENING in await walk.nudges_ahead()


async def test_an_emergency_in_spanish(tmp_path: Path) -> None:
    async with in_spanish(tmp_path) as walk:
        await walk.next_with(FIRST_LIST)
        reported_at = walk.now

        await walk.taps("Adormecido entre las piernas")

        assert walk.last.at == reported_at
        assert first_line(walk.last) == "🚨 Por favor, busca ayuda ahora mismo."
        assert "No conduzcas tú." in walk.last.text
        assert "adormecimiento o una sensación distinta entre las piernas" in walk.last.text
        assert labels(walk.last)[:3] == ["Ya tengo ayuda", "Todavía no", "Ya se me pasó"]
        asked = await walk.passes(hours=4)
        assert [each.at - reported_at for each in asked] == [
            timedelta(minutes=30),
            timedelta(hours=3),
        ]
        assert first_line(asked[0]) == "¿Ya tienes ayuda?"


async def test_a_doctors_advice_in_spanish_until_its_release(tmp_path: Path) -> None:
    async with in_spanish(tmp_path) as walk:
        await walk.next_with(FIRST_LIST)
        await walk.taps(NOTHING, "Dolor que baja por la pierna", "Listo")

        assert "pide una cita para los próximos días" in walk.said
        assert STRETCH not in await walk.nudges_ahead()
        await walk.next_with("¿Lograste pedirla?")
        await walk.taps("Ya tengo ayuda")
        assert labels(walk.last) == [
            "Ya me vio, todo bien",
            "Aún no, o me dijo que espere",
            "Cómo encontrar un médico",
        ]
        await walk.taps("Ya me vio, todo bien")

        assert "Me alegra saberlo" in walk.last.text
        assert STRETCH in await walk.nudges_ahead()


async def test_danger_words_in_the_other_language_are_heard_too(tmp_path: Path) -> None:
    async with in_spanish(tmp_path) as walk:
        reply = await walk.says("I have a numb bum since this morning")

        assert "Sí: Adormecido entre las piernas" in labels(reply)
