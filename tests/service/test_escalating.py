"""What a person says to advice, and what comes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.care.model import (
    NUDGES,
    SAFETY,
    EscalationId,
    EscalationState,
    Kind,
    Person,
    Profile,
)
from bot.service import escalating
from bot.store import escalations
from tests.service.clinic import DAY, HOUR, NOW

if TYPE_CHECKING:
    from datetime import datetime

    from bot.service.escalating import Responded, Response
    from tests.service.clinic import Clinic

STRETCHES = (Kind.STRETCH, Kind.STRENGTHENING)


async def says(
    clinic: Clinic, person: Person, response: Response, now: datetime = NOW
) -> Responded:
    escalation = await clinic.standing(person)
    responded = await escalating.respond(clinic.practice, person.id, escalation.id, response, now)
    assert responded is not None
    return responded


async def test_standing_is_the_open_advice(clinic: Clinic, anna: Person) -> None:
    assert await escalating.standing(clinic.practice, anna.id) is None

    turn = await clinic.reports(anna, "fever")

    assert await escalating.standing(clinic.practice, anna.id) == turn.standing


@pytest.mark.parametrize(
    ("symptom", "response", "state"),
    [
        ("leg_pain", "helped", EscalationState.HELPED),
        ("leg_pain", "not_yet", EscalationState.OPEN),
        ("leg_pain", "stopped", EscalationState.RELEASED),
        ("leg_pain", "seen_wait", EscalationState.OPEN),
        ("leg_pain", "seen_fine", EscalationState.RELEASED),
        ("fever", "stopped", EscalationState.STOPPED),
        ("fever", "seen_fine", EscalationState.RELEASED),
        ("chest_pain", "stopped", EscalationState.STOPPED),
        ("chest_pain", "helped", EscalationState.HELPED),
        ("chest_pain", "seen_fine", EscalationState.RELEASED),
    ],
)
async def test_only_a_doctors_word_or_a_doctors_sign_that_stopped_releases(
    clinic: Clinic, anna: Person, symptom: str, response: Response, state: EscalationState
) -> None:
    await clinic.massage(anna)
    await clinic.reports(anna, symptom)

    responded = await says(clinic, anna, response)

    assert responded.escalation.state is state
    assert not responded.stale
    stretches = bool(await clinic.coming(anna, *STRETCHES))
    assert stretches is (state is EscalationState.RELEASED)


@pytest.mark.parametrize("response", ["helped", "stopped", "seen_fine"])
async def test_an_answer_ends_the_asking(clinic: Clinic, anna: Person, response: Response) -> None:
    await clinic.reports(anna, "chest_pain")
    await clinic.deliver(NOW)

    await says(clinic, anna, response)

    assert await clinic.coming(anna, *SAFETY) == []


async def test_not_yet_leaves_the_asking_as_it_was(clinic: Clinic, anna: Person) -> None:
    await clinic.reports(anna, "chest_pain")
    before = await clinic.coming(anna, Kind.FOLLOW_UP)

    await says(clinic, anna, "not_yet")

    assert await clinic.coming(anna, Kind.FOLLOW_UP) == before


async def test_not_yet_after_it_has_stopped_asks_again_from_now_on(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.reports(anna, "chest_pain")
    await clinic.deliver(NOW)
    await says(clinic, anna, "stopped")

    await says(clinic, anna, "not_yet", NOW + HOUR)

    assert (await clinic.standing(anna)).state is EscalationState.OPEN
    asking = await clinic.coming(anna, *SAFETY)
    assert {each.message.kind for each in asking} == {Kind.FOLLOW_UP}
    assert asking[0].message.due_at == NOW + 1.5 * HOUR


async def test_the_same_word_twice_changes_nothing_the_second_time(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.reports(anna, "chest_pain")
    first = await says(clinic, anna, "stopped", NOW + HOUR)

    second = await says(clinic, anna, "stopped", NOW + DAY)

    assert second.escalation == first.escalation  # the 72 hours count from the first


async def test_a_word_under_released_advice_is_stale(clinic: Clinic, anna: Person) -> None:
    await clinic.reports(anna, "leg_pain")
    escalation = await clinic.standing(anna)
    await says(clinic, anna, "seen_fine")

    again = await escalating.respond(clinic.practice, anna.id, escalation.id, "not_yet", NOW + HOUR)

    assert again is not None
    assert again.stale
    assert await escalating.standing(clinic.practice, anna.id) is None
    async with clinic.tx() as tx:
        said = await escalations.responses(tx, anna.id)
    assert [each.response for each in said] == ["seen_fine"]


async def test_every_word_is_kept(clinic: Clinic, anna: Person) -> None:
    await clinic.reports(anna, "fever")
    words: tuple[Response, ...] = ("not_yet", "helped", "seen_wait")
    for hours, response in enumerate(words):
        await says(clinic, anna, response, NOW + hours * HOUR)

    async with clinic.tx() as tx:
        said = await escalations.responses(tx, anna.id)
    assert [(each.response, each.at) for each in said] == [
        ("not_yet", NOW),
        ("helped", NOW + HOUR),
        ("seen_wait", NOW + 2 * HOUR),
    ]


async def test_nobody_answers_another_persons_advice(clinic: Clinic, anna: Person) -> None:
    ben = await clinic.admit(chat_id=6006)
    await clinic.reports(anna, "chest_pain")
    escalation = await clinic.standing(anna)

    for number in (escalation.id, EscalationId(999)):
        assert await escalating.respond(clinic.practice, ben.id, number, "seen_fine", NOW) is None

    assert await clinic.standing(anna) == escalation


async def test_seen_and_fine_clears_what_can_be_cleared_and_never_a_sign_of_alarm(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    await clinic.reports(anna, "leg_pain", "fever")

    responded = await says(clinic, anna, "seen_fine")

    assert responded.person.profile.cleared == {"leg_pain"}
    assert (await clinic.person(anna.id)).profile.cleared == {"leg_pain"}
    await clinic.reports(anna, "leg_pain", now=NOW + DAY)
    assert await escalating.standing(clinic.practice, anna.id) is None
    await clinic.reports(anna, "fever", now=NOW + 2 * DAY)
    assert (await clinic.standing(anna)).reasons == ("fever",)


async def test_it_has_stopped_clears_nothing_for_the_next_time(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.reports(anna, "leg_pain")

    await says(clinic, anna, "stopped")

    assert (await clinic.person(anna.id)).profile == Profile()
    await clinic.reports(anna, "leg_pain", now=NOW + DAY)
    assert (await clinic.standing(anna)).reasons == ("leg_pain",)


async def test_the_plan_goes_on_from_the_release_and_sends_nothing_missed(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    await clinic.reports(anna, "chest_pain")
    released_at = NOW + 2 * DAY
    await clinic.passes(released_at)

    await says(clinic, anna, "seen_fine", released_at)

    nudges = await clinic.coming(anna, *NUDGES)
    assert nudges
    assert min(each.message.due_at for each in nudges) > released_at


async def test_a_tap_taken_up_again_after_a_crash_is_written_down_once(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    await clinic.reports(anna, "chest_pain")

    for at in (NOW, NOW + timedelta(seconds=70), NOW + HOUR):
        await says(clinic, anna, "not_yet", at)

    async with clinic.practice.database.reading() as tx:
        said = await escalations.responses(tx, anna.id)
    assert [each.at for each in said] == [NOW, NOW + HOUR]
