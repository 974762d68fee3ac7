"""Ways to break what is decided: rules, questions, levels and the plan."""

from __future__ import annotations

from tests.library.proof.breaking import Breakage, cut, edit, in_every_language, only

FEVER = "  - id: fever\n    level: urgent\n    when: {symptom: fever}\n"
SYMPTOMS = "  - id: symptoms\n    kind: ticks\n"
LATE = "when: {all: [{symptom: fever}, {hours_at_least: 24}]}"

DECIDED = [
    # ---- rules ----
    only(
        "a sign gives a lower level than in the reference",
        edit("rules.yaml", FEVER, FEVER.replace("urgent", "doctor")),
        "rules.yaml",
        "- id: fever",
        '"fever" gives doctor, the clinical reference urgent.',
    ),
    only(
        "a sign counts only a day after the massage",
        edit("rules.yaml", FEVER, FEVER.replace("when: {symptom: fever}", LATE)),
        "rules.yaml",
        LATE,
        '"fever" alone must give urgent whatever else is answered',
    ),
    only(
        "a sign counts only together with a condition",
        edit(
            "rules.yaml",
            "{symptom: night_pain}",
            "{all: [{symptom: night_pain}, {condition: cancer}]}",
        ),
        "rules.yaml",
        "{condition: cancer}]}",
        '"night_pain" alone must give urgent',
    ),
    only(
        "a sign waits for the whole check-in",
        edit("rules.yaml", FEVER, FEVER + "    judged: whole_check_in\n"),
        "rules.yaml",
        "when: {symptom: fever}",
        "check-in: not finished",
    ),
    only(
        "a sign can be cleared",
        edit("rules.yaml", FEVER, FEVER + "    clearable: true\n"),
        "rules.yaml",
        "- id: fever",
        '"fever" can\'t be cleared',
    ),
    only(
        "a rule is removed",
        cut("rules.yaml", "  - id: dizzy", "  - id: headache"),
        "rules.yaml",
        "- id: saddle_numbness",
        'the rule "dizzy" of the clinical reference is',
    ),
    only(
        "a rule's conditions exclude each other",
        edit("rules.yaml", "{change: [worse]}", "{all: [{change: [worse]}, {change: [same]}]}"),
        "rules.yaml",
        "{change: [same]}",
        "its conditions exclude each other",
    ),
    only(
        "a rule asks for a time after the last check-in",
        edit("rules.yaml", "hours_at_least: 72", "hours_at_least: 1000"),
        "rules.yaml",
        "all:",
        "the last check-in of plan.yaml comes 28 days after",
        "worse_twice",
    ),
    only(
        "a rule looks at a condition the profile does not ask for",
        edit("questions.yaml", "      - blood_thinners\n", ""),
        "rules.yaml",
        "{condition: blood_thinners}",
        "questions.yaml does not ask for all",
    ),
    only(
        "a rule looks at two answers that no check-in asks for together",
        edit(
            "questions.yaml",
            "  - id: pain\n    kind: scale\n    interviews: [full, worse]",
            "  - id: pain\n    kind: scale\n    interviews: [early]",
        ),
        "rules.yaml",
        "{pain_at_least: 8}",
        "questions.yaml does not ask for all",
    ),
    only(
        "two rules have one id",
        edit("rules.yaml", "- id: fever", "- id: chest_pain"),
        "rules.yaml",
        "- id: chest_pain",
        '"chest_pain" is already there',
        "{symptom: major_acc",
    ),
    # ---- questions ----
    only(
        "a sign is taken out of its list",
        edit("questions.yaml", "      - chest_pain\n", ""),
        "questions.yaml",
        "- id: danger_now",
        "no check-in asks for chest_pain",
    ),
    only(
        "a list of signs stands behind an ask_if",
        edit(
            "questions.yaml",
            SYMPTOMS,
            SYMPTOMS + "    ask_if: {question: danger_now, any_of: [both_legs]}\n",
        ),
        "questions.yaml",
        "- id: symptoms",
        "can end without asking for calf_swelling, fainted",
    ),
    only(
        "a sign stands behind an option_if",
        edit(
            "questions.yaml",
            SYMPTOMS,
            SYMPTOMS + "    option_if: {fever: {question: danger_now, any_of: [both_legs]}}\n",
        ),
        "questions.yaml",
        "- id: symptoms",
        "can end without asking for fever. Ask everyone",
    ),
    only(
        "a list of signs is not asked at /worse",
        edit(
            "questions.yaml",
            SYMPTOMS + "    interviews: [early, full, worse]",
            SYMPTOMS + "    interviews: [early, full]",
        ),
        "questions.yaml",
        "- id: symptoms",
        "a check-in (worse) can end without asking for",
    ),
    only(
        "an ask_if looks forward",
        edit(
            "questions.yaml",
            "  - id: change\n    kind: choice\n",
            "  - id: change\n    kind: choice\n    ask_if: {question: pain, any_of: [much]}\n",
        ),
        "questions.yaml",
        "ask_if: {question: pain",
        '"pain" is not asked before this question',
    ),
    Breakage(
        "a symptom is asked for in two lists",
        (
            edit("questions.yaml", "- major_accident\n", "- major_accident\n      - sore\n"),
            in_every_language(
                "questions.yaml",
                "    major_accident:\n",
                "    sore: {label: Sore there}\n    major_accident:\n",
            ),
        ),
        "questions.yaml",
        "- sore",
        '"sore" is asked twice',
        "- id: symptoms",
    ),
    only(
        "a question of the profile is asked in check-ins too",
        edit("questions.yaml", "  - id: onset\n", "  - id: pain\n    kind: scale\n  - id: onset\n"),
        "questions.yaml",
        "- id: pain",
        'the question "pain" is asked twice',
        "check_in:",
    ),
    # ---- levels ----
    only(
        "a level does not pause stretches",
        edit("rules.yaml", "pauses: [stretch, strengthening]", "pauses: [strengthening]"),
        "rules.yaml",
        "pauses: [strengthening]",
        "Add to pauses: stretch.",
    ),
    only(
        "the plan sends what a level forbids",
        edit("rules.yaml", "pauses: [stretch, strengthening]", "pauses: [stretch]"),
        "rules.yaml",
        "pauses: [stretch]",
        "doctor holds back stretches and strengthening",
    ),
    only(
        "a level asks again too late",
        edit("rules.yaml", "{after: 30 min, in_quiet_hours: true}", "{after: 90 min}"),
        "rules.yaml",
        "{after: 90 min}",
        "emergency asks again after 30 min, also in quiet hours",
    ),
    only(
        "a level has no words to ask again",
        cut(
            "en/escalations.yaml",
            "    follow_up:\n      - |-\n        <b>Did you manage",
            "    not_yet: |-\n      <b>All right.",
        ),
        "en/escalations.yaml",
        "title: Please book",
        'there is no text for "follow_up"',
    ),
    only(
        "the emergency's words give no number",
        edit("en/escalations.yaml", "<b>Call {emergency}</b>, or go", "<b>Call</b>, or go"),
        "en/escalations.yaml",
        "body: |-",
        "emergency can't do without {emergency} here",
    ),
    only(
        "two buttons under an escalation read the same",
        edit(
            "en/messages.yaml", "escalation.not_yet: Not yet", "escalation.not_yet: I've got help"
        ),
        "en/messages.yaml",
        "escalation.not_yet:",
        'reads like "escalation.helped"',
    ),
    only(
        "a button under an escalation has no text",
        in_every_language("messages.yaml", "escalation.stopped:", "escalation.stoped:"),
        "en/messages.yaml",
        "start.welcome",
        'there is no text for "escalation.stopped"',
    ),
    # ---- the plan ----
    only(
        "a group of exercises is unknown",
        edit("plan.yaml", "chest,", "chests,"),
        "plan.yaml",
        "chests",
        'Did you mean "chest"?',
    ),
    only(
        "a message is always in the way of another",
        edit(
            "plan.yaml",
            "after_session: 2 h, lateness: 60 min",
            "after_session: 40 min, lateness: 1 min",
        ),
        "plan.yaml",
        "after_session: 40 min",
        '"hydration_2h" never reaches anybody',
    ),
    only(
        "messages may follow each other too closely",
        edit("plan.yaml", "gap: 45 min", "gap: 5 min"),
        "plan.yaml",
        "gap: 5 min",
        "at least 45 min between two messages",
    ),
    only(
        "a day may hold too many messages",
        edit("plan.yaml", "per_day: 6", "per_day: 7"),
        "plan.yaml",
        "per_day: 7",
        "at most 6 messages a day",
    ),
    only(
        "a day may hold too few for the check-ins",
        edit("plan.yaml", "gap: 45 min", "gap: 60 h"),
        "plan.yaml",
        "id: check_in_24h",
        'the check-in "check_in_24h" comes',
    ),
    only(
        "a check-in is taken out",
        cut("plan.yaml", "  - {id: check_in_24h", "  - {id: check_in_72h"),
        "plan.yaml",
        "id: hydration_30m",
        "the full check-in 24 h after the massage is missing",
    ),
]
