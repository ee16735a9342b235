"""What holds for templates: parts belong to pages, everything is escaped, and nothing is inline."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from tests.house.tree import TEMPLATES, shown, templates

# A browser would refuse all of these under our policy; mails are read elsewhere and need their styles.
INLINE = {
    "a script in the page": r"<script(?![^>]*\ssrc=)",
    "a style in the page": r"<style\b|\sstyle\s*=",
    "a script in an attribute": r"\son[a-z]+\s*=\s*[\"'{]",
    "an address that runs": r"javascript:",
    "text that is not escaped": r"\|\s*safe\b|autoescape\s+false",
    "something from another host": r"\b(?:src|href|action|hx-get|hx-post)\s*=\s*[\"'](?:https?:)?//",
}


@pytest.mark.parametrize("what", INLINE)
def test_no_template_contains(what: str) -> None:
    found = [
        f"{shown(file)}: {match[0]}"
        for file in templates()
        if "mail" not in file.relative_to(TEMPLATES).parts
        for match in re.finditer(INLINE[what], file.read_text(encoding="utf-8"), re.IGNORECASE)
    ]
    assert not found, "\n".join(found)


def test_every_part_belongs_to_a_page() -> None:
    """What only htmx receives drifts away from the page; so it may put a page's parts together, and no more."""
    sources = {_name(file): file.read_text(encoding="utf-8") for file in templates()}
    uses = {name: _referenced(source) for name, source in sources.items()}
    reached = {name for name in uses if not _is_part(name)}
    while more := {used for name in reached for used in uses.get(name, ())} - reached:
        reached |= more
    unused = sorted(name for name in set(uses) - reached if _has_markup(sources[name]))
    missing = sorted({used for named in uses.values() for used in named} - set(uses))
    assert not unused, f"no page includes these: {unused}"
    assert not missing, f"these are included and do not exist: {missing}"


def test_every_part_names_its_variables() -> None:
    wrong = [
        shown(file)
        for file in templates()
        if file.name.startswith("_") and not file.read_text(encoding="utf-8").startswith("{#")
    ]
    assert not wrong, f"open these with a comment that names their variables: {wrong}"


def _name(file: Path) -> str:
    return file.relative_to(TEMPLATES).as_posix()


def _is_part(name: str) -> bool:
    return name.startswith("parts/") or name.rpartition("/")[2].startswith("_")


def _has_markup(source: str) -> bool:
    return "<" in re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)


def _referenced(source: str) -> set[str]:
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    return {name.removeprefix("stock:") for name in meta.find_referenced_templates(tree) if name}
