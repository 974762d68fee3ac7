"""The plan of the clinical reference, section 6, by hand."""

from __future__ import annotations

from datetime import timedelta

from bot.care.model import Kind
from bot.care.plan import AfterSession, Audience, Morning, PlanContent, Slots

ROTATION = (
    ("hamstring_strap", "hamstring_seated"),
    ("hip_half_kneeling", "hip_standing", "hip_edge"),
    ("chest_doorway",),
    ("back_cat_cow", "back_childs_pose"),
)
STRENGTHENING = ("bridge", "bird_dog", "dead_bug")

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def _water(item: str, delay: timedelta) -> AfterSession:
    return AfterSession(id=item, kind=Kind.HYDRATION, delay=delay, lateness=_HOUR)


def _check_in(item: str, delay: timedelta) -> AfterSession:
    return AfterSession(
        id=item,
        kind=Kind.CHECK_IN,
        delay=delay,
        interview="early" if delay < _DAY else "full",
    )


PLAN = PlanContent(
    version=1,
    items=(
        _water("hydration_30m", _HOUR / 2),
        _water("hydration_2h", 2 * _HOUR),
        _water("hydration_5h", 5 * _HOUR),
        Morning(id="hydration_morning", kind=Kind.HYDRATION, lateness=_HOUR),
        AfterSession(id="movement_4h", kind=Kind.MOVEMENT, delay=4 * _HOUR, lateness=3 * _HOUR),
        Slots(id="stretch_daily", kind=Kind.STRETCH, first_day=1, last_day=7),
        Slots(
            id="stretch_alternate",
            kind=Kind.STRETCH,
            first_day=8,
            last_day=28,
            every_days=2,
            slots=("morning",),
            daily_both_for=Audience(sex="female", age="50_59"),
        ),
        _check_in("check_in_4h", 4 * _HOUR),
        _check_in("check_in_24h", _DAY),
        _check_in("check_in_72h", 3 * _DAY),
        _check_in("check_in_7d", 7 * _DAY),
        _check_in("check_in_14d", 14 * _DAY),
        _check_in("check_in_21d", 21 * _DAY),
        _check_in("check_in_28d", 28 * _DAY),
    ),
    rotation=ROTATION,
    strengthening=STRENGTHENING,
)
