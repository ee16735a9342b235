"""The tables of a rule set that limit: [[allowance]], [[cooldown]], [demo] and [emergency]."""

from portal.rules.durations import Duration, parse_duration
from portal.rules.reading import Table
from portal.rules.sets import (
    EVIDENCE_GROUPS,
    OPERATIONS,
    SCOPES,
    Accrual,
    Allowance,
    Cooldown,
    Demo,
    Emergency,
    Problem,
)
from portal.rules.windows import UNITS, Calendar, Lifetime, Rolling, Term, Window


def allowance(table: Table, label: str, notes: list[Problem]) -> Allowance | None:
    rule = table.text("name") or label
    operations = table.texts("operations", options=OPERATIONS, required=True)
    evidence = table.choice("evidence", tuple(EVIDENCE_GROUPS), "any")
    scope = table.choice("scope", SCOPES, "license")
    per_quantity = bool(table.flag("per_quantity"))
    limit, window = table.count("limit"), _window(table)
    accrual_table = table.table("accrual")
    accrual = _accrual(accrual_table) if accrual_table else None
    table.end()
    if "accrual" in table:
        for key in ("limit", "window"):
            if key in table:
                table.refuse(key, f"{key} and accrual are two ways to say how much; keep one")
    elif "limit" not in table:
        table.refuse(None, f"{table.title} needs limit or accrual")
    if scope == "activation" and operations and set(operations) <= {"activate", "demo"}:
        reason = "nothing counts per activation for an operation that only begins one; this rule never forbids"
        notes.append(Problem(table.line("scope"), reason))
    return Allowance(
        rule=rule,
        operations=frozenset(operations or ()),
        limit=limit or 0,
        window=window,
        accrual=accrual,
        evidence=evidence,
        scopes=(scope,),
        per_quantity=per_quantity,
    )


def cooldown(table: Table, label: str, notes: list[Problem]) -> Cooldown | None:
    rule = table.text("name") or label
    before = table.text("before", required=True)
    after = table.text("after", required=True)
    for key, value in (("before", before), ("after", after)):
        if value is not None and value not in OPERATIONS:
            table.refuse(key, f"{key} is {value!r}; it can be {', '.join(OPERATIONS)}")
    period = table.duration("period", required=True, can_be_zero=True)
    scope = table.choice("scope", SCOPES, "license")
    exempt_reasons = table.texts("exempt_reasons") or ()
    table.end()
    if before is None or after is None or period is None:
        return None
    if period.is_zero:
        notes.append(Problem(table.line("period"), "a period of no time makes nobody wait"))
    if scope == "activation" and before in ("activate", "demo"):
        reason = f"nothing counts per activation before {before!r}, which only begins one; this rule never forbids"
        notes.append(Problem(table.line("scope"), reason))
    return Cooldown(rule, before, after, period, scope, exempt_reasons)


def demo(table: Table | None) -> Demo | None:
    if table is None:
        return None
    texts = table.texts("durations")
    durations = [table.as_duration("durations", text) for text in texts or ()]
    per = table.choice("per", ("product", "article"), "product")
    approval = table.choice("approval", ("none", "vendor"), "none")
    table.end()
    once = Allowance("demo", frozenset({"demo"}), limit=1, scopes=("user", per))
    return Demo(once, None if texts is None else tuple(filter(None, durations)), per, approval)


def emergency(table: Table | None) -> Emergency | None:
    if table is None:
        return None
    duration = table.duration("duration") or parse_duration("P7D")
    limit = table.count("limit", 1)
    window = _window(table)
    table.end()
    return Emergency(Allowance("emergency", frozenset({"emergency"}), limit or 0, window), duration)


def _window(table: Table) -> Window:
    text = table.text("window")
    match (text or "lifetime").split():
        case ["lifetime"]:
            return Lifetime()
        case ["term"]:
            return Term()
        case ["calendar", unit] if unit in UNITS:
            return Calendar(unit)
        case ["rolling", period]:
            rolling: Duration | None = table.as_duration("window", period)
            return Rolling(rolling) if rolling else Lifetime()
    units = "|".join(UNITS)
    table.refuse("window", f"window is {text!r}; it can be rolling P…, calendar {units}, term or lifetime")
    return Lifetime()


def _accrual(table: Table) -> Accrual | None:
    initial, grant = table.count("initial", 0), table.count("grant", 1)
    every = table.duration("every", required=True)
    most = table.count("max_balance", required=True, least=1)
    anchor = table.choice("anchor", ("first_activation", "last_use"), "first_activation")
    table.end()
    if initial == 0 and grant == 0:
        table.refuse("grant", "initial and grant are both 0: this rule could never allow anything")
    if initial is not None and most is not None and initial > most:
        table.refuse("initial", f"initial is {initial}, above max_balance {most}")
    if initial is None or grant is None or every is None or most is None:
        return None
    return Accrual(initial, grant, every, most, anchor)
