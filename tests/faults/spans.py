"""When the bot could send, by what was seen from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.books import Witness

HOUR_S = 3600.0
CONFUSING = ("clock", "two pollers")


def real(instant: float, seen: Witness) -> float:
    """An instant by the right clock, where it was written while the clock was an hour off."""
    for spell in seen.spells:
        for shift in (HOUR_S, -HOUR_S):
            if spell.what == "clock" and spell.began - 2 <= instant - shift <= spell.ended + 2:
                return instant - shift
    return instant


def able(seen: Witness, begin: float, end: float) -> float:
    """For how many seconds in between the bot could send.

    It was up, nothing was wrong around it, and it had a processor, as had what it leans on.
    """
    free = [(max(a, begin), min(b, end)) for a, b in seen.up]
    for spell in seen.spells:
        if spell.what == "two pollers":
            continue
        cut: list[tuple[float, float]] = []
        for a, b in free:
            cut += [(a, min(b, spell.began)), (max(a, spell.ended), b)]
        free = [(a, b) for a, b in cut if a < b]
    return sum(fed(seen, a, b) for a, b in free if a < b)


def fed(seen: Witness, begin: float, end: float) -> float:
    """Seconds from `begin` to `end` less those in which the bot waited for a processor."""
    return max(0.0, end - begin - seen.starving.between(begin, end))


def troubled(seen: Witness, begin: float, end: float) -> bool:
    """Whether the bot died, or something was wrong around it, in between."""
    return any(begin <= at <= end for at in seen.deaths) or any(
        each.began <= end and each.ended >= begin for each in seen.spells
    )


def ends(seen: Witness) -> list[float]:
    """When something ended that can keep an ending from being written down."""
    return [each.ended for each in seen.spells if each.what not in CONFUSING]
