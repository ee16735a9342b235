"""The tree as the house tests read it: its files, its modules, and what they import."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PORTAL = ROOT / "portal"
TEMPLATES = PORTAL / "templates"


@cache
def tracked() -> list[Path]:
    """Every file that is, or with the next commit would be, part of the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [ROOT / name for name in sorted(set(listed.split("\0")) - {""}) if (ROOT / name).is_file()]


def python_files(*folders: str) -> list[Path]:
    return [file for file in tracked() if file.suffix == ".py" and file.relative_to(ROOT).parts[0] in folders]


def templates() -> list[Path]:
    return [file for file in tracked() if file.suffix == ".html" and file.is_relative_to(TEMPLATES)]


def shown(file: Path) -> str:
    """The path as people name it."""
    return file.relative_to(ROOT).as_posix()


def imports(file: Path, *, types: bool) -> set[str]:
    """The dotted names of all modules that the file imports, also inside functions; with `types` those, too,
    that stand under `if TYPE_CHECKING` and never run."""
    package = file.relative_to(ROOT).with_suffix("").parts[:-1]
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not types:
            waiting += node.orelse
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            origin = ".".join((*above, *filter(None, [node.module])))
            found |= {f"{origin}.{name.name}" if is_module(origin, name.name) else origin for name in node.names}
    return found


def has_decorated_function(module: str) -> bool:
    """Whether the module decorates a function at its top level, as one does that answers addresses."""
    file = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    nodes = ast.parse(file.read_text(encoding="utf-8")).body
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.decorator_list for node in nodes)


def is_module(package: str, name: str) -> bool:
    """Whether `from package import name` brings in a module of the portal and not a name out of one."""
    place = ROOT.joinpath(*package.split("."), name)
    return place.is_dir() or place.with_suffix(".py").is_file()
