"""Logging a massage: kept once, judged at once, planned at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.model import (
    InterviewState,
    Kind,
    Level,
    OccurrenceState,
    Person,
    Profile,
)
from bot.service import answering, massages, overview, people
from tests.service.clinic import DAY, HOUR, MINUTE, NOW

if TYPE_CHECKING:
    from datetime import timedelta

    from tests.service.clinic import Clinic


async def test_a_massage_is_kept_and_its_plan_begins(clinic: Clinic, anna: Person) -> None:
    logged = await clinic.massage(anna, pain=6)

    assert (logged.number, logged.again, logged.opened) == (1, False, None)
    (massage,) = (await overview.told(clinic.practice, anna.id)).massages
    assert (massage.at, massage.pain_before, massage.course) == (NOW, 6, 1)
    coming = await clinic.coming(anna)
    assert [each.message for each in coming] == list(logged.plan)
    assert coming[0].message.due_at == NOW + 30 * MINUTE
    assert [each.message.item for each in coming if each.message.kind is Kind.CHECK_IN] == [
        "check_in_4h",
        "check_in_24h",
        "check_in_72h",
        "check_in_7d",
        "check_in_14d",
        "check_in_21d",
        "check_in_28d",
    ]


async def test_the_same_massage_twice_is_one_with_the_same_plan(
    clinic: Clinic, anna: Person
) -> None:
    first = await clinic.massage(anna)

    second = await clinic.massage(anna)

    assert second.again
    assert second.number == 1
    assert second.plan == first.plan
    assert len((await overview.told(clinic.practice, anna.id)).massages) == 1
    assert len(await clinic.coming(anna)) == len(first.plan)


async def test_a_new_pain_pressed_twice_begins_one_story(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)

    for _ in range(2):
        logged = await clinic.massage(anna, NOW + DAY, new=True)

    assert logged.again
    assert logged.person.course == 2


async def test_the_profile_is_judged_when_the_massage_is_logged(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.tells(anna, Profile(recent_fall=True, conditions=frozenset({"steroids"})))

    logged = await clinic.massage(anna)

    assert logged.opened is not None
    assert (logged.opened.level, logged.opened.reasons) == (Level.URGENT, ("fall_risk",))
    (told,) = await clinic.coming(anna, Kind.ESCALATION)
    assert told.message.due_at == NOW
    assert not [each for each in logged.plan if each.kind is Kind.STRETCH]


async def test_a_profile_that_was_told_about_is_not_told_about_again(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.tells(anna, Profile(conditions=frozenset({"pregnant"})))
    first = await clinic.massage(anna)

    second = await clinic.massage(anna, NOW + DAY)

    assert first.opened is not None
    assert second.opened is None


async def test_a_new_massage_replaces_what_is_left_of_the_old_plan(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    old = await clinic.coming(anna)

    logged = await clinic.massage(anna, NOW + 2 * DAY)

    assert logged.number == 2
    stored = [await clinic.stored(each) for each in old]
    assert {each.state for each in stored} == {OccurrenceState.CANCELLED}
    assert [each.message for each in await clinic.coming(anna)] == list(logged.plan)


async def test_a_massage_closes_the_check_in_before_it_and_judges_what_was_said(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    asked = await clinic.asked(anna)
    await clinic.says(anna, asked.interview, "danger_now", "confirm", now=NOW + 4 * HOUR)

    await clinic.massage(anna, NOW + 6 * HOUR)

    (check_in,) = (await overview.told(clinic.practice, anna.id)).check_ins
    assert check_in.state is InterviewState.EXPIRED
    assert check_in.verdict is not None


async def test_a_new_pain_forgets_what_was_said_and_cleared_about_the_old_one(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.tells(
        anna,
        Profile(
            onset="under_6_weeks",
            area="one_place",
            age="50_59",
            sex="female",
            recent_fall=True,
            conditions=frozenset({"immune"}),
            cleared=frozenset({"leg_pain"}),
        ),
    )
    await clinic.massage(anna)

    logged = await clinic.massage(anna, NOW + DAY, new=True)

    assert logged.number == 1
    assert logged.person.course == 2
    assert logged.person.profile == Profile(
        age="50_59", sex="female", conditions=frozenset({"immune"})
    )


async def test_the_first_massage_is_the_first_story_whatever_was_tapped(
    clinic: Clinic, anna: Person
) -> None:
    logged = await clinic.massage(anna, new=True)

    assert logged.person.course == 1


async def test_a_massage_logged_late_still_asks_for_the_danger_signs(
    clinic: Clinic, anna: Person
) -> None:
    logged = await massages.log(
        clinic.practice,
        anna.id,
        at=NOW - 20 * HOUR,
        pain_before=None,
        new_pain=False,
        now=NOW,
    )

    first = next(each for each in logged.plan if each.kind is Kind.CHECK_IN)
    assert NOW < first.due_at < NOW + 5 * HOUR


async def test_the_massage_close_enough_to_be_the_same_one_is_found(
    clinic: Clinic, anna: Person
) -> None:
    ben = await clinic.admit(6006)
    await clinic.massage(ben, NOW + 5 * HOUR)
    await clinic.massage(anna)
    renewed = (await clinic.massage(anna, NOW + 2 * HOUR, new=True)).person

    async def near(hours: float) -> timedelta | None:
        found = await massages.near(clinic.practice, renewed, NOW + hours * HOUR)
        return found.at - NOW if found else None

    assert await near(-3) == 0 * HOUR
    assert await near(-3.01) is None
    assert await near(0.9) == 0 * HOUR  # also one of the pain before
    assert await near(1.1) == 2 * HOUR
    assert await near(5) == 2 * HOUR
    assert await near(5.01) is None  # of ben's nobody knows here


async def test_massages_are_counted_by_episode_of_pain(clinic: Clinic, anna: Person) -> None:
    assert await massages.earlier_sessions(clinic.practice, anna) == 0
    await clinic.massage(anna)
    await clinic.massage(anna, NOW + DAY)
    assert await massages.earlier_sessions(clinic.practice, anna) == 2

    renewed = (await clinic.massage(anna, NOW + 2 * DAY, new=True)).person

    assert await massages.earlier_sessions(clinic.practice, renewed) == 1


async def test_a_massage_taken_out_twice_is_taken_out_once(clinic: Clinic, anna: Person) -> None:
    first = await clinic.massage(anna)
    mistake = (await clinic.massage(anna, NOW + 2 * MINUTE)).massage

    for _ in range(2):
        removed = await massages.remove(clinic.practice, anna.id, mistake.id, NOW + 5 * MINUTE)

        assert removed is not None
        assert removed.before is not None
        assert removed.before.id == first.massage.id
        assert [each.message for each in await clinic.coming(anna)] == list(first.plan)


async def test_nobody_takes_out_the_massage_of_somebody_else(clinic: Clinic, anna: Person) -> None:
    ben = await clinic.admit(6006)
    his = (await clinic.massage(ben)).massage

    assert await massages.remove(clinic.practice, anna.id, his.id, NOW) is None

    last = await massages.last_logged(clinic.practice, ben.id)
    assert last is not None
    assert last.id == his.id
    assert await massages.last_logged(clinic.practice, anna.id) is None


async def test_a_massage_taken_out_while_paused_plans_nothing(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    mistake = (await clinic.massage(anna, NOW + 2 * MINUTE)).massage
    await people.pause(clinic.practice, anna.id)

    removed = await massages.remove(clinic.practice, anna.id, mistake.id, NOW + 5 * MINUTE)

    assert removed is not None
    assert await clinic.coming(anna) == []


async def old_pain_told(clinic: Clinic, person: Person) -> None:
    turn = await answering.begin(clinic.practice, person.id, "profile", NOW)
    for question, option in (("onset", "under_6_weeks"), ("area", "one_place")):
        await clinic.says(person, turn.interview, question, "choose", option)


async def test_a_new_pain_that_was_a_mistake_gives_back_what_was_told_of_the_old_one(
    clinic: Clinic, anna: Person
) -> None:
    await old_pain_told(clinic, anna)
    first = await clinic.massage(anna)
    mistake = (await clinic.massage(anna, NOW + DAY, new=True)).massage

    removed = await massages.remove(clinic.practice, anna.id, mistake.id, NOW + DAY)

    assert removed is not None
    assert removed.person.course == 1
    assert removed.person.profile == first.person.profile
    assert await massages.earlier_sessions(clinic.practice, removed.person) == 1


async def test_a_new_pain_that_something_was_told_of_stays(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    logged = await clinic.massage(anna, NOW + DAY, new=True)
    await clinic.reports(logged.person, "sore", now=NOW + DAY)

    removed = await massages.remove(clinic.practice, anna.id, logged.massage.id, NOW + DAY)

    assert removed is not None
    assert removed.person.course == 2
    assert await clinic.coming(anna, Kind.CHECK_IN)
