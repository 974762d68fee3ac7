from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.library.loader import load
from bot.library.markup import Html, Template, faults, length, plain
from bot.library.text import bullets

if TYPE_CHECKING:
    from pathlib import Path

    from bot.library.library import Library
    from tests.library.conftest import Edit

NUMBERS = {"emergency": "999", "advice_line": "NHS 111"}


def test_what_a_person_typed_cannot_become_markup(shipped: Library) -> None:
    said = shipped.language("en").say("zone.kept", zone='<a href="x">&', time="9:00")

    assert "&lt;a href=&quot;x&quot;&gt;&amp;" in said
    assert faults(said) == []


def test_a_text_within_a_text_is_not_escaped_twice(shipped: Library) -> None:
    english = shipped.language("en")

    inner = english.say("zone.kept", zone="A & B", time=Html("<b>9</b>"))
    outer = english.say("nudge.put_off", time=inner)

    assert "A &amp; B" in outer
    assert "<b>9</b>" in outer


def test_an_unknown_id_and_a_missing_value_raise(shipped: Library) -> None:
    english = shipped.language("en")

    with pytest.raises(KeyError, match="no_such"):
        english.say("no_such")
    with pytest.raises(KeyError, match="zone"):
        english.say("zone.kept", time="9:00")


def test_values_a_text_does_not_use_are_let_be(shipped: Library) -> None:
    assert shipped.language("en").say("button.back", **NUMBERS) == "Back"


def test_a_plural_takes_the_form_of_its_language(folder: Path, edit: Edit) -> None:
    for code, day in (("en", "day"), ("es", "día")):
        edit(
            f"{code}/messages.yaml",
            "start.adult:",
            f"days: {{one: '{{count}} {day}', other: '{{count}} {day}s'}}\nstart.adult:",
        )

    library = load(folder)
    english, spanish = library.language("en"), library.language("es")

    assert english.say("days", count=1) == "1 day"
    assert english.say("days", count=0) == "0 days"
    assert spanish.say("days", count=1) == "1 día"
    assert spanish.say("days", count=2) == "2 días"
    with pytest.raises(KeyError):
        english.say("days")


def test_advice_names_the_answers_that_gave_it(shipped: Library) -> None:
    said = shipped.language("en").advice("emergency", ("saddle_numbness", "fever"), **NUMBERS)

    assert "• you have numbness or a changed feeling between your legs" in said
    assert "999" in said
    assert said.index("between your legs") < said.index("temperature")


def test_advice_with_every_reason_there_is_still_fits_one_message(shipped: Library) -> None:
    every = [rule.id for rule in shipped.rules.rules]

    said = shipped.language("en").advice("emergency", every, **NUMBERS)

    assert length(said) <= 4096 - 400
    assert "Call 999" in said
    for rule in every:
        assert shipped.language("en").reason(rule).reported in said


def test_advice_leaves_out_a_reason_that_has_no_words_any_more(shipped: Library) -> None:
    assert "between your legs" in shipped.language("en").advice(
        "urgent", ("long_gone", "saddle_numbness"), **NUMBERS
    )


def test_the_last_wording_of_a_follow_up_serves_for_all_later_ones(shipped: Library) -> None:
    urgent = shipped.language("en").escalation("urgent")

    assert urgent.say_follow_up(5, **NUMBERS) == urgent.say_follow_up(1, **NUMBERS)
    assert urgent.say_follow_up(0, **NUMBERS) != urgent.say_follow_up(1, **NUMBERS)


def test_a_level_that_does_not_ask_again_has_no_follow_up(shipped: Library) -> None:
    with pytest.raises(KeyError):
        shipped.language("en").escalation("self_care").say_follow_up(0, **NUMBERS)


def test_every_kind_of_nudge_has_several_wordings(shipped: Library) -> None:
    english = shipped.language("en")

    for kind in ("hydration", "movement", "stretch", "strengthening"):
        assert len(english.nudges(kind)) >= 6


def test_countries_and_alternatives_are_named_in_the_language(shipped: Library) -> None:
    english = shipped.language("en")

    assert english.country_name("GB") == "United Kingdom"
    assert english.country_name("ZZZ") is None
    assert english.either(["112", "999"]) == "112 or 999"


def test_bullets_keep_markup_and_escape_the_rest() -> None:
    assert bullets([Html("<b>a</b>"), "x < y"]) == "• <b>a</b>\n• x &lt; y"


def test_a_button_shows_no_markup() -> None:
    assert plain("<b>Fish &amp; chips</b> 1 &lt; 2") == "Fish & chips 1 < 2"


def test_length_counts_as_telegram_does() -> None:
    assert length("<b>ab</b>&amp;🚨") == 5


@pytest.mark.parametrize(
    "text",
    [
        "<b>open", "close</b>", "<b><i>x</b></i>", "a < b", "a & b", "&nbsp;", "<br/>",
        "<a href='https://x'>x</a>", '<a href="javascript:x">x</a>', "<a>x</a>",
        '<b class="x">x</b>', "<script>x</script>", "<!-- x -->", "<B>x</B>", "x <b",
    ],
)  # fmt: skip
def test_markup_telegram_would_refuse_is_found(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "plain", "<b>a <i>b</i></b>", '<a href="https://nhs.uk/x?a=1">x</a>',
        '<a href="{link}">x</a>',
        "&lt;b&gt; &amp; &quot; &#39; &#x27;", "<blockquote>x</blockquote><code>y</code>",
    ],
)  # fmt: skip
def test_markup_telegram_takes_is_let_through(text: str) -> None:
    assert faults(text) == []


def test_two_braces_are_one_that_is_meant() -> None:
    assert Template.of("{{x}} {name}").fill({"name": "A"}) == "{x} A"
