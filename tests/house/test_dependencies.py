"""What holds for dependencies: each one is justified, locked, and named without the place it comes from."""

import re
import tomllib

from tests.house.tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = [ROOT / "requirements" / name for name in ("run.txt", "test.txt")]


def direct() -> set[str]:
    """The names of everything that pyproject.toml asks for itself."""
    asked = PROJECT["project"]["dependencies"] + sum(PROJECT["dependency-groups"].values(), [])
    return {re.split(r"[\[<>=!;\s]", line)[0].lower() for line in asked}


def test_each_dependency_is_justified() -> None:
    rows = re.findall(r"^\| ([\w, -]+) \|", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)
    told = {name.strip().lower() for row in rows for name in row.split(",")} - {"package"}
    assert told == direct()


def test_each_dependency_is_locked() -> None:
    run, test = (set(re.findall(r"^([\w.-]+)==", lock.read_text(), re.MULTILINE)) for lock in LOCKS)
    assert direct() <= test
    assert run <= test, "the tests must run on the versions that the portal runs on"


def test_locks_do_not_say_where_packages_come_from() -> None:
    assert not [lock.name for lock in LOCKS if re.search(r"://|index-url|find-links", lock.read_text())]
