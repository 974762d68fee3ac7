"""What was asked, and every answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.care.model import (
    END,
    Answer,
    Interview,
    InterviewId,
    InterviewKind,
    InterviewState,
    Level,
    OccurrenceId,
    Person,
    Verdict,
)
from bot.store import interviews
from tests.store.makers import HOUR, MINUTE, NOW, make_person, make_session

if TYPE_CHECKING:
    from bot.store.database import Database


async def begin(
    database: Database,
    person: Person,
    kind: InterviewKind = "full",
    *,
    occurrence_id: int | None = None,
    at: datetime = NOW,
    course: int = 1,
) -> Interview:
    async with database.transaction() as tx:
        return await interviews.open(
            tx,
            person_id=person.id,
            kind=kind,
            course=course,
            session_id=None,
            occurrence_id=OccurrenceId(occurrence_id) if occurrence_id else None,
            at=at,
        )


async def test_a_planned_check_in_opens_one_interview_however_often_it_is_sent(
    database: Database,
) -> None:
    person = await make_person(database)

    first = await begin(database, person, occurrence_id=41)
    again = await begin(database, person, occurrence_id=41, at=NOW + HOUR)
    other = await begin(database, person, occurrence_id=42)
    own = [await begin(database, person, "worse") for _ in range(2)]

    assert again == first
    assert len({each.id for each in (first, other, *own)}) == 4


async def test_the_latest_answer_counts_and_questions_keep_their_first_order(
    database: Database,
) -> None:
    interview = await begin(database, await make_person(database))
    given = [
        Answer("pain", 7, confirmed=True, at=NOW),
        Answer("symptoms", ("numb",), confirmed=False, at=NOW + MINUTE),
        Answer("change", None, confirmed=True, at=NOW + 2 * MINUTE),
        Answer("pain", 0, confirmed=True, at=NOW + 3 * MINUTE),
        Answer("symptoms", (), confirmed=True, at=NOW + 4 * MINUTE),
        Answer("word", "much_better", confirmed=True, at=NOW + 5 * MINUTE),
    ]
    async with database.transaction() as tx:
        for each in given:
            await interviews.answer(tx, interview, each)
        kept = await interviews.required(tx, interview.id)

    assert list(kept.answers) == ["pain", "symptoms", "change", "word"]
    assert list(kept.answers.values()) == [given[3], given[4], given[2], given[5]]


async def test_an_interview_keeps_what_was_shown_its_verdict_and_its_end(
    database: Database,
) -> None:
    interview = await begin(database, await make_person(database))
    verdict = Verdict(Level.EMERGENCY, ("saddle", "bladder"))
    async with database.transaction() as tx:
        await interviews.set_shown(tx, interview.id, END)
        await interviews.set_verdict(tx, interview.id, verdict)
        await interviews.close(tx, interview.id, state=InterviewState.COMPLETE, at=NOW + MINUTE)
        kept = await interviews.required(tx, interview.id)

    assert (kept.shown, kept.verdict) == (END, verdict)
    assert (kept.state, kept.closed_at) == (InterviewState.COMPLETE, NOW + MINUTE)


async def test_a_course_tells_its_check_ins_and_not_its_profiles(database: Database) -> None:
    anna, ben = await make_person(database, 1), await make_person(database, 2)
    late = await begin(database, anna, "full", at=NOW + HOUR)
    early = await begin(database, anna, "early")
    await begin(database, anna, "profile")
    await begin(database, anna, "worse", course=2)
    await begin(database, ben, "full")

    async with database.reading() as tx:
        told = await interviews.of_course(tx, anna.id, 1)

    assert told == (early, late)


async def test_only_interviews_that_wait_are_open(database: Database) -> None:
    person = await make_person(database)
    profile, check_in = await begin(database, person, "profile"), await begin(database, person)
    async with database.transaction() as tx:
        await interviews.close(tx, check_in.id, state=InterviewState.EXPIRED, at=NOW)

        assert await interviews.open_of(tx, person.id) == (profile,)


async def test_check_ins_wait_their_time_planned_ones_longer_than_own_ones(
    database: Database,
) -> None:
    person = await make_person(database)
    planned = await begin(database, person, occurrence_id=1, at=NOW - 8 * timedelta(days=1))
    own = await begin(database, person, "worse", at=NOW - 13 * HOUR)
    await begin(database, person, occurrence_id=2, at=NOW - 13 * HOUR)
    await begin(database, person, "worse", at=NOW - 11 * HOUR)
    await begin(database, person, "profile", at=NOW - 30 * timedelta(days=1))

    async with database.reading() as tx:
        overdue = await interviews.open_before(
            tx, planned=NOW - timedelta(days=7), own=NOW - 12 * HOUR
        )

    assert overdue == (planned, own)


async def test_an_unknown_interview_is_missed_where_it_is_required(database: Database) -> None:
    async with database.reading() as tx:
        assert await interviews.get(tx, InterviewId(9)) is None
        with pytest.raises(LookupError, match="interview 9"):
            await interviews.required(tx, InterviewId(9))


async def test_the_newest_interviews_of_a_person_come_oldest_first(database: Database) -> None:
    person, other = await make_person(database), await make_person(database, chat_id=6_006)
    kinds: tuple[InterviewKind, ...] = ("profile", "early", "worse")
    begun = [await begin(database, person, kind, at=NOW + n * HOUR) for n, kind in enumerate(kinds)]
    await begin(database, other, at=NOW + 9 * HOUR)

    async with database.reading() as tx:
        assert await interviews.recent(tx, person.id, limit=2) == tuple(begun[1:])


async def test_the_newest_profile_is_the_persons_own_whatever_its_state(
    database: Database,
) -> None:
    person, other = await make_person(database), await make_person(database, chat_id=6_006)
    await begin(database, person, "profile")
    newest = await begin(database, person, "profile", at=NOW + HOUR)
    await begin(database, person, "worse", at=NOW + 2 * HOUR)
    async with database.transaction() as tx:
        await interviews.close(tx, newest.id, state=InterviewState.COMPLETE, at=NOW + HOUR)

        assert await interviews.newest_profile(tx, person.id) == newest.id
        assert await interviews.newest_profile(tx, other.id) is None


async def test_a_list_was_before_as_it_was_last_done_or_else_as_it_was_begun(
    database: Database,
) -> None:
    profile = await begin(database, await make_person(database), "profile")

    async def before(*ticks: str, done: bool = False) -> tuple[str, ...]:
        async with database.transaction() as tx:
            await interviews.answer(tx, profile, Answer("conditions", ticks, done, NOW))
            return await interviews.ticks_before(tx, profile.id, "conditions")

    async with database.reading() as tx:
        assert await interviews.ticks_before(tx, profile.id, "conditions") == ()
    assert await before("cancer") == ("cancer",)
    assert await before("cancer", "immune") == ("cancer",)
    assert await before("immune", done=True) == ("immune",)
    assert await before() == ("immune",)


async def test_a_profile_whose_verdict_is_forgotten_counts_as_left_again(
    database: Database,
) -> None:
    anna = await make_person(database)
    await make_session(database, anna)
    profile = await begin(database, anna, "profile")
    async with database.transaction() as tx:
        told = Answer("age", "60_plus", True, NOW)
        profile = await interviews.answer(tx, profile, told)
        await interviews.set_verdict(tx, profile.id, Verdict(Level.SELF_CARE, ()))
        assert await interviews.profiles_left(tx, before=NOW + HOUR) == ()

        await interviews.forget_verdict(tx, profile.id)

        assert await interviews.profiles_left(tx, before=NOW + HOUR) == (profile,)
