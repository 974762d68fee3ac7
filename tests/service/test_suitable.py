"""A person gets the exercises that suit what they told, and others once they tell more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.model import Kind, Profile
from bot.service import answering, due, nudging
from tests.service.clinic import DAY, HOUR, NOW

if TYPE_CHECKING:
    from bot.care.model import Person
    from tests.service.clinic import Clinic

FOLDED, ROUNDED = "low_back_knees_to_chest", "low_back_cat_cow"
WEAK_BONES = Profile(conditions=frozenset({"osteoporosis"}))


async def subjects(clinic: Clinic, person: Person) -> list[str | None]:
    return [each.message.subject for each in await clinic.coming(person, Kind.STRETCH)]


async def tells_of_weak_bones(clinic: Clinic, person: Person) -> None:
    """Go through the profile once more: everything skipped but the tick."""
    turn = await answering.begin(clinic.practice, person.id, "profile", NOW)
    while turn.question is not None:
        asked = turn.question.id
        if asked == "conditions":
            await clinic.says(person, turn.interview, asked, "tick", "osteoporosis")
            turn = await clinic.says(person, turn.interview, asked, "confirm")
        else:
            turn = await clinic.says(person, turn.interview, asked, "skip")


async def test_someone_with_weak_bones_gets_the_stretch_that_comes_instead(
    clinic: Clinic, anna: Person
) -> None:
    anna = await clinic.tells(anna, WEAK_BONES)

    await clinic.massage(anna)

    chosen = await subjects(clinic, anna)
    assert chosen[3] == ROUNDED  # the turn of FOLDED
    assert FOLDED not in chosen


async def test_telling_of_weak_bones_changes_the_exercises_that_are_planned(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    assert (await subjects(clinic, anna))[3] == FOLDED

    await tells_of_weak_bones(clinic, anna)

    assert (await subjects(clinic, anna))[3] == ROUNDED


async def test_a_stretch_put_off_before_they_told_is_changed_as_well(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    folded = (await clinic.coming(anna, Kind.STRETCH))[3]
    at = folded.message.due_at
    await nudging.put_off(clinic.practice, anna.id, folded.id, "tomorrow", at)
    await tells_of_weak_bones(clinic, anna)

    became = await clinic.passes(at + DAY + HOUR)

    late = [
        each.occurrence.message.subject
        for each in became
        if isinstance(each, due.NudgeDue) and each.occurrence.message.item == nudging.LATER_ITEM
    ]
    assert late == [ROUNDED]
