"""Forms: what was typed, read strictly, with all errors at once and beside their fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import parse_qsl
from uuid import UUID

from multipart import MultipartError, MultipartParser, parse_options_header

from portal.access import Stop

MOST_FIELDS = 100


class Unreadable(Stop):
    """A body that is no form, or says one thing twice."""

    def __init__(self) -> None:
        super().__init__("form_unreadable")


@dataclass(slots=True)
class Form:
    """The fields of a posted form. `text` and its kin note an error and go on, so that all are found at once."""

    values: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)  # what was uploaded
    names: Mapping[str, str] = field(default_factory=dict)  # what an upload is called at home: to be shown, no more
    errors: dict[str, str] = field(default_factory=dict)  # field: code of the sentence

    def text(self, name: str, *, most: int, code: str = "field_missing", strip: bool = True) -> str:
        """A line or text that must not be empty nor longer than `most` characters."""
        value = self.values.get(name, "")
        value = value.strip() if strip else value
        if not value:
            self.errors[name] = code
        elif len(value) > most:
            self.errors[name] = "field_too_long"
        return value[:most]

    def one_of(self, name: str, allowed: tuple[str, ...], code: str = "choice_missing") -> str:
        value = self.values.get(name, "")
        if value not in allowed:
            self.errors[name] = code
            return allowed[0]
        return value

    def yes(self, name: str) -> bool:
        return self.values.get(name) == "yes"

    def id(self, name: str) -> UUID | None:
        """The id a hidden field carries, or None where it is empty or no id."""
        try:
            return UUID(self.values.get(name, ""))
        except ValueError:
            return None

    def paper(self, upload: str, pasted: str) -> str:
        """The text of an uploaded file, else what was pasted; what is no text at all reads as a strange one."""
        if content := self.files.get(upload):
            return content.decode("utf-8-sig", errors="replace")
        return self.values.get(pasted, "")

    def allow(self, *names: str) -> None:
        """Refuse fields that this form does not have: nobody sets what was not offered."""
        if {*self.values, *self.files} - {*names, "csrf"}:
            raise Unreadable


def parse(body: bytes, content_type: str, most: int = MOST_FIELDS) -> Form:
    """Read a form body; raises Unreadable for another kind of body, too many fields, broken text, NUL, or a repeated
    field.
    """
    if not body:
        return Form()
    kind, options = parse_options_header(content_type)
    if kind == "multipart/form-data":
        return _with_files(body, options.get("boundary", ""))
    if kind != "application/x-www-form-urlencoded":
        raise Unreadable
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=most, errors="strict")
    except ValueError as error:
        raise Unreadable from error
    return Form(_each_once(pairs))


def _with_files(body: bytes, boundary: str) -> Form:
    texts, files, names = [], [], {}
    try:
        parser = MultipartParser(
            BytesIO(body), boundary, len(body), strict=True, part_limit=MOST_FIELDS,
            spool_limit=len(body), memory_limit=len(body), disk_limit=0,
        )  # fmt: skip
        for part in parser:
            # A field for a file that was left empty comes with an empty name and no content.
            if part.filename is not None:
                files.append((part.name, part.raw))
                names[part.name] = part.filename
            else:
                texts.append((part.name, part.raw.decode("utf-8")))
    except (MultipartError, ValueError) as error:
        raise Unreadable from error
    values = _each_once(texts)
    if len(values) + len(dict(files)) != len(texts) + len(files) or values.keys() & dict(files).keys():
        raise Unreadable
    return Form(values, dict(files), names)


def _each_once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values or "\x00" in name or "\x00" in value:
            raise Unreadable
        values[name] = value.replace("\r\n", "\n")
    return values
