"""A vendor's rule set as frozen values: what a TOML document says once it has been read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from zoneinfo import ZoneInfo

from portal.rules.durations import Duration
from portal.rules.windows import Lifetime, Window

OPERATIONS = ("activate", "return", "repair", "rehost", "reassign", "demo", "emergency", "register")
SCOPES = ("activation", "device", "license", "product", "group", "user")
ROLES = ("admin", "member", "ticket", "program")

# Weakest first: a stronger proof satisfies whoever asks for a weaker one.
PROOFS = ("none", "declaration", "mail_code", "receipt", "online_ack")

# Which requests an allowance with `evidence` speaks of, by the proof they bring.
EVIDENCE_GROUPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "any": frozenset(PROOFS),
        "unproved": frozenset(PROOFS[:3]),
        "offline": frozenset(PROOFS[:4]),
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong or doubtful in a rule set: the line it stands in (from 1) and the reason."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Seats:
    """How far above its quantity a license may go, and for how long (None: without limit)."""

    extra: int = 0
    percent: Fraction | None = None
    grace: Duration | None = None

    def overage(self, quantity: int) -> int:
        """The seats above `quantity`; a percentage rounds down."""
        return self.extra if self.percent is None else int(self.percent * quantity / 100)

    @property
    def has_overage(self) -> bool:
        return bool(self.extra or self.percent)


@dataclass(frozen=True, slots=True)
class Accrual:
    initial: int
    grant: int
    every: Duration
    max_balance: int
    anchor: str  # "first_activation" | "last_use"


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most `limit` operations within `window`, or a balance that grows; an entry counts if every scope agrees."""

    rule: str
    operations: frozenset[str]
    limit: int = 0
    window: Window = field(default_factory=Lifetime)
    accrual: Accrual | None = None
    evidence: str = "any"
    scopes: tuple[str, ...] = ("license",)
    per_quantity: bool = False


@dataclass(frozen=True, slots=True)
class Cooldown:
    rule: str
    before: str
    after: str
    period: Duration
    scope: str = "license"
    exempt_reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """When a device counts as the same one; no `components` means that all of the old device's are compared."""

    match: str = "exact"
    score: int = 0
    components: tuple[str, ...] | None = None
    weights: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Condition:
    rule: str
    operations: frozenset[str]
    countries: tuple[str, ...] | None = None
    virtual_machine: bool | None = None
    roles: tuple[str, ...] | None = None
    never_back_to_left_device: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof that an operation asks for; `credit` tells when a return frees its seat.

    `credit` is "now", "after" (`delay` later), "lease_end" or "never".
    """

    proof: str = "none"
    credit: str = "now"
    delay: Duration | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """How long a license file is good before it must be refreshed (None: forever), and the grace after that."""

    ttl: Duration | None = None
    grace: Duration | None = None


@dataclass(frozen=True, slots=True)
class Demo:
    allowance: Allowance
    durations: tuple[Duration, ...] | None = None
    per: str = "product"  # "product" | "article"
    approval: str = "none"  # "none" | "vendor"


@dataclass(frozen=True, slots=True)
class Emergency:
    allowance: Allowance
    duration: Duration


@dataclass(frozen=True, slots=True)
class Escalation:
    exhausted: str = "deny"  # "deny" | "review"
    offer_emergency: bool = False


@dataclass(frozen=True, slots=True)
class RuleSet:
    name: str
    zone: ZoneInfo
    seats: Seats = Seats()
    allowances: tuple[Allowance, ...] = ()
    cooldowns: tuple[Cooldown, ...] = ()
    binding: Binding = Binding()
    conditions: tuple[Condition, ...] = ()
    evidence: Mapping[str, Proof] = field(default_factory=dict)
    lease: Lease = Lease()
    demo: Demo | None = None
    emergency: Emergency | None = None
    after_registration: str = "refuse"  # whether a ticket still signs in once it is registered: "refuse" | "allow"
    escalation: Escalation = Escalation()
    warnings: tuple[Problem, ...] = field(default=(), compare=False)

    @property
    def time_zone(self) -> str:
        """The IANA name of the vendor's time zone, such as Europe/Berlin."""
        return self.zone.key

    def allowances_for(self, operation: str, evidence: str) -> list[Allowance]:
        """The allowances that speak of this request, in the order of the file, demo or emergency last."""
        last = {"demo": self.demo, "emergency": self.emergency}.get(operation)
        found = [
            allowance
            for allowance in self.allowances
            if operation in allowance.operations and evidence in EVIDENCE_GROUPS[allowance.evidence]
        ]
        return found + [last.allowance] if last else found

    def proof_for(self, operation: str, evidence: str) -> Proof:
        """What this operation has to prove; a return has two faces, told apart by the proof it brings."""
        if operation != "return":
            return self.evidence.get(operation, Proof())
        if evidence == "online_ack":
            return self.evidence.get("return_online", Proof("online_ack"))
        return self.evidence.get("return_offline", Proof("receipt"))
