"""Short ways to write a rule set, a ledger and a request, so that a table of cases reads like one."""

from typing import Any

from portal.rules import Decision, RuleSet, decide, load, read_case, write_answer

HEAD = 'name = "Test"\ntime_zone = "Europe/Berlin"\n'

MOST = '[binding]\nmatch = "most"\n'
DESK_42 = {"board": "b42", "disk": "d42", "cpu": "c42"}
DESK_77 = {"board": "b77", "disk": "d77", "cpu": "c77"}


def rules(text: str = "") -> RuleSet:
    return load(HEAD + text)


def instant(text: str) -> str:
    """2026-05-03 or 2026-05-03 12:00 or 2026-05-03 12:00:01 as a moment of the case format."""
    day, _, clock = text.partition(" ")
    return f"{day}T{(clock or '00:00') + ('' if clock.count(':') == 2 else ':00')}Z"


def entry(at: str, operation: str, activation: str | None = None, **more: Any) -> dict[str, Any]:
    """One line of a ledger; `on` gives the components of its device."""
    on = more.pop("on", None)
    if on is not None:
        more["device"] = {"components": on}
    return {"at": instant(at), "operation": operation, "activation": activation, **more}


def override(at: str, grants: str, amount: int = 1, **more: Any) -> dict[str, Any]:
    return entry(at, "override", grants=grants, amount=amount, actor="vera", reason="goodwill", **more)


def request(operation: str, now: str, ledger: Any = (), **more: Any) -> dict[str, Any]:
    """A case as JSON; `on` gives the components of the device, `license` adds to the license."""
    device = dict(more.pop("device", None) or {})
    if "on" in more:
        device["components"] = more.pop("on")
    license = {"id": "L1", "quantity": 1, "state": "active", **more.pop("license", {})}
    ledger = [entry(*line) if isinstance(line, tuple) else line for line in ledger]
    return {
        "now": instant(now),
        "operation": operation,
        "license": license,
        "device": device or None,
        "ledger": ledger,
        **more,
    }


def decision(rule_set: RuleSet, operation: str, now: str, ledger: Any = (), **more: Any) -> Decision:
    return decide(rule_set, read_case(request(operation, now, ledger, **more)))


def answer(rule_set: RuleSet, operation: str, now: str, ledger: Any = (), **more: Any) -> dict[str, Any]:
    return write_answer(decision(rule_set, operation, now, ledger, **more))


def code(rule_set: RuleSet, operation: str, now: str, ledger: Any = (), **more: Any) -> str:
    return decision(rule_set, operation, now, ledger, **more).code


def next_date(rule_set: RuleSet, operation: str, now: str, ledger: Any = (), **more: Any) -> str | None:
    return answer(rule_set, operation, now, ledger, **more)["next_allowed_at"]


def limit(operation: str, limit: int, window: str = "lifetime", more: str = "") -> str:
    return f'[[allowance]]\noperations = ["{operation}"]\nlimit = {limit}\nwindow = "{window}"\n{more}\n'


def cooldown(before: str, after: str, period: str, more: str = "") -> str:
    return f'[[cooldown]]\nbefore = "{before}"\nafter = "{after}"\nperiod = "{period}"\n{more}\n'
