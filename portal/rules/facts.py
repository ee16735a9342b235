"""The facts that a decision is made from: the request, the license, the device, who asks, and what happened so far.

All moments are UTC and whole seconds; fractions of a second are cut off, so that what is recorded within a
second counts as soon as that second is asked about.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime


class CaseError(ValueError):
    """A case that no rule set can answer: an unknown operation, or a ledger that knows the future."""


def _whole_second(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone; give it in UTC")
    return moment.astimezone(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class RunningLicense:
    """A license that already runs on the device; `ends_at` None means that it has no end."""

    id: str | None = None
    product: str | None = None
    model: str | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """A device as the program saw it. `components` maps the name of a component to its (hashed) value."""

    components: Mapping[str, str] = field(default_factory=dict)
    country: str | None = None
    virtual_machine: bool | None = None
    licenses: tuple[RunningLicense, ...] = ()


@dataclass(frozen=True, slots=True)
class LicenseFacts:
    """The license asked about. None in a key (`id`, `product`, `article`, `group`) agrees with every other."""

    id: str | None = None
    quantity: int = 1
    state: str = "active"
    term_begin: datetime | None = None
    term_end: datetime | None = None
    product: str | None = None
    article: str | None = None
    group: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class ActorFacts:
    """Who asks. `entitled` is found out by the caller before any rule is asked."""

    role: str | None = None
    user: str | None = None
    entitled: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger: an operation that was done, or an `override`, `refresh` or `lapse`.

    A repair or rehost is entered as what it was decided to be. `grants` and `amount` belong to overrides.
    """

    at: datetime
    operation: str
    activation: str | None = None
    device: DeviceFacts | None = None
    evidence: str | None = None
    reason: str | None = None
    license: str | None = None
    product: str | None = None
    article: str | None = None
    group: str | None = None
    user: str | None = None
    grants: str | None = None
    amount: int = 0
    actor: str | None = None

    def __post_init__(self) -> None:
        if self.at.microsecond or self.at.tzinfo is not UTC:
            object.__setattr__(self, "at", _whole_second(self.at))


@dataclass(frozen=True, slots=True)
class Case:
    """One request at one moment, with the ledger of everything done before it, in any order.

    `evidence` is the proof that the request brings (None is none), `reason` a declared reason, `duration` the
    wanted length of a demo, `activation` the line of the seat that is meant.
    """

    now: datetime
    operation: str
    license: LicenseFacts = LicenseFacts()
    device: DeviceFacts | None = None
    actor: ActorFacts = ActorFacts()
    ledger: tuple[Entry, ...] = ()
    activation: str | None = None
    reason: str | None = None
    evidence: str | None = None
    duration: str | None = None

    def __post_init__(self) -> None:
        if self.now.microsecond or self.now.tzinfo is not UTC:
            object.__setattr__(self, "now", _whole_second(self.now))
