"""What happens to a ticket and its license in a story: the portal's own actions, and the few it has none for yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal import audit
from portal.access import Actor
from portal.actions import activations, returns, rule_sets, seats, terms, tickets
from portal.actions.devices import Machine
from portal.actions.seats import Outcome
from portal.audit import Happened
from portal.demo import carried
from portal.demo.history import PORTAL, VENDOR, Stage
from portal.demo.orders import NUMBERS
from portal.models import Activation, Article, License, LicenseState, Product, Ticket, WaitingDevice
from portal.programs import offline


class OutOfPlot(RuntimeError):
    """The rules decided otherwise than the story tells."""


@dataclass(frozen=True, slots=True)
class Lot:
    """A ticket with its license, on a stage."""

    on: Stage
    ticket: Ticket
    license: License

    @property
    def program(self) -> Actor:
        return Actor(kind="program", license_id=self.license.id)

    def register(self, who: str, group: str | None = None) -> None:
        """A person claims the ticket, for the group of this name or the one that goes by theirs."""
        tickets.register(self.on.person(who), self.ticket, self.on.cast.groups[group or who])

    def share(self) -> None:
        """Assigned to nobody, seen by the whole group."""
        self.license.user_id, self.license.visible_to_group = None, True

    def pool(self) -> None:
        """Assigned to nobody: its seats are given to people one by one, and each sees their own."""
        self.license.user_id, self.license.visible_to_group = None, False

    def maintain(self, begins_at: datetime, ends_at: datetime) -> None:
        terms.maintenance(self.on.db, self.license, self.on.time, begins_at, ends_at)
        terms.settle(self.on.db, self.license)

    def activate(self, machine: Machine, *, fetches_file: bool = True) -> None:
        """A program takes a seat and, as programs do, fetches its file."""
        outcome = activations.activate(self.on.doing(self.program), self.license, machine)
        seat = _done(outcome).activation
        if seat and fetches_file:
            self._extend(seat)

    def knock(self, machine: Machine) -> None:
        """A program asks for a seat in vain, and its PC waits."""
        if activations.activate(self.on.doing(self.program), self.license, machine).waiting is None:
            raise OutOfPlot(f"{machine.name} does not wait")

    def check_in(self, *names: str) -> None:
        """The programs on these PCs show themselves and renew their files; no name means all of them."""
        doing = self.on.doing(self.program)
        for seat in [self.seat(name) for name in names] or seats.live(doing, self.license):
            if returns.check_in(doing, self.license, seat):
                self._extend(seat)

    def move(self, who: str, gone: str, reason: str = "hardware_failure") -> None:
        """The PC is gone: its seat goes to the one that waits, or is kept for the next."""
        waits = (WaitingDevice.license_id == self.license.id, WaitingDevice.ended_at.is_(None))
        waiting = self.on.db.scalar(select(WaitingDevice).where(*waits))
        doing = self.on.person(who)
        _done(activations.reactivate(doing, self.license, self.seat(gone), waiting, reason=reason))

    def carry(self, who: str, machine: Machine) -> None:
        """A person brings the request of a PC without a network; nobody has told us yet that its file arrived."""
        article = self.on.db.get_one(Article, self.license.article_id)
        product = self.on.db.get_one(Product, article.product_id)
        paper = carried.request(machine, product.code, tickets.code_of(self.on.vault, self.ticket), self.on.time)
        _done(offline.answer_request(self.on.counter(who), self.license, paper).outcome)

    def ask_return(self, who: str, name: str) -> None:
        _done(returns.ask_return(self.on.person(who), self.license, self.seat(name)))

    def give_back(self, name: str) -> None:
        _done(returns.give_back(self.on.doing(self.program), self.license, self.seat(name)))

    def lapse(self, name: str) -> None:
        """The lease of this PC ran out, and the portal frees its seat."""
        returns.lapse(self.on.doing(PORTAL), self.license, self.seat(name), self.on.time)

    def recall(self) -> None:
        """The vendor takes the license away: from each PC when it next checks in."""
        self.ticket.revoked_at = self.on.time
        self.license.state = LicenseState.RECALLED
        audit.record(
            self.on.db, self.on.time, VENDOR, Happened.LICENSE_RECALLED,
            group_id=self.license.group_id, license_id=self.license.id, ticket_id=self.ticket.id,
        )  # fmt: skip

    def seat(self, name: str) -> Activation:
        """The live seat of the PC of this name."""
        for seat in seats.live(self.on.doing(VENDOR), self.license):
            if seats.name(self.on.doing(VENDOR), seat) == name:
                return seat
        raise OutOfPlot(f"{name} holds no seat")

    def _extend(self, seat: Activation) -> None:
        in_force = rule_sets.in_force(self.on.db, self.license.article_id)
        seats.extend_lease(seat, seats.lease_end(in_force, self.on.time, self.license.ends_at))


def issue(on: Stage, key: str, sku: str, pool: str, *, quantity: int | None = None, code: str | None = None) -> Lot:
    """The vendor mints a ticket into the pool of a group."""
    ticket, license_, _ = tickets.mint(
        on.doing(VENDOR), on.cast.articles[sku], on.cast.groups[pool],
        quantity=quantity, order_number=NUMBERS[key], code=code,
    )  # fmt: skip
    return Lot(on, ticket, license_)


def _done(outcome: Outcome) -> Outcome:
    if not outcome.allowed:
        raise OutOfPlot(outcome.decision.code)
    return outcome
