"""The activity log in the reader's words: on the page, and as lines for spreadsheets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.language import Language
from portal.reports.activity import Entry
from portal.reports.shapes import State
from portal.web import Visit
from portal.words import events


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log as it is read: when, what happened as (text, is it bold), who, and about what."""

    at: datetime
    when: str
    shape: State | None
    parts: list[tuple[str, bool]]
    who: str
    product: str | None
    license: UUID | None
    group: str

    @property
    def what(self) -> str:
        return "".join(text for text, _ in self.parts)


def lines(visit: Visit, entries: tuple[Entry, ...]) -> list[Line]:
    return [_line(visit, entry) for entry in entries]


def _line(visit: Visit, entry: Entry) -> Line:
    event = entry.event
    return Line(
        at=event.at,
        when=visit.lang.moment(event.at, visit.zone, visit.now, capital=True),
        shape=event.shape,
        parts=events.sentence(visit.lang, visit.zone, event.kind, event.outcome, event.params),
        who=events.who(visit.lang, visit.site.brand.name, event.actor, event.actor_name, event.reason),
        product=entry.product,
        license=entry.license,
        group=entry.group,
    )


def columns(lang: Language) -> list[str]:
    return [
        lang.gettext("When"), lang.gettext("What happened"), lang.gettext("By whom"), lang.gettext("License"),
        lang.gettext("Group"),
    ]  # fmt: skip


def cells(visit: Visit, line: Line) -> list[str]:
    moment = line.at.astimezone(visit.zone)
    return [f"{moment:%Y-%m-%d %H:%M:%S}", line.what, line.who, line.product or "", line.group]
