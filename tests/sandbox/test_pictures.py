from __future__ import annotations

import struct

import pytest

from bot.sandbox.person import PIXEL
from bot.sandbox.pictures import picture_size

JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc2\x00\x11\x08" + struct.pack(">HH", 30, 40) + b"rest"
WEBP = b"RIFF\0\0\0\0WEBP"


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (PIXEL, (1, 1)),
        (b"GIF89a" + struct.pack("<HH", 40, 30), (40, 30)),
        (JPEG, (40, 30)),
        (WEBP + b"VP8 \0\0\0\0" + b"\0" * 6 + struct.pack("<HH", 40, 30), (40, 30)),
        (WEBP + b"VP8L\0\0\0\0\x2f" + struct.pack("<I", 39 | 29 << 14), (40, 30)),
        (WEBP + b"VP8X\0\0\0\0" + b"\0" * 4 + b"\x27\0\0\x1d\0\0", (40, 30)),
        (JPEG[:10], None),
        (PIXEL[:20], None),
        (WEBP, None),
        (b"%PDF-", None),
        (b"", None),
    ],
)
def test_width_and_height_are_read_from_the_first_bytes(
    content: bytes, size: tuple[int, int] | None
) -> None:
    assert picture_size(content) == size
