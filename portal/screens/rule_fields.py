"""A rule set as the fields of a form, and back: the name of a field is the path of its key in the document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.rules import OPERATIONS
from portal.rules.proof_tables import EVIDENCE_KEYS
from portal.rules.sets import ROLES
from portal.rules.writing import write

ROWS = ("allowance", "cooldown", "condition")  # what there can be several of
MOST_ROWS = 40
ALWAYS = {"allowance": "how", "cooldown": "before", "condition": "virtual_machine"}  # sent with each row
UNITS = {"H": "PT{}H", "D": "P{}D", "W": "P{}W", "M": "P{}M", "Y": "P{}Y"}
AS_WRITTEN = "iso"  # a span of several units, as the document writes it

_ONE_UNIT = re.compile(r"P(?:T([0-9]+)(H)|([0-9]+)([DWMY]))")
_ROW = re.compile(rf"({'|'.join(ROWS)})-([0-9]{{1,2}})-(.*)", re.DOTALL)


@dataclass(slots=True)
class Fields:
    """What stands in the form: texts by the name of the field, and how many rows there are of each kind."""

    values: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ROWS, 0))


def names(sent: Mapping[str, str]) -> Iterator[str]:
    """Those of the sent names that the form has."""
    return (name for name in sent if is_field(name))


def is_field(name: str) -> bool:
    """Whether the form has, or can have, a field of this name."""
    row = _ROW.fullmatch(name)
    if row is None:
        return name in _KNOWN or name in _GROUPS
    plain = f"{row[1]}-0-{row[3]}"
    return int(row[2]) < MOST_ROWS and (plain in _KNOWN or plain in _GROUPS)


def filled(document: Mapping[str, Any]) -> Fields:
    """The form as a document fills it; a value that makes no sense is shown as it stands."""
    found = Fields()
    _put(found.values, "name", document.get("name"))
    _put(found.values, "time_zone", document.get("time_zone"))
    for kind in ROWS:
        rows = document.get(kind)
        tables = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
        found.rows[kind] = min(len(tables), MOST_ROWS)
        for index, table in enumerate(tables[:MOST_ROWS]):
            _fill_table(found.values, f"{kind}-{index}", table)
    for kind in ("seats", "binding", "lease", "demo", "emergency", "ticket_sign_in", "escalation"):
        if isinstance(table := document.get(kind), Mapping):
            found.values |= {kind: "yes"} if kind in ("demo", "emergency") else {}
            _fill_table(found.values, kind, table)
    if isinstance(proofs := document.get("evidence"), Mapping):
        for key, proof in proofs.items():
            _fill_table(found.values, f"evidence-{key}", proof if isinstance(proof, Mapping) else {})
    return found


def _fill_table(values: dict[str, str], base: str, table: Mapping[str, Any]) -> None:
    for key, value in table.items():
        name = f"{base}-{key}"
        if key in ("operations", "roles") and isinstance(value, list):
            values |= {f"{name}-{one}": "yes" for one in value}
        elif key == "accrual" and isinstance(value, Mapping):
            values[f"{base}-how"] = "accrual"
            _fill_table(values, name, value)
        elif key in ("window", "credit"):
            word, _, span = str(value).partition(" ")
            is_span = word in ("rolling", "after")
            values[name] = word if is_span else str(value)
            if is_span:
                _put_span(values, f"{name}-period", [span])
        elif key in _SPANS:
            _put_span(values, name, value if isinstance(value, list) else [value])
        else:
            _put(values, name, value)


def _put(values: dict[str, str], name: str, value: Any) -> None:
    if isinstance(value, bool):
        values[name] = "yes" if value else "no"
    elif isinstance(value, Mapping):
        values[name] = ", ".join(f"{key} = {one}" for key, one in value.items())
    elif isinstance(value, list):
        values[name] = ", ".join(map(str, value))
    elif value is not None:
        values[name] = str(value)


def _put_span(values: dict[str, str], name: str, spans: Sequence[Any]) -> None:
    """Spans of one and the same unit as numbers with that unit."""
    read = [_ONE_UNIT.fullmatch(str(span)) for span in spans]
    units = {(one[2] or one[4]) for one in read if one}
    if all(read) and len(units) == 1:
        values[name] = ", ".join(one[1] or one[3] for one in read if one)
        values[f"{name}-unit"] = units.pop()
    else:
        values[name] = ", ".join(map(str, spans))
        values[f"{name}-unit"] = AS_WRITTEN


def document(sent: Mapping[str, str]) -> dict[str, Any]:
    """The document that the sent form says; whether it makes sense is for the rules to say."""
    form = _Sent(sent)
    found: dict[str, Any] = {"name": form.text("name"), "time_zone": form.text("time_zone")}
    found["seats"] = {
        "overage": form.number("seats-overage"),
        "overage_grace": form.span("seats-overage_grace"),
    }
    found["allowance"] = [form.allowance(base) for base in form.bases("allowance")]
    found["cooldown"] = [form.cooldown(base) for base in form.bases("cooldown")]
    found["binding"] = {
        "match": form.text("binding-match"),
        "score": form.number("binding-score"),
        "components": form.components("binding-components"),
    }
    found["condition"] = [form.condition(base) for base in form.bases("condition")]
    found["evidence"] = {key: form.proof(f"evidence-{key}") for key in EVIDENCE_KEYS}
    found["lease"] = {"ttl": form.span("lease-ttl"), "grace": form.span("lease-grace")}
    found = {key: _present(value) for key, value in found.items()}
    # An empty table of these would say something, of all others nothing.
    found = {key: value for key, value in found.items() if value}
    if form.yes("demo"):
        found["demo"] = _present(
            {
                "durations": form.spans("demo-durations"),
                "per": form.text("demo-per"),
                "approval": form.text("demo-approval"),
            }
        )
    if form.yes("emergency"):
        found["emergency"] = _present(
            {
                "duration": form.span("emergency-duration"),
                "limit": form.number("emergency-limit"),
                "window": form.window("emergency-window"),
            }
        )
    if form.text("ticket_sign_in-after_registration") == "allow":
        found["ticket_sign_in"] = {"after_registration": "allow"}
    if form.text("escalation-exhausted") not in (None, "deny") or form.yes("escalation-offer_emergency"):
        found["escalation"] = {
            "exhausted": form.text("escalation-exhausted") or "deny",
            "offer_emergency": form.yes("escalation-offer_emergency"),
        }
    return found


def _present(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: inner for key, one in value.items() if (inner := _present(one)) not in (None, {})}
    return [_present(one) for one in value] if isinstance(value, list) else value


def text_of(sent: Mapping[str, str]) -> str:
    """The document that the sent form says, as a text."""
    return write(document(sent))


class _Sent:
    """The fields that were sent, read as the values of a document."""

    def __init__(self, sent: Mapping[str, str]) -> None:
        self._sent = sent

    def bases(self, kind: str) -> list[str]:
        """The rows of a kind."""
        bases = (f"{kind}-{number}" for number in range(MOST_ROWS))
        return [base for base in bases if f"{base}-{ALWAYS[kind]}" in self._sent]

    def text(self, name: str) -> str | None:
        return self._sent.get(name, "").strip() or None

    def yes(self, name: str) -> bool:
        return self._sent.get(name) == "yes"

    def number(self, name: str) -> int | str | None:
        """A whole number; anything else stays as it was typed, and the rules say what is wrong with it."""
        text = self.text(name)
        return int(text) if text and re.fullmatch(r"-?[0-9]{1,9}", text) else text

    def span(self, name: str) -> str | None:
        text = self.text(name)
        pattern = UNITS.get(self._sent.get(f"{name}-unit", ""))
        return pattern.replace("{}", text) if text and pattern else text

    def spans(self, name: str) -> list[str] | None:
        text = self.text(name)
        pattern = UNITS.get(self._sent.get(f"{name}-unit", ""), "{}")
        return [pattern.replace("{}", one) for one in _listed(text)] if text else None

    def window(self, name: str) -> str | None:
        window = self.text(name)
        return f"rolling {self.span(f'{name}-period') or ''}".strip() if window == "rolling" else window

    def texts(self, name: str) -> list[str] | None:
        text = self.text(name)
        return _listed(text) if text else None

    def checked(self, name: str, options: Sequence[str]) -> list[str] | None:
        return [one for one in options if self.yes(f"{name}-{one}")] or None

    def components(self, name: str) -> dict[str, int | str] | list[str] | None:
        """Names, or names with their weights such as `board = 3`."""
        parts = self.texts(name)
        if parts and all("=" in part for part in parts):
            pairs = [part.partition("=") for part in parts]
            return {key.strip(): int(n) if (n := value.strip()).isdecimal() else n for key, _, value in pairs}
        return parts

    def allowance(self, base: str) -> dict[str, Any]:
        found = {"name": self.text(f"{base}-name"), "operations": self.checked(f"{base}-operations", OPERATIONS)}
        if self.text(f"{base}-how") == "accrual":
            grown = f"{base}-accrual"
            found["accrual"] = {  # type: ignore[assignment]
                "initial": self.number(f"{grown}-initial"),
                "grant": self.number(f"{grown}-grant"),
                "every": self.span(f"{grown}-every"),
                "max_balance": self.number(f"{grown}-max_balance"),
                "anchor": self.text(f"{grown}-anchor"),
            }
        else:
            found |= {"limit": self.number(f"{base}-limit"), "window": self.window(f"{base}-window")}  # type: ignore[dict-item]
        evidence, scope = self.text(f"{base}-evidence"), self.text(f"{base}-scope")
        return found | {
            "evidence": None if evidence == "any" else evidence,
            "scope": None if scope == "license" else scope,
            "per_quantity": self.yes(f"{base}-per_quantity") or None,  # type: ignore[dict-item]
        }

    def cooldown(self, base: str) -> dict[str, Any]:
        scope = self.text(f"{base}-scope")
        return {
            "name": self.text(f"{base}-name"),
            "before": self.text(f"{base}-before"),
            "after": self.text(f"{base}-after"),
            "period": self.span(f"{base}-period"),
            "scope": None if scope == "license" else scope,
            "exempt_reasons": self.texts(f"{base}-exempt_reasons"),
        }

    def condition(self, base: str) -> dict[str, Any]:
        where = self.text(f"{base}-virtual_machine")
        return {
            "name": self.text(f"{base}-name"),
            "operations": self.checked(f"{base}-operations", OPERATIONS),
            "countries": self.texts(f"{base}-countries"),
            "virtual_machine": {"yes": True, "no": False}.get(where or ""),
            "roles": self.checked(f"{base}-roles", ROLES),
            "never_back_to_left_device": self.yes(f"{base}-never_back_to_left_device") or None,
        }

    def proof(self, base: str) -> dict[str, Any]:
        credit = self.text(f"{base}-credit")
        if credit == "after":
            credit = f"after {self.span(f'{base}-credit-period') or ''}".strip()
        return {"proof": self.text(f"{base}-proof"), "credit": credit}


def _listed(text: str) -> list[str]:
    return [part for one in re.split(r"[,;\n]", text) if (part := one.strip())]


_SPANS = frozenset({"overage_grace", "every", "period", "ttl", "grace", "duration", "durations"})


def _known() -> Iterator[str]:
    """Every name of the form, rows under the number 0."""
    yield from ("name", "time_zone", "seats-overage", "demo", "demo-per", "demo-approval", "emergency")
    yield from ("emergency-limit", "emergency-window", "binding-match", "binding-score", "binding-components")
    yield from ("ticket_sign_in-after_registration", "escalation-exhausted", "escalation-offer_emergency")
    spans = ["seats-overage_grace", "lease-ttl", "lease-grace", "demo-durations", "emergency-duration"]
    spans += ["emergency-window-period", "allowance-0-window-period", "allowance-0-accrual-every", "cooldown-0-period"]
    for key in EVIDENCE_KEYS:
        yield from (f"evidence-{key}-proof", f"evidence-{key}-credit")
        spans.append(f"evidence-{key}-credit-period")
    yield from (name + ending for name in spans for ending in ("", "-unit"))
    for key in ("name", "how", "limit", "window", "evidence", "scope", "per_quantity"):
        yield f"allowance-0-{key}"
    yield from (f"allowance-0-accrual-{key}" for key in ("initial", "grant", "max_balance", "anchor"))
    yield from (f"cooldown-0-{key}" for key in ("name", "before", "after", "scope", "exempt_reasons"))
    for key in ("name", "countries", "virtual_machine", "never_back_to_left_device"):
        yield f"condition-0-{key}"
    yield from (f"condition-0-roles-{role}" for role in ROLES)
    yield from (f"{kind}-0-operations-{one}" for kind in ("allowance", "condition") for one in OPERATIONS)


_KNOWN = frozenset(_known())
# What is ticked one by one, and is wrong as a whole.
_GROUPS = frozenset({"allowance-0-operations", "condition-0-operations", "condition-0-roles"})
