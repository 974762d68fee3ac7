"""The flow as a drawing: every question and rule is in it, and Mermaid can read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.care.model import Level
from bot.library.diagram import draw
from bot.library.loader import load

if TYPE_CHECKING:
    from pathlib import Path

    from bot.library.library import Library
    from tests.library.conftest import Edit

NODE = re.compile(r' {4}(?P<id>[a-z0-9_]+)\["(?P<label>[^"\n]*)"\]')
GROUP = re.compile(r' {2}subgraph (?P<id>[a-z0-9_]+)\["(?P<label>[^"\n]*)"\]')
WAY = re.compile(r" {2}(?P<start>[a-z0-9_]+) (?:-->|-\.->) (?P<end>[a-z0-9_]+)")
STYLE = re.compile(r" {2}classDef [a-z_]+ [a-z0-9#:,-]+| {2}class (?P<ids>[a-z0-9_,]+) [a-z_]+")
MARKUP = re.compile(r"</?(?:b|i|small)>|<br/>|#[0-9]+;")
RESERVED = {"end", "graph", "flowchart", "subgraph", "class", "style", "click", "default"}


class Drawn:
    """A drawing taken apart; a line that is nothing of these is a failure."""

    def __init__(self, text: str) -> None:
        self.settings, self.kind, *lines = text.splitlines()
        self.nodes: dict[str, str] = {}
        self.groups: dict[str, list[str]] = {}
        self.ways: list[tuple[str, str]] = []
        self.styled: list[str] = []
        group: list[str] | None = None
        for line in lines:
            if found := NODE.fullmatch(line):
                assert found["id"] not in self.nodes
                self.nodes[found["id"]] = found["label"]
                if group is not None:
                    group.append(found["id"])
            elif found := GROUP.fullmatch(line):
                assert group is None
                group = self.groups.setdefault(found["id"], [])
            elif line == "  end":
                group = None
            elif found := WAY.fullmatch(line):
                self.ways.append((found["start"], found["end"]))
            else:
                found = STYLE.fullmatch(line)
                assert found, line
                self.styled += (found["ids"] or "").split(",") if found["ids"] else []
        assert group is None

    def label_with(self, words: str) -> str:
        return next(label for label in self.nodes.values() if words in label)

    def box_of(self, rule_id: str) -> str:
        marked = f"({rule_id})</small>"
        return next(id for id, label in self.nodes.items() if marked in label and "rules_" in id)


@pytest.fixture(scope="module")
def drawn(shipped: Library) -> Drawn:
    return Drawn(draw(shipped, shipped.language("en")))


def test_it_is_a_flowchart_whose_every_arrow_and_colour_meets_a_box(drawn: Drawn) -> None:
    assert drawn.settings.startswith("%%{init: {")
    assert drawn.kind == "flowchart LR"
    assert {each for way in drawn.ways for each in way} <= set(drawn.nodes)
    assert sorted(drawn.styled) == sorted(drawn.nodes)
    assert len(set(drawn.ways)) == len(drawn.ways)
    assert not RESERVED & {*drawn.nodes, *drawn.groups}


def test_a_label_holds_no_mark_that_mermaid_would_take_for_its_own(drawn: Drawn) -> None:
    for label in drawn.nodes.values():
        assert not set(MARKUP.sub("", label)) & set('<>"`*#&[]{}|\\'), label
        assert not re.match(r"(?:[-+*]|[0-9]+\.) ", label), "Mermaid refuses a list"


def test_every_rule_stands_in_the_group_of_its_level(drawn: Drawn, shipped: Library) -> None:
    for rule in shipped.rules.rules:
        box = drawn.box_of(rule.id)
        assert box in drawn.groups[f"rules_{rule.level.id}"]
        assert (box, f"level_{rule.level.id}") in drawn.ways


def test_the_questions_of_a_check_in_come_in_their_order(drawn: Drawn) -> None:
    asked = [label for node, label in drawn.nodes.items() if node.startswith("asked_")]

    assert [re.findall(r"Question \d|\((\w+)\)", each)[-1] for each in asked[:4]] == [
        "danger_now",
        "symptoms",
        "change",
        "pain",
    ]
    assert "Question 1: A quick check: how are you right now?" in asked[0]


@pytest.mark.parametrize(
    ("rule", "sources"),
    [
        ("bladder_bowel", {"asked_danger_now"}),
        ("bruise_thinners", {"asked_symptoms", "profile"}),
        ("fall_risk", {"profile"}),
        ("much_worse_severe", {"asked_change", "asked_pain"}),
        ("no_improvement", {"asked_change", "asked_pain", "asked_massages", "profile"}),
    ],
)
def test_arrows_lead_to_a_rule_from_all_it_looks_at(
    drawn: Drawn, rule: str, sources: set[str]
) -> None:
    assert {start for start, end in drawn.ways if end == drawn.box_of(rule)} == sources


def test_an_answer_is_called_by_its_button(drawn: Drawn) -> None:
    assert "Numb between my legs <small>(saddle_numbness)</small>" in drawn.label_with("saddle")
    assert "Thin or weak bones or Steroid tablets" in drawn.label_with("fall_risk")
    assert "not once a doctor has checked it" in drawn.label_with("fall_risk")


def test_a_level_says_what_it_pauses_and_when_it_asks_again(drawn: Drawn) -> None:
    emergency = drawn.nodes["level_emergency"]

    assert "Please get help right now" in emergency
    assert "Pauses: a glass of water, " in emergency
    assert "after 30 min (also in quiet hours), " in emergency
    assert emergency.endswith("next morning")
    assert "Pauses: nothing" in drawn.nodes["level_therapist"]
    assert {f"level_{each.id}" for each in Level} == set(drawn.groups["levels"])


def test_marks_in_the_content_do_not_break_the_drawing(folder: Path, edit: Edit) -> None:
    edit("en/questions.yaml", "label: Pregnant", """label: '"A" &lt; `b` #1 [c] &amp; *d*|'""")
    edit("en/questions.yaml", "How old are you?", "1. How {{old}}?")
    library = load(folder)

    odd = Drawn(draw(library, library.language("en")))

    assert "#34;A#34; #60; #96;b#96; #35;1 #91;c#93; #38; #42;d#42;#124;" in odd.label_with("#34;A")


def test_the_same_content_is_drawn_the_same(shipped: Library) -> None:
    language = shipped.language("en")

    assert draw(shipped, language) == draw(shipped, language)
