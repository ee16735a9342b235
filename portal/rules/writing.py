"""From a rule set back to a TOML document, one key a line, so that what a form says can be read as a text."""

import json
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from portal.rules.sets import OPERATIONS, Allowance, Binding, Condition, Cooldown, Proof, RuleSet, Seats
from portal.rules.windows import Calendar, Rolling, Term, Window

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write(values: Mapping[str, Any]) -> str:
    """The TOML text of a document whose tables hold values, lists of texts and flat tables.

    Every table begins a paragraph and every key a line, in the order of the mappings, so that a problem in a line
    is a problem of one key.
    """
    plain = [_pair(key, value) for key, value in values.items() if not _is_table(value)]
    paragraphs = ["\n".join(plain)] if plain else []
    for key, value in values.items():
        if isinstance(value, Mapping):
            paragraphs.append(_table(f"[{_key(key)}]", value))
        elif _is_table(value):
            paragraphs += [_table(f"[[{_key(key)}]]", one) for one in value]
    return "\n\n".join(paragraphs) + "\n"


def document(rules: RuleSet) -> dict[str, Any]:
    """The shortest document that says the same as `rules`: what equals the default is left out."""
    found: dict[str, Any] = {"name": rules.name, "time_zone": rules.time_zone}
    found["seats"] = _seats(rules.seats)
    found["allowance"] = [_allowance(one, f"allowance {n}") for n, one in enumerate(rules.allowances, start=1)]
    found["cooldown"] = [_cooldown(one, f"cooldown {n}") for n, one in enumerate(rules.cooldowns, start=1)]
    found["binding"] = _binding(rules.binding)
    found["condition"] = [_condition(one, f"condition {n}") for n, one in enumerate(rules.conditions, start=1)]
    found["evidence"] = {key: _proof(proof) for key, proof in rules.evidence.items()}
    found["lease"] = _present(
        ttl=rules.lease.ttl and rules.lease.ttl.text, grace=rules.lease.grace and rules.lease.grace.text
    )
    found = {key: value for key, value in found.items() if value}
    # These two are offered as soon as their table stands there, whatever is in it.
    if rules.demo:
        lengths = rules.demo.durations
        durations = None if lengths is None else [one.text for one in lengths]
        found["demo"] = _present(durations=durations, per=rules.demo.per, approval=rules.demo.approval)
    if rules.emergency:
        allowance = rules.emergency.allowance
        found["emergency"] = {
            "duration": rules.emergency.duration.text,
            "limit": allowance.limit,
            "window": window_text(allowance.window),
        }
    if rules.after_registration != "refuse":
        found["ticket_sign_in"] = {"after_registration": rules.after_registration}
    if rules.escalation.exhausted != "deny" or rules.escalation.offer_emergency:
        found["escalation"] = {
            "exhausted": rules.escalation.exhausted,
            "offer_emergency": rules.escalation.offer_emergency,
        }
    return found


def window_text(window: Window) -> str:
    """A window as a rule set names it."""
    match window:
        case Rolling(period):
            return f"rolling {period.text}"
        case Calendar(unit):
            return f"calendar {unit}"
        case Term():
            return "term"
    return "lifetime"


def _seats(seats: Seats) -> dict[str, Any]:
    overage = _percent(seats.percent) if seats.percent is not None else seats.extra or None
    return _present(overage=overage, overage_grace=seats.grace and seats.grace.text)


def _percent(share: Fraction) -> str:
    whole, rest = divmod(share * 10**9, 10**9)
    digits = f"{int(rest):09}".rstrip("0")
    return f"{whole}.{digits}%" if digits else f"{whole}%"


def _allowance(allowance: Allowance, label: str) -> dict[str, Any]:
    found = {**_named(allowance.rule, label), "operations": _ordered(allowance.operations)}
    if allowance.accrual:
        grown = allowance.accrual
        found["accrual"] = {
            "initial": grown.initial,
            "grant": grown.grant,
            "every": grown.every.text,
            "max_balance": grown.max_balance,
            "anchor": grown.anchor,
        }
    else:
        found |= {"limit": allowance.limit, "window": window_text(allowance.window)}
    found |= {"evidence": allowance.evidence} if allowance.evidence != "any" else {}
    found |= {"scope": allowance.scopes[0]} if allowance.scopes[0] != "license" else {}
    return found | ({"per_quantity": True} if allowance.per_quantity else {})


def _cooldown(cooldown: Cooldown, label: str) -> dict[str, Any]:
    return {
        **_named(cooldown.rule, label),
        "before": cooldown.before,
        "after": cooldown.after,
        "period": cooldown.period.text,
        **({"scope": cooldown.scope} if cooldown.scope != "license" else {}),
        **({"exempt_reasons": list(cooldown.exempt_reasons)} if cooldown.exempt_reasons else {}),
    }


def _binding(binding: Binding) -> dict[str, Any]:
    if binding == Binding():
        return {}
    parts: Any = dict(binding.weights) or (None if binding.components is None else list(binding.components))
    score = binding.score if binding.score or binding.match == "score" else None
    return _present(match=binding.match, score=score, components=parts)


def _condition(condition: Condition, label: str) -> dict[str, Any]:
    return {
        **_named(condition.rule, label),
        "operations": _ordered(condition.operations),
        **_present(
            countries=None if condition.countries is None else list(condition.countries),
            virtual_machine=condition.virtual_machine,
            roles=None if condition.roles is None else list(condition.roles),
            never_back_to_left_device=condition.never_back_to_left_device or None,
        ),
    }


def _proof(proof: Proof) -> dict[str, Any]:
    if proof.credit == "now":
        return {"proof": proof.proof}
    return {"proof": proof.proof, "credit": f"after {proof.delay.text}" if proof.delay else proof.credit}


def _named(rule: str, label: str) -> dict[str, Any]:
    """A rule without a name goes by its kind and number, and stays without one."""
    return {} if rule == label else {"name": rule}


def _ordered(operations: frozenset[str]) -> list[str]:
    return [operation for operation in OPERATIONS if operation in operations]


def _present(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)
    )


def _table(header: str, values: Mapping[str, Any]) -> str:
    return "\n".join([header, *(_pair(key, value) for key, value in values.items())])


def _pair(key: str, value: Any) -> str:
    return f"{_key(key)} = {_value(value)}"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _quoted(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        inner = ", ".join(_pair(key, one) for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return str(value) if isinstance(value, int) else _quoted(str(value))


def _quoted(text: str) -> str:
    # JSON escapes what TOML wants escaped, but for one control character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
