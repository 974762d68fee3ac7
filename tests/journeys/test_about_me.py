"""What a person tells about themselves: for which pain it counts, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.person import Toast
from tests.journeys.harness import NONE, Walk, labels, walking

if TYPE_CHECKING:
    from pathlib import Path

OF_A_MAN_OVER_60 = ("Less than 6 weeks ago", "One place", "60 or over", "A man")
NO_FALL, FALL = "No, nothing like that", "Yes, something happened"
SKIPPED = ("Skip",) * 5  # all that comes before the health list
LEG_PAIN = ("Pain shooting down one leg", "Done", "About the same", "5")
BRUISE_ON_THINNERS = "you have a large or spreading bruise and you take blood thinners"
URGENT = "Please get advice today"
DOCTOR = "Please book an appointment in the next few days."


async def leaves_the_last_list_open(walk: Walk) -> None:
    """Everything told but for "Done" under what a doctor has checked."""
    await walk.taps(*OF_A_MAN_OVER_60, NO_FALL, NONE, "Pain shooting down one leg")


async def has_a_new_pain_later(walk: Walk) -> None:
    await walk.has_massage()
    await walk.passes(days=12)
    await walk.has_massage(new=True)


async def has_a_large_bruise(walk: Walk) -> None:
    await walk.says("/worse")
    await walk.taps(NONE, "Large or spreading bruise", "Done", "About the same", "4")
    await walk.passes(minutes=1)


LEFT_OPEN = (Walk.joins, leaves_the_last_list_open)


async def test_a_new_pain_is_asked_about_from_the_first_question(tmp_path: Path) -> None:
    async with walking(tmp_path, *LEFT_OPEN, has_a_new_pain_later) as walk:
        assert "A new pain, so I ask a few things again." in walk.said
        assert walk.last.text.startswith("When did it begin?")

        await walk.tells("More than 12 weeks ago", "Several places", "60 or over", "A man", FALL)

        assert URGENT in walk.last.text


async def test_a_new_pain_is_asked_about_though_telegram_failed_when_it_was_told(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, *LEFT_OPEN) as walk:
        await walk.has_massage()
        await walk.passes(days=12)
        await walk.says("/session")
        await walk.taps("Just now", "A new pain")
        walk.tryout.sandbox.faults.add("sendMessage", answer="502")

        await walk.taps("6")
        await walk.passes(minutes=1)

        assert walk.last.text.startswith("When did it begin?")


async def test_a_list_left_open_for_the_old_pain_clears_nothing_of_the_new(tmp_path: Path) -> None:
    async with walking(tmp_path, *LEFT_OPEN) as walk:
        old = walk.last
        await has_a_new_pain_later(walk)

        toast = await walk.person.tap(old.message_id, "Done")
        await walk.quiet()
        await walk.tells()
        await walk.says("/worse")
        await walk.taps(NONE, *LEG_PAIN)

        assert toast is not None
        assert "closed" in toast.text
        assert DOCTOR in walk.said


async def tells_all(walk: Walk) -> None:
    await walk.taps(*OF_A_MAN_OVER_60, NO_FALL, NONE, NONE)


async def tells_all_of_a_new_pain(walk: Walk) -> None:
    await walk.taps("More than 12 weeks ago", "Several places", "60 or over", "A man", FALL)
    await walk.taps("Blood thinners", "Done", NONE)


async def test_change_under_an_older_profile_changes_nothing_any_more(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins, tells_all) as walk:
        old = walk.showing("Change")
    async with walking(tmp_path) as walk:  # the bot forgets which message has the button
        await has_a_new_pain_later(walk)
        await tells_all_of_a_new_pain(walk)
        assert URGENT in walk.last.text

        toast = await walk.person.tap(old.message_id, "Change")
        await walk.quiet()

        assert toast == Toast("Only the last answer can be changed.")
        assert walk.person.message(old.message_id).text == old.text
        await has_a_large_bruise(walk)
        assert BRUISE_ON_THINNERS in walk.said


async def test_a_list_reopened_before_a_newer_profile_clears_nothing_of_it(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins, tells_all, Walk.has_massage) as walk:
        await walk.taps("Change")
        old = walk.showing("Pain shooting down one leg")
        await walk.says("/settings")
        await walk.taps("About me")
        await walk.tells()

        toast = await walk.person.tap(old.message_id, "Pain shooting down one leg")
        await walk.quiet()
        await walk.says("/worse")
        await walk.taps(NONE, *LEG_PAIN)

        assert toast is not None
        assert "closed" in toast.text
        assert DOCTOR in walk.said


async def tells_of_blood_thinners(walk: Walk) -> None:
    await walk.taps(*SKIPPED, "Blood thinners", "Done", NONE)


async def opens_the_health_list(walk: Walk) -> None:
    await walk.says("/settings")
    await walk.taps("About me", *SKIPPED)


ON_THINNERS = (Walk.joins, tells_of_blood_thinners, Walk.has_massage)


async def test_the_health_list_comes_with_what_is_known_already_ticked(tmp_path: Path) -> None:
    async with walking(tmp_path, *ON_THINNERS, opens_the_health_list) as walk:
        assert [each for each in labels(walk.last) if "✅" in each] == ["✅ Blood thinners"]

        await walk.taps("Done", NONE)
        await has_a_large_bruise(walk)

        assert BRUISE_ON_THINNERS in walk.said


async def test_a_health_list_left_before_done_forgets_no_known_risk(tmp_path: Path) -> None:
    async with walking(tmp_path, *ON_THINNERS, opens_the_health_list) as walk:
        await walk.taps("Hard to fight off germs", "✅ Blood thinners")

        await has_a_large_bruise(walk)

        assert BRUISE_ON_THINNERS in walk.said


async def test_a_known_risk_is_taken_back_by_done(tmp_path: Path) -> None:
    async with walking(tmp_path, *ON_THINNERS, opens_the_health_list) as walk:
        await walk.taps("✅ Blood thinners", NONE, NONE)

        await has_a_large_bruise(walk)

        assert BRUISE_ON_THINNERS not in walk.said


async def test_a_risk_ticked_by_mistake_and_taken_back_is_not_brought_up(tmp_path: Path) -> None:
    async with walking(tmp_path, *ON_THINNERS, opens_the_health_list) as walk:
        await walk.taps("Pregnant", "✅ Pregnant")

        await walk.passes(hours=2)

        assert "you are pregnant, or may be" not in walk.said


async def test_what_a_doctor_checked_counts_only_once_its_list_is_done(tmp_path: Path) -> None:
    async with walking(tmp_path, *LEFT_OPEN, Walk.has_massage) as walk:
        await walk.says("/worse")

        await walk.taps(NONE, *LEG_PAIN)

        assert DOCTOR in walk.said


async def test_what_a_doctor_checked_counts_when_its_list_is_done(tmp_path: Path) -> None:
    async with walking(tmp_path, *LEFT_OPEN, Walk.has_massage) as walk:
        checked = walk.showing("✅ Pain shooting down one leg")
        await walk.person.tap(checked.message_id, "Done")
        await walk.says("/worse")

        await walk.taps(NONE, *LEG_PAIN)

        assert DOCTOR not in walk.said


async def leaves_before_the_fall(walk: Walk) -> None:
    await walk.taps("Skip", "Skip", "60 or over")
    await walk.has_massage()
    await walk.passes(hours=2)


async def test_a_fall_told_in_questions_left_twice_is_judged_an_hour_later(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins, leaves_before_the_fall) as walk:
        await walk.taps("A man", FALL)
        assert URGENT not in walk.said

        await walk.passes(minutes=55)
        assert URGENT not in walk.said

        came = await walk.passes(minutes=15)

        assert any(URGENT in each.text for each in came)


async def test_questions_left_twice_bring_up_the_same_fall_once(tmp_path: Path) -> None:
    async with walking(tmp_path, Walk.joins, leaves_before_the_fall) as walk:
        await walk.taps("A man", FALL)
        await walk.passes(hours=2)

        await walk.taps("Blood thinners")
        came = await walk.passes(hours=2)

        assert not any(URGENT in each.text for each in came)


async def leaves_thinners_ticked(walk: Walk) -> None:
    await walk.taps(*SKIPPED, "Blood thinners")


async def test_blood_thinners_ticked_and_left_count_for_the_bruise_told_before(
    tmp_path: Path,
) -> None:
    async with walking(tmp_path, Walk.joins, Walk.has_massage) as walk:
        await has_a_large_bruise(walk)
        await leaves_thinners_ticked(walk)
        assert BRUISE_ON_THINNERS not in walk.said

        await walk.passes(hours=2)

        assert BRUISE_ON_THINNERS in walk.said
