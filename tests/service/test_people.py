"""Joining, leaving, coming back, and what a person sets for themselves."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import pytest

from bot.care.model import (
    CHECK_INS,
    NUDGES,
    SAFETY,
    UNTOLD,
    ChatId,
    Dialog,
    Kind,
    Level,
    Person,
    Preferences,
    QuietHours,
    Status,
)
from bot.care.timing import local
from bot.service import due, escalating, overview, people
from tests.service.clinic import DAY, HOUR, NOW

if TYPE_CHECKING:
    from tests.service.clinic import Clinic

CHAT = ChatId(7007)


# ---- joining ----


async def test_a_stranger_is_not_known(clinic: Clinic) -> None:
    assert await people.find(clinic.practice, CHAT) is None


async def test_agreeing_makes_a_person_who_is_asked_for_the_zone(clinic: Clinic) -> None:
    person = await people.join(clinic.practice, CHAT, language="en", now=NOW)

    assert (person.chat_id, person.status, person.consented_at) == (CHAT, Status.JOINING, NOW)
    assert person.dialog == Dialog("zone")
    assert await people.find(clinic.practice, CHAT) == person


async def test_agreeing_twice_is_agreeing_once(clinic: Clinic) -> None:
    first = await people.join(clinic.practice, CHAT, language="en", now=NOW)

    second = await people.join(clinic.practice, CHAT, language="es", now=NOW + DAY)

    assert second == first


async def test_what_is_typed_next_is_remembered_and_forgotten(clinic: Clinic, anna: Person) -> None:
    await people.await_text(clinic.practice, anna.id, "session_time", NOW)
    waiting = (await clinic.person(anna.id)).dialog
    assert waiting == Dialog("session_time", {"asked": NOW.timestamp()})

    await people.await_text(clinic.practice, anna.id, None, NOW)
    assert (await clinic.person(anna.id)).dialog is None


async def test_without_a_zone_nobody_settles_in(clinic: Clinic) -> None:
    person = await people.join(clinic.practice, CHAT, language="en", now=NOW)

    still = await people.settle_in(clinic.practice, person.id, NOW)
    await people.set_zone(clinic.practice, person.id, "Europe/Berlin", NOW)
    settled = await people.settle_in(clinic.practice, person.id, NOW)

    assert still.status is Status.JOINING
    assert settled.status is Status.ACTIVE
    assert settled.dialog is None


async def test_settling_in_wakes_nobody_who_left(clinic: Clinic, anna: Person) -> None:
    await people.stop(clinic.practice, anna.id)

    assert (await people.settle_in(clinic.practice, anna.id, NOW)).status is Status.STOPPED


# ---- settings ----


async def test_in_another_zone_the_wall_times_stay_and_the_instants_follow(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    before = [each.message for each in await clinic.coming(anna, Kind.STRETCH)]

    moved = await people.set_zone(clinic.practice, anna.id, "America/New_York", NOW)

    after = [each.message for each in await clinic.coming(anna, Kind.STRETCH)]
    assert moved.zone == "America/New_York"
    assert {each.wall for each in after} == {each.wall for each in before}
    assert after[0].due_at > before[0].due_at
    assert {local(each.due_at, "America/New_York").hour for each in after} == {8, 9, 18}


async def test_other_times_lay_the_plan_out_by_them(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    wanted = Preferences(
        morning=time(10), quiet=QuietHours(start=time(22), end=time(9)), hydration=False
    )

    changed = await people.set_preferences(clinic.practice, anna.id, wanted, NOW)

    assert changed.preferences == wanted
    assert await clinic.coming(anna, Kind.HYDRATION) == []
    mornings = {each.message.wall for each in await clinic.coming(anna, Kind.STRETCH)}
    assert mornings == {time(10), time(18, 30)}


async def test_the_same_times_again_leave_the_same_plan(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    before = [each.message for each in await clinic.coming(anna)]

    for _ in range(2):
        await people.set_preferences(clinic.practice, anna.id, anna.preferences, NOW)

    assert [each.message for each in await clinic.coming(anna)] == before


async def test_language_and_country_are_kept(clinic: Clinic, anna: Person) -> None:
    assert (await people.set_language(clinic.practice, anna.id, "es", NOW)).language == "es"
    assert (await people.set_country(clinic.practice, anna.id, "IE", NOW)).country == "IE"

    kept = await clinic.person(anna.id)
    assert (kept.language, kept.country) == ("es", "IE")


async def test_a_zone_that_does_not_tell_the_country_leaves_it_open_until_it_is_told(
    clinic: Clinic, anna: Person
) -> None:
    await people.set_country(clinic.practice, anna.id, "GB", NOW)

    guessed = await people.set_zone(clinic.practice, anna.id, "America/New_York", NOW, untold=True)
    named = await people.set_zone(clinic.practice, anna.id, "Europe/Berlin", NOW)

    assert guessed.country == UNTOLD
    assert named.country is None


async def test_a_place_named_leaves_the_country_that_was_chosen(
    clinic: Clinic, anna: Person
) -> None:
    await people.set_country(clinic.practice, anna.id, "GB", NOW)

    moved = await people.set_zone(clinic.practice, anna.id, "Europe/Berlin", NOW)

    assert moved.country == "GB"


# ---- leaving ----


async def test_a_pause_cancels_all_but_safety(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    await clinic.reports(anna, "leg_pain")

    for _ in range(2):
        paused = await people.pause(clinic.practice, anna.id)

    assert paused.status is Status.PAUSED
    assert {each.message.kind for each in await clinic.coming(anna)} == SAFETY


async def test_a_stop_cancels_everything_and_keeps_what_was_said(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    await clinic.reports(anna, "leg_pain")

    for _ in range(2):
        stopped = await people.stop(clinic.practice, anna.id)

    assert stopped.status is Status.STOPPED
    assert await clinic.coming(anna) == []
    told = await overview.told(clinic.practice, anna.id)
    assert (len(told.massages), len(told.check_ins), len(told.advice)) == (1, 1, 1)


async def test_a_block_stops_the_plan_without_a_word(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)

    for _ in range(2):
        await people.gone(clinic.practice, anna.id)

    assert (await clinic.person(anna.id)).status is Status.GONE
    assert await clinic.coming(anna) == []


async def test_a_block_of_someone_paused_is_remembered_as_such_however_often(
    clinic: Clinic, anna: Person
) -> None:
    await people.pause(clinic.practice, anna.id)

    for _ in range(2):
        await people.gone(clinic.practice, anna.id)
    assert (await clinic.person(anna.id)).status is Status.GONE_PAUSED

    for _ in range(2):
        back = await people.come_back(clinic.practice, anna.id, NOW + DAY)
    assert back.person.status is Status.PAUSED


async def test_whoever_writes_after_a_long_silence_has_the_plan_again(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    async with clinic.tx() as tx:
        await people.quieten(tx, anna.id, Status.SILENT, people.ASKED_FOR)

    back = await people.come_back(clinic.practice, anna.id, NOW + DAY)

    assert back.person.status is Status.ACTIVE
    assert await clinic.coming(anna)


async def test_coming_back_does_nothing_to_someone_who_never_left(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    before = await clinic.coming(anna)

    for leave in (None, people.pause, people.stop):
        person = await leave(clinic.practice, anna.id) if leave else anna
        back = await people.come_back(clinic.practice, anna.id, NOW)
        assert back.person == person
        if leave is None:
            assert await clinic.coming(anna) == before


async def test_quietening_cancels_the_kinds_it_is_given(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)

    async with clinic.tx() as tx:
        person = await people.quieten(tx, anna.id, Status.SILENT, NUDGES)

    assert person.status is Status.SILENT
    assert {each.message.kind for each in await clinic.coming(anna)} <= CHECK_INS
    assert await clinic.coming(anna)


# ---- coming back ----


async def test_coming_back_goes_on_from_now_and_replays_nothing(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    await people.pause(clinic.practice, anna.id)

    back = await people.resume(clinic.practice, anna.id, NOW + 2 * DAY)

    assert back.person.status is Status.ACTIVE
    coming = await clinic.coming(anna)
    assert coming
    assert min(each.message.due_at for each in coming) > NOW + 2 * DAY


async def test_resuming_twice_changes_nothing_the_second_time(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    await people.pause(clinic.practice, anna.id)
    await people.resume(clinic.practice, anna.id, NOW + DAY)
    before = await clinic.coming(anna)

    await people.resume(clinic.practice, anna.id, NOW + DAY)

    assert await clinic.coming(anna) == before


async def test_advice_that_was_open_at_a_stop_is_told_again(clinic: Clinic, anna: Person) -> None:
    await clinic.reports(anna, "chest_pain")
    await clinic.deliver(NOW)
    await people.stop(clinic.practice, anna.id)

    back = await people.resume(clinic.practice, anna.id, NOW + 2 * DAY)
    assert back.told_again
    (told,) = await clinic.deliver(NOW + 2 * DAY)

    assert isinstance(told, due.EscalationDue)
    assert told.escalation.level is Level.EMERGENCY
    assert len(await clinic.coming(anna, Kind.FOLLOW_UP)) == 3


async def test_a_pause_tells_no_advice_again_because_it_held_none_back(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.reports(anna, "chest_pain")
    await clinic.deliver(NOW)
    await people.pause(clinic.practice, anna.id)

    back = await people.resume(clinic.practice, anna.id, NOW + HOUR / 4)

    assert not back.told_again
    assert await clinic.coming(anna, Kind.ESCALATION) == []


async def test_someone_back_without_a_zone_is_still_joining(clinic: Clinic) -> None:
    person = await people.join(clinic.practice, CHAT, language="en", now=NOW)
    await people.stop(clinic.practice, person.id)

    back = await people.resume(clinic.practice, person.id, NOW)

    assert back.person.status is Status.JOINING


# ---- erasing ----


async def test_erasing_forgets_the_person_and_twice_is_no_error(
    clinic: Clinic, anna: Person
) -> None:
    ben = await clinic.admit(chat_id=6006)
    for each in (anna, ben):
        await clinic.massage(each)
        await clinic.reports(each, "leg_pain")

    for _ in range(2):
        await people.erase(clinic.practice, anna.id)

    assert await people.find(clinic.practice, anna.chat_id) is None
    assert await clinic.deliver(NOW + DAY)
    assert await people.find(clinic.practice, ben.chat_id) == await clinic.person(ben.id)
    assert await escalating.standing(clinic.practice, ben.id) is not None


async def test_what_is_asked_of_someone_erased_is_refused(clinic: Clinic, anna: Person) -> None:
    await people.erase(clinic.practice, anna.id)

    with pytest.raises(LookupError):
        await people.pause(clinic.practice, anna.id)
