"""The ledger as one request sees it: what its own license did, what others did, and what overrides are left."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import chain
from operator import attrgetter

from portal.rules.facts import Case, CaseError, DeviceFacts, Entry
from portal.rules.history import Activation, History, Own, Whose
from portal.rules.sets import RuleSet

_OWN: Whose = None


class Ledger:
    """A history looked at from the license `me`. It is asked before anything more is added to the history.

    Where a history holds more than one case would carry, `sees` names the group whose entries of other licenses are
    seen; None then means no others.
    """

    def __init__(self, history: History, me: Whose, sees: str | None = None) -> None:
        self._history, self._me, self._sees = history, me, sees
        self.entries: Sequence[Entry] = history.entries
        self.times: Sequence[datetime] = history.times

    @classmethod
    def of(cls, rules: RuleSet, case: Case) -> "Ledger":
        """The ledger that the case carries, in order of time, ties in the order given."""
        license = case.license.id

        def whose(entry: Entry) -> Whose:
            return _OWN if entry.license == license else entry.license

        others = {entry.license for entry in case.ledger} - {license, None} if license is not None else ()
        history = History(rules, whose if others else None, lambda found: found is _OWN)
        history.add(sorted(case.ledger, key=attrgetter("at")))
        return cls(history, _OWN)

    def end_by(self, now: datetime) -> None:
        """Refuse a ledger that knows the future."""
        if self.times and self.times[-1] > now:
            raise CaseError(f"the ledger has an entry at {self.times[-1]:%Y-%m-%dT%H:%M:%SZ}, after now")

    def done(self, operations: Collection[str], *, own: bool) -> Sequence[int]:
        """Positions of the done operations, in order: those of this license, or all that it sees."""
        if own or self._sees_itself_alone:
            return _merged([self._history.done_by(self._me, operation) for operation in operations])
        return self._seen(_merged([self._history.done(operation) for operation in operations]))

    def done_on(self, devices: Collection[DeviceFacts], operations: Collection[str]) -> Sequence[int]:
        """The same for those on any of these devices, which came out of `alike`."""
        history = self._history
        return self._seen(_merged([history.done_at(device, one) for device in devices for one in operations]))

    def alike(self, components: Mapping[str, str]) -> Collection[DeviceFacts] | None:
        """Devices that have something in common with this one; None where a look at every entry is cheaper."""
        return None if self._me is _OWN or self._sees_itself_alone else self._history.alike(components)

    def unpaid(self, indexes: Sequence[int]) -> Sequence[int]:
        """Those of the entries that no override paid for."""
        covered = self._history.covered()
        return [index for index in indexes if index not in covered] if covered else indexes

    @property
    def _sees_itself_alone(self) -> bool:
        return self._me is not _OWN and self._sees is None

    def _seen(self, indexes: Sequence[int]) -> Sequence[int]:
        if self._me is _OWN:
            return indexes
        me, group, entries = self._me, self._sees, self.entries
        return [index for index in indexes if entries[index].group == group or entries[index].license == me]

    def overrides_left(self, operation: str) -> int:
        """How many more times the vendor's overrides allow this operation on this license."""
        return self._history.granted(self._me, operation)

    @cached_property
    def _own(self) -> Own:
        return self._history.own(self._me)

    @property
    def live(self) -> list[Activation]:
        """The license's live activations, in the order in which they were placed."""
        return list(self._own.live.values())

    @property
    def seats(self) -> Sequence[Activation]:
        """The license's activations that ever held a seat."""
        return self._own.seats

    @property
    def left(self) -> Collection[DeviceFacts]:
        """The devices that its activations were on before a return or a rehost."""
        return self._own.left.values()

    @cached_property
    def line_of(self) -> Sequence[Activation | None]:
        """Each entry's activation."""
        self._history.own(self._me)
        return self._history.line_of

    @cached_property
    def place_of(self) -> Sequence[DeviceFacts | None]:
        """Each entry's device: its own, or the one that its activation was on."""
        self._history.own(self._me)
        return self._history.place_of

    def seats_used(self, moment: datetime) -> int:
        """Seats in use at `moment`, which is not before now: live ones and those not credited yet."""
        return sum(1 for line in self.seats if line.holds_seat(moment))


def _merged(lists: Sequence[Sequence[int]]) -> Sequence[int]:
    found = [indexes for indexes in lists if indexes]
    if len(found) == 1:
        return found[0]
    return sorted(chain.from_iterable(found))
