"""Allowances and cooldowns put to one request: what is left, what is blocked, and until when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from portal.rules.accrual import Balance, balance
from portal.rules.durations import NEVER
from portal.rules.promise import Gate
from portal.rules.question import Question
from portal.rules.sets import Accrual, Allowance, Cooldown
from portal.rules.windows import DISORDER


class Limit:
    """One allowance as this request sees it; `total` is what `left` is left of, both without overrides."""

    def __init__(self, question: Question, allowance: Allowance) -> None:
        self._question, self.allowance = question, allowance
        self._balances: dict[datetime, Balance] = {}
        self.factor = question.case.license.quantity if allowance.per_quantity else 1

    @cached_property
    def _times(self) -> list[datetime]:
        question, allowance = self._question, self.allowance
        return question.moments(question.counted(allowance.operations, allowance.scopes, allowance.evidence))

    @cached_property
    def _anchor(self) -> datetime | None:
        """The first activation in scope, by whatever proof and whoever paid for it."""
        question = self._question
        first = question.done(("activate",), self.allowance.scopes)
        return question.ledger.times[first[0]] if first else None

    def _balance(self, accrual: Accrual, moment: datetime) -> Balance:
        if moment not in self._balances:
            zone = self._question.rules.zone
            self._balances[moment] = balance(accrual, self.factor, self._anchor, self._times, moment, zone)
        return self._balances[moment]

    @cached_property
    def _used(self) -> int:
        question = self._question
        return len(self.allowance.window.counting(self._times, question.now, question.frame))

    @cached_property
    def left(self) -> int:
        if self.allowance.accrual:
            return self._balance(self.allowance.accrual, self._question.now).left
        return max(0, self.total - self._used)

    @cached_property
    def total(self) -> int:
        if self.allowance.accrual:
            state = self._balance(self.allowance.accrual, self._question.now)
            # Before the first one has come, what is missing is shown as one that is to come.
            return state.full or min(self.allowance.accrual.grant, self.allowance.accrual.max_balance) * self.factor
        return self.allowance.limit * self.factor

    @cached_property
    def next_gain(self) -> datetime | None:
        """When there will be more than now, with nothing done in between: a tick, or the end of a count."""
        question, now = self._question, self._question.now
        if accrual := self.allowance.accrual:
            state = self._balance(accrual, now)
            return state.next_tick if state.left < accrual.max_balance * self.factor else None
        used = min(self._used, self.total)
        return self.allowance.window.opens(self._times, used, now, question.frame) if used else None

    def opens(self, moment: datetime) -> datetime | None:
        """The first moment from `moment` on at which something is left."""
        if self.allowance.accrual:
            state = self._balance(self.allowance.accrual, moment)
            return moment if state.left else state.next_tick
        if self.total < 1:
            return None
        return self.allowance.window.opens(self._times, self.total, moment, self._question.frame)

    def params(self) -> dict[str, Any]:
        """What a sentence about this allowance may need; `next` is the moment of `next_gain`."""
        used = self._used
        if accrual := self.allowance.accrual:
            state = self._balance(accrual, self._question.now)
            used = state.full - state.left
        return {"limit": self.total, "used": used, "next": self.next_gain}


@dataclass(frozen=True, slots=True)
class Wait:
    """A cooldown as this request sees it: the moment it ends (NEVER: beyond the calendar) and what began it."""

    cooldown: Cooldown
    began: datetime
    until: datetime

    def opens(self, moment: datetime) -> datetime | None:
        if moment >= self.until:
            return moment
        return None if self.until == NEVER else self.until

    def params(self) -> dict[str, Any]:
        return {
            "before": self.cooldown.before,
            "after": self.cooldown.after,
            "since": self.began,
            "period": self.cooldown.period.text,
            "date": None if self.until == NEVER else self.until,
            "reasons": list(self.cooldown.exempt_reasons),
        }


def limits(question: Question) -> list[Limit]:
    """The allowances that speak of this request, in the order of the file, demo or emergency last."""
    allowances = question.rules.allowances_for(question.operation, question.evidence)
    return [Limit(question, allowance) for allowance in allowances]


def waits(question: Question) -> list[Wait]:
    """The cooldowns that speak of this request, exempted ones left out, ended ones included."""
    reason, found = question.case.reason, []
    for cooldown in question.rules.cooldowns:
        if cooldown.before != question.operation or (reason is not None and reason in cooldown.exempt_reasons):
            continue
        indexes = question.done((cooldown.after,), (cooldown.scope,))
        if wait := _latest_end(cooldown, question, question.moments(indexes)):
            found.append(wait)
    return found


def _latest_end(cooldown: Cooldown, question: Question, times: list[datetime]) -> Wait | None:
    """The wait that ends last; with months, that is not always the one that began last."""
    if not times:
        return None
    after = partial(cooldown.period.after, zone=question.rules.zone)
    near = [at for at in times if times[-1] - at <= DISORDER] if cooldown.period.months else times[-1:]
    began = max(near, key=after)
    return Wait(cooldown, began, after(began))


def limit_gates(question: Question, found: list[Limit]) -> Iterator[Gate]:
    """Cooldowns, then allowances; an unused override of the vendor lifts both."""
    if question.overrides_left:
        return
    for wait in waits(question):
        cooldown = wait.cooldown
        yield Gate("cooldown", wait.opens, cooldown.rule, wait.params, reasons=cooldown.exempt_reasons)
    for limit in found:
        allowance = limit.allowance
        restricted = allowance.evidence != "any"
        yield Gate("allowance_exhausted", limit.opens, allowance.rule, limit.params, restricted=restricted)
