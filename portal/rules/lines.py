"""Where each key of a TOML document stands, so that a problem can name its line: the parser keeps no positions."""

import re
import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")|\'\'\'.*?\'{3,5}(?!\')|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL
)
_SCALAR = re.compile(r"[^,\]}#\n]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)+")


class Lines:
    """The lines of a document that `tomllib` has accepted; anything else may confuse the scanner."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._ends = [found.start() for found in re.finditer("\n", self._text)]
        self._found: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        self._scan()

    def of(self, path: Path) -> int:
        """The line (from 1) of `path`, or of the nearest thing around it that is written out."""
        while path and path not in self._found:
            path = path[:-1]
        return self._found.get(path, 1)

    def at(self, line: int) -> list[Path]:
        """The paths that stand in this line, the innermost first."""
        return sorted((path for path, found in self._found.items() if found == line), key=len, reverse=True)

    def _scan(self) -> None:
        table: Path = ()
        while self._skip_blank():
            if self._peek("["):
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        start = self._at
        is_array = self._peek("[[")
        self._at += 2 if is_array else 1
        path = self._resolved(keys := self._key())
        if is_array:
            plain = self._resolved(keys[:-1]) + keys[-1:]
            self._counts[plain] = self._counts.get(plain, 0) + 1
            path = plain + (self._counts[plain] - 1,)
            self._found.setdefault(plain, self._line(start))
        self._found.setdefault(path, self._line(start))
        self._at = self._text.index("]", self._at) + (2 if is_array else 1)
        return path

    def _resolved(self, keys: Path) -> Path:
        """Names in a header mean the latest element where they name an array of tables."""
        path: Path = ()
        for key in keys:
            path += (key,)
            if path in self._counts:
                path += (self._counts[path] - 1,)
        return path

    def _pair(self, table: Path) -> None:
        start = self._at
        keys = self._key()
        for count in range(1, len(keys) + 1):
            self._found.setdefault(table + keys[:count], self._line(start))
        self._at = self._text.index("=", self._at) + 1
        self._value(table + keys)

    def _value(self, path: Path) -> None:
        self._skip_blank()
        if self._peek("["):
            self._items(path)
        elif self._peek("{"):
            self._inline_table(path)
        elif found := _STRING.match(self._text, self._at) or _SCALAR.match(self._text, self._at):
            self._at = found.end()

    def _items(self, path: Path) -> None:
        self._at += 1
        index = 0
        while self._skip_blank(",") and not self._peek("]"):
            self._found.setdefault(path + (index,), self._line(self._at))
            self._value(path + (index,))
            index += 1
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while self._skip_blank(",") and not self._peek("}"):
            self._pair(path)
        self._at += 1

    def _key(self) -> Path:
        keys: list[str] = []
        while True:
            self._skip_blank()
            if found := _BARE.match(self._text, self._at):
                keys.append(found[0])
            elif found := _STRING.match(self._text, self._at):
                keys.append(tomllib.loads(f"key = {found[0]}")["key"])
            else:
                return tuple(keys)
            self._at = found.end()
            self._skip_blank()
            if not self._peek("."):
                return tuple(keys)
            self._at += 1

    def _skip_blank(self, also: str = "") -> bool:
        """Go on to the next thing that is written; False at the end of the document."""
        while self._at < len(self._text):
            if found := _BLANK.match(self._text, self._at):
                self._at = found.end()
            elif also and self._peek(also):
                self._at += 1
            else:
                return True
        return False

    def _peek(self, start: str) -> bool:
        return self._text.startswith(start, self._at)

    def _line(self, at: int) -> int:
        return bisect_right(self._ends, at - 1) + 1
