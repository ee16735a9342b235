"""Seats and the device they are for: is one free, and does the device run the same product already?"""

from collections.abc import Iterator
from datetime import datetime

from portal.rules.durations import NEVER
from portal.rules.promise import Gate, never
from portal.rules.question import Question

SUBSCRIPTION = "subscription"


def seat_gates(question: Question) -> Iterator[Gate]:
    """Only an activation takes a seat, unless it prolongs; repair, rehost and return need one to be about."""
    if question.operation == "activate":
        seats = Seats(question)
        merging = Merging(question, seats)
        if merging.concerns:
            yield Gate("same_product_on_device", merging.opens, params=merging.params)

        def free_or_not_needed(moment: datetime) -> datetime | None:
            return moment if merging.is_prolonging(moment) else seats.opens(moment)

        yield Gate("seats_exhausted", free_or_not_needed, "seats", seats.params)
    elif question.operation in ("repair", "rehost", "return") and question.activation is None:
        yield Gate("no_activation", never)


def prolongs(question: Question) -> bool:
    """Whether this activation adds its days to a subscription that the device already runs."""
    if question.operation != "activate":
        return False
    merging = Merging(question, Seats(question))
    return merging.is_prolonging(question.now) and merging.opens(question.now) == question.now


class Seats:
    """The seats of the license, now and as credits for returned ones fall due."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self.quantity = question.case.license.quantity
        self.overage = question.rules.seats.overage(self.quantity)

    def params(self) -> dict[str, int]:
        used = self._question.ledger.seats_used(self._question.now)
        return {"used": used, "quantity": self.quantity, "overage": self.overage}

    def opens(self, moment: datetime) -> datetime | None:
        lines = self._question.ledger.seats
        credits = (line.freed for line in lines if line.freed is not None and moment < line.freed < NEVER)
        used = sum(1 for line in lines if line.holds_seat(moment))
        if self._is_free(used, moment):
            return moment
        for credit in sorted(credits):
            used -= 1
            if self._is_free(used, credit):
                return credit
        return None

    def _is_free(self, used: int, moment: datetime) -> bool:
        if used < self.quantity:
            return True
        if used >= self.quantity + self.overage:
            return False
        return used == self.quantity or moment < self._overage_ends()

    def _overage_ends(self) -> datetime:
        """When the present overage, unbroken since it began, uses up its grace."""
        grace = self._question.rules.seats.grace
        if grace is None:
            return NEVER
        return grace.after(self._overage_began(), self._question.rules.zone)

    def _overage_began(self) -> datetime:
        now = self._question.now
        changes: dict[datetime, int] = {}
        for line in self._question.ledger.seats:
            changes[line.opened] = changes.get(line.opened, 0) + 1
            if line.freed is not None and line.freed <= now:
                changes[line.freed] = changes.get(line.freed, 0) - 1
        began, used = now, 0
        for at in sorted(changes):
            before, used = used, used + changes[at]
            if before <= self.quantity < used:
                began = at
        return began


class Merging:
    """A subscription ticket on a device that already runs a subscription of the same product.

    The days are added to that subscription and no seat is taken. The two cannot merge where the running one has
    no end to add to, or where the ticket's own term runs and all its seats are in use elsewhere.
    """

    def __init__(self, question: Question, seats: Seats) -> None:
        self._case, self._seats = question.case, seats
        license, device = question.case.license, question.case.device
        running = device.licenses if device and license.model in (None, SUBSCRIPTION) else ()
        same = [
            other
            for other in running
            if other.model in (None, SUBSCRIPTION)
            and (other.model or license.model)
            and (other.id is None or other.id != license.id)
            and (other.product is None or license.product is None or other.product == license.product)
        ]
        self._endless = any(other.ends_at is None for other in same)
        self._until = max((other.ends_at for other in same if other.ends_at), default=None)
        self.concerns = bool(same)

    def is_prolonging(self, moment: datetime) -> bool:
        return self._until is not None and moment < self._until

    def opens(self, moment: datetime) -> datetime | None:
        if self._endless:
            return None
        if self._until is None or moment >= self._until or self._case.license.term_end is None:
            return moment
        free = self._seats.opens(moment)
        return self._until if free is None else min(free, self._until)

    def params(self) -> dict[str, datetime | None]:
        return {"date": None if self._endless else self._until}
