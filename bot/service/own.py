"""Exercises of a person's own, such as one their doctor or physiotherapist gave them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.care.model import Dialog
from bot.care.own import MOST, OwnExercise, OwnExerciseId, OwnWords, read
from bot.service import plans
from bot.store import escalations, interviews, own_exercises, people

if TYPE_CHECKING:
    from datetime import datetime

    from bot.care.model import PersonId
    from bot.service.practice import Practice

ASKED = "own_exercise"  # the next words are one
DRAFT = "own_exercise_draft"  # one was typed, and is read back for a yes


async def look(practice: Practice, person_id: PersonId) -> tuple[OwnExercise, ...]:
    """The person's own exercises, in the order they were added."""
    async with practice.database.reading() as tx:
        return await own_exercises.of_person(tx, person_id)


async def propose(practice: Practice, person_id: PersonId, typed: str) -> OwnWords | None:
    """Hold what was typed until the person says to keep it; None where it is no exercise.

    Nor is it one where a check-in came after the question, or advice stands: then the words may
    well be about that.
    """
    words = read(typed)
    if words is None:
        return None
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        if person.dialog is None or person.dialog.step != ASKED:
            return None
        asked = person.dialog.data["asked"]
        waiting = [each for each in await interviews.open_of(tx, person_id) if each.occurrence_id]
        overtaken = any(each.opened_at.timestamp() >= asked for each in waiting)
        if overtaken or await escalations.current(tx, person_id):
            return None
        draft = Dialog(DRAFT, {"name": words.name, "how": words.how})
        await people.save(tx, replace(person, dialog=draft))
    return words


async def drop(practice: Practice, person_id: PersonId) -> None:
    """Wait for no exercise any more; whatever else is waited for stays."""
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        if person.dialog is not None and person.dialog.step in (ASKED, DRAFT):
            await people.save(tx, replace(person, dialog=None))


async def keep(practice: Practice, person_id: PersonId, now: datetime) -> OwnWords | None:
    """Keep the exercise read back last, and give it its turn among the stretches.

    None where none waits for a yes, there are as many as a person may have, or advice stands.
    """
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        if person.dialog is None or person.dialog.step != DRAFT:
            return None
        if len(await own_exercises.of_person(tx, person_id)) >= MOST:
            return None
        if await escalations.current(tx, person_id):
            return None
        words = OwnWords(person.dialog.data["name"], person.dialog.data["how"])
        await own_exercises.add(tx, person_id, words, at=now)
        person = replace(person, dialog=None)
        await people.save(tx, person)
        await plans.lay_out_anew(tx, practice, person, now)
        return words


async def remove(
    practice: Practice, person_id: PersonId, own_id: OwnExerciseId, now: datetime
) -> bool:
    """Forget an exercise of this person, and plan without it; False where there is none such."""
    async with practice.database.transaction() as tx:
        person = await people.required(tx, person_id)
        removed = await own_exercises.remove(tx, person_id, own_id)
        if removed:
            await plans.lay_out_anew(tx, practice, person, now)
        return removed
