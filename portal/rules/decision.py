"""The answer of the rules: allowed, refused or for the vendor to review, and what else the user can do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

# Every code, in the order in which the rules look; the first obstacle found gives the code.
CODES = (
    "not_entitled",
    "license_revoked",
    "license_merged",
    "license_expired",
    "not_offered",
    "duration_not_offered",
    "condition_country",
    "condition_virtual_machine",
    "condition_role",
    "condition_left_device",
    "same_product_on_device",
    "seats_exhausted",
    "no_activation",
    "cooldown",
    "allowance_exhausted",
    "evidence_missing",
    "approval_required",
    "ok",
)


Outcome = Literal["allow", "deny", "review"]
As = Literal["repair", "rehost", "prolong"] | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules say to one request.

    `rule` names the rule that decided, `params` carries what a sentence about it may need, `remaining` counts
    what is left of each allowance before this operation, `next_allowed_at` is the first second at which the
    same request would be allowed (None: now, or never by time alone), `as_` is what the request amounts to
    ("repair", "rehost" or "prolong"), `alternatives` lists what else helps, out of "wait", "declare_reason",
    "prove", "ask" and "emergency". `activation` is the line of the seat that the decision is about.
    """

    outcome: Outcome
    code: str
    rule: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    remaining: Mapping[str, int] = field(default_factory=dict)
    next_allowed_at: datetime | None = None
    as_: As = None
    alternatives: tuple[str, ...] = ()
    activation: str | None = None

    @property
    def allowed(self) -> bool:
        return self.outcome == "allow"
