"""The ledger as the rules read it: in order, with the activations it made, the seats they hold and overrides."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from operator import attrgetter

from portal.rules.durations import NEVER
from portal.rules.facts import Case, CaseError, DeviceFacts, Entry
from portal.rules.sets import RuleSet

_PLACING = frozenset({"activate", "repair", "rehost"})
_NAMELESS = frozenset({"activate", "demo", "override"})

# What an activation goes by within one walk; an own one without an id goes by the position of its entry.
_Key = str | int | tuple[str | None, str | None] | None


@dataclass(slots=True, eq=False)
class Activation:
    """One line of a seat, from its first placing on.

    `freed` is the moment from which its seat is free again: None while it is live, NEVER for a return that is
    not credited.
    """

    id: str | None
    opened: datetime
    contact: datetime
    device: DeviceFacts | None = None
    freed: datetime | None = None

    def holds_seat(self, moment: datetime) -> bool:
        return self.freed is None or moment < self.freed


@dataclass(frozen=True, slots=True)
class Walk:
    """What one walk through the ledger finds out.

    `live` and `seats` hold the license's own activations, `live` in the order in which they were placed;
    `line_of` and `place_of` give each entry's activation and device, across all licenses; `left` are the
    devices that the license's own activations were on before a return or a rehost.
    """

    live: list[Activation]
    seats: list[Activation]
    line_of: list[Activation | None]
    place_of: list[DeviceFacts | None]
    left: list[DeviceFacts]


class Ledger:
    """The entries of a case in order of time, ties in the order given; every further question is asked once."""

    def __init__(self, rules: RuleSet, case: Case) -> None:
        self._rules = rules
        self._license = case.license.id
        self.entries: list[Entry] = sorted(case.ledger, key=attrgetter("at"))
        if self.entries and self.entries[-1].at > case.now:
            raise CaseError(f"the ledger has an entry at {self.entries[-1].at:%Y-%m-%dT%H:%M:%SZ}, after now")
        self.done: dict[str, list[int]] = defaultdict(list)
        for index, entry in enumerate(self.entries):
            self.done[entry.operation].append(index)

    def is_own(self, entry: Entry) -> bool:
        return self._license is None or entry.license is None or entry.license == self._license

    @cached_property
    def _overrides(self) -> tuple[set[int], dict[tuple[str | None, str], int]]:
        """The entries that an override paid for, and what is left of each license's overrides."""
        covered: set[int] = set()
        left: dict[tuple[str | None, str], int] = defaultdict(int)
        if "override" not in self.done:
            return covered, left
        for index, entry in enumerate(self.entries):
            license = None if self.is_own(entry) else entry.license
            if entry.operation == "override":
                left[license, entry.grants or ""] += entry.amount
            elif left.get((license, entry.operation)):
                left[license, entry.operation] -= 1
                covered.add(index)
        return covered, left

    def counted(self, operations: frozenset[str]) -> list[int]:
        """Positions of the done operations that no override paid for, in order."""
        covered = self._overrides[0]
        indexes = sorted(chain.from_iterable(self.done.get(operation, ()) for operation in operations))
        return [index for index in indexes if index not in covered] if covered else indexes

    def overrides_left(self, operation: str) -> int:
        """How many more times the vendor's overrides allow this operation on this license."""
        return self._overrides[1].get((None, operation), 0)

    @cached_property
    def walk(self) -> Walk:
        return _Walker(self._rules, self).walk()

    def seats_used(self, moment: datetime) -> int:
        """Seats in use at `moment`, which is not before now: live ones and those not credited yet."""
        return sum(1 for line in self.walk.seats if line.holds_seat(moment))


class _Walker:
    """Follows the entries in order; own activations go by their id, those of other licenses by license and id."""

    def __init__(self, rules: RuleSet, ledger: Ledger) -> None:
        self._rules = rules
        self._ledger = ledger
        self._lines: dict[_Key, Activation] = {}
        self._live: dict[_Key, Activation] = {}
        self._seats: list[Activation] = []
        self._left: list[DeviceFacts] = []

    def walk(self) -> Walk:
        line_of: list[Activation | None] = []
        place_of: list[DeviceFacts | None] = []
        is_own, lines = self._ledger.is_own, self._lines
        for index, entry in enumerate(self._ledger.entries):
            operation, own = entry.operation, is_own(entry)
            key: _Key = entry.activation if own else (entry.license, entry.activation)
            if entry.activation is None:
                key = self._meant(operation) if own else None
            line = None if key is None else lines.get(key)
            device = entry.device
            if device is not None and not device.components:
                device = None
            if operation in _PLACING:
                line = self._place(entry, device, own, index if key is None else key, line)
            elif operation == "return":
                self._give_back(entry, device, own, key, line)
            elif line is not None:
                self._keep_or_drop(entry, key, line)
            line_of.append(line)
            place_of.append(device or (line.device if line is not None else None))
        return Walk(list(self._live.values()), self._seats, line_of, place_of, self._left)

    def _meant(self, operation: str) -> _Key:
        """Without a name an entry means the latest live activation, unless it only begins one."""
        return None if operation in _NAMELESS else next(reversed(self._live), None)

    def _place(
        self, entry: Entry, device: DeviceFacts | None, own: bool, key: _Key, line: Activation | None
    ) -> Activation:
        if line is None or line.freed is not None:
            line = self._lines[key] = Activation(entry.activation, entry.at, entry.at, device)
            if own:
                self._seats.append(line)
                self._live[key] = line
            return line
        if own:
            if entry.operation == "rehost" and line.device:
                self._left.append(line.device)
            # Taken out and put back at the end: the live activations stay in the order of their placing.
            del self._live[key]
            self._live[key] = line
        line.device, line.contact = device or line.device, entry.at
        return line

    def _keep_or_drop(self, entry: Entry, key: _Key, line: Activation) -> None:
        if entry.operation == "refresh":
            line.contact = entry.at
        elif entry.operation == "lapse":
            line.freed = entry.at if line.freed is None else min(line.freed, entry.at)
            self._live.pop(key, None)

    def _give_back(
        self, entry: Entry, device: DeviceFacts | None, own: bool, key: _Key, line: Activation | None
    ) -> None:
        left = line.device if line and line.device else device
        if own and left and (line is None or line.freed is None):
            self._left.append(left)
        if line and line.freed is None:
            line.freed = self._credit(entry, line)
            self._live.pop(key, None)

    def _credit(self, entry: Entry, line: Activation) -> datetime:
        """When a return frees its seat, by the proof it brought and the rules of today."""
        zone, lease = self._rules.zone, self._rules.lease
        proof = self._rules.proof_for("return", entry.evidence or "none")
        if proof.credit == "never" or (proof.credit == "lease_end" and lease.ttl is None):
            return NEVER
        if proof.credit == "after" and proof.delay:
            return proof.delay.after(entry.at, zone)
        if proof.credit == "lease_end" and lease.ttl:
            end = lease.ttl.after(line.contact, zone)
            if lease.grace and end != NEVER:
                end = lease.grace.after(end, zone)
            return max(end, entry.at)
        return entry.at
