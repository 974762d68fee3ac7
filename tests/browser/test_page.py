"""The chat page in Chromium: a whole conversation, the clock, and what comes next."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.journeys.harness import PLANNED, SETTLED, Walk, first_line

if TYPE_CHECKING:
    from tests.browser.chat import Chat
    from tests.browser.conftest import Opened

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ROOT = Path(__file__).parents[2]
PHONE = {"width": 320, "height": 640}


async def has_a_massage(chat: Chat) -> None:
    """From the empty page to the plan of a first massage."""
    async with chat.answered("/message"):
        await chat.presses("Start")
    await chat.taps("I am 18 or older", "I agree, let's begin")
    await chat.writes("London")
    await chat.taps("Yes, that is right", "Less than 6 weeks ago", "One place")
    await chat.walk.tells()
    await chat.taps("I had a massage", "Just now", "6", "Looks good")


async def skips_to_a_check_in(chat: Chat) -> None:
    """On to the next check-in; each nudge on the way is done."""
    await chat.turns_clock("Skip to the next message")
    while "how are you right now?" not in await chat.newest.inner_text():
        await chat.taps("Done")
        await chat.turns_clock("Skip to the next message")


async def test_a_danger_sign_leads_at_once_to_an_emergency_message(opened: Opened) -> None:
    async with opened() as chat:
        await has_a_massage(chat)
        await skips_to_a_check_in(chat)
        question = await chat.newest.get_attribute("id")

        await chat.taps("Numb between my legs")

        await chat.reads("Please get help right now", "Do not drive yourself", "You told me")
        await expect(chat.newest.get_by_role("button", name="I've got help")).to_be_visible()
        answered = chat.page.locator(f"#{question}")
        await expect(answered).to_contain_text("First list: Numb between my legs")
        await expect(chat.plan.locator("li").first).to_contain_text("how it went with getting help")
        await expect(chat.plan).not_to_contain_text("a stretch")


async def test_an_emergency_shows_its_beginning_first_on_a_phone(opened: Opened) -> None:
    async with opened(*PLANNED, viewport=PHONE) as chat:
        await chat.walk.next_with("how are you right now?")

        await chat.taps("Numb between my legs")

        words = chat.newest.locator(".text")
        await expect(words.get_by_text("Please get help right now.")).to_be_in_viewport()
        await expect(words.get_by_text("Call 999 or 112")).to_be_in_viewport()
        last = chat.newest.get_by_role("button", name="How to find a doctor")
        await expect(last).not_to_be_in_viewport()
        await chat.presses("Read on")
        await expect(last).to_be_in_viewport()


async def test_a_nerve_symptom_leads_through_the_whole_check_in_to_a_doctor(
    opened: Opened,
) -> None:
    async with opened() as chat:
        await has_a_massage(chat)
        await skips_to_a_check_in(chat)
        await chat.taps("None of these", "None of these")
        await skips_to_a_check_in(chat)

        await chat.taps(
            "None of these", "Pain shooting down one leg", "Done", "About the same", "5"
        )

        advice = chat.log.get_by_role("article").filter(has_text="Please book an appointment")
        await expect(advice).to_contain_text("you have pain shooting down one leg")
        await expect(advice.get_by_role("button", name="How to find a doctor")).to_be_visible()
        await expect(chat.log).to_contain_text("Second list: Pain shooting down one leg")
        await expect(chat.plan).not_to_contain_text("a stretch")


async def test_a_place_is_shared_without_the_real_one_being_read(opened: Opened) -> None:
    async with opened() as chat:
        await chat.walk.says("/start")
        await chat.walk.taps("I am 18 or older", "I agree, let's begin")

        await chat.presses("📍 Share my place")
        place = chat.page.get_by_role("dialog", name="Where are you?")
        await place.get_by_text("Tokyo", exact=True).click()
        async with chat.answered("/location"):
            await place.get_by_role("button", name="Send location").click()

        await expect(chat.log).to_contain_text("Asia/Tokyo")
        await expect(chat.page.locator("#clock")).to_have_text("19:00")


async def test_a_reload_shows_the_same_conversation(opened: Opened) -> None:
    async with opened(Walk.joins) as chat:
        await chat.reads("When did it begin?")
        before = await chat.log.get_by_role("article").all_inner_texts()

        await chat.opens()

        assert await chat.log.get_by_role("article").all_inner_texts() == before


async def test_the_clock_bar_jumps_runs_and_stands_still(opened: Opened) -> None:
    async with opened(Walk.joins) as chat:
        shown = chat.page.locator("#clock")
        await expect(shown).to_have_text("10:00")

        await chat.turns_clock("+1 hour")
        await expect(shown).to_have_text("11:00")
        await chat.turns_clock("+1 day")
        await expect(chat.clock).to_contain_text("Wed 11 Mar 2026")
        await sets_speed(chat, "600×")
        await expect(shown).to_have_text(re.compile("11:[1-5][0-9]"))
        await sets_speed(chat, "Pause")
        stood = chat.walk.now

        await chat.page.wait_for_timeout(50)
        assert chat.walk.now == stood
        await chat.turns_clock("Skip to the next message")
        await expect(chat.page.locator("#toast")).to_have_text("No message is planned yet.")


async def sets_speed(chat: Chat, label: str) -> None:
    async with chat.page.expect_response(lambda each: "/clock/rate" in each.url):
        await chat.page.get_by_role("radio", name=label).check()
    await expect(chat.page.get_by_role("radio", name=label)).to_be_checked()


async def test_what_comes_next_is_shown_with_its_reason_and_its_line_of_the_content(
    opened: Opened,
) -> None:
    async with opened(*SETTLED) as chat:
        await expect(chat.plan).to_contain_text("Nothing is planned yet")

        await chat.walk.has_massage()

        first = chat.plan.locator("li").first
        await expect(first).to_contain_text("10:30")
        await expect(first).to_contain_text("a glass of water")
        await expect(first).to_contain_text("hydration_30m")
        source = await first.locator("code").inner_text()
        file, line = source.split(":")
        assert "hydration_30m" in (ROOT / file).read_text().splitlines()[int(line) - 1]


async def test_a_message_sent_meanwhile_appears_by_itself(opened: Opened) -> None:
    async with opened(*PLANNED) as chat:
        await chat.turns_clock("+1 hour")

        await chat.reads(first_line(chat.walk.last), "10:30")


async def test_a_phone_in_spanish_reads_spanish_from_the_first_screen_on(opened: Opened) -> None:
    async with opened() as chat:
        await expect(chat.page.locator("#empty")).to_contain_text("After a massage")
        await chat.presses("Options")
        async with chat.answered("/language"):
            await chat.page.get_by_label("Language of the phone").select_option("Español")
        await chat.page.keyboard.press("Escape")

        await expect(chat.page.locator("#empty")).to_contain_text("Después de un masaje")
        async with chat.answered("/message"):
            await chat.presses("Start")
        await chat.reads("Hola, soy Aftercare")
        await expect(chat.newest.locator(".text")).to_have_attribute("lang", "es")
        await chat.taps("Tengo 18 años o más", "Sí, empecemos")
        await chat.page.get_by_role("textbox", name="Message").fill("/wh")
        commands = chat.page.get_by_role("listbox", name="Commands")
        await expect(commands).to_contain_text("De dónde viene lo que digo")
        assert chat.walk.said.count("massage") == 0
