"""Imports run one way: what decides knows nothing of what stores, and what stores nothing of what shows."""

import sys

import pytest

from tests.house.tree import imports, python_files, shown

STORE = {"settings", "db", "files", "models"}
SPEECH = {"catalogs", "language", "rules", "words"}
GROUND = STORE | SPEECH | {"brand"}

# Which rooms each room may import from. A room may always import from itself.
MAY_IMPORT: dict[str, set[str]] = {
    "settings": set(),
    "db": set(),
    "files": set(),
    "rules": set(),
    "catalogs": set(),
    "language": {"catalogs"},
    "words": {"catalogs", "language", "rules"},
    "models": {"db", "files"},
    "brand": SPEECH,
    "access": GROUND,
    "audit": GROUND,
    "reports": GROUND | {"access"},
    "doors": GROUND | {"access", "audit"},
    "site": GROUND | {"doors"},
    "jobs": GROUND | {"access", "audit", "site"},
    "actions": GROUND | {"access", "audit", "doors", "jobs", "reports"},
    "forms": GROUND | {"access", "doors"},
    "web": GROUND | {"access", "doors", "forms", "site"},
    "routes": GROUND | {"access", "actions", "doors", "forms", "reports", "site", "web"},
}

# These rooms would run anywhere: nothing but the standard library, or the one library that is their subject.
LIBRARIES: dict[str, set[str]] = {
    "rules": set(),
    "settings": set(),
    "files": {"cryptography"},
    "catalogs": {"babel"},
    "language": {"babel"},
}

# Whoever puts the portal together may see all of it.
OPEN = {"app", "cli", "demo", "migrations", "__init__", "__main__"}


def room(module: str) -> str:
    """The room that a module of the portal is in: `portal.rules.decide` is in `rules`."""
    return module.split(".")[1]


def modules(*, types: bool = False) -> dict[str, set[str]]:
    """What each module imports by running; with `types` also what it names in annotations only."""
    return {
        shown(file).removesuffix(".py").replace("/", "."): imports(file, types=types)
        for file in python_files("portal")
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
    wrong = [
        f"{module} imports {name}"
        for module, names in modules().items()
        if room(module) == "routes" and not module.endswith("__init__")
        for name in sorted(names)
        if name.startswith("portal.routes.") and not module.startswith(f"{name}.")
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
    wrong = [name for name, used in modules().items() if room(name) == "routes" and "__future__" in used]
    assert not wrong
