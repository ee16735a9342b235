"""Cases and answers as JSON values, for the command line, tests and whoever keeps cases in files."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from portal.rules.decision import Decision
from portal.rules.durations import parse_duration
from portal.rules.facts import ActorFacts, Case, CaseError, DeviceFacts, Entry, LicenseFacts, RunningLicense
from portal.rules.sets import OPERATIONS, PROOFS

LEDGER_ONLY = ("override", "refresh", "lapse")

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def read_case(value: Any) -> Case:
    """A case from its JSON value; CaseError says which part of it makes no sense, and why.

    Moments are `YYYY-MM-DDTHH:MM:SSZ`. Keys that the rules do not read may stand there and change nothing.
    """
    fields = _Fields(value, "the case")
    now = fields.happening("now")
    case = Case(
        now=now,
        operation=fields.choice("operation", OPERATIONS, required=True),
        license=_license(fields.inner("license")),
        device=_device(fields.inner("device")),
        actor=_actor(fields.inner("actor")),
        ledger=tuple(_entry(entry) for entry in fields.list("ledger")),
        activation=fields.text("activation"),
        reason=fields.text("reason"),
        evidence=fields.choice("evidence", PROOFS),
        duration=fields.text("duration"),
    )
    if late := next((entry for entry in case.ledger if entry.at > now), None):
        raise CaseError(f"ledger: the entry at {write_instant(late.at)} is later than now")
    if case.duration is not None:
        try:
            parse_duration(case.duration)
        except ValueError as problem:
            raise CaseError(f"duration: {problem}") from None
    return case


def write_answer(decision: Decision) -> dict[str, Any]:
    """A decision as its JSON value, always with the same seven keys."""
    return {
        "outcome": decision.outcome,
        "code": decision.code,
        "rule": decision.rule,
        "remaining": dict(decision.remaining),
        "next_allowed_at": write_instant(decision.next_allowed_at) if decision.next_allowed_at else None,
        "as": decision.as_,
        "alternatives": list(decision.alternatives),
    }


def write_instant(moment: datetime) -> str:
    """A moment as `YYYY-MM-DDTHH:MM:SSZ`, in UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _license(fields: "_Fields | None") -> LicenseFacts:
    if fields is None:
        return LicenseFacts()
    quantity = fields.count("quantity", least=0)
    return LicenseFacts(
        id=fields.text("id"),
        quantity=1 if quantity is None else quantity,
        state=fields.text("state") or "active",
        term_begin=fields.moment("term_begin"),
        term_end=fields.moment("term_end"),
        product=fields.text("product"),
        article=fields.text("article"),
        group=fields.text("group"),
        model=fields.text("model"),
    )


def _device(fields: "_Fields | None") -> DeviceFacts | None:
    if fields is None:
        return None
    return DeviceFacts(
        components=fields.texts("components"),
        country=fields.text("country"),
        virtual_machine=fields.flag("virtual_machine"),
        licenses=tuple(_running(_Fields(value, "device.licenses")) for value in fields.list("licenses")),
    )


def _running(fields: "_Fields") -> RunningLicense:
    return RunningLicense(fields.text("id"), fields.text("product"), fields.text("model"), fields.moment("ends_at"))


def _actor(fields: "_Fields | None") -> ActorFacts:
    if fields is None:
        return ActorFacts()
    return ActorFacts(fields.text("role"), fields.text("user"), fields.flag("entitled") is not False)


def _entry(value: Any) -> Entry:
    fields = _Fields(value, "ledger")
    operation = fields.choice("operation", (*OPERATIONS, *LEDGER_ONLY), required=True)
    is_override = operation == "override"
    return Entry(
        at=fields.happening("at"),
        operation=operation,
        activation=fields.text("activation"),
        device=_device(fields.inner("device")),
        evidence=fields.choice("evidence", PROOFS),
        reason=fields.text("reason"),
        license=fields.text("license"),
        product=fields.text("product"),
        article=fields.text("article"),
        group=fields.text("group"),
        user=fields.text("user"),
        grants=fields.choice("grants", OPERATIONS, required=True) if is_override else None,
        amount=fields.count("amount", least=1, required=True) if is_override else 0,
        actor=fields.text("actor"),
    )


class _Fields:
    """One JSON object read strictly; null is the same as absent."""

    def __init__(self, values: Any, title: str) -> None:
        if not isinstance(values, dict):
            raise CaseError(f"{title}: expected an object, not {_shown(values)}")
        self._values, self._title = values, title

    def text(self, key: str, *, required: bool = False) -> Any:
        return self._of_kind(key, str, "text", required)

    def choice(self, key: str, options: Sequence[str], *, required: bool = False) -> Any:
        value = self.text(key, required=required)
        if value is not None and value not in options:
            raise CaseError(f"{self._title}: {key} is {value!r}; it can be {', '.join(options)}")
        return value

    def flag(self, key: str) -> bool | None:
        return self._of_kind(key, bool, "true or false", False)

    def count(self, key: str, *, least: int, required: bool = False) -> Any:
        value = self._of_kind(key, int, "a whole number", required)
        if value is not None and value < least:
            raise CaseError(f"{self._title}: {key} is {value}; it must be at least {least}")
        return value

    def moment(self, key: str, *, required: bool = False) -> Any:
        value = self.text(key, required=required)
        if value is None:
            return None
        try:
            if _INSTANT.fullmatch(value):
                return datetime.fromisoformat(value)
        except ValueError:
            pass
        raise CaseError(f"{self._title}: {key} is {value!r}; write a moment as 2026-11-20T18:04:00Z")

    def happening(self, key: str) -> datetime:
        """A moment at which something happens, so that it must have a local day in every time zone."""
        moment: datetime = self.moment(key, required=True)
        if not 2 <= moment.year <= 9998:
            raise CaseError(f"{self._title}: {key} is {write_instant(moment)}, outside any calendar in use")
        return moment

    def texts(self, key: str) -> Mapping[str, str]:
        values = self._of_kind(key, dict, "an object", False) or {}
        for name, value in values.items():
            if not isinstance(value, str):
                raise CaseError(f"{self._title}: {key}.{name} must be text, not {_shown(value)}")
        return values

    def list(self, key: str) -> Sequence[Any]:
        return self._of_kind(key, list, "a list", False) or ()

    def inner(self, key: str) -> "_Fields | None":
        value = self._of_kind(key, dict, "an object", False)
        return None if value is None else _Fields(value, key)

    def _of_kind(self, key: str, kind: type, called: str, required: bool) -> Any:
        value = self._values.get(key)
        if value is None:
            if required:
                raise CaseError(f"{self._title}: {key} is missing")
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise CaseError(f"{self._title}: {key} must be {called}, not {_shown(value)}")
        return value


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
