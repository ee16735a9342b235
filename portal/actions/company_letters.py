"""Letters about company sign-in: to the owner of an account, and to the mailbox that speaks for a domain."""

from __future__ import annotations

from portal.actions.doing import Doing
from portal.actions.letters import zone_of
from portal.brand.stationery import plain
from portal.jobs import mail
from portal.models import Group, User


def connected(doing: Doing, user: User, name: str) -> None:
    """A sign-in of a company opens the account from now on."""
    _tell(doing, user, "company_connected", provider=plain(name))


def disconnected(doing: Doing, user: User, name: str) -> None:
    """It opens it no more."""
    _tell(doing, user, "company_disconnected", provider=plain(name))


def domain_code(doing: Doing, group: Group, mailbox: str, domain: str, code: str, language: str) -> None:
    """Whoever reads the mail of a domain is asked whether it is this customer's."""
    stationery = doing.stationery
    if stationery is None:
        return
    letter = stationery.write(
        "domain_code", stationery.language(language), stationery.brand.zone, doing.now, group=plain(group.name),
        actor_name=plain(doing.actor.name), actor_email=doing.actor.email, domain=domain, code=code,
    )  # fmt: skip
    mail.post(doing.db, doing.vault, doing.now, f"{mailbox}@{domain}", letter, is_secret=True)


def _tell(doing: Doing, user: User, name: str, **facts: object) -> None:
    stationery = doing.stationery
    if stationery is None or user.email is None or not mail.is_address(user.email):
        return
    told = {"person": plain(user.name), **facts}
    draft = mail.Draft(name, stationery.language(user.language), zone_of(stationery, user).key, told)
    mail.note(doing.db, doing.vault, doing.now, user, draft, stationery.sender)
