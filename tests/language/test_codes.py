"""Every code that the source can show to people has words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import portal
from portal.words.refusals import CODES

ROOT = Path(portal.__file__).parent
# Names whose first text, or the text after a masked ticket, is a code that some page shows.
SPEAKERS = {"Stop", "NotFound", "Forbidden", "Unfit", "Verdict", "Tried", "Decision", "problem"}


def codes(tree: ast.AST) -> Iterator[str]:
    """Texts that stand where a code is expected: raised, noted beside a field, or given by name."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    stops = [part for node in classes if "Stop" in map(ast.unparse, node.bases) for part in ast.walk(node)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in SPEAKERS or (name == "__init__" and node in stops):
                yield from texts(node.args)
            yield from texts([word.value for word in node.keywords if word.arg == "code"])
        elif isinstance(node, ast.FunctionDef):
            defaults = [*node.args.defaults, *node.args.kw_defaults]
            positional = [*node.args.posonlyargs, *node.args.args]
            optional = positional[len(positional) - len(node.args.defaults) :]
            named = [*optional, *node.args.kwonlyargs]
            pairs = zip(named, defaults, strict=True)
            yield from texts([default for name, default in pairs if default and name.arg == "code"])
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            if ast.unparse(node.targets[0].value).endswith("errors"):
                yield from texts([node.value])


def texts(nodes: list[ast.expr]) -> Iterator[str]:
    constants = (node.value for node in nodes if isinstance(node, ast.Constant))
    yield from (value for value in constants if isinstance(value, str))


def spoken() -> dict[str, str]:
    found = {}
    for path in ROOT.rglob("*.py"):
        # Programs get codes of their own, in upper case, and no sentences.
        if not {"api", "programs", "rules"}.intersection(path.relative_to(ROOT).parts):
            for code in codes(ast.parse(path.read_text(encoding="utf-8"))):
                found[code] = path.relative_to(ROOT).as_posix()
    return found


def test_codes_are_found_in_every_place_that_may_hold_one() -> None:
    source = """
class Late(Stop):
    def __init__(self): super().__init__("one")
def text(self, name, *, most=3, code="two"): self.errors[name] = "three"
def stop(code="four"): raise Forbidden("five")
form.text("email", code="six"); Verdict(masked, "seven")
"""
    assert sorted(codes(ast.parse(source))) == ["five", "four", "one", "seven", "six", "three", "two"]


def test_every_code_of_the_source_has_words() -> None:
    without = {code: place for code, place in spoken().items() if code not in ("", "ok") and code not in CODES}
    assert without == {}


def test_every_code_of_the_rules_has_words() -> None:
    from portal.rules.decision import CODES as RULES

    assert {*RULES} - {"ok"} <= CODES
