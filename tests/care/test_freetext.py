from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.freetext import Phrasebook, scan

BOOK = Phrasebook(
    {
        "saddle_numbness": ("numb between my legs", "numbness in my groin"),
        "bladder_bowel": ("can't pee", "wet myself", "lost control of my bladder"),
        "chest_pain": ("chest pain", "can't breathe"),
        "numb_tingling": ("tingling", "pins and needles", "¡hormigueo!"),
        "calf_swelling": ("my calf is swollen",),
        "fever": ("fièvre", "shivering", "fever"),
    }
)


@pytest.mark.parametrize(
    ("text", "symptoms"),
    [
        ("I have CHEST PAIN!!", ("chest_pain",)),
        ("chest... pain", ("chest_pain",)),
        ("I cant pee", ("bladder_bowel",)),
        ("i can’t pee since noon", ("bladder_bowel",)),
        ("I can`t breathe", ("chest_pain",)),
        ("J'ai de la fievre", ("fever",)),
        ("hormigueo", ("numb_tingling",)),
        ("I lost all control of my bladder", ("bladder_bowel",)),
        ("tingeling since yesterday", ("numb_tingling",)),
        ("tinglng", ("numb_tingling",)),
        ("tignling", ("numb_tingling",)),
        ("tinglimg", ("numb_tingling",)),
        ("wet myslef in bed", ("bladder_bowel",)),
        ("hsivering", ("fever",)),
        ("hivering", ("fever",)),
        ("numb between both my legs and I can't pee", ("saddle_numbness", "bladder_bowel")),
    ],
)
def test_phrases_are_found_as_people_type_them(text: str, symptoms: tuple[str, ...]) -> None:
    assert scan(text, BOOK) == symptoms


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "🙂🙂🙂",
        "all good, thank you",
        "the pain is in my chest of drawers",  # the words, but not in order
        "my chest is fine but after the long walk there was pain",
        "cant see",
        "a wet towel and I enjoyed it by myself",
        "numb here and between all of my legs",  # more strays than a phrase bears
        "12:30",
        "I never felt better",  # another first letter makes another word
    ],
)
def test_other_words_find_nothing(text: str) -> None:
    assert scan(text, BOOK) == ()


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("not numb but tingling a lot", "numb_tingling"),
        ("I don't have chest pain", "chest_pain"),
        ("no numbness in my groin", "saddle_numbness"),
    ],
)
def test_a_not_never_silences_a_phrase(text: str, symptom: str) -> None:
    assert symptom in scan(text, BOOK)


def test_short_words_must_be_right() -> None:
    assert scan("chest rain", BOOK) == ()
    assert scan("can't see pet", BOOK) == ()


@given(st.text(max_size=80), st.sampled_from(["chest pain", "wet myself", "shivering"]), st.text())
def test_more_text_around_a_phrase_never_hides_it(before: str, phrase: str, after: str) -> None:
    alone = set(scan(phrase, BOOK))

    assert alone <= set(scan(f"{before} {phrase} {after}", BOOK))


@given(st.text(max_size=300))
def test_any_text_can_be_scanned(text: str) -> None:
    assert set(scan(text, BOOK)) <= set(BOOK.phrases)


LONG_TEXTS = {
    "emoji": "🤕" * 4096,
    "flags and joiners": "🏳️‍🌈👩‍⚕️" * 600,
    "one word": "a" * 4096,
    "one phrase's words": "my pins and " * 341,
    "many words": " ".join(f"w{number:04d}" for number in range(682)),
    "accents": "é̂" * 1365,
}


@pytest.mark.parametrize("text", LONG_TEXTS.values(), ids=LONG_TEXTS.keys())
def test_the_longest_message_without_a_sign_raises_nothing(text: str) -> None:
    words = ("pain", "numb", "leg", "my", "groin", "swollen", "needles", "cannot", "stop")
    big = Phrasebook(
        {
            f"symptom_{number}": tuple(
                f"{first} {second} {number}" for first in words for second in words
            )
            for number in range(30)
        }
    )

    assert scan(text, big) == ()
