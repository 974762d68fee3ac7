"""The bot's housekeeping as a whole: what one part cannot do keeps no other part from its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import app as assembly
from bot.delivery.clock import SteerableClock
from bot.service import due
from bot.settings import load
from tests.service.clinic import HOUR, NOW, Clinic
from tests.service.test_settling import leaves_a_profile

if TYPE_CHECKING:
    import pytest


async def test_left_profiles_are_judged_where_check_ins_cannot_be_closed(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> int:
        raise LookupError("a defect")

    broken.__name__ = "expire_check_ins"
    monkeypatch.setattr(due, "expire_check_ins", broken)
    app = await assembly.build(
        load({}, token="123456:a-token-that-nobody-has-asked", database_url=sqlite_url),
        clock=SteerableClock(NOW + 2 * HOUR, rate=0),
    )
    clinic = Clinic(app.practice)
    anna = await clinic.admit()
    await leaves_a_profile(clinic, anna)

    await app.alarm.keep_house()

    assert (await clinic.standing(anna)).reasons == ("fall_risk",)
    await app.database.close()
