"""The documents say what is so: links lead somewhere, and lists of what there is are those of the code."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import re
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

import portal.cli
from portal.actions import devices, offline_returns
from portal.actions.workers import worker_of
from portal.brand.card import Card
from portal.brand.words import Tables, read_words
from portal.demo import people
from portal.doors import limits, passwords, sessions
from portal.files import papers
from portal.files.tickets import MOST_TICKETS
from portal.forms import MOST_FIELDS
from portal.programs import calls, reading
from portal.routes.api import blocklist, licenses, machines
from portal.rules import CODES
from portal.web.endpoint import FORM_LIMIT
from portal.words.texts import PLACEHOLDERS
from tests.house.test_imports import MAY_IMPORT
from tests.house.tree import PORTAL, ROOT, shown, tracked

DOCS = ROOT / "docs"
DOCUMENTS = sorted(path for path in tracked() if path.suffix == ".md")
# What is no place of its own in the architecture: named with its neighbor, or nothing but a door.
UNNAMED = {"__init__.py", "__main__.py", "settings.py", "settings_file.py", "catalogs.py", "proofreading.py"}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def first_cells(text: str) -> list[str]:
    """The first cell of each row of the tables in a text, without their headings."""
    rows = re.findall(r"^\|(.*?)(?<!\\)\|", text, re.MULTILINE)
    return [cell.strip() for at, cell in enumerate(rows) if not set(cell) <= set("-: ") and not _is_heading(rows, at)]


def _is_heading(rows: list[str], at: int) -> bool:
    return at + 1 < len(rows) and bool(rows[at + 1].strip()) and set(rows[at + 1]) <= set("-: ")


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its rank."""
    found = text.partition(f"\n{heading}\n")[2].partition(f"\n{heading.split()[0]} ")[0]
    assert found, f"there is no heading {heading}"
    return found


def anchors(text: str) -> set[str]:
    """Where links can lead to inside a document, as its reader makes them of the headings."""
    plain = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", plain, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=shown)
def test_each_link_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if "://" in path or path.startswith("mailto:"):
            continue
        file = (document.parent / path).resolve() if path else document
        is_lost = not file.exists() or bool(anchor) and anchor not in anchors(file.read_text(encoding="utf-8"))
        lost += [target] if is_lost else []
    assert not lost


def test_the_documents_are_one_way_in_the_order_of_the_readme() -> None:
    told = re.findall(r"^\| \[[^]]+\]\(([^)]+)\)", section(read("README.md"), "## Read on"), re.MULTILINE)
    assert sorted(told) == sorted({"CHANGELOG.md"} | {shown(path) for path in DOCS.glob("*.md")} - {"docs/README.md"})
    for here, following in pairwise(told):
        opening, *_, ending = read(here).rstrip().split("\n\n")[1:]
        assert opening.startswith("*For "), f"{here} should say for whom it is"
        next_ = re.fullmatch(r"Next: \[.*\]\((.*)\)", ending)
        assert next_ and (DOCS / next_[1]).resolve() == ROOT / following, f"{here} should end with what comes next"
    listed = set(re.findall(r"\]\((?:\.\./)?([\w./-]+\.md)\)", read("docs/README.md")))
    assert {Path(one).name for one in told} <= listed


def test_each_setting_is_told_and_no_other() -> None:
    name = r"PORTAL_[A-Z_]*[A-Z]"
    asked = {one for file in PORTAL.rglob("*.py") for one in re.findall(f'"({name})"', file.read_text())}
    asked = {one.removesuffix("_FILE") for one in asked} | {f"PORTAL_SMTP_{one}" for one in ("USER", "PASSWORD")}
    told = {one.removesuffix("_FILE") for one in re.findall(name, read("docs/operator.md"))}
    assert told - {"PORTAL_NAME"} == asked
    anywhere = {one.removesuffix("_FILE") for file in DOCUMENTS for one in re.findall(name, file.read_text())}
    assert anywhere - {"PORTAL_NAME", "PORTAL_TEST_POSTGRES", "PORTAL_BENCH_POSTGRES"} == asked


