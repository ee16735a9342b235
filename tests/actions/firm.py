"""A firm in one transaction: a customer of a dealer with an admin, two departments and colleagues, who get mails."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import select

from portal.access import Actor
from portal.actions.doing import Moment
from portal.brand import load_brand
from portal.brand.stationery import Stationery
from portal.jobs import mail
from portal.models import Group, Mail, Membership, User
from portal.settings import SHIPPED_BRAND
from tests.actions.estate import VENDOR, Estate

STATIONERY = Stationery(load_brand(SHIPPED_BRAND), "https://licenses.tessel.example")


@dataclass
class Firm:
    """`later` lets time pass; each deed is one of that moment, by whoever is named."""

    estate: Estate
    dealer: Group
    brandt: Group
    design: Group
    tools: Group
    people: dict[str, User] = field(default_factory=dict)

    def person(self, name: str, group: Group | None = None, role: str = "member") -> User:
        found = self.people[name] = self.estate.user(name, group or self.brandt, role)
        return found

    def also(self, user: User, group: Group, role: str = "member") -> Membership:
        """The same person in another group, too."""
        one = self.estate.user(f"{user.name}-{group.id}", group, role)
        found = self.of(one, group)
        found.user_id = user.id
        self.estate.db.flush()
        return found

    def of(self, user: User, group: Group | None = None) -> Membership:
        return self.estate.db.execute(
            select(Membership).where(
                Membership.user_id == user.id, Membership.group_id == (group or self.brandt).id
            )
        ).scalar_one()  # fmt: skip

    def actor(self, name: str) -> Actor:
        return self.estate.actor(self.people[name])

    def by(self, name: str | None = "cora", **ago: float) -> Moment:
        actor = self.actor(name) if name else VENDOR
        return replace(self.estate.doing(actor, **ago), stationery=STATIONERY)

    def later(self, **by: float) -> None:
        self.estate.now += timedelta(**by)

    def mails(self) -> list[Mail]:
        self.estate.db.flush()
        return list(self.estate.db.execute(select(Mail).order_by(Mail.id)).scalars())

    def text(self, number: int = -1) -> str:
        letter = mail.letter_of(self.estate.vault, STATIONERY, self.mails()[number])
        assert letter is not None
        return letter.text


def founded(estate: Estate) -> Firm:
    """The firm with Cora, its admin, and nobody else."""
    vendor = estate.group("Tessel", kind="vendor")
    dealer = estate.group("CAD-Haus", vendor, kind="reseller")
    brandt = estate.group("Brandt", dealer)
    design = estate.group("Design", brandt, kind="department")
    tools = estate.group("Tools", brandt, kind="department")
    firm = Firm(estate, dealer, brandt, design, tools)
    firm.person("cora", role="admin")
    return firm
