"""The files that bot and people sent, by id and by path."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.sandbox.errors import bad_request
from bot.sandbox.model import StoredFile
from bot.sandbox.pictures import picture_size, picture_type

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.disk import Keeper
    from bot.sandbox.spec import Upload

MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_PHOTO_SIDES = 10_000  # width plus height
MAX_PHOTO_RATIO = 20


class Uploads:
    """Keeps uploads in memory, or under `folder` when there is one."""

    def __init__(self, keeper: Keeper, folder: Path | None) -> None:
        self._keeper = keeper
        self._folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._by_id = {row["file_id"]: StoredFile(**row) for row in keeper.load("file")}

    def add(self, upload: Upload, *, kind: str) -> StoredFile:
        """Store a file as a `kind` of Telegram ("photo", "document", "voice", ...).

        Raises `ApiError` 400 for what Telegram would not take as that kind.
        """
        if not upload.content:
            raise bad_request("file must be non-empty")
        if len(upload.content) > MAX_FILE_BYTES:
            raise bad_request("file is too big")
        size = picture_size(upload.content)
        if kind == "photo":
            _check_photo(size, len(upload.content))
        number = len(self._by_id) + 1
        seen = picture_type(upload.content) if kind == "photo" else None
        suffix = PurePath(upload.name).suffix or ".bin"
        stored = StoredFile(
            file_id=f"sandbox-{kind}-{number}-file",
            unique_id=f"sandbox-{number}",
            path=f"{kind}s/file_{number}{suffix}",
            name=PurePath(upload.name).name,
            mime_type=seen or upload.mime_type,
            size=len(upload.content),
            width=size[0] if size else 0,
            height=size[1] if size else 0,
        )
        self._by_id[stored.file_id] = stored
        self._keeper.save("file", stored.file_id, asdict(stored))
        if self._folder is None:
            stored.content = upload.content
        else:
            (self._folder / str(number)).write_bytes(upload.content)
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        """The file with this id."""
        return self._by_id.get(file_id)

    def at_path(self, path: str) -> StoredFile | None:
        """The file getFile named by this `file_path`."""
        return next((one for one in self._by_id.values() if one.path == path), None)

    def read(self, stored: StoredFile) -> bytes:
        """Its bytes."""
        if stored.content is not None or self._folder is None:
            return stored.content or b""
        number = stored.unique_id.removeprefix("sandbox-")
        return (self._folder / number).read_bytes()


def _check_photo(size: tuple[int, int] | None, length: int) -> None:
    if length > MAX_PHOTO_BYTES:
        raise bad_request("file is too big")
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = size
    narrow, wide = min(size), max(size)
    if narrow == 0 or width + height > MAX_PHOTO_SIDES or wide > narrow * MAX_PHOTO_RATIO:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
