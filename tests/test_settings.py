"""Settings: whatever is wrong is told in one line that names the variable and the fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingError
from bot.settings import MAX_SECRET_FILE, Settings, load, variable

TOKEN = "123456:AAmadeupAAmadeupAAmadeup"
SECRET = "a-secret-of-20-chars"
WEBHOOK = {
    "AFTERCARE_WEBHOOK_URL": "https://bot.example.org/hook",
    "AFTERCARE_WEBHOOK_SECRET": SECRET,
    "AFTERCARE_LISTEN": "0.0.0.0:8080",
}
# Every field: a value that is taken, and what becomes of it.
GOOD = {
    "token": (TOKEN, TOKEN),
    "database_url": ("postgresql+psycopg://me@db/aftercare", None),
    "content": ("content", Path("content")),
    "country": ("GB", None),
    "language": ("es", None),
    "api_url": ("http://127.0.0.1:8081/bot/", "http://127.0.0.1:8081/bot"),
    "file_url": ("http://127.0.0.1:8081/file/bot", None),
    "webhook_url": ("https://bot.example.org/hook", None),
    "webhook_secret": (SECRET, None),
    "listen": ("[::1]:0", None),
    "per_second": ("1000", 1000),
    "log_level": ("DEBUG", "debug"),
}
# Every field that has a shape: values of another, and a word of the fix.
BAD = [
    ("token", "hello", "BotFather"),
    ("token", "123456:short", "BotFather"),
    ("token", f"{TOKEN} {TOKEN}", "BotFather"),
    ("database_url", "mysql://x", "sqlite:///"),
    ("database_url", "aftercare.db", "sqlite:///"),
    ("api_url", "nonsense", "https://example.org"),
    ("api_url", "ftp://example.org", "https://example.org"),
    ("file_url", "https://", "https://example.org"),
    ("webhook_url", "http://bot.example.org/hook", "https://"),
    ("webhook_url", "bot.example.org", "https://"),
    ("webhook_secret", "short", "16 to 256"),
    ("webhook_secret", "with spaces in between", "16 to 256"),
    ("webhook_secret", "x" * 257, "16 to 256"),
    ("listen", "8080", "host:port"),
    ("listen", "0.0.0.0:http", "host:port"),
    ("listen", "0.0.0.0:65536", "host:port"),
    ("per_second", "many", "integer"),
    ("per_second", "0", "greater than or equal to 1"),
    ("per_second", "1001", "less than or equal to 1000"),
    ("per_second", "2.5", "integer"),
    ("log_level", "loud", "debug, info, warning or error"),
]
SHAPELESS = {"content", "country", "language"}  # what they name is looked up when the bot starts


def refused(**environ: str) -> str:
    """The one line these variables are refused with."""
    with pytest.raises(SettingError) as caught:
        load({"AFTERCARE_TOKEN": TOKEN} | environ)
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_every_field_is_tried_here() -> None:
    assert set(GOOD) == set(Settings.model_fields)
    assert {field for field, _, _ in BAD} | SHAPELESS == set(Settings.model_fields)


@pytest.mark.parametrize("field", GOOD)
def test_a_variable_sets_its_field(field: str) -> None:
    given, wanted = GOOD[field]
    environ = {"AFTERCARE_TOKEN": TOKEN, **WEBHOOK, variable(field): f" {given}\n"}

    found = getattr(load(environ), field)

    if hasattr(found, "get_secret_value"):
        found = found.get_secret_value()
    assert found == (given if wanted is None else wanted)


@pytest.mark.parametrize("field", GOOD)
def test_a_file_sets_its_field_as_well(field: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{GOOD[field][0]}\n", encoding="utf-8")
    own = {variable(each): GOOD[each][0] for each in GOOD if each != field}

    by_file = load(own | {f"{variable(field)}_FILE": str(file)})

    assert by_file == load(own | {variable(field): GOOD[field][0]})


@pytest.mark.parametrize("field", GOOD)
def test_both_a_variable_and_its_file_are_one_too_many(field: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(GOOD[field][0], encoding="utf-8")
    name = variable(field)

    line = refused(**{name: GOOD[field][0], f"{name}_FILE": str(file)})

    assert line == f"{name} and {name}_FILE are both set; keep one"


@pytest.mark.parametrize("field", GOOD)
def test_a_file_that_can_not_be_read_is_named(field: str, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    environ = {f"{variable(field)}_FILE": missing}

    with pytest.raises(SettingError) as caught:
        load(environ)

    assert str(caught.value).startswith(f"{variable(field)}_FILE: cannot read {missing}")


def test_a_file_of_another_kind_is_named_and_not_shown(tmp_path: Path) -> None:
    picture = tmp_path / "picture"
    picture.write_bytes(b"\x89PNG\xff\xfe")

    with pytest.raises(SettingError, match=r"^AFTERCARE_TOKEN_FILE: cannot read"):
        load({"AFTERCARE_TOKEN_FILE": str(picture)})


def test_a_file_as_long_as_a_novel_is_no_token(tmp_path: Path) -> None:
    novel = tmp_path / "novel"
    novel.write_text("1" * MAX_SECRET_FILE * 2, encoding="utf-8")

    with pytest.raises(SettingError, match=r"^AFTERCARE_TOKEN is not a bot token") as caught:
        load({"AFTERCARE_TOKEN_FILE": str(novel)})

    assert "111" not in str(caught.value)


@pytest.mark.parametrize(("field", "value", "fix"), BAD)
def test_a_malformed_value_is_named_with_its_fix(field: str, value: str, fix: str) -> None:
    line = refused(**{variable(field): value})

    assert line.startswith(f"{variable(field)} ")
    assert fix in line


@pytest.mark.parametrize("field", ["token", "webhook_secret"])
def test_a_malformed_secret_is_not_shown(field: str) -> None:
    assert "secret!" not in refused(**{variable(field): "my secret!"})


@pytest.mark.parametrize("environ", [{}, {"AFTERCARE_TOKEN": ""}, {"AFTERCARE_TOKEN": "  \n"}])
def test_the_token_is_all_that_is_needed(environ: dict[str, str]) -> None:
    with pytest.raises(SettingError) as caught:
        load(environ)

    assert str(caught.value) == (
        "AFTERCARE_TOKEN is not set; it is needed: the bot's token, from BotFather"
    )


def test_all_else_has_a_default() -> None:
    settings = load({"AFTERCARE_TOKEN": TOKEN})

    assert settings == Settings.model_validate({"token": TOKEN})
    assert settings.database_url == "sqlite:///aftercare.db"
    assert settings.webhook_url is None


@pytest.mark.parametrize(
    "name", ["AFTERCARE_TOKENN", "AFTERCARE_", "AFTERCARE_TOKEN_FILES", "AFTERCARE_COUNTRYS_FILE"]
)
def test_an_unknown_variable_is_named(name: str) -> None:
    assert refused(**{name: "x"}) == f"{name} is not a setting; remove it or correct its name"


def test_other_programs_variables_are_let_be() -> None:
    assert load({"AFTERCARE_TOKEN": TOKEN, "PATH": "/bin", "MY_AFTERCARE_X": "y"})


@pytest.mark.parametrize("missing", ["AFTERCARE_WEBHOOK_SECRET", "AFTERCARE_LISTEN"])
def test_a_webhook_needs_its_secret_and_its_port(missing: str) -> None:
    rest = {name: value for name, value in WEBHOOK.items() if name != missing}

    line = refused(**rest)

    assert line.startswith(f"{missing} is needed with AFTERCARE_WEBHOOK_URL; set")


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("localhost:0", ("localhost", 0)),
        ("[::1]:443", ("::1", 443)),
    ],
)
def test_the_address_to_listen_on_is_host_and_port(listen: str, address: tuple[str, int]) -> None:
    assert load(
        WEBHOOK | {"AFTERCARE_TOKEN": TOKEN, "AFTERCARE_LISTEN": listen}
    ).listen_address == (address)


def test_what_a_command_needs_no_variable_for_is_given_by_it() -> None:
    settings = load({"AFTERCARE_COUNTRY": "US"}, token=TOKEN, country="GB")

    assert settings.country == "GB"
    assert settings.token.get_secret_value() == TOKEN


def test_a_secret_is_not_shown_where_settings_are_logged() -> None:
    shown = repr(load(WEBHOOK | {"AFTERCARE_TOKEN": TOKEN}))

    assert TOKEN not in shown
    assert SECRET not in shown
