"""Done, skip, later: each nudge is answered once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

import pytest

from bot.care.model import Kind, Occurrence, OccurrenceId, Person
from bot.service import due, nudging
from tests.service.clinic import HOUR, MINUTE, NOW

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.service.clinic import Clinic

AT = NOW + 30 * MINUTE


async def water(clinic: Clinic, person: Person) -> Occurrence:
    """The first glass of water after a massage, sent."""
    await clinic.massage(person)
    (sent,) = await clinic.deliver(AT)
    assert isinstance(sent, due.NudgeDue)
    return sent.occurrence


async def later(clinic: Clinic, person: Person) -> list[Occurrence]:
    return [each for each in await clinic.coming(person) if each.message.item == nudging.LATER_ITEM]


@pytest.mark.parametrize("response", ["done", "skip"])
async def test_a_nudge_is_settled_once(
    clinic: Clinic, anna: Person, response: Literal["done", "skip"]
) -> None:
    nudge = await water(clinic, anna)

    first = await nudging.respond(clinic.practice, anna.id, nudge.id, response, AT)
    second = await nudging.respond(clinic.practice, anna.id, nudge.id, "done", AT + MINUTE)

    assert first is not None
    assert second is None
    assert (await clinic.stored(nudge)).response == response


async def test_of_taps_at_the_same_time_the_first_by_the_person_themselves_counts(
    clinic: Clinic, anna: Person
) -> None:
    nudge, bob = await water(clinic, anna), await clinic.admit(6006)

    def tap(person: Person, response: Literal["done", "skip"]) -> Awaitable[object]:
        return nudging.respond(clinic.practice, person.id, nudge.id, response, AT)

    bobs, done, skipped = await asyncio.gather(
        tap(bob, "skip"), tap(anna, "done"), tap(anna, "skip")
    )

    assert (bobs, skipped) == (None, None)
    assert isinstance(done, nudging.Settled)
    assert (done.occurrence.id, done.held_back) == (nudge.id, False)
    assert (await clinic.stored(nudge)).response == "done"


async def test_who_taps_done_under_open_advice_is_told_that_it_holds(
    clinic: Clinic, anna: Person
) -> None:
    nudge = await water(clinic, anna)
    await clinic.reports(anna, "chest_pain", now=AT)

    settled = await nudging.respond(clinic.practice, anna.id, nudge.id, "done", AT)

    assert settled is not None
    assert settled.held_back


async def test_the_offers_are_the_times_outside_quiet_hours(clinic: Clinic, anna: Person) -> None:
    nudge = await water(clinic, anna)

    offers = await nudging.offers(clinic.practice, anna.id, nudge.id, AT)
    at_night = await nudging.offers(clinic.practice, anna.id, nudge.id, NOW + 10.5 * HOUR)

    assert offers is not None
    assert [each.id for each in offers] == ["10m", "1h", "evening", "tomorrow"]
    assert at_night is not None
    assert [each.id for each in at_night] == ["10m", "tomorrow"]


async def test_a_nudge_is_put_off_once_and_its_series_stays(clinic: Clinic, anna: Person) -> None:
    nudge = await water(clinic, anna)
    series = await clinic.coming(anna)

    first = await nudging.put_off(clinic.practice, anna.id, nudge.id, "1h", AT)
    second = await nudging.put_off(clinic.practice, anna.id, nudge.id, "10m", AT)

    assert first is not None
    assert first[1].at == AT + HOUR
    assert second is None
    (once_more,) = await later(clinic, anna)
    assert once_more.message.kind is Kind.HYDRATION
    assert once_more.message.due_at == AT + HOUR
    assert once_more.message.expires_at == AT + 2 * HOUR
    assert [each for each in await clinic.coming(anna) if each != once_more] == series


async def test_a_stretch_put_off_is_the_same_stretch(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    stretch = (await clinic.coming(anna, Kind.STRETCH))[0]

    await nudging.put_off(clinic.practice, anna.id, stretch.id, "10m", stretch.message.due_at)

    (once_more,) = await later(clinic, anna)
    assert once_more.message.subject == stretch.message.subject is not None


async def test_a_nudge_that_was_put_off_can_be_put_off_again(clinic: Clinic, anna: Person) -> None:
    nudge = await water(clinic, anna)
    await nudging.put_off(clinic.practice, anna.id, nudge.id, "1h", AT)
    (once_more,) = await later(clinic, anna)

    again = await nudging.put_off(clinic.practice, anna.id, once_more.id, "1h", AT + HOUR)

    assert again is not None
    assert len(await later(clinic, anna)) == 2


@pytest.mark.parametrize("option", ["1h", "never", ""])
async def test_a_time_that_is_not_on_offer_is_not_kept(
    clinic: Clinic, anna: Person, option: str
) -> None:
    """An hour later it would be quiet by now."""
    nudge = await water(clinic, anna)

    kept = await nudging.put_off(clinic.practice, anna.id, nudge.id, option, NOW + 10.5 * HOUR)

    assert kept is None
    assert (await clinic.stored(nudge)).response is None


async def test_under_an_emergency_nothing_is_put_off(clinic: Clinic, anna: Person) -> None:
    nudge = await water(clinic, anna)
    await clinic.reports(anna, "chest_pain", now=AT)

    assert await nudging.put_off(clinic.practice, anna.id, nudge.id, "1h", AT) is None
    assert await later(clinic, anna) == []


async def test_nobody_answers_another_persons_nudge_or_what_is_no_nudge(
    clinic: Clinic, anna: Person
) -> None:
    ben = await clinic.admit(chat_id=6006)
    nudge = await water(clinic, anna)
    check_in = (await clinic.coming(anna, Kind.CHECK_IN))[0]

    for person, number in ((ben, nudge.id), (anna, check_in.id), (anna, OccurrenceId(999))):
        assert await nudging.respond(clinic.practice, person.id, number, "done", AT) is None
        assert await nudging.offers(clinic.practice, person.id, number, AT) is None
        assert await nudging.put_off(clinic.practice, person.id, number, "1h", AT) is None

    assert (await clinic.stored(nudge)).response is None


async def test_a_nudge_is_held_back_by_open_advice_of_its_own_person_only(
    clinic: Clinic, anna: Person
) -> None:
    nudge = await water(clinic, anna)
    bob = await clinic.admit(6006)
    assert not await nudging.held_back(clinic.practice, anna.id, nudge.id)

    await clinic.reports(anna, "chest_pain", now=AT)

    assert await nudging.held_back(clinic.practice, anna.id, nudge.id)
    assert not await nudging.held_back(clinic.practice, bob.id, nudge.id)
