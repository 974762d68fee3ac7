"""What becomes of a due message, decided at the last moment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.care.model import (
    InterviewState,
    Kind,
    Occurrence,
    OccurrenceState,
    Person,
    Preferences,
    QuietHours,
    Status,
)
from bot.service import answering, due, overview, people
from bot.store import interviews, occurrences
from tests.service.clinic import DAY, HOUR, MINUTE, NOW

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from datetime import datetime

    from bot.care.model import PersonId
    from bot.service.practice import Practice
    from tests.service.clinic import Clinic


def check_ins(became: Iterable[due.Due]) -> list[due.QuestionDue]:
    return [each for each in became if isinstance(each, due.QuestionDue)]


async def first(clinic: Clinic, person: Person, kind: Kind) -> Occurrence:
    return (await clinic.coming(person, kind))[0]


async def prepared(clinic: Clinic, occurrence: Occurrence, now: datetime) -> due.Due:
    return await due.prepare(clinic.practice, occurrence, now)


# ---- nudges ----


async def test_nudges_decided_together_come_out_as_they_would_alone(
    clinic: Clinic, anna: Person
) -> None:
    ben = await clinic.admit(6006)
    for person in (anna, ben):
        await clinic.massage(person)
    await people.pause(clinic.practice, ben.id)
    hers = await first(clinic, anna, Kind.HYDRATION)
    his = replace(hers, person_id=ben.id, chat_id=ben.chat_id)
    now = hers.message.due_at

    together = await due.prepare_all(clinic.practice, [hers, his, hers], now)

    alone = [await prepared(clinic, each, now) for each in (hers, his, hers)]
    assert together == alone
    assert [type(each) for each in together] == [due.NudgeDue, due.Withheld, due.NudgeDue]


async def test_a_check_in_beside_a_nudge_is_decided_all_the_same(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    mixed = [await first(clinic, anna, kind) for kind in (Kind.CHECK_IN, Kind.HYDRATION)]

    together = await due.prepare_all(clinic.practice, mixed, mixed[0].message.due_at)

    assert isinstance(together[0], due.QuestionDue)
    assert len(together) == 2


async def test_a_nudge_of_someone_erased_is_an_error(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    nudge = await first(clinic, anna, Kind.HYDRATION)
    await people.erase(clinic.practice, anna.id)

    with pytest.raises(LookupError):
        await due.prepare_all(clinic.practice, [nudge], NOW)


async def test_a_nudge_goes_out_at_its_time(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    water = await first(clinic, anna, Kind.HYDRATION)

    ready = await prepared(clinic, water, water.message.due_at)

    assert ready == due.NudgeDue(await clinic.person(anna.id), water, shown=0)


@pytest.mark.parametrize("kind", [Kind.HYDRATION, Kind.CHECK_IN])
@pytest.mark.parametrize("leave", [people.pause, people.stop])
async def test_nothing_more_is_sent_to_someone_who_left(
    clinic: Clinic,
    anna: Person,
    kind: Kind,
    leave: Callable[[Practice, PersonId], Awaitable[Person]],
) -> None:
    await clinic.massage(anna)
    planned = await first(clinic, anna, kind)
    await leave(clinic.practice, anna.id)

    ready = await prepared(clinic, planned, planned.message.due_at)

    assert isinstance(ready, due.Withheld)
    assert ready.state is OccurrenceState.CANCELLED


async def test_a_nudge_on_its_way_is_stopped_by_an_emergency(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    water = await first(clinic, anna, Kind.HYDRATION)
    await clinic.reports(anna, "chest_pain")

    ready = await prepared(clinic, water, water.message.due_at)

    assert ready == due.Withheld(OccurrenceState.CANCELLED, "an escalation is open")


async def test_a_late_nudge_too_close_to_the_message_before_is_put_off_by_the_gap(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    (sent,) = await clinic.deliver(NOW + 30 * MINUTE)
    assert isinstance(sent, due.NudgeDue)
    late = await first(clinic, anna, Kind.HYDRATION)
    late = replace(late, message=replace(late.message, due_at=NOW))

    too_close = await prepared(clinic, late, NOW + 50 * MINUTE)
    far_enough = await prepared(clinic, late, NOW + 75 * MINUTE)

    assert isinstance(too_close, due.Postponed)
    assert too_close.until == NOW + 75 * MINUTE
    assert isinstance(far_enough, due.NudgeDue)


async def test_a_nudge_late_into_the_quiet_hours_is_dropped(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    water = await first(clinic, anna, Kind.HYDRATION)

    ready = await prepared(clinic, water, NOW + 11 * HOUR)

    assert isinstance(ready, due.Withheld)
    assert ready.state is OccurrenceState.EXPIRED


# ---- check-ins ----


async def test_a_check_in_opens_its_questions(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    planned = await first(clinic, anna, Kind.CHECK_IN)

    ready = await prepared(clinic, planned, planned.message.due_at)

    assert isinstance(ready, due.QuestionDue)
    assert ready.interview.kind == "early"
    assert ready.interview.occurrence_id == planned.id
    assert ready.interview.session_id == planned.session_id
    assert ready.question.id == "danger_now"
    assert not ready.again


async def test_a_check_in_prepared_twice_is_one_interview(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    planned = await first(clinic, anna, Kind.CHECK_IN)

    ready = [await prepared(clinic, planned, planned.message.due_at) for _ in range(2)]

    assert len({each.interview.id for each in check_ins(ready)}) == 1
    assert len(check_ins(ready)) == 2


async def test_a_check_in_of_uncertain_arrival_is_sent_again_in_words_that_bear_it(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    planned = replace(await first(clinic, anna, Kind.CHECK_IN), repeat=True)

    ready = await prepared(clinic, planned, planned.message.due_at)

    assert isinstance(ready, due.QuestionDue)
    assert ready.again


async def test_a_check_in_answered_meanwhile_is_not_sent_again(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    asked = await clinic.asked(anna)
    assert asked.interview.occurrence_id is not None
    async with clinic.tx() as tx:
        planned = await occurrences.get(tx, asked.interview.occurrence_id)
    assert planned is not None
    await clinic.recovers(anna, asked.interview, NOW + 4 * HOUR)

    ready = await prepared(clinic, planned, NOW + 5 * HOUR)

    assert ready == due.Withheld(OccurrenceState.CANCELLED, "answered")


async def test_from_the_next_day_on_the_whole_list_is_asked(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)

    asked = await clinic.asked(anna, hours=24)

    assert asked.interview.kind == "full"


async def test_a_late_check_in_in_quiet_hours_waits_for_their_end(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    planned = await first(clinic, anna, Kind.CHECK_IN)

    ready = await prepared(clinic, planned, NOW + 12 * HOUR)

    assert isinstance(ready, due.Postponed)
    assert ready.until == NOW + 22 * HOUR  # eight in the morning
    assert await answering.open_check_in(clinic.practice, anna.id) is None
    async with clinic.practice.database.reading() as tx:
        assert await interviews.open_of(tx, anna.id) == ()


async def test_quiet_hours_are_those_of_the_persons_own_clock(clinic: Clinic, anna: Person) -> None:
    night_worker = Preferences(quiet=QuietHours(start=NOW.time(), end=(NOW + 8 * HOUR).time()))
    await clinic.massage(anna)
    planned = await first(clinic, anna, Kind.CHECK_IN)
    await people.set_preferences(clinic.practice, anna.id, night_worker, NOW)

    ready = await prepared(clinic, planned, NOW + 4 * HOUR)

    assert ready == due.Postponed(NOW + 8 * HOUR, "late, and now it is quiet")


async def test_two_overdue_check_ins_after_a_downtime_give_one(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)

    became = await clinic.deliver(NOW + 25 * HOUR)

    (asked,) = check_ins(became)
    assert asked.interview.kind == "full"
    assert due.Withheld(OccurrenceState.CANCELLED, "a newer check-in is due") in became
    assert not [each for each in became if isinstance(each, due.NudgeDue)]


async def test_a_new_check_in_closes_the_one_before_and_keeps_its_answers(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    early = await clinic.asked(anna)
    await clinic.says(anna, early.interview, "danger_now", "confirm", now=NOW + 4 * HOUR)

    await clinic.asked(anna, hours=24)

    told = await overview.told(clinic.practice, anna.id)
    assert [each.state for each in told.check_ins] == [
        InterviewState.EXPIRED,
        InterviewState.OPEN,
    ]
    assert set(told.check_ins[0].answers) == {"danger_now"}
    assert told.check_ins[0].verdict is not None


async def test_an_unanswered_check_in_is_asked_once_more(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    early = await clinic.asked(anna)

    (again,) = check_ins(await clinic.passes(NOW + 10 * HOUR))

    assert again.again
    assert again.interview.id == early.interview.id


async def test_a_reminder_of_an_answered_check_in_is_not_sent(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    reminder = await first(clinic, anna, Kind.REMINDER)
    asked = await clinic.asked(anna)
    await clinic.recovers(anna, asked.interview, NOW + 4 * HOUR)

    ready = await prepared(clinic, reminder, reminder.message.due_at)

    assert ready == due.Withheld(OccurrenceState.CANCELLED, "answered")


# ---- three without an answer ----


async def test_three_unanswered_check_ins_turn_into_one_question_and_silence(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)

    became = await clinic.passes(NOW + 28 * DAY)

    assert len([each for each in check_ins(became) if not each.again]) == 3
    assert isinstance(became[-1], due.GoOnDue)
    assert len([each for each in became if isinstance(each, due.GoOnDue)]) == 1
    assert (await clinic.person(anna.id)).status is Status.SILENT
    assert await clinic.coming(anna) == []


async def test_one_answer_in_between_starts_the_count_anew(clinic: Clinic, anna: Person) -> None:
    await clinic.massage(anna)
    second = await clinic.asked(anna, hours=24)
    await clinic.says(anna, second.interview, "danger_now", "confirm", now=NOW + DAY)

    became = await clinic.passes(NOW + 8 * DAY)

    assert not [each for each in became if isinstance(each, due.GoOnDue)]


async def test_after_go_on_the_next_check_in_is_asked_and_not_whether_to(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    await clinic.passes(NOW + 8 * DAY)
    await people.resume(clinic.practice, anna.id, NOW + 8 * DAY)

    became = await clinic.passes(NOW + 14 * DAY)

    assert check_ins(became)
    assert not [each for each in became if isinstance(each, due.GoOnDue)]


async def test_whether_to_go_on_is_not_asked_of_someone_who_is_back(
    clinic: Clinic, anna: Person
) -> None:
    await clinic.massage(anna)
    planned = await first(clinic, anna, Kind.CHECK_IN)
    asking = replace(planned, message=replace(planned.message, kind=Kind.GO_ON, item="go_on"))

    ready = await prepared(clinic, asking, NOW + HOUR)

    assert ready == due.Withheld(OccurrenceState.CANCELLED, "active")
