"""A person's own exercise: held, kept, given its turn, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.care.model import Kind
from bot.care.own import MOST, OwnWords, id_in
from bot.service import due, own, people
from tests.service.clinic import DAY, HOUR, NOW

if TYPE_CHECKING:
    from bot.care.model import Person
    from bot.care.own import OwnExercise
    from tests.service.clinic import Clinic

TYPED = "Wall slide\nSlide down a little."
SLIDE = OwnWords("Wall slide", "Slide down a little.")


async def asks(clinic: Clinic, person: Person) -> None:
    await people.await_text(clinic.practice, person.id, own.ASKED, NOW)


async def adds(clinic: Clinic, person: Person, typed: str = TYPED) -> OwnExercise:
    await asks(clinic, person)
    assert await own.propose(clinic.practice, person.id, typed)
    assert await own.keep(clinic.practice, person.id, NOW)
    return (await own.look(clinic.practice, person.id))[-1]


async def turns(clinic: Clinic, person: Person) -> int:
    """How often an exercise of their own is planned."""
    coming = await clinic.coming(person, Kind.STRETCH)
    return sum(id_in(each.message.subject) is not None for each in coming)


async def test_what_was_typed_is_kept_only_after_a_yes(clinic: Clinic, anna: Person) -> None:
    await asks(clinic, anna)

    assert await own.propose(clinic.practice, anna.id, TYPED) == SLIDE
    assert await own.look(clinic.practice, anna.id) == ()
    assert await own.keep(clinic.practice, anna.id, NOW) == SLIDE
    assert [each.words for each in await own.look(clinic.practice, anna.id)] == [SLIDE]


async def test_a_second_yes_keeps_nothing_more(clinic: Clinic, anna: Person) -> None:
    await adds(clinic, anna)

    assert await own.keep(clinic.practice, anna.id, NOW) is None
    assert len(await own.look(clinic.practice, anna.id)) == 1


async def test_words_nobody_asked_for_are_no_exercise(clinic: Clinic, anna: Person) -> None:
    assert await own.propose(clinic.practice, anna.id, TYPED) is None


async def test_words_after_a_check_in_or_under_advice_are_no_exercise(
    clinic: Clinic, anna: Person
) -> None:
    ben = await clinic.admit(chat_id=6006)
    await clinic.massage(anna)
    await asks(clinic, anna)
    await clinic.asked(anna)
    await clinic.reports(ben, "leg_pain")
    await asks(clinic, ben)

    assert await own.propose(clinic.practice, anna.id, TYPED) is None
    assert await own.propose(clinic.practice, ben.id, TYPED) is None


async def test_dropping_ends_only_the_wait_for_an_exercise(clinic: Clinic, anna: Person) -> None:
    await people.await_text(clinic.practice, anna.id, "session_time", NOW)
    await own.drop(clinic.practice, anna.id)
    kept = (await clinic.person(anna.id)).dialog
    await asks(clinic, anna)
    await own.drop(clinic.practice, anna.id)

    assert kept is not None
    assert kept.step == "session_time"
    assert (await clinic.person(anna.id)).dialog is None


async def test_three_are_the_most(clinic: Clinic, anna: Person) -> None:
    for _ in range(MOST):
        await adds(clinic, anna)
    await asks(clinic, anna)
    await own.propose(clinic.practice, anna.id, TYPED)

    assert await own.keep(clinic.practice, anna.id, NOW) is None
    assert len(await own.look(clinic.practice, anna.id)) == MOST


@pytest.mark.parametrize("before", [True, False])
async def test_it_takes_its_turn_with_the_stretches(
    clinic: Clinic, anna: Person, *, before: bool
) -> None:
    """Whether it was added before the massage or after it."""
    if before:
        await adds(clinic, anna)
        await clinic.massage(anna)
    else:
        await clinic.massage(anna)
        await adds(clinic, anna)

    stretches = len(await clinic.coming(anna, Kind.STRETCH))
    assert await turns(clinic, anna) == stretches // 5
    became = await clinic.passes(NOW + 4 * DAY)
    shown = [each.own for each in became if isinstance(each, due.NudgeDue) and each.own]
    assert shown == [SLIDE]


async def test_once_removed_it_comes_no_more(clinic: Clinic, anna: Person) -> None:
    mine = await adds(clinic, anna)
    await clinic.massage(anna)

    assert await own.remove(clinic.practice, anna.id, mine.id, NOW)
    assert not await own.remove(clinic.practice, anna.id, mine.id, NOW)
    assert await turns(clinic, anna) == 0


async def test_one_on_its_way_while_it_is_removed_is_not_shown(
    clinic: Clinic, anna: Person
) -> None:
    mine = await adds(clinic, anna)
    await clinic.massage(anna)
    coming = await clinic.coming(anna, Kind.STRETCH)
    on_its_way = next(each for each in coming if id_in(each.message.subject))
    await own.remove(clinic.practice, anna.id, mine.id, NOW)

    ready = await due.prepare(clinic.practice, on_its_way, on_its_way.message.due_at)

    assert isinstance(ready, due.Withheld)


async def test_nobody_removes_that_of_another(clinic: Clinic, anna: Person) -> None:
    ben = await clinic.admit(chat_id=6006)
    mine = await adds(clinic, anna)

    assert not await own.remove(clinic.practice, ben.id, mine.id, NOW)
    assert await own.look(clinic.practice, anna.id) == (mine,)


async def test_under_a_doctors_advice_it_waits_like_every_stretch(
    clinic: Clinic, anna: Person
) -> None:
    await adds(clinic, anna)
    await clinic.massage(anna)

    await clinic.reports(anna, "leg_pain", now=NOW + HOUR)

    assert await turns(clinic, anna) == 0