def commands() -> dict[str, set[str]]:
    """Each command as it is typed, with its flags."""
    parser = argparse.ArgumentParser()
    verbs = parser.add_subparsers()
    for module in pkgutil.iter_modules(portal.cli.__path__, "portal.cli."):
        adds = getattr(importlib.import_module(module.name), "add_parser", None)
        further = adds(verbs) if adds else None
        if further is not None:
            importlib.import_module("portal.cli.rule_desk").add_to(further)
    return dict(_commands("portal", parser))


def _commands(name: str, parser: argparse.ArgumentParser) -> list[tuple[str, set[str]]]:
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        return [(name, {flag for action in parser._actions for flag in action.option_strings})]
    return [found for verb, one in below[0].choices.items() for found in _commands(f"{name} {verb}", one)]


def test_each_command_is_told_in_the_table_and_no_other() -> None:
    cells = first_cells(section(read("docs/operator.md"), "## Commands"))
    typed = [re.match(r"portal(?: [a-z][a-z-]*)+", code) for cell in cells for code in re.findall(r"`(.*?)`", cell)]
    assert {one[0] for one in typed if one} == set(commands())


def test_each_command_in_the_documents_exists_with_its_flags() -> None:
    there, wrong = commands(), []
    for document in DOCUMENTS:
        text = re.sub(r"\\\n\s*", " ", document.read_text(encoding="utf-8"))
        blocks = re.findall(r"^    (?:.*\$\(|.*/bin/|(?:\w+=\S+ )*)(portal [a-z].*)$", text, re.MULTILINE)
        for line in (*re.findall(r"`(portal [^`]*)`", text), *blocks):
            line = re.split(r"  #|[)|<>]", line)[0]
            typed = re.match(r"portal(?: [a-z-]+)+", line)
            name = next((name for name in there if typed and f"{typed[0]} ".startswith(f"{name} ")), None)
            is_part = typed and any(name.startswith(f"{typed[0]} ") or name == typed[0] for name in there)
            flags = set(re.findall(r"(?<!\S)--[a-z-]+", line))
            if name is None and not is_part or flags - {"--help"} - there.get(name or "", flags):
                wrong.append(f"{shown(document)}: {line}")
    assert not wrong, "\n".join(wrong)


def test_what_runs_by_itself_is_told() -> None:
    site = SimpleNamespace(stationery=None, settings=SimpleNamespace(smtp=None, files_kept=365))
    kinds = set(worker_of(site)._kinds)  # type: ignore[arg-type]
    told = first_cells(section(read("docs/operator.md"), "## What runs by itself"))
    assert {name for cell in told for name in cell.split(", ")} == kinds


