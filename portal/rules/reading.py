"""Reading a TOML table strictly: every value has a kind and a range, every problem a line and a reason."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from portal.rules.durations import Duration, parse_duration
from portal.rules.lines import Lines, Path
from portal.rules.sets import Problem

_KINDS = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    float: "a fraction",
}


class RuleFileError(ValueError):
    """A rule set that is refused; `problems` holds every reason with its line, in order."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = sorted(dict.fromkeys(problems), key=lambda problem: problem.line)
        super().__init__("\n".join(f"{name}:{problem.line}: {problem.reason}" for problem in self.problems))


class Table:
    """One table of the document. Asking for a key answers a good value or None and notes what is wrong."""

    def __init__(
        self, values: Mapping[str, Any], title: str, path: Path, lines: Lines, problems: list[Problem]
    ) -> None:
        self._values, self.title, self._path = values, title, path
        self._lines, self._problems = lines, problems
        self._known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def line(self, key: str | None = None) -> int:
        return self._lines.of(self._path if key is None else (*self._path, key))

    def refuse(self, key: str | None, reason: str) -> None:
        self._problems.append(Problem(self.line(key), reason))

    def end(self) -> None:
        """Refuse the keys that nobody asked for."""
        for key in self._values:
            if key not in self._known:
                near = get_close_matches(key, self._known, 1)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(self._known)}"
                self.refuse(key, f"unknown key {key!r} in {self.title}; {hint}")

    def text(self, key: str, *, required: bool = False) -> str | None:
        value = self._of_kind(key, str, required)
        if value is not None and not value.strip():
            self.refuse(key, f"{key} is empty")
            return None
        return value

    def choice(self, key: str, options: Sequence[str], default: str) -> str:
        value = self.text(key)
        if value is not None and value not in options:
            self.refuse(key, f"{key} is {value!r}; it can be {_either(options)}")
            return default
        return default if value is None else value

    def count(self, key: str, default: int | None = None, *, least: int = 0, required: bool = False) -> int | None:
        value = self._of_kind(key, int, required)
        if value is not None and value < least:
            reason = f"is negative: {value}" if value < 0 else f"is {value}; it must be at least {least}"
            self.refuse(key, f"{key} {reason}")
            return default
        return default if value is None else value

    def flag(self, key: str) -> bool | None:
        return self._of_kind(key, bool, False)

    def duration(self, key: str, *, required: bool = False, can_be_zero: bool = False) -> Duration | None:
        value = self.text(key, required=required)
        return None if value is None else self.as_duration(key, value, can_be_zero=can_be_zero)

    def as_duration(self, key: str, text: str, *, can_be_zero: bool = False) -> Duration | None:
        try:
            duration = parse_duration(text)
        except ValueError as problem:
            self.refuse(key, f"{key}: {problem}")
            return None
        if duration.is_zero and not can_be_zero:
            self.refuse(key, f"{key}: {text!r} is no time at all")
            return None
        return duration

    def texts(self, key: str, *, options: Sequence[str] = (), required: bool = False) -> tuple[str, ...] | None:
        """A list of different texts, all of them out of `options` if there are any."""
        values = self._of_kind(key, list, required)
        if values is None:
            return None
        if not values:
            self.refuse(key, f"{key} is an empty list: it could never allow anything; leave the key out instead")
        for index, value in enumerate(values):
            if not isinstance(value, str) or not value.strip():
                self.refuse(key, f"{key} holds {value!r}, which is no text")
            elif options and value not in options:
                self.refuse(key, f"{key} holds {value!r}; it can hold {_either(options)}")
            elif value in values[:index]:
                self.refuse(key, f"{key} holds {value!r} twice")
        return tuple(value for value in values if isinstance(value, str))

    def table(self, key: str) -> "Table | None":
        value = self._of_kind(key, dict, False)
        title = f"[{key}]" if not self._path else f"{self.title} {key}"
        return None if value is None else self._inner(value, title, key)

    def tables(self, key: str) -> list["Table"]:
        values = self.raw(key)
        if values is None:
            return []
        if not isinstance(values, list):
            self.refuse(key, f"{key} is one thing, but there can be several; write [[{key}]]")
            return []
        found = []
        for index, value in enumerate(values):
            if isinstance(value, dict):
                found.append(self._inner(value, f"[[{key}]]", key, index))
            else:
                self.refuse(key, f"{key} holds {value!r}; write [[{key}]] tables")
        return found

    def raw(self, key: str) -> Any:
        """The value as it stands, for keys that take more than one kind."""
        self._known.append(key)
        return self._values.get(key)

    def _inner(self, values: Mapping[str, Any], title: str, *keys: str | int) -> "Table":
        return Table(values, title, (*self._path, *keys), self._lines, self._problems)

    def _of_kind(self, key: str, kind: type, required: bool) -> Any:
        value = self.raw(key)
        if value is None:
            if required:
                self.refuse(None, f"{self.title} needs {key}")
            return None
        # A boolean is an int to Python, but not to the writer of a rule set.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.refuse(key, f"{key} must be {_KINDS[kind]}, not {_KINDS.get(type(value), 'a date or time')}")
            return None
        return value


def _either(options: Sequence[str]) -> str:
    return " or ".join([", ".join(options[:-1]), options[-1]]) if len(options) > 1 else options[0]
