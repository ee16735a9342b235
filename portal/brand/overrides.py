"""Templates of a brand against the portal's: what they lean on, what browsers would refuse, and what changed since."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, meta, nodes

STOCK = Path(__file__).resolve().parent.parent / "templates"
LOCK = "brand.lock"

_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
# The policy of every page stops these; of a mail no program shows them.
_STOPPED = {
    "a script in the page is stopped by its policy": r"<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*[\"'{]|javascript:",
    "nothing is loaded from elsewhere": (
        r"<(?:img|script|link|iframe|source)\b[^>]*\b(?:src|href)\s*=\s*[\"']?(?:https?:)?//"
    ),
}
_OF_PAGES = {"a style in the page is stopped by its policy": r"<style\b|\sstyle\s*=\s*[\"'{]"}

_environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


def problems(folder: Path) -> Iterator[str]:
    """What is wrong with the templates of a brand folder, as `path:line: reason`."""
    accepted = _accepted(folder)
    own = _names(folder)
    used: set[str] = set()
    for name in own:
        path = folder / "templates" / name
        source = path.read_text(encoding="utf-8")
        try:
            tree = _environment.parse(source)
        except TemplateSyntaxError as error:
            yield f"{path}:{error.lineno}: {error.message}"
            continue
        for wanted in filter(None, meta.find_referenced_templates(tree)):
            used.add(wanted)
            if not _exists(wanted, own):
                yield f"{path}:{_line(source, wanted)}: there is no template {wanted!r}"
        yield from (f"{path}:{line}: {reason}" for line, reason in _unheard(tree, own, folder))
        yield from (f"{path}:{line}: {reason}" for line, reason in _stopped(name, source))
    for name in own:
        path = folder / "templates" / name
        if not (STOCK / name).is_file():
            if name not in used:
                yield f"{path}: the portal has no template of this name, and no other one here uses it"
        elif name not in accepted:
            yield f"{path}: `portal brand check --accept` has not noted yet which template of the portal it stands for"
        elif accepted[name] != _digest(STOCK / name):
            yield f"{path}: the portal's {name} changed since; compare them, then `portal brand check --accept`"


def accept(folder: Path) -> int:
    """Note for every override what the portal's own template is like today; returns how many there are."""
    standing = [name for name in _names(folder) if (STOCK / name).is_file()]
    lines = (f"{_digest(STOCK / name)}  {name}\n" for name in standing)
    if standing or (folder / LOCK).exists():
        (folder / LOCK).write_text("".join(lines), encoding="utf-8")
    return len(standing)


def _names(folder: Path) -> list[str]:
    home = folder / "templates"
    return sorted(path.relative_to(home).as_posix() for path in home.rglob("*") if path.suffix in (".html", ".txt"))


def _accepted(folder: Path) -> dict[str, str]:
    if not (folder / LOCK).is_file():
        return {}
    found = map(_LINE.fullmatch, (folder / LOCK).read_text(encoding="utf-8").splitlines())
    return {line[2]: line[1] for line in found if line}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _exists(name: str, own: list[str]) -> bool:
    plain = name.removeprefix("stock:")
    return (STOCK / plain).is_file() or (plain == name and name in own)


def _unheard(tree: nodes.Template, own: list[str], folder: Path) -> Iterator[tuple[int, str]]:
    """Blocks that no template above this one has, and that therefore never show."""
    above = next(tree.find_all(nodes.Extends), None)
    if above is None or not isinstance(above.template, nodes.Const):
        return
    known = _blocks(str(above.template.value), own, folder)
    for block in tree.body:
        if isinstance(block, nodes.Block) and block.name not in known:
            yield block.lineno, f"{above.template.value} has no block {block.name!r}, so this one is never shown"


def _blocks(name: str, own: list[str], folder: Path, depth: int = 0) -> set[str]:
    """The names of all blocks of a template and of those that it extends."""
    plain = name.removeprefix("stock:")
    path = folder / "templates" / plain if plain == name and name in own else STOCK / plain
    if not path.is_file() or depth > 8:
        return set()
    try:
        tree = _environment.parse(path.read_text(encoding="utf-8"))
    except TemplateSyntaxError:  # that one is told of by itself
        return set()
    found = {block.name for block in tree.find_all(nodes.Block)}
    for above in tree.find_all(nodes.Extends):
        if isinstance(above.template, nodes.Const):
            found |= _blocks(str(above.template.value), own, folder, depth + 1)
    return found


def _stopped(name: str, source: str) -> Iterator[tuple[int, str]]:
    plain = re.sub(r"\{#.*?#\}", lambda part: "\n" * part[0].count("\n"), source, flags=re.DOTALL)
    for reason, pattern in (_STOPPED if name.startswith("mail/") else {**_STOPPED, **_OF_PAGES}).items():
        for match in re.finditer(pattern, plain, re.IGNORECASE):
            yield plain.count("\n", 0, match.start()) + 1, reason


def _line(source: str, name: str) -> int:
    return source.count("\n", 0, max(0, source.find(name))) + 1
