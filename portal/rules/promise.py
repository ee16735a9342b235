"""When will it be possible? Every obstacle is a gate that knows from when on it stands open."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


def never(moment: datetime) -> None:
    """A gate that time alone does not open."""
    return None


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that may forbid a request.

    `opens(moment)` is the first moment from `moment` on at which it forbids nothing, `moment` itself where it
    does not now, None where it never will. `params` is asked for only when the gate decides.
    """

    code: str
    opens: Callable[[datetime], datetime | None]
    rule: str | None = None
    params: Callable[[], Mapping[str, Any]] = field(default=dict)
    reasons: tuple[str, ...] = ()
    restricted: bool = False

    def is_shut(self, moment: datetime) -> bool:
        return self.opens(moment) != moment


def first_free(gates: Iterable[Gate], moment: datetime) -> datetime | None:
    """The first moment from `moment` on at which every gate stands open, or None where there is none."""
    gates = tuple(gates)
    tried = None
    while tried != moment:
        tried = moment
        for gate in gates:
            opening = gate.opens(moment)
            if opening is None:
                return None
            moment = opening
    return moment
