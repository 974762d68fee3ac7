"""The table of the clinical reference, section 3, which the rules are held to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care.model import Level

if TYPE_CHECKING:
    from bot.library.library import Library

# In its order.
TABLE = {
    "emergency": (
        "saddle_numbness", "bladder_bowel", "both_legs", "leg_giving_way", "chest_pain",
        "stroke_signs", "major_accident",
    ),
    "urgent": (
        "fever", "calf_swelling", "weak_limb", "severe_pain", "lump_shape", "fainted",
        "weight_loss", "night_pain", "bruise_thinners", "fall_risk", "much_worse_severe",
    ),
    "doctor": (
        "leg_pain", "arm_pain", "numb_tingling", "cancer", "pregnant", "much_worse",
        "worse_twice", "no_improvement",
    ),
    "therapist": ("window_closing", "worse", "big_bruise", "sore", "dizzy", "headache"),
}  # fmt: skip
LEVELS = {rule: level for level, rules in TABLE.items() for rule in rules}
COMBINED = frozenset({"bruise_thinners", "fall_risk", "much_worse_severe"})  # more than a symptom
CLEARABLE = frozenset(
    {"fall_risk", "leg_pain", "arm_pain", "numb_tingling", "cancer", "pregnant", "no_improvement"}
)
BY_RULE = {rule: Level.from_id(level) for rule, level in LEVELS.items()}


def danger_signs(library: Library) -> tuple[str, ...]:
    """The symptoms that alone mean emergency or urgent, by the reference or by a rule."""
    signs = library.rules.signs(Level.EMERGENCY) | library.rules.signs(Level.URGENT)
    signs |= frozenset(TABLE["emergency"] + TABLE["urgent"]) - COMBINED
    return tuple(sorted(signs))
