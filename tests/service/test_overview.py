"""What /today and the report show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.care.model import EscalationState, Kind, PersonId
from bot.service import answering, overview
from tests.service.clinic import DAY, HOUR, NOW

if TYPE_CHECKING:
    from bot.care.model import Person
    from tests.service.clinic import Clinic


async def test_someone_new_has_nothing_open_and_nothing_coming(
    clinic: Clinic, anna: Person
) -> None:
    assert await overview.look(clinic.practice, anna.id) == overview.Overview(anna, None, None, ())


async def test_today_holds_what_is_open_and_what_comes_soonest_first(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    asked = await clinic.asked(anna)
    await clinic.says(anna, asked.interview, "danger_now", "confirm", now=NOW + 4 * HOUR)
    await clinic.says(anna, asked.interview, "symptoms", "tick", "leg_pain", now=NOW + 4 * HOUR)

    seen = await overview.look(clinic.practice, anna.id, limit=3)

    assert seen.escalation == await clinic.standing(anna)
    assert seen.waiting is not None
    assert seen.waiting.id == asked.interview.id
    times = [each.message.due_at for each in seen.coming]
    assert len(times) == 3
    assert times == sorted(times)


async def test_an_unfinished_profile_is_no_check_in_that_waits(
    clinic: Clinic, anna: Person
) -> None:
    await answering.begin(clinic.practice, anna.id, "profile", NOW)

    assert (await overview.look(clinic.practice, anna.id)).waiting is None


async def test_a_report_tells_the_story_of_this_pain(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna, pain=8)
    await clinic.reports(anna, "sore")
    await clinic.massage(anna, NOW + DAY, pain=5, new=True)
    await clinic.reports(anna, "headache", now=NOW + DAY)
    await answering.add_note(clinic.practice, anna.id, "after gardening", NOW + DAY)

    told = await overview.told(clinic.practice, anna.id)

    assert [each.pain_before for each in told.massages] == [5]
    assert [each.answers["symptoms"].value for each in told.check_ins] == [("headache",)]
    assert [each.text for each in told.notes] == ["after gardening"]
    assert told.advice == ()


async def test_a_report_tells_replaced_advice_only_once(clinic: Clinic, anna: Person) -> None:
    await clinic.reports(anna, "leg_pain")
    await clinic.reports(anna, "fever", now=NOW + HOUR)

    told = await overview.told(clinic.practice, anna.id)

    assert [(each.state, each.reasons) for each in told.advice] == [
        (EscalationState.OPEN, ("fever", "leg_pain"))
    ]


async def test_of_someone_erased_there_is_nothing_to_show(clinic: Clinic) -> None:
    with pytest.raises(LookupError):
        await overview.look(clinic.practice, PersonId(999))
    with pytest.raises(LookupError):
        await overview.told(clinic.practice, PersonId(999))


async def test_a_kind_comes_while_one_is_planned(clinic: Clinic, anna: Person) -> None:
    async def comes(*kinds: Kind) -> bool:
        return await overview.comes(clinic.practice, anna.id, kinds)

    assert not await comes(Kind.STRETCH)
    await clinic.massage(anna)
    assert await comes(Kind.STRETCH)
    assert not await comes(Kind.STRENGTHENING)
    assert await comes(Kind.STRENGTHENING, Kind.STRETCH)
