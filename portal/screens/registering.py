"""Making an account, by whichever way: whether one may, and who one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.access import Forbidden
from portal.doors import passwords
from portal.screens.new_password import problems
from portal.web import Visit


def check_open(visit: Visit) -> None:
    """Where the vendor invites people, nobody registers by themselves."""
    if visit.site.brand.registration != "open":
        raise Forbidden("registration_closed")


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What they said of themselves; what is wrong with it is noted beside its field."""

    name: str
    profile: dict[str, str]


def person(visit: Visit, *, most: int = 200) -> NewPerson:
    """The name, and what was typed into the fields that the vendor asks for."""
    name = " ".join(visit.form.text("name", most=most).split())
    return NewPerson(name, {key: value for key in visit.site.brand.asks if (value := _said(visit, key))})


def fields(visit: Visit, params: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the fields of a new person print: what was typed, but the password, and what is wrong with it."""
    return {
        "form": {name: visit.form.values.get(name, "")[:200] for name in ("name", *visit.site.brand.asks)},
        "errors": problems(visit, params),
        "shortest": passwords.SHORTEST,
    }


def _said(visit: Visit, field: str) -> str:
    if field not in visit.site.brand.needs and not visit.form.values.get(field, "").strip():
        return ""
    return " ".join(visit.form.text(field, most=200).split())
