"""Letters to the owner of an account about what opens it besides the password."""

from __future__ import annotations

from portal.actions.doing import Doing
from portal.actions.letters import can_be_written_to, zone_of
from portal.brand.stationery import plain
from portal.jobs import mail
from portal.models import User


def changed(doing: Doing, user: User, change: str, *, name: str = "") -> None:
    """Something was added or taken away, or a code was used; `change` says what, `name` is that of a passkey."""
    stationery = doing.stationery
    if stationery is None or not can_be_written_to(user):
        return
    facts = {"person": plain(user.name), "change": change, "passkey": plain(name)}
    draft = mail.Draft("factor_changed", stationery.language(user.language), zone_of(stationery, user).key, facts)
    mail.note(doing.db, doing.vault, doing.now, user, draft, stationery.sender)
