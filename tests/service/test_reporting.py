"""A danger sign ticked where no question waits for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.care.model import (
    EscalationState,
    Person,
)
from bot.service import answering, overview, reporting
from tests.service.clinic import DAY, HOUR, MINUTE, NOW

if TYPE_CHECKING:
    from datetime import timedelta

    from tests.service.clinic import Clinic


async def test_a_tick_is_news_unless_its_list_holds_it_and_it_still_counts(
    clinic: Clinic, anna: Person
) -> None:
    begun = (await answering.begin(clinic.practice, anna.id, "worse", NOW)).interview
    turn = await answering.answer(
        clinic.practice, anna.id, begun.id, "danger_now", "tick", "chest_pain", NOW
    )
    assert turn is not None

    def news(symptom: str, later: timedelta, turn: answering.Turn = turn) -> bool:
        rules = clinic.practice.library.rules
        return reporting.is_news(turn, "danger_now", symptom, NOW + later, rules)

    assert news("both_legs", MINUTE)
    assert not news("chest_pain", MINUTE)
    assert news("chest_pain", 2 * HOUR)
    assert news("chest_pain", MINUTE, replace(turn, standing=None))
    assert turn.standing is not None
    stopped = replace(turn.standing, state=EscalationState.STOPPED)
    assert news("chest_pain", MINUTE, replace(turn, standing=stopped))
    of_another = replace(turn.standing, reasons=("both_legs",))
    assert news("chest_pain", MINUTE, replace(turn, standing=of_another))


async def test_the_same_tap_tried_again_reports_once(clinic: Clinic, anna: Person) -> None:
    first, second = [
        await reporting.report_again(clinic.practice, anna.id, "danger_now", "chest_pain", at)
        for at in (NOW, NOW + MINUTE)
    ]

    assert first is not None
    assert second is not None
    assert second.interview.id == first.interview.id
    assert not second.stale
    assert len((await overview.told(clinic.practice, anna.id)).advice) == 1


async def test_a_sign_under_an_old_check_in_is_a_report_of_now(
    clinic: Clinic, anna: Person
) -> None:
    later = NOW + 5 * DAY

    turn = await reporting.report_again(clinic.practice, anna.id, "danger_now", "chest_pain", later)

    assert turn is not None
    assert turn.interview.kind == "worse"
    assert turn.interview.opened_at == later
    assert turn.opened is not None
    assert turn.opened.reasons == ("chest_pain",)


async def test_an_old_sign_tapped_twice_does_not_alarm_twice_in_one_report(
    clinic: Clinic, anna: Person
) -> None:
    for _ in range(2):
        await reporting.report_again(clinic.practice, anna.id, "symptoms", "sore", NOW)

    told = await overview.told(clinic.practice, anna.id)
    assert told.advice == ()


@pytest.mark.parametrize(
    ("question", "symptom"), [("conditions", "pregnant"), ("danger_now", "pregnant"), ("old", "x")]
)
async def test_what_no_list_of_signs_has_is_no_report_and_leaves_nothing_waiting(
    clinic: Clinic, anna: Person, question: str, symptom: str
) -> None:
    again = await reporting.report_again(clinic.practice, anna.id, question, symptom, NOW)

    assert again is None
    assert await answering.open_check_in(clinic.practice, anna.id) is None
