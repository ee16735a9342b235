"""One request put to one rule set: what it amounts to, which activation it means, and which entries it reaches."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from operator import attrgetter

from portal.rules.binding import match
from portal.rules.durations import Duration, parse_duration
from portal.rules.facts import Case, CaseError, DeviceFacts
from portal.rules.history import Activation
from portal.rules.ledger import Ledger
from portal.rules.sets import EVIDENCE_GROUPS, OPERATIONS, PROOFS, RuleSet
from portal.rules.windows import Frame

# Operations for which no activation exists yet, so that nothing of an activation's can count.
_WITHOUT_ACTIVATION = frozenset({"activate", "demo"})


class Question:
    """The request with everything that follows from the ledger; the rules applied are those of `operation`."""

    def __init__(self, rules: RuleSet, case: Case, ledger: Ledger | None = None, *, settled: bool = False) -> None:
        """`settled`: whether a repair is a repair has been decided already, or does not matter."""
        if case.operation not in OPERATIONS:
            raise CaseError(f"{case.operation!r} is no operation; known are {', '.join(OPERATIONS)}")
        self.rules, self.case = rules, case
        self.now, self.evidence = case.now, case.evidence or "none"
        if self.evidence not in PROOFS:
            raise CaseError(f"{self.evidence!r} is no evidence; known are {', '.join(PROOFS)}")
        self.ledger = ledger or Ledger.of(rules, case)
        self.ledger.end_by(case.now)
        self.operation = case.operation
        if case.operation in ("repair", "rehost") and not settled:
            self.operation = "repair" if self._repaired else "rehost"
        self.wanted_duration = _duration(case.duration)
        self.frame = Frame(rules.zone, case.license.term_begin)

    def instead(self, operation: str) -> "Question":
        """The same request for another operation, taken at its word, over the same ledger."""
        case = replace(self.case, operation=operation, duration=None)
        return Question(self.rules, case, self.ledger, settled=True)

    @cached_property
    def overrides_left(self) -> int:
        return self.ledger.overrides_left(self.operation)

    @cached_property
    def activation(self) -> Activation | None:
        """The live activation that the request is about."""
        if self.operation in _WITHOUT_ACTIVATION:
            return None
        if self.case.operation in ("repair", "rehost") and self._repaired:
            return self._repaired
        candidates = self._candidates
        return candidates[-1] if candidates else None

    @cached_property
    def activation_id(self) -> str | None:
        if self.operation in _WITHOUT_ACTIVATION:
            return None
        return self.activation.id if self.activation else self.case.activation

    @cached_property
    def _candidates(self) -> list[Activation]:
        live, named = self.ledger.live, self.case.activation
        return live if named is None else [line for line in live if line.id == named]

    @cached_property
    def _repaired(self) -> Activation | None:
        """The live activation whose device this is: the best match, of equal ones the one placed last."""
        device = self.case.device
        if device is None or not device.components:
            return None
        best, found = -1, None
        for line in self._candidates:
            rank = match(self.rules.binding, line.device.components, device.components) if line.device else None
            if rank is not None and rank >= best:
                best, found = rank, line
        return found

    @cached_property
    def _device(self) -> DeviceFacts | None:
        """The device by which entries are compared; a request without one has its activation's."""
        if self.case.device is not None and self.case.device.components:
            return self.case.device
        return self.activation.device if self.activation else None

    def done(self, operations: Collection[str], scopes: Sequence[str]) -> Sequence[int]:
        """Where the done operations stand that every one of `scopes` reaches from this request, in order."""
        alike = self._alike if "device" in scopes and "license" not in scopes else None
        if alike is not None:
            indexes = self.ledger.done_on(alike, operations)
        else:
            indexes = self.ledger.done(operations, own="license" in scopes)
        for scope in scopes:
            if not indexes:
                break
            if scope == "activation":
                indexes = self._of_activation(indexes)
            elif scope == "device" and alike is None:
                indexes = self._of_device(indexes)
            elif scope in _entry_key:
                indexes = self._of_key(indexes, scope)
        return indexes

    def counted(self, operations: Collection[str], scopes: Sequence[str], group: str) -> Sequence[int]:
        """Those of them that no override paid for, and whose proof belongs to the evidence group."""
        indexes = self.ledger.unpaid(self.done(operations, scopes))
        if group == "any":
            return indexes
        entries, proofs = self.ledger.entries, EVIDENCE_GROUPS[group]
        return [index for index in indexes if (entries[index].evidence or "none") in proofs]

    def moments(self, indexes: Sequence[int]) -> list[datetime]:
        times = self.ledger.times
        return [times[index] for index in indexes]

    def _of_key(self, indexes: Sequence[int], key: str) -> Sequence[int]:
        wanted = self.case.actor.user if key == "user" else _license_key[key](self.case.license)
        if wanted is None:
            return indexes
        entries, read = self.ledger.entries, _entry_key[key]
        return [index for index in indexes if (found := read(entries[index])) is None or found == wanted]

    def _of_activation(self, indexes: Sequence[int]) -> Sequence[int]:
        if self.operation in _WITHOUT_ACTIVATION:
            return ()
        entries, line_of = self.ledger.entries, self.ledger.line_of
        line, id = self.activation, self.activation_id
        return [
            index
            for index in indexes
            if (line is not None and line_of[index] is line) or (id is not None and entries[index].activation == id)
        ]

    @cached_property
    def _alike(self) -> Collection[DeviceFacts] | None:
        """The recorded devices that are this one; None where every entry has to be looked at."""
        binding = self.rules.binding
        if self._device is None or (binding.match == "score" and not binding.score):
            return None
        new = self._device.components
        found = self.ledger.alike(new)
        return None if found is None else [one for one in found if match(binding, one.components, new) is not None]

    def _of_device(self, indexes: Sequence[int]) -> Sequence[int]:
        if self._device is None:
            return ()
        new, binding, place_of = self._device.components, self.rules.binding, self.ledger.place_of
        same: dict[int, bool] = {}
        found = []
        for index in indexes:
            place = place_of[index]
            if place is None:
                continue
            if (key := id(place)) not in same:
                same[key] = match(binding, place.components, new) is not None
            if same[key]:
                found.append(index)
        return found


def _duration(text: str | None) -> Duration | None:
    if text is None:
        return None
    try:
        return parse_duration(text)
    except ValueError as problem:
        raise CaseError(f"duration: {problem}") from None


_entry_key = {key: attrgetter(key) for key in ("product", "article", "group", "user")}
_license_key = {
    "product": attrgetter("product"),
    "article": attrgetter("article"),
    "group": attrgetter("group"),
}
