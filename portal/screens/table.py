"""The list of licenses as a table for spreadsheets: its columns and lines in the reader's words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from portal.language import Language
from portal.reports.shapes import Row, State


def license_columns(lang: Language) -> list[str]:
    return [
        lang.gettext("License"), lang.gettext("Ticket"), lang.gettext("State"), lang.gettext("Seats"),
        lang.gettext("Seats in use"), lang.gettext("PC"), lang.gettext("Last check-in"), lang.gettext("Valid until"),
        lang.gettext("Holder"),
    ]  # fmt: skip


def license_line(lang: Language, zone: ZoneInfo, row: Row) -> list[str]:
    return [
        row.product,
        row.code or row.masked or "",
        state_word(lang, row.state),
        str(row.quantity),
        str(row.used),
        ", ".join(row.devices) + (f" +{row.more_devices}" if row.more_devices else ""),
        day(row.seen_at, zone),
        day(row.term.ends_at, zone) or lang.gettext("No end date"),
        row.holder or "",
    ]


def state_word(lang: Language, state: State) -> str:
    """The word for a state, as the pages say it."""
    return {
        State.ACTIVE: lang.gettext("Active"),
        State.WAITING: lang.gettext("Waiting"),
        State.KEPT: lang.gettext("Kept for a PC"),
        State.TRANSFER: lang.gettext("Handed over"),
        State.RETURNING: lang.gettext("Returning"),
        State.ENDS_SOON: lang.gettext("Ends soon"),
        State.DECISION: lang.gettext("Needs a decision"),
        State.EMERGENCY: lang.gettext("Emergency"),
        State.READY: lang.gettext("Ready"),
        State.EXPIRED: lang.gettext("Expired"),
        State.RECALLED: lang.gettext("Recalled"),
        State.REVOKED: lang.gettext("Revoked"),
        State.REFUSED: lang.gettext("Refused"),
        State.REPLACED: lang.gettext("Replaced"),
        State.RETURNED: lang.gettext("Returned"),
        State.LAPSED: lang.gettext("Lapsed"),
        State.MERGED: lang.gettext("Merged"),
    }[state]


def day(moment: datetime | None, zone: ZoneInfo) -> str:
    """A day as spreadsheets sort it, or nothing."""
    return moment.astimezone(zone).date().isoformat() if moment else ""
