"""The shape of one language's files. Languages hold words only; what is decided stands beside."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag

from bot.library.entries import Entry, Evidence, Id, NudgeKind, Reviewed, Text, Year

MessageId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$")]
Texts = Annotated[list[Text], Field(min_length=1)]


class LanguageFile(Entry):
    """language.yaml: `translates` is the version of English that a translation stands for.

    `refused_words` are words and beginnings of words (`curar*`) that no text may use.
    `another_massage` and `stretching` are the words, in the same form, by which the language
    speaks of what an open escalation holds back.
    """

    name: Text
    version: Annotated[int, Field(ge=1)]
    translates: Annotated[int, Field(ge=1)] | None = None
    refused_words: list[Text] = Field(default_factory=list)
    another_massage: list[Text] = Field(default_factory=list)
    stretching: list[Text] = Field(default_factory=list)


class Plural(Entry):
    """A text by CLDR plural category of {count}."""

    zero: Text | None = None
    one: Text | None = None
    two: Text | None = None
    few: Text | None = None
    many: Text | None = None
    other: Text


def _form(value: Any) -> Literal["plural", "text"]:
    return "plural" if isinstance(value, dict) else "text"


Message = Annotated[
    Annotated[Text, Tag("text")] | Annotated[Plural, Tag("plural")], Discriminator(_form)
]


class MessagesFile(Entry):
    """messages.yaml."""

    messages: dict[MessageId, Message]


class OptionWords(Entry):
    """A button, the sentence it stands for, and how the answer is named later."""

    label: Text
    phrase: Text | None = None
    reported: Text | None = None


class QuestionWords(Entry):
    """A question. `short` is the question in two to four words."""

    prompt: Text
    short: Text | None = None
    options: dict[Id, OptionWords] = Field(default_factory=dict)
    none: Text | None = None
    done: Text | None = None


class QuestionsWordsFile(Entry):
    """questions.yaml of a language."""

    questions: dict[Id, QuestionWords]


class LevelWords(Entry):
    """The message of a level, and what is said while its escalation is open."""

    title: Text | None = None
    body: Text
    again: Text | None = None
    follow_up: list[Text] = Field(default_factory=list)
    not_yet: Text | None = None
    helped: Text | None = None
    stopped: Text | None = None


class ReasonWords(Entry):
    """`reported` follows "You told me"; `tell` is what to say to the doctor.

    `now` is what to do about it meanwhile, whatever other advice stands.
    """

    reported: Text
    tell: Text
    now: Text | None = None


class EscalationsFile(Entry):
    """escalations.yaml."""

    levels: dict[Id, LevelWords]
    reasons: dict[Id, ReasonWords]


class ExerciseWords(Entry):
    """How to do an exercise."""

    name: Text
    position: Text
    steps: Annotated[list[Text], Field(min_length=3, max_length=5)]
    dose: Text
    easier: Text
    stop: Text


class ExercisesWordsFile(Entry):
    """exercises.yaml of a language."""

    exercises: dict[Id, ExerciseWords]


class GuideWords(Reviewed):
    """Something to read at any time, in pages of one message each.

    `evidence` is of its first source, the one most of it rests on.
    """

    id: Id
    title: Text
    pages: Texts
    source: Texts
    evidence: Evidence | None = None
    checked: Year | None = None


def _ids_once(guides: list[GuideWords]) -> list[GuideWords]:
    ids = [guide.id for guide in guides]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise ValueError(f"guides stand there twice: {', '.join(twice)}")
    return guides


class GuidesFile(Entry):
    """guides.yaml, in the order of the menu."""

    guides: Annotated[list[GuideWords], Field(min_length=1), AfterValidator(_ids_once)]


class NudgesFile(Entry):
    """nudges.yaml: several wordings of each kind of nudge, and who has reviewed them.

    What a kind rests on stands in plan.yaml.
    """

    hydration: Texts
    movement: Texts
    stretch: Texts
    strengthening: Texts
    reviews: dict[NudgeKind, Reviewed] = Field(default_factory=dict)


class PhrasesFile(Entry):
    """phrases.yaml: what people type for a symptom."""

    phrases: dict[Id, Texts]
