"""What people type, in every language that is shipped, and Spanish as a person meets it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.care.freetext import scan
from bot.care.model import Level
from bot.library.coverage import symptoms_of
from bot.library.loader import default_folder, load
from bot.library.markup import length

if TYPE_CHECKING:
    from bot.library.library import Library
    from bot.library.text import Language

LANGUAGES = sorted(load(default_folder()).languages)
GRAVE, OTHER = 20, 15  # phrases a symptom of an emergency or urgent rule has at least, and any
LABEL = 28  # characters a button shows in one line, as the questions files say


@pytest.fixture(scope="module")
def spanish(shipped: Library) -> Language:
    return shipped.language("es")


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_language_knows_enough_phrases_for_each_symptom(shipped: Library, code: str) -> None:
    levels = {rule.id: rule.level for rule in shipped.rules.rules}
    phrases = shipped.language(code).phrases.phrases

    known = {each: len(set(phrases.get(each, ()))) for each in symptoms_of(shipped.questions)}

    too_few = {
        symptom: count
        for symptom, count in known.items()
        if count < (GRAVE if levels[symptom] >= Level.URGENT else OTHER)
    }
    assert too_few == {}


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_gravest_symptom_is_asked_about_first(shipped: Library, code: str) -> None:
    phrases = shipped.language(code).phrases.phrases

    assert list(phrases) == list(symptoms_of(shipped.questions))


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_phrase_finds_its_own_symptom(shipped: Library, code: str) -> None:
    book = shipped.language(code).phrases

    lost = [
        phrase
        for symptom, phrases in book.phrases.items()
        for phrase in phrases
        if symptom not in scan(phrase, book)
    ]

    assert lost == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_button_of_a_question_fits_one_line(shipped: Library, code: str) -> None:
    labels = [
        option.label
        for question in shipped.language(code).questions.values()
        for option in question.options.values()
    ]

    assert [each for each in labels if length(each) > LABEL] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_times_a_person_is_told_to_type_are_no_danger_sign(shipped: Library, code: str) -> None:
    language = shipped.language(code)

    examples = re.findall("<i>(.*?)</i>", language.say("session.type_when"))

    assert len(examples) == 2
    assert [each for each in examples if scan(each, language.phrases)] == []


@pytest.mark.parametrize("code", ["es", "es-MX", "es_AR", "es-419"])
def test_spanish_is_found_by_its_regional_codes(shipped: Library, code: str) -> None:
    assert shipped.language(code).name == "Español"


def test_a_number_reads_well_in_spanish(spanish: Language) -> None:
    said = spanish.advice("emergency", ["chest_pain"], emergency="112", advice_line="…")
    unknown = spanish.say("numbers.any_emergency", numbers=spanish.either(["112", "911"]))

    assert "Llama al 112" in said
    assert f"al {unknown}" == (
        "al número de emergencias de tu zona (112 o 911 funcionan en muchos países)"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Estoy mejor",
        "Hoy me siento mucho mejor, gracias",
        "el masaje me ayudó mucho",
        "me duele la espalda",
        "Me duele un poco la parte baja de la espalda al agacharme",
        "ya no me duele tanto",
        "ya no siento dolor",
        "no siento nada de dolor",
        "el dolor es cada vez menos fuerte",
        "cada día mejor desde el masaje",
        "el dolor se ha hecho más leve",
        "la zona lumbar está genial",
        "me siento bien ahora",
        "no veo mejoría todavía",
        "he dormido muy bien",
        "me puse una almohada entre las piernas para dormir",
        "hice los estiramientos del pecho y la cadera",
        "no aguanto los 30 segundos del estiramiento",
        "subo cada día por las escaleras",
        "me he cargado la espalda en el trabajo",
        "quiero que el seguro me pague el masaje",
        "hace un año tuve lo mismo",
        "tengo 38 años",
        "21 de marzo 9:00",
        "un abrazo",
    ],
)
def test_plain_talk_and_recovery_raise_nothing(spanish: Language, text: str) -> None:
    assert scan(text, spanish.phrases) == ()


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("No siento nada entre las piernas desde ayer", "saddle_numbness"),
        ("tengo las nalgas como dormidas", "saddle_numbness"),
        ("cuando me limpio no siento nada", "saddle_numbness"),
        ("NO PUEDO ORINAR desde esta mañana", "bladder_bowel"),
        ("no e podido aser pipi", "bladder_bowel"),
        ("se me sale la popó sin darme cuenta", "bladder_bowel"),
        ("me hormiguean las dos piernas", "both_legs"),
        ("no siento bien las piernas", "both_legs"),
        ("la pierna derecha no me responde", "leg_giving_way"),
        ("voy arrastrando el pie izquierdo", "leg_giving_way"),
        ("me cuesta mucho respirar", "chest_pain"),
        ("siento que me ahogo y me duele el pecho", "chest_pain"),
        ("se me torció la boca y no puedo hablar bien", "stroke_signs"),
        ("de repente me dio un dolor de cabeza horrible", "stroke_signs"),
        ("todo empezó cuando me caí de la azotea", "major_accident"),
        ("ayer choqué con el carro", "major_accident"),
        ("tengo calentura y escalofrios", "fever"),
        ("se me hinchó una pierna", "calf_swelling"),
        ("se me caen las cosas de las manos", "weak_limb"),
        ("el dolor es insoportavle", "severe_pain"),
        ("me salió un bulto junto a la columna", "lump_shape"),
        ("casi me desmayo al levantarme", "fainted"),
        ("he perdido 6 kilos sin hacer nada", "weight_loss"),
        ("por la noche me duele mucho más", "night_pain"),
        ("me baja el dolor por la pierna derecha", "leg_pain"),
        ("me duele el brazo izquierdo", "arm_pain"),
        ("tengo ormigueo en la mano", "numb_tingling"),
        ("me salió un moretón enorme", "big_bruise"),
        ("estoy adolorida del masaje", "sore"),
        ("me siento mareada", "dizzy"),
        ("me duele un poco la cabeza", "headache"),
    ],
)
def test_a_plain_danger_sentence_finds_its_sign(spanish: Language, text: str, symptom: str) -> None:
    assert symptom in scan(text, spanish.phrases)
