"""The style of a brand: its tokens.css as the last cascade layer, where a plain :root rule wins."""

from __future__ import annotations

import re
from pathlib import Path

from portal.brand.source import BrandError

_SILENT = re.compile(r"""/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""", re.DOTALL)
_ELSEWHERE = re.compile(r"""@import|@charset|url\(\s*["']?\s*([a-z][a-z0-9+.-]*:|//)""", re.IGNORECASE)


def layered(path: Path) -> str:
    """The stylesheet to serve, "" without a file. Raises BrandError for what leaves layer or portal."""
    if not path.exists():
        return ""
    try:
        written = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BrandError(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(written.splitlines(), start=1):
        if _ELSEWHERE.search(line):
            raise BrandError(f"{path}:{number}: only the portal's own files, without @import or @charset")
    depth = 0
    # Braces in comments and strings do not count; their line ends stay, so that the line told is right.
    rules = _SILENT.sub(lambda part: "\n" * part[0].count("\n"), written)
    for number, line in enumerate(rules.split("\n"), start=1):
        for brace in re.findall(r"[{}]", line):
            depth += 1 if brace == "{" else -1
            if depth < 0:
                raise BrandError(f"{path}:{number}: this closes a brace that nothing opened")
    if depth:
        raise BrandError(f"{path}: a brace is not closed")
    return f"@layer brand {{\n{written.strip()}\n}}\n"
