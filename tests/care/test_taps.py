"""What a tap makes of an answer."""

from __future__ import annotations

from bot.care.model import Answer, Profile
from bot.care.questions import Question
from bot.care.taps import Act, begun, given, known
from tests.care.rulebook import START

HEALTH = Question(
    id="conditions",
    kind="ticks",
    options=("cancer", "steroids", "blood_thinners"),
    interviews=frozenset({"profile"}),
    optional=True,
)
CLEARED = Question(
    id="cleared",
    kind="ticks",
    options=("leg_pain", "fall_risk"),
    interviews=frozenset({"profile"}),
)
TOLD = Profile(conditions=frozenset({"blood_thinners", "cancer"}), cleared=frozenset({"leg_pain"}))


def tapped(held: Answer | None, act: Act, option: str | None = None) -> Answer | None:
    return given(HEALTH, begun(TOLD, HEALTH, held, START), act, option, START)


def test_only_the_health_list_begins_with_what_was_told_before() -> None:
    assert known(TOLD, HEALTH) == ("cancer", "blood_thinners")
    assert known(TOLD, CLEARED) is None
    assert begun(TOLD, CLEARED, None, START) is None


def test_the_first_tap_adds_to_what_was_told_before() -> None:
    ticked = Answer("conditions", ("cancer", "steroids", "blood_thinners"), False, START)
    assert tapped(None, "tick", "steroids") == ticked
    assert tapped(None, "untick", "cancer") == Answer(
        "conditions", ("blood_thinners",), False, START
    )
    assert tapped(None, "tick", "cancer") is None
    assert tapped(None, "confirm") == Answer(
        "conditions", ("cancer", "blood_thinners"), True, START
    )


def test_a_later_tap_adds_to_what_is_ticked() -> None:
    held = Answer("conditions", (), False, START)

    assert tapped(held, "tick", "steroids") == Answer("conditions", ("steroids",), False, START)


def test_a_list_that_was_skipped_begins_with_what_was_told_before() -> None:
    skipped = Answer("conditions", None, False, START)

    assert tapped(skipped, "confirm") == Answer(
        "conditions", ("cancer", "blood_thinners"), True, START
    )
