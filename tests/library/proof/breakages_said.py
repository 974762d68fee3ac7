"""Ways to break what is said: beside open advice, at all, and in another language."""

from __future__ import annotations

from tests.library.proof.breaking import Breakage, edit, in_translation, only

LONG = "word " * 635

SAID = [
    # ---- what may be said beside open advice ----
    only(
        "a nudge speaks of another massage",
        edit("en/nudges.yaml", "A glass of water within reach", "Book a massage. Water"),
        "en/nudges.yaml",
        "- |-",
        '"Book a massage" can reach somebody',
        "Stand up, walk a few",
    ),
    only(
        "a glass of water comes with a stretch",
        edit("en/nudges.yaml", "Stand up, walk a few steps", "Stand up, stretch your legs"),
        "en/nudges.yaml",
        "- |-",
        '"stretch" can reach somebody whose doctor',
        "If you have not had",
    ),
    only(
        "a check-in speaks of the next massage",
        edit(
            "en/questions.yaml",
            "next to just before your latest massage",
            "before your next massage",
        ),
        "en/questions.yaml",
        "prompt: |-",
        '"next massage" can reach somebody',
        "change:",
    ),
    only(
        "what to do about a bruise meanwhile speaks of the next massage",
        edit("en/escalations.yaml", "If it keeps spreading", "Before your next massage, if it"),
        "en/escalations.yaml",
        "now:",
        '"next massage" can reach somebody',
        "big_bruise:",
    ),
    only(
        "a text is declared that says nothing of a massage",
        edit("rules.yaml", "says_to_wait:\n", "says_to_wait:\n  - nudges.hydration\n"),
        "rules.yaml",
        "- nudges.hydration",
        "says nothing of another massage. Remove it",
    ),
    # ---- texts ----
    only(
        "a question fits alone, and not below the words that come before it",
        edit("en/questions.yaml", "Tick anything that is true", LONG + "Tick anything"),
        "en/questions.yaml",
        "prompt: |-",
        "this question with all its options can be",
        "danger_now:",
    ),
    only(
        "an exercise fits alone, and not under its picture with a nudge",
        edit("en/exercises.yaml", "easier: Keep the knee more bent", f"easier: {'so ' * 120}Keep"),
        "en/exercises.yaml",
        "name: Back-of-thigh stretch with",
        "this exercise below its longest",
    ),
    only(
        "a toast is too long",
        edit("en/messages.yaml", "nudge.closed: That", f"nudge.closed: {'so ' * 70}That"),
        "en/messages.yaml",
        "nudge.closed:",
        "at most 200 fit",
    ),
    only(
        "a placeholder is misspelt",
        edit("en/messages.yaml", 'zone.kept: "Thank you. I use {zone}', 'zone.kept: "I use {zoen}'),
        "en/messages.yaml",
        "zone.kept:",
        "not filled in here. Mend the name, or remove it. Did you",
    ),
    only(
        "a value is used where the program gives none",
        edit("en/messages.yaml", "zone.ask: |-\n", "zone.ask: |-\n  {pain}\n"),
        "en/messages.yaml",
        "zone.ask:",
        "{pain} is not filled in here",
    ),
    only(
        "a claim is made",
        edit("en/nudges.yaml", "A glass of water within reach", "Water cures. A glass"),
        "en/nudges.yaml",
        "- |-",
        '"cures" claims what this bot',
        "Stand up, walk a few",
    ),
    only(
        "a danger sign has no phrases that people type",
        edit("en/phrases.yaml", "\nfever:", "\nheadaches:"),
        "en/phrases.yaml",
        "saddle_numbness:",
        'no phrase leads to "fever"',
    ),
    only(
        "two options of a question read the same",
        edit("en/questions.yaml", "better: {label: Better,", "better: {label: Much better,"),
        "en/questions.yaml",
        "    better: {label: Much better,",
        'reads like that of "much_better"',
    ),
    # ---- languages ----
    Breakage(
        "a language lacks an id",
        in_translation("messages.yaml", "start.welcome:", "start.welcom:"),
        "pt/messages.yaml",
        "start.welcom:",
        'there is no text for "start.welcome"',
    ),
    Breakage(
        "a language leaves a number out of its advice",
        in_translation(
            "escalations.yaml",
            "If it gets worse before you are seen, call {emergency}.",
            "If it gets worse, call.",
        ),
        "pt/escalations.yaml",
        "helped: |-",
        "English says {emergency} here",
    ),
    Breakage(
        "a language leaves out what to do about a bruise meanwhile",
        in_translation(
            "escalations.yaml",
            "now: If it keeps spreading",
            "# now: If it keeps spreading",
        ),
        "pt/escalations.yaml",
        "reported:",
        'there is no text for "now"',
        "big_bruise:",
    ),
    Breakage(
        "a language misspells a placeholder",
        in_translation("messages.yaml", "{quiet_start} and", "{quiet_begin} and"),
        "pt/messages.yaml",
        "session.plan_quiet:",
        "has other placeholders than English",
    ),
    Breakage(
        "a language has a guide of its own",
        in_translation(
            "guides.yaml",
            "- id: water",
            "- id: wine\n  title: Wine\n  source: [Nobody]\n  pages: [Wine]\n\n- id: water",
        ),
        "pt/guides.yaml",
        "- id: wine",
        'English has no guide "wine"',
    ),
]
