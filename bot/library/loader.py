"""Reads the content folder into a Library, or refuses it with every problem it has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from bot.library import entries, provenance, repertoire, rulebook
from bot.library.coverage import gaps
from bot.library.errors import ContentError, Problem
from bot.library.library import FALLBACK_COUNTRY, FALLBACK_LANGUAGE, Advice, Country, Library
from bot.library.pictures import read_pictures
from bot.library.speech import read_language
from bot.library.strictyaml import Document, read
from bot.library.validation import shaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.library.pictures import Picture
    from bot.library.text import Language

Shape = TypeVar("Shape", bound=BaseModel)

SHAPES: Mapping[str, type[BaseModel]] = {
    "rules": entries.RulesFile,
    "plan": entries.PlanFile,
    "questions": entries.QuestionsFile,
    "exercises": entries.ExercisesFile,
    "countries": entries.CountriesFile,
}
LANGUAGE_FOLDER = re.compile("[a-z]{2,3}(-[A-Za-z]{2,4})?")


def default_folder() -> Path:
    """The content that comes with the program: inside the installed package, or beside it."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "content"
    return inside if inside.is_dir() else package.parent / "content"


def load(folder: Path) -> Library:
    """Read and validate all of `folder`.

    Raises ContentError, holding every problem with its file, line and column, for content that
    could fail while the bot runs: a wrong shape, a missing text, an unknown id.
    """
    if not folder.is_dir():
        raise ContentError([Problem(str(folder), "there is no such folder. Give its path.")])
    documents: dict[str, Document] = {}
    problems: list[Problem] = []
    files = _read_files(folder, documents, problems)
    languages = _read_languages(folder, documents, problems)
    if not problems:
        problems.extend(_contradictions(files, folder.name, documents))
    if problems:
        raise ContentError(problems)
    exercises = files["exercises"].exercises
    pictures = read_pictures(folder, exercises, documents[f"{folder.name}/exercises.yaml"])
    library = _library(files, languages, pictures, documents)
    problems.extend([*gaps(library), *provenance.unsourced(library, folder.name)])
    if problems:
        raise ContentError(problems)
    return library


def _read_files(
    folder: Path, documents: dict[str, Document], problems: list[Problem]
) -> dict[str, Any]:
    files: dict[str, Any] = {}
    for file, shape in SHAPES.items():
        name = f"{folder.name}/{file}.yaml"
        try:
            documents[name] = read(folder / f"{file}.yaml", name)
            files[file] = shaped(documents[name], shape)
        except ContentError as error:
            problems.extend(error.problems)
    return files


def _read_languages(
    folder: Path, documents: dict[str, Document], problems: list[Problem]
) -> dict[str, Language]:
    languages: dict[str, Language] = {}
    found = [each for each in folder.iterdir() if LANGUAGE_FOLDER.fullmatch(each.name)]
    for place in sorted(each for each in found if each.is_dir()):
        try:
            name = f"{folder.name}/{place.name}"
            languages[place.name] = read_language(place, place.name, name, documents)
        except ContentError as error:
            problems.extend(error.problems)
    if not (folder / FALLBACK_LANGUAGE).is_dir():
        text = "English is missing; every other language falls back on it. Add the folder."
        problems.append(Problem(f"{folder.name}/{FALLBACK_LANGUAGE}", text))
    return languages


def _contradictions(
    files: Mapping[str, Any], name: str, documents: Mapping[str, Document]
) -> Iterator[Problem]:
    def document(file: str) -> Document:
        return documents[f"{name}/{file}.yaml"]

    exercises = files["exercises"].exercises
    codes = [each.code for each in files["countries"].countries]
    yield from rulebook.rules_problems(files["rules"], document("rules"))
    yield from rulebook.plan_problems(files["plan"], exercises, document("plan"))
    yield from repertoire.exercise_problems(
        exercises, files["plan"].rotation, document("exercises")
    )
    yield from rulebook.questions_problems(files["questions"], document("questions"))
    ids = [each.id for each in exercises]
    yield from rulebook.repeated(document("exercises"), "exercises", ids)
    yield from rulebook.repeated(document("countries"), "countries", codes)
    if FALLBACK_COUNTRY not in codes:
        text = f'the entry "{FALLBACK_COUNTRY}" is missing: what to call anywhere else. Add it.'
        yield Problem(document("countries").where(("countries",)), text)


def _library(
    files: Mapping[str, Any],
    languages: Mapping[str, Language],
    pictures: Mapping[str, Picture],
    documents: Mapping[str, Document],
) -> Library:
    exercises = files["exercises"].exercises
    rules = rulebook.make_rules(files["rules"])
    return Library(
        rules=rules,
        plan=rulebook.make_plan(files["plan"], exercises),
        questions=rulebook.make_questions(files["questions"]),
        exercises={each.id: each for each in exercises},
        countries={each.code: _country(each) for each in files["countries"].countries},
        languages=languages,
        pictures=pictures,
        documents=documents,
        origins=provenance.collect(files, rules.rules),
    )


def _country(entry: entries.CountryEntry) -> Country:
    advice = entry.advice
    return Country(
        code=entry.code,
        emergency=tuple(entry.emergency),
        advice=Advice(advice.name, advice.number) if advice else None,
        find_doctor=entry.find_doctor,
        checked=entry.checked,
    )
