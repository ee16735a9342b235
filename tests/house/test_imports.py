"""Imports run one way: what decides knows nothing of what stores, and what stores nothing of what shows."""

import sys
from functools import cache

import pytest

from tests.house.tree import has_decorated_function, imports, python_files, shown

STORE = {"settings", "db", "files", "models", "rows"}
FACTS = STORE | {"rules"}

# Which rooms each room may import from. A room may always import from itself.
MAY_IMPORT: dict[str, set[str]] = {
    "settings_file": set(),
    "settings": {"settings_file"},
    "rules": set(),
    "files": set(),
    "db": set(),
    "catalogs": set(),
    "language": {"catalogs"},
    "proofreading": {"catalogs"},
    "tables": set(),
    "models": {"db", "files"},
    "rows": {"db"},
    "access": FACTS,
    "audit": FACTS,
    "desk": {"db", "models", "access"},
    "reports": FACTS | {"access"},
    "words": {"catalogs", "language", "rules", "reports"},
    "brand": {"catalogs", "language", "proofreading", "words"},
    "doors": FACTS | {"access", "audit"},
    "site": STORE | {"brand", "doors", "language"},
    "jobs": FACTS | {"access", "audit", "brand", "site"},
    "actions": FACTS | {"access", "audit", "brand", "desk", "doors", "jobs", "reports", "site", "tables"},
    "forms": {"access", "brand", "doors", "language", "words"},
    "web": FACTS | {"access", "brand", "doors", "forms", "language", "site", "words"},
    "screens": FACTS | {"access", "actions", "desk", "doors", "language", "reports", "web", "words"},
    "programs": FACTS | {"access", "actions", "doors", "jobs", "web"},
    "routes": FACTS
    | {"access", "actions", "desk", "doors", "jobs", "reports"}
    | {"brand", "forms", "language", "programs", "screens", "tables", "web", "words"},
}

# These rooms would run anywhere: nothing but the standard library, or the one library that is their subject.
LIBRARIES: dict[str, set[str]] = {
    "rules": set(),
    "settings": set(),
    "settings_file": set(),
    "files": {"cryptography"},
    "tables": set(),
    "catalogs": {"babel"},
    "language": {"babel"},
    "proofreading": {"babel"},
}

# Whoever puts the portal together may see all of it.
OPEN = {"app", "cli", "demo", "fitting", "migrations", "__init__", "__main__"}


def room(module: str) -> str:
    """The room that a module of the portal is in: `portal.rules.decide` is in `rules`."""
    return module.split(".")[1]


@cache
def modules(*, types: bool = False) -> dict[str, set[str]]:
    """What each module imports by running; with `types` also what it names in annotations only."""
    return {
        shown(file).removesuffix(".py").replace("/", "."): imports(file, types=types) for file in python_files("portal")
    }


def test_every_room_has_its_place_in_the_order() -> None:
    unknown = {room(module) for module in modules()} - set(MAY_IMPORT) - OPEN
    assert not unknown, f"say in MAY_IMPORT what these may import: {sorted(unknown)}"


def test_imports_run_down_only() -> None:
    wrong = [
        f"{module} imports {name}"
        for module, names in modules().items()
        if room(module) in MAY_IMPORT
        for name in sorted(names)
        if name.startswith("portal.") and room(name) not in MAY_IMPORT[room(module)] | {room(module)}
    ]
    assert not wrong, "\n".join(wrong)


def test_routes_do_not_import_each_other() -> None:
    """What two route modules share stands in a third one that answers no address itself."""
    answering = {name for name in modules() if room(name) == "routes" and has_decorated_function(name)}
    wrong = [
        f"{module} imports {name}" for module in sorted(answering) for name in sorted(modules()[module] & answering)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_plain_room_knows_only_its_library(name: str) -> None:
    known = sys.stdlib_module_names | LIBRARIES[name] | {"portal"}
    wrong = [
        f"{module} imports {imported}"
        for module, names in modules(types=True).items()
        if room(module) == name
        for imported in sorted(names)
        if imported.split(".")[0] not in known
    ]
    assert not wrong, "\n".join(wrong)


def test_checking_rules_needs_nothing_but_the_rules() -> None:
    """`portal rules` runs in other people's pipelines: it starts fast, and without a database."""
    names = {name for name in modules()["portal.cli.rules"] if name.startswith("portal.")}
    assert {room(name) for name in names} <= {"rules"}


def test_route_modules_keep_their_annotations_readable() -> None:
    """Litestar reads annotations at run time, where postponed ones are mere strings."""
    wrong = [
        name
        for name, used in modules().items()
        if room(name) == "routes" and "__future__" in used and has_decorated_function(name)
    ]
    assert not wrong
