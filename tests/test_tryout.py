"""The sandbox's time: jumps that leave nothing out, and a folder that goes on where it was."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.library.loader import default_folder
from bot.tryout import open_tryout
from tests.journeys.harness import START, Walk, walking

if TYPE_CHECKING:
    from pathlib import Path

CHAT, BEN, STRANGER = 1001, 1002, 999


PLANS = (Walk.joins, Walk.has_massage)


async def test_a_jump_delivers_every_message_at_its_own_instant_in_order(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANS) as walk:
        planned = [at for at, what in await walk.planned()]
        until = START + timedelta(hours=26)

        sent = await walk.passes(hours=26)

        assert [each.at for each in sent] == [at for at in planned if at <= until]
        assert len(sent) > 5
        assert walk.now == until


async def test_two_peoples_messages_come_in_the_order_of_their_times(tmp_path: Path) -> None:
    """Both are due half an hour and two hours after the massage; Ben's is 20 minutes later."""
    async with walking(tmp_path, *PLANS) as walk:
        ben = Walk(walk.tryout, walk.tryout.sandbox.person(BEN, first_name="Ben"))
        await ben.joins()
        await walk.passes(minutes=20)
        await ben.has_massage()
        calls = len(walk.tryout.sandbox.calls)

        await walk.passes(hours=2)

        sent = [
            int(str(each.params["chat_id"]))
            for each in walk.tryout.sandbox.calls[calls:]
            if each.method == "sendMessage"
        ]
        assert sent == [CHAT, BEN, CHAT, BEN]


async def test_skipping_leads_to_the_next_message_of_that_person(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANS) as walk:
        at = await walk.tryout.skip_to_next(CHAT)

        assert at == walk.now == walk.last.at == START + timedelta(minutes=30)
        assert await walk.tryout.skip_to_next(STRANGER) is None


async def test_no_time_passes_by_a_jump_of_nothing(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANS) as walk:
        assert await walk.passes(seconds=0) == []
        assert walk.now == START


async def test_a_folder_goes_on_where_it_was_left_clock_included(tmp_path: Path) -> None:
    async with walking(tmp_path, *PLANS) as walk:
        await walk.passes(hours=5)
        left_at, shown, coming = walk.now, walk.said, await walk.tryout.upcoming(CHAT)

    async with open_tryout(tmp_path, start=START) as tryout:
        again = Walk(tryout, tryout.sandbox.person(CHAT))
        tryout.clock.set_rate(0)

        assert timedelta() <= again.now - left_at < timedelta(minutes=1)
        assert again.said == shown
        assert await tryout.upcoming(CHAT) == coming
        assert await again.next_message()
        assert again.last.at == datetime.fromisoformat(coming[0]["at"])


async def test_a_start_after_the_folders_time_is_later_still(tmp_path: Path) -> None:
    async with walking(tmp_path):
        pass

    async with walking(tmp_path, start=START + timedelta(days=30)) as walk:
        assert walk.now == START + timedelta(days=30)


async def test_the_rate_that_is_set_is_told(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        for rate in (60.0, 0.0):
            await walk.tryout.set_rate(rate)
            assert walk.tryout.rate() == rate


async def test_the_zone_is_told_once_it_is_known(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        assert await walk.tryout.local_zone(CHAT) is None
        await walk.joins(zone="Asia/Tokyo")
        assert await walk.tryout.local_zone(CHAT) == "Asia/Tokyo"


async def test_the_bot_speaks_as_the_phone_does_until_it_knows_the_person(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        assert await walk.tryout.language(CHAT, "es-MX") == "es"
        assert await walk.tryout.language(CHAT, "ja") == "en"
        await walk.joins()
        assert await walk.tryout.language(CHAT, "es-MX") == "en"


async def test_what_comes_names_its_rule_and_the_line_of_the_content(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        assert await walk.tryout.upcoming(CHAT) == []
        await walk.joins()
        await walk.has_massage()

        coming = await walk.tryout.upcoming(CHAT)

        assert coming[0] == {
            "at": (START + timedelta(minutes=30)).isoformat(),
            "what": "a glass of water",
            "why": "hydration_30m",
            "source": coming[0]["source"],
        }
        assert any(each["why"].startswith("stretch_daily: ") for each in coming)
        times = [datetime.fromisoformat(each["at"]) for each in coming]
        assert times == sorted(times)
        for each in coming:
            assert each["why"].partition(":")[0].removesuffix("_reminder") in line(each["source"])


async def test_an_escalations_follow_up_names_its_level(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins) as walk:
        await walk.says("/worse")
        await walk.taps("Chest pain, hard to breathe")

        asking = (await walk.tryout.upcoming(CHAT))[0]

        assert asking["why"] == "follow_up_emergency"
        assert "emergency" in line(asking["source"])


def line(source: str) -> str:
    """The line of the content that ships which a source such as content/plan.yaml:12 names."""
    name, _, number = source.rpartition(":")
    text = (default_folder().parent / name).read_text(encoding="utf-8")
    return text.splitlines()[int(number) - 1]
