"""What was done, entry by entry: the activations it made, the seats they hold, and what the overrides paid for.

A history grows in order of time. It can be that of one license or that of a whole owner; whose an entry is decides the
one who keeps it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal.rules.durations import NEVER
from portal.rules.facts import DeviceFacts, Entry
from portal.rules.sets import RuleSet

_PLACING = frozenset({"activate", "repair", "rehost"})
_NAMELESS = frozenset({"activate", "demo", "override"})

Whose = str | None
_ALL_OWN: Whose = None

# What an activation goes by within one license: its id; one without an id goes by the position of its entry.
_Key = str | int | None


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


@dataclass(slots=True, eq=False)
class Own:
    """What became of one license: its live activations in the order in which they were placed, all that ever held a
    seat, and the devices that they were on before a return or a rehost.
    """

    lines: dict[_Key, Activation] = field(default_factory=dict)
    live: dict[_Key, Activation] = field(default_factory=dict)
    seats: list[Activation] = field(default_factory=list)
    left: dict[int, DeviceFacts] = field(default_factory=dict)

    def leave(self, device: DeviceFacts) -> None:
        self.left[id(device)] = device


class History:
    """Entries in order of time; what follows from them is worked out once for each, and only when it is asked for.

    `line_of` and `place_of` give each entry's activation and device as far as that has been asked for. `is_meant` tells
    for whose entries one without a name means the latest live activation. Without `whose` all are of one.
    """

    def __init__(
        self,
        rules: RuleSet,
        whose: Callable[[Entry], Whose] | None,
        is_meant: Callable[[Whose], bool] = lambda _: True,
    ) -> None:
        self._rules, self._whose, self._is_meant = rules, whose, is_meant
        self.entries: list[Entry] = []
        self.times: list[datetime] = []
        self.line_of: list[Activation | None] = []
        self.place_of: list[DeviceFacts | None] = []
        self._whoses: list[Whose] = []
        self._done: dict[str, list[int]] = defaultdict(list)
        self._done_by: dict[Whose, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._own: dict[Whose, Own] = defaultdict(Own)
        self._covered: set[int] = set()
        self._granted: dict[tuple[Whose, str], int] = defaultdict(int)
        self._sorted = self._paid = self._placed = 0
        self._has_overrides = False
        self._alike: dict[tuple[str, str], dict[int, DeviceFacts]] = defaultdict(dict)
        self._done_at: dict[tuple[int, str], list[int]] = defaultdict(list)

    def add(self, entries: Sequence[Entry]) -> None:
        """What was done next, in order."""
        operations = [entry.operation for entry in entries]
        whoses: list[Whose] = [_ALL_OWN] * len(entries) if self._whose is None else list(map(self._whose, entries))
        before: object = self
        for index, (operation, whose) in enumerate(zip(operations, whoses, strict=True), start=len(self.entries)):
            if whose != before:
                done, before = self._done_by[whose], whose
            done[operation].append(index)
        self.entries += entries
        self.times += [entry.at for entry in entries]
        self._has_overrides = self._has_overrides or "override" in operations
        self._whoses += whoses

    def done_by(self, whose: Whose, operation: str) -> Sequence[int]:
        """Where this operation of this license stands."""
        done = self._done_by.get(whose)
        return () if done is None else done.get(operation, ())

    def done(self, operation: str) -> Sequence[int]:
        """Where this operation stands, whosever."""
        for index in range(self._sorted, len(self.entries)):
            self._done[self.entries[index].operation].append(index)
        self._sorted = len(self.entries)
        return self._done.get(operation, ())

    def done_at(self, device: DeviceFacts, operation: str) -> Sequence[int]:
        """Where this operation on this very device stands, as far as `alike` was asked for."""
        return self._done_at.get((id(device), operation), ())

    def alike(self, components: Mapping[str, str]) -> Collection[DeviceFacts]:
        """The devices so far that have a component in common with these."""
        self.own(None)
        for index in range(self._placed, len(self.entries)):
            place = self.place_of[index]
            if place is not None:
                self._done_at[id(place), self.entries[index].operation].append(index)
                for component in place.components.items():
                    self._alike[component][id(place)] = place
        self._placed = len(self.entries)
        found: dict[int, DeviceFacts] = {}
        for component in components.items():
            found |= self._alike.get(component, {})
        return found.values()

    def own(self, whose: Whose) -> Own:
        """What became of this license up to the last entry."""
        if len(self.line_of) < len(self.entries):
            self._catch_up(len(self.line_of))
        return self._own[whose]

    def covered(self) -> set[int]:
        """The entries that an override paid for."""
        if self._has_overrides:
            for index in range(self._paid, len(self.entries)):
                self._pay(index, self.entries[index])
            self._paid = len(self.entries)
        return self._covered

    def granted(self, whose: Whose, operation: str) -> int:
        """How many more times the vendor's overrides allow this operation on this license."""
        self.covered()
        return self._granted.get((whose, operation), 0)

    def _pay(self, index: int, entry: Entry) -> None:
        whose = self._whoses[index]
        if entry.operation == "override":
            self._granted[whose, entry.grants or ""] += entry.amount
        elif self._granted.get((whose, entry.operation)):
            self._granted[whose, entry.operation] -= 1
            self._covered.add(index)

    def _catch_up(self, start: int) -> None:
        line_of, place_of, before = self.line_of, self.place_of, object()
        for index, (entry, whose) in enumerate(zip(self.entries[start:], self._whoses[start:], strict=True), start):
            if whose != before:
                own, before = self._own[whose], whose
                lines, is_meant = own.lines, self._is_meant(whose)
            operation, device = entry.operation, entry.device
            key: _Key = entry.activation
            if key is None and is_meant and operation not in _NAMELESS:
                key = next(reversed(own.live), None)
            if device is not None and not device.components:
                device = None
            line = None if key is None else lines.get(key)
            if operation in _PLACING:
                line = self._place(own, entry, device, index if key is None else key, line)
            elif operation == "return":
                self._give_back(own, entry, device, key, line)
            elif line is not None:
                if operation == "refresh":
                    line.contact = entry.at
                elif operation == "lapse":
                    line.freed = entry.at if line.freed is None else min(line.freed, entry.at)
                    own.live.pop(key, None)
            line_of.append(line)
            place_of.append(device or (None if line is None else line.device))

    def _place(
        self, own: Own, entry: Entry, device: DeviceFacts | None, key: _Key, line: Activation | None
    ) -> Activation:
        if line is None or line.freed is not None:
            line = own.lines[key] = own.live[key] = Activation(entry.activation, entry.at, entry.at, device)
            own.seats.append(line)
            return line
        if entry.operation == "rehost" and line.device:
            own.leave(line.device)
        # Taken out and put back at the end: the live activations stay in the order of their placing.
        del own.live[key]
        own.live[key] = line
        line.device, line.contact = device or line.device, entry.at
        return line

    def _give_back(
        self, own: Own, entry: Entry, device: DeviceFacts | None, key: _Key, line: Activation | None
    ) -> None:
        left = line.device if line and line.device else device
        if left and (line is None or line.freed is None):
            own.leave(left)
        if line and line.freed is None:
            line.freed = self._credit(entry, line)
            own.live.pop(key, None)

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
