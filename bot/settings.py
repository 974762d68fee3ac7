"""Settings from AFTERCARE_* variables, or from files named by AFTERCARE_*_FILE."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from bot.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "AFTERCARE_"
TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{20,}")
SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
NO_TOKEN = "000:not-a-token-at-all-----"  # noqa: S105
MAX_SECRET_FILE = 4096


class Settings(BaseModel):
    """What an operator decides. Every field is the variable AFTERCARE_<FIELD>."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: SecretStr = Field(description="the bot's token, from BotFather")
    database_url: str = Field(
        default="sqlite:///aftercare.db",
        description="Where everything is kept: sqlite:///FILE or postgresql+psycopg://...",
    )
    content: Path | None = Field(
        default=None, description="A content folder of your own; the one that ships if unset"
    )
    country: str = Field(
        default="default",
        description="Country whose number is given before a person's place is known, e.g. GB",
    )
    language: str = Field(
        default="en", description="Language for people whose own is not in the content"
    )
    api_url: str = Field(
        default="https://api.telegram.org/bot",
        description="Another Bot API server: what stands before the token",
    )
    file_url: str = Field(
        default="https://api.telegram.org/file/bot",
        description="Files of that server: what stands before the token",
    )
    webhook_url: str | None = Field(
        default=None, description="Public https address Telegram calls; long polling if unset"
    )
    webhook_secret: SecretStr | None = Field(
        default=None, description="At least 16 of A-Z a-z 0-9 _ -; needed with a webhook"
    )
    listen: str | None = Field(
        default=None,
        description="host:port for the webhook, /healthz, /readyz and /metrics, e.g. 0.0.0.0:8080",
    )
    per_second: int = Field(
        default=30, ge=1, le=1000, description="Messages a second, all people together"
    )
    log_level: str = Field(default="info", description="debug, info, warning or error")

    @field_validator("token")
    @classmethod
    def _token_shape(cls, value: SecretStr) -> SecretStr:
        if not TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("is not a bot token; copy it whole from BotFather (digits:letters)")
        return value

    @field_validator("database_url")
    @classmethod
    def _database_shape(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must start with sqlite:/// or postgresql+psycopg://")
        return value

    @field_validator("api_url", "file_url", "webhook_url")
    @classmethod
    def _url_shape(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("must be an address like https://example.org/bot")
        return value.rstrip("/")

    @field_validator("webhook_url")
    @classmethod
    def _webhook_is_https(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("https://"):
            raise ValueError("must start with https:// (Telegram calls nothing else)")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _secret_shape(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("must be 16 to 256 of the characters A-Z a-z 0-9 _ -")
        return value

    @field_validator("listen")
    @classmethod
    def _listen_shape(cls, value: str | None) -> str | None:
        if value is not None:
            host, _, port = value.rpartition(":")
            if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
                raise ValueError("must be host:port, e.g. 127.0.0.1:8080")
        return value

    @field_validator("log_level")
    @classmethod
    def _log_level_known(cls, value: str) -> str:
        if value.lower() not in ("debug", "info", "warning", "error"):
            raise ValueError("must be debug, info, warning or error")
        return value.lower()

    @model_validator(mode="after")
    def _webhook_is_whole(self) -> Settings:
        if self.webhook_url is not None:
            if self.webhook_secret is None:
                raise ValueError("webhook_secret: is needed with AFTERCARE_WEBHOOK_URL; set it")
            if self.listen is None:
                raise ValueError("listen: is needed with AFTERCARE_WEBHOOK_URL; set host:port")
        return self

    @property
    def listen_address(self) -> tuple[str, int]:
        """Host and port of `listen`; only asked for where it is set."""
        assert self.listen is not None
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


def variable(field: str) -> str:
    """The environment variable of a settings field."""
    return PREFIX + field.upper()


def load(environ: Mapping[str, str] = os.environ, **overrides: Any) -> Settings:
    """The settings in `environ`; `overrides` win, and fill in what a command needs no token for.

    Raises SettingError with one line naming the variable and the fix.
    """
    values = _from_files(environ)
    for field in Settings.model_fields:
        raw = environ.get(variable(field), "").strip()
        if raw:
            if field in values:
                raise SettingError(
                    f"{variable(field)} and {variable(field)}_FILE are both set; keep one"
                )
            values[field] = raw
    unknown = sorted(
        name
        for name in environ
        if name.startswith(PREFIX)
        and name.removeprefix(PREFIX).removesuffix("_FILE").lower() not in Settings.model_fields
    )
    if unknown:
        raise SettingError(f"{unknown[0]} is not a setting; remove it or correct its name")
    try:
        return Settings.model_validate(values | overrides)
    except ValidationError as error:
        raise SettingError(_in_one_line(error)) from None


def database_url(environ: Mapping[str, str] = os.environ) -> str:
    """Where everything is kept, for a command that needs no token; SettingError as for `load`."""
    return load(environ, token=NO_TOKEN).database_url


def _from_files(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in Settings.model_fields:
        name = f"{variable(field)}_FILE"
        if environ.get(name):
            try:
                with Path(environ[name]).open(encoding="utf-8") as file:
                    values[field] = file.read(MAX_SECRET_FILE).strip()
            except (OSError, UnicodeDecodeError) as error:
                raise SettingError(f"{name}: cannot read {environ[name]}: {error}") from None
    return values


def _in_one_line(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    what = str(first["msg"]).removeprefix("Value error, ")
    if first["loc"]:
        field = str(first["loc"][0])
    else:
        field, _, what = what.partition(": ")
    if first["type"] == "missing":
        what = f"is not set; it is needed: {Settings.model_fields[field].description}"
    return f"{variable(field)} {what[0].lower() + what[1:]}"
