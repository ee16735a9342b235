"""Who has what as a table for spreadsheets: its columns and lines in the reader's words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from portal.language import Language
from portal.reports.holdings import Holding
from portal.reports.shapes import State
from portal.screens.table import day


def columns(lang: Language) -> list[str]:
    return [
        lang.gettext("Name"), lang.gettext("E-mail"), lang.gettext("Department"), lang.gettext("License"),
        lang.gettext("State"), lang.gettext("Seats"), lang.gettext("Seats in use"), lang.gettext("Last use"),
        lang.gettext("Assigned since"), lang.gettext("Valid until"),
    ]  # fmt: skip


def line(lang: Language, zone: ZoneInfo, one: Holding) -> list[str]:
    return [
        one.person,
        one.email,
        one.department,
        one.product,
        state_word(lang, one.state),
        str(one.seats),
        str(one.used),
        last_use(lang, one.last_use),
        day(one.since, zone),
        day(one.ends_at, zone) or lang.gettext("No end date"),
    ]


def state_word(lang: Language, state: State) -> str:
    return {
        State.ACTIVE: lang.gettext("In use"),
        State.WAITING: lang.gettext("Not yet activated"),
        State.RETURNING: lang.gettext("Returning"),
        State.DECISION: lang.gettext("Has left, seat still taken"),
    }[state]


def last_use(lang: Language, span: str) -> str:
    """Roughly when it was used last; nobody reads from it when somebody works."""
    return {
        "week": lang.gettext("within a week"),
        "month": lang.gettext("within a month"),
        "quarter": lang.gettext("within three months"),
        "earlier": lang.gettext("longer ago"),
        "never": lang.gettext("never"),
    }[span]
