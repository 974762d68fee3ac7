"""Interviews that are settled by the housekeeping, each apart from the others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from bot.care.model import Interview, InterviewKind, InterviewState, Person
from bot.service import answering, due, overview, people, settling
from bot.store import people as kept
from tests.service.clinic import DAY, HOUR, NOW

if TYPE_CHECKING:
    from datetime import datetime

    from bot.service.practice import Practice
    from bot.store.database import Database
    from tests.service.clinic import Clinic


async def leaves_a_profile(clinic: Clinic, person: Person, *, massage: bool = True) -> None:
    """A fall at their age is told, and then nothing more."""
    if massage:
        await clinic.massage(person)
    begun = await answering.begin(clinic.practice, person.id, "profile", NOW)
    for question in ("onset", "area"):
        await clinic.says(person, begun.interview, question, "skip")
    await clinic.says(person, begun.interview, "age", "choose", "60_plus")
    await clinic.says(person, begun.interview, "sex", "skip")
    await clinic.says(person, begun.interview, "recent_fall", "choose", "yes")


async def nowhere(clinic: Clinic, person: Person) -> None:
    """A zone of no machine: whatever asks what time it is there fails."""
    async with clinic.tx() as tx:
        await kept.save(tx, replace(person, zone="Mars/Base"))


async def test_a_check_in_that_cannot_be_closed_keeps_no_other_open(
    clinic: Clinic, anna: Person
) -> None:
    lost = await clinic.admit(6006)
    await answering.begin(clinic.practice, lost.id, "worse", NOW)
    await answering.begin(clinic.practice, anna.id, "worse", NOW)
    await nowhere(clinic, lost)

    assert await due.expire_check_ins(clinic.practice, NOW + 1 * DAY) == 1

    (hers,) = (await overview.told(clinic.practice, anna.id)).check_ins
    assert hers.state is InterviewState.EXPIRED


async def test_a_profile_that_cannot_be_judged_keeps_no_other_unjudged(
    clinic: Clinic, anna: Person
) -> None:
    lost = await clinic.admit(6006)
    for person in (lost, anna):
        await leaves_a_profile(clinic, person)
    await nowhere(clinic, lost)

    assert await due.judge_left_profiles(clinic.practice, NOW + 2 * HOUR) == 1

    assert (await clinic.standing(anna)).reasons == ("fall_risk",)


async def test_one_that_cannot_be_settled_is_not_counted_and_the_next_is_asked(
    clinic: Clinic, anna: Person
) -> None:
    kinds: tuple[InterviewKind, ...] = ("profile", "worse")
    found = [
        (await answering.begin(clinic.practice, anna.id, kind, NOW)).interview for kind in kinds
    ]

    async def settle(_: Practice, interview: Interview, __: datetime) -> bool:
        if interview.kind == "profile":
            raise LookupError("not to be had")
        return True

    assert await settling.settle_each(clinic.practice, found, NOW, settle) == 1


@pytest.mark.parametrize("left_by", ["nobody", "without a massage", "stopped", "at night"])
async def test_a_profile_of_which_nothing_is_to_be_made_is_only_read(
    clinic: Clinic, anna: Person, left_by: str
) -> None:
    later = NOW + 2 * HOUR
    if left_by == "nobody":
        await clinic.massage(anna)
        await answering.begin(clinic.practice, anna.id, "profile", NOW)
    else:
        await leaves_a_profile(clinic, anna, massage=left_by != "without a massage")
    if left_by == "stopped":
        await people.stop(clinic.practice, anna.id)
    if left_by == "at night":
        later = NOW + 13 * HOUR
    commits = count_commits(clinic.practice.database)

    assert await due.judge_left_profiles(clinic.practice, later) == 0
    assert commits == []


def count_commits(database: Database) -> list[str]:
    """Grows by one for each commit of a transaction that may write."""
    commits: list[str] = []
    event.listen(database._writer.sync_engine, "commit", lambda _: commits.append("commit"))
    return commits
