"""Pictures of a brand: an SVG that would do more than be looked at, and files that make every page heavy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

HEAVIEST = 30 * 1024  # a page weighs 60 kB with everything

_ACTIVE = {"script", "foreignobject", "iframe", "object", "embed", "handler", "listener", "audio", "video"}
_ELSEWHERE = re.compile(r"@import|url\(\s*[\"']?\s*(?!#|data:image/)[^\s)\"']", re.IGNORECASE)
_INSIDE = re.compile(r"#|data:image/(?:png|jpeg|webp);", re.IGNORECASE)


def problems(path: Path) -> Iterator[str]:
    """What is wrong with a picture, as `path:line: reason`. Served ones run nothing; others would open them too."""
    content = path.read_bytes()
    if len(content) > HEAVIEST:
        size = f"{len(content) // 1024} kB"
        yield f"{path}: it weighs {size}, and every page carries it: keep it under {HEAVIEST // 1024} kB"
    if path.suffix == ".svg":
        yield from (f"{path}:{line}: {reason}" for line, reason in _of_svg(content))


def _of_svg(content: bytes) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    parser = expat.ParserCreate()

    def say(reason: str) -> None:
        found.append((parser.CurrentLineNumber, reason))

    def doctype(*_: object) -> None:
        say("a picture has no document type of its own")

    def element(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2].lower() in _ACTIVE:
            say(f"<{name}> has no place in a picture")
        for key, value in attributes.items():
            plain = key.rpartition(":")[2].lower()
            if plain.startswith("on"):
                say(f"{key} would run a script")
            elif plain in ("href", "src") and not _INSIDE.match(value.strip()) or _ELSEWHERE.search(value):
                say(f"{key} leads out of the picture")

    def text(written: str) -> None:
        if _ELSEWHERE.search(written):
            say("its style leads out of the picture")

    def instruction(name: str, _: str) -> None:
        say(f"<?{name}?> has no place in a picture")

    parser.StartDoctypeDeclHandler, parser.StartElementHandler = doctype, element
    parser.CharacterDataHandler, parser.ProcessingInstructionHandler = text, instruction
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        found.append((error.lineno, f"no picture can be read here: {expat.ErrorString(error.code)}"))
    return found
