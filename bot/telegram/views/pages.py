"""Pages to read: help, privacy, the guides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.telegram.views.view import Row, View, button, keyboard, wrong_row

if TYPE_CHECKING:
    from bot.library.text import Language

GUIDE = "guide"  # what a page is about, in its button


def help_page(language: Language, numbers: dict[str, str]) -> View:
    """What can be said to the bot, and what it can't do."""
    return View(language.say("help.text", **numbers), keyboard([wrong_row(language)]))


def about(language: Language) -> View:
    """Who stands behind the words, and that no clinician has reviewed them yet."""
    return View(language.say("about.text"))


def privacy(language: Language, *, known: bool) -> View:
    """What is kept, and the way to have it erased."""
    rows: list[Row] = []
    if known:
        rows.append([button(language.say("privacy.erase"), "erase", style="danger")])
    return View(language.say("privacy.text"), keyboard(rows) if rows else None)


def confirm_erase(language: Language) -> View:
    """A last question before everything is erased."""
    return View(
        language.say("privacy.sure"),
        keyboard(
            [
                [button(language.say("privacy.yes"), "erase", "yes", style="danger")],
                [button(language.say("privacy.no"), "erase", "no")],
            ]
        ),
    )


def guides(language: Language) -> View:
    """The list of guides."""
    rows: list[Row] = [[button(each.title, "guide", each.id)] for each in language.guides]
    return View(language.say("guides.list"), keyboard(rows))


def guide(language: Language, guide_id: str, page: int, numbers: dict[str, str]) -> View:
    """One page of a guide; KeyError for an unknown one, the last page for one too far."""
    text = language.guide(guide_id)
    page = min(max(page, 0), len(text.pages) - 1)
    rows: list[Row] = []
    if page + 1 < len(text.pages):
        rows.append([button(language.say("guides.next"), "guide", guide_id, page + 1)])
    if guide_id == "finding_doctor":
        return View(f"{text.pages[page]}\n\n{language.say('guides.numbers', **numbers)}",
                    keyboard([*rows, wrong_row(language, GUIDE, guide_id)]))  # fmt: skip
    rows.append([button(language.say("guides.all"), "guides", guide_id)])
    return View(text.pages[page], keyboard(rows))