def numbers(first: str) -> list[int]:
    """The numbers in the row of a limit, without those of its name."""
    row = next(row for row in read("docs/operator.md").splitlines() if row.startswith(f"| {first}"))
    return [int(one.replace(",", "")) for one in re.findall(r"\d[\d,]*", row.partition(" |")[2])]


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ("body of a form, of a call", [FORM_LIMIT // 1024, calls.LIMIT // 1024]),
        ("fields of a form", [MOST_FIELDS]),
        ("tickets pasted at once", [MOST_TICKETS, 20_000]),
        ("devices waiting for one license", [devices.MOST_WAITING, 24]),
        ("session of a person", [sessions.ABSOLUTE.days, sessions.IDLE.seconds // 3600]),
        ("session of a ticket", [sessions.TICKET.seconds // 60]),
        ("password | 15", [passwords.SHORTEST, passwords.LONGEST]),
        ("file or text of a program", [papers.LONGEST // 1024]),
        ("a return request", [offline_returns.GOOD_FOR.days]),
        ("components of a device", [reading.MOST_COMPONENTS, reading.LONGEST_FINGERPRINT]),
        ("password | 10", [one.most for one in (limits.ACCOUNT, limits.PASSWORD_ADDRESS, limits.PASSWORD_NETWORK)]),
        ("ticket |", [
            limits.TICKET_ADDRESS.most, limits.TICKET_ADDRESS.free, 1,
            limits.TICKET_NETWORK.most, limits.TICKET_NETWORK.free, 1,
        ]),
        ("key of a program", [limits.KEY_ADDRESS.most, limits.TICKET_NETWORK.most]),
        ("new account without an address", [limits.PSEUDONYM_ADDRESS.most, limits.PSEUDONYM_NETWORK.most]),
    ],
)  # fmt: skip
def test_each_limit_is_told_as_it_is_kept(row: str, kept: list[int]) -> None:
    assert numbers(row) == kept


def test_each_call_of_programs_is_told() -> None:
    there = set()
    for module in (machines, licenses, blocklist):
        for method, path in re.findall(r'@calls\.(\w+)\("([^"]+)"', Path(module.__file__ or "").read_text()):
            there.add(f"{method.upper()} {re.sub(r'{.*?}', '{id}', path)}")
    told = re.findall(r"`((?:GET|POST|DELETE) [^`?]+)", section(read("docs/protocol.md"), "## Calls"))
    assert {one.strip() for one in told} == there


def test_each_code_of_the_rules_is_told_in_their_order() -> None:
    told = section(read("docs/rules.md"), "## The answer").partition("Codes, in the order")[2]
    assert [code for cell in first_cells(told) for code in re.findall(r"`(\w+)`", cell)] == list(CODES)


def test_each_code_that_programs_are_sent_is_told() -> None:
    files = (file for folder in ("routes/api", "programs") for file in (PORTAL / folder).glob("*.py"))
    source = "".join(file.read_text() for file in files)
    sent = set(re.findall(r'"([A-Z]{4,}(?:_[A-Z]+)+)"', source))
    assert len(sent) > 8
    assert not {code for code in sent if f"`{code}`" not in read("docs/protocol.md")}


def test_each_preset_is_told() -> None:
    names = {path.stem for path in (PORTAL / "rules" / "presets").glob("*.toml")}
    assert {name for name in names if f"`{name}`" in read("docs/rules.md")} == names
    assert f"{['six', 'seven', 'eight'][len(names) - 6]} presets" in read("README.md")


def test_each_key_of_a_brand_is_told() -> None:
    text = section(read("docs/branding.md"), "## brand.toml")
    told = {key for cell in first_cells(text) for key in re.findall(r"`(\w+)`", cell)}
    tables = set(re.findall(r"`\[(\w+)[.\]]", text))
    assert told | tables == {field.name for field in msgspec.structs.fields(Card)}


def test_each_table_and_placeholder_of_words_is_told() -> None:
    text = section(read("docs/branding.md"), "## words/<language>.toml")
    tables = {field.name for field in msgspec.structs.fields(Tables)}
    assert set(re.findall(r"^    \[(\w+)\]", text, re.MULTILINE)) == tables
    assert set(re.findall(r"`\{(\w+)\}`", text)) == PLACEHOLDERS


def test_the_words_that_the_documents_show_can_be_said(tmp_path: Path) -> None:
    shown_words = re.findall(r"```toml\n# words/en.toml\n(.*?)```", read("docs/words.md"), re.DOTALL)
    blocks = section(read("docs/branding.md"), "## words/<language>.toml")
    shown_words.append("\n".join(re.findall(r"^    (.*)$", blocks.partition("[errors]")[0], re.MULTILINE)))
    for at, text in enumerate(shown_words):
        (tmp_path / f"{at}.toml").write_text(text, encoding="utf-8")
        texts, sentences = read_words(tmp_path / f"{at}.toml")
        assert texts.refusals and sentences


def test_each_room_of_the_code_is_told() -> None:
    rooms = {f"{path.name}/" if path.is_dir() else path.name for path in PORTAL.iterdir() if path.name != "__pycache__"}
    cells = first_cells(section(read("docs/architecture.md"), "## The rooms"))
    told = {name for cell in cells for name in re.findall(r"`(.*?)`", cell)}
    assert told == rooms - UNNAMED


def test_each_room_of_the_code_is_drawn() -> None:
    drawn = re.findall(r'class="name(?: small)?">([^<]+)<', read("docs/architecture.svg"))
    rooms = set(MAY_IMPORT) - {"settings_file", "proofreading"} | {"app", "cli", "demo", "fitting"}
    assert {name for names in drawn for name in names.split(" · ")} == rooms


def test_the_people_whom_the_readme_names_live_in_the_demo() -> None:
    told = set(re.findall(r"`([\w.]+@[\w.-]+)`", section(read("README.md"), "## Try it")))
    parts = {part.email for part in people.PARTS}
    staff = {one.email for one in people.STAFF if one.name in people.HEADS}
    assert parts < told and told - parts <= staff
    assert people.password("eve") in read("README.md")
