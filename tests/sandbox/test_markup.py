from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.entities import Formatted, settle, to_html, utf16_length
from bot.sandbox.errors import ApiError
from bot.sandbox.markup import parse_html


def entity(kind: str, offset: int, length: int, **extra: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **extra}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("<b>a</b><i>b</i>", "ab", [entity("bold", 0, 1), entity("italic", 1, 1)]),
        ("<strong>a</strong>", "a", [entity("bold", 0, 1)]),
        ("<B>a</B>", "a", [entity("bold", 0, 1)]),
        ("<b>a</>", "a", [entity("bold", 0, 1)]),
        ("<b></b>a", "a", []),
        ("<u>a</u> <ins>b</ins>", "a b", [entity("underline", 0, 1), entity("underline", 2, 1)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [entity("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">a</span>', "a", [entity("spoiler", 0, 1)]),
        ("<blockquote>a</blockquote>", "a", [entity("blockquote", 0, 1)]),
        (
            "<blockquote expandable>a</blockquote>",
            "a",
            [entity("expandable_blockquote", 0, 1)],
        ),
        (
            '<a href="https://example.org/?a=1&amp;b=2">a</a>',
            "a",
            [entity("text_link", 0, 1, url="https://example.org/?a=1&b=2")],
        ),
        ('<a href="nowhere">a</a>', "a", []),
        ("<code>a &lt; b</code>", "a < b", [entity("code", 0, 5)]),
        (
            '<pre><code class="language-python">a</code></pre>',
            "a",
            [entity("pre", 0, 1, language="python")],
        ),
        ("<code>a<b>b</b></code>", "ab", [entity("code", 0, 2)]),
        (
            '<tg-time unix="1647531900" format="wDT">a</tg-time>',
            "a",
            [entity("date_time", 0, 1, unix_time=1647531900, date_time_format="wDT")],
        ),
        (
            '<tg-time unix="1647531900">a</tg-time>',
            "a",
            [entity("date_time", 0, 1, unix_time=1647531900)],
        ),
        ("👍<b>é</b>", "👍é", [entity("bold", 2, 1)]),
        ("&lt;&amp;&quot;&#65;&#x42;&nbsp;&", '<&"AB&nbsp;&', []),
    ],
)
def test_html_becomes_telegrams_entities(
    source: str, text: str, entities: list[dict[str, Any]]
) -> None:
    assert parse_html(source) == (text, entities)


def test_nested_tags_give_the_outer_entity_first() -> None:
    formatted = settle(*parse_html("<b>a<i>b</i></b>"))

    assert formatted.entities == [entity("bold", 0, 2), entity("italic", 1, 1)]


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        (
            "é<b>a</i>",
            'Unmatched end tag at byte offset 6, expected "</b>", found "</i>"',
        ),
        ("<p>a</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("a <3 b", 'Unsupported start tag "3" at byte offset 2'),
        ("a <3", "Unclosed start tag at byte offset 2"),
        ("a < b > c", 'Unsupported start tag "" at byte offset 2'),
        ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<a ="x">a</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=a/b>a</a>", "Unexpected end of name token at byte offset 8"),
        ('<tg-time unix="soon">a</tg-time>', 'invalid Unix time "soon"'),
        ('<tg-time unix="1" format="x">a</tg-time>', 'invalid date-time format "x"'),
    ],
)
def test_broken_html_is_refused_in_telegrams_words(source: str, error: str) -> None:
    with pytest.raises(ApiError) as raised:
        parse_html(source)

    assert raised.value.code == 400
    assert raised.value.description.startswith("Bad Request: can't parse entities: ")
    assert error in raised.value.description


def test_blanks_around_a_text_are_cut_and_entities_move_along() -> None:
    formatted = settle(*parse_html("\n a <b>b </b>\n"))

    assert formatted == Formatted("a b", [entity("bold", 2, 1)])


def test_telegram_finds_commands_links_and_mentions_by_itself() -> None:
    text = "👍 /start at https://example.org/a, or ask @someone #now or a@b.org"

    found = settle(text, []).entities

    units = text.encode("utf-16-le")
    shown = [
        (one["type"], units[one["offset"] * 2 :][: one["length"] * 2].decode("utf-16-le"))
        for one in found
    ]
    assert shown == [
        ("bot_command", "/start"),
        ("url", "https://example.org/a"),
        ("mention", "@someone"),
        ("hashtag", "#now"),
        ("email", "a@b.org"),
    ]


def test_a_message_can_be_written_back_as_html() -> None:
    source = (
        '<blockquote>👍 <b>a &lt; <i>b</i></b></blockquote> <a href="https://a.org">c</a> '
        '<tg-time unix="1" format="t">d</tg-time>'
    )

    assert to_html(settle(*parse_html(source))) == source


@given(st.text(alphabet="ab<>/&; \"'=é👍lt"))
def test_any_text_is_read_or_refused(source: str) -> None:
    with suppress(ApiError):  # any other error is a failure
        text, entities = parse_html(source)
        assert all(one["offset"] + one["length"] <= utf16_length(text) for one in entities)
