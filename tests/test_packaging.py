"""What is shipped: the lock file and the container image."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
IMAGE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
FINAL = IMAGE[IMAGE.rindex("\nFROM ") :]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def canonical(name: str) -> str:
    """A project's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_is_locked_to_one_version_with_hashes() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.strip())

    assert [each for each in entries if not re.match(r"[a-z0-9-]+==\S+ ", each)] == []
    assert [each for each in entries if "--hash=sha256:" not in each] == []


def test_the_lock_names_no_address_and_no_machine() -> None:
    assert re.findall(r"\S*://\S*|^-.*|\S*@ \S*| /\S+", LOCK, re.MULTILINE) == []


def test_everything_the_project_asks_for_is_locked() -> None:
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    wanted += PROJECT["build-system"]["requires"]
    names = {canonical(re.split(r"[\[<>=!;~ ]", each)[0]) for each in wanted}

    assert names <= set(re.findall(r"^([a-z0-9-]+)==", LOCK, re.MULTILINE))


def instructions(word: str) -> list[str]:
    """The arguments of this instruction in the final stage."""
    return re.findall(rf"^{word} (.+)$", FINAL, re.MULTILINE)


def test_the_image_runs_as_a_user_without_rights() -> None:
    (user,) = instructions("USER")

    assert user.split(":")[0].isdecimal()
    assert int(user.split(":")[0]) >= 1000


def test_the_image_writes_to_one_volume_alone() -> None:
    (volume,) = instructions("VOLUME")
    environment = " ".join(instructions("ENV"))

    assert volume == '["/data"]'
    assert instructions("WORKDIR") == ["/data"]
    assert 'AFTERCARE_DATABASE_URL="sqlite:////data/' in environment
    assert "PYTHONDONTWRITEBYTECODE=1" in environment


def test_the_image_holds_nothing_that_builds() -> None:
    assert all(each.startswith("--from=build ") for each in instructions("COPY"))
    assert not any("pip" in each or "apt" in each for each in instructions("RUN"))


def test_the_image_looks_after_its_health() -> None:
    (health,) = instructions("HEALTHCHECK")

    assert health.endswith('CMD ["aftercare", "doctor"]')


def test_the_image_is_built_from_files_that_there_are() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", IMAGE, re.MULTILINE)
    names = [name for each in copied for name in each.split()]
    kept = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()

    assert [name for name in names if not (ROOT / name).exists()] == []
    assert [name for name in names if f"!{name}" not in kept] == []
