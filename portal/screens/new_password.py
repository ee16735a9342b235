"""Choosing a password: the fields, what is wrong with them, and the hash, which is made outside of any transaction."""

from __future__ import annotations

from typing import Any

from portal.actions.passwords import forbidden_names
from portal.doors import passwords
from portal.models import User
from portal.web import Visit
from portal.web.pages import problem

FIELD = "password"


def problems(visit: Visit, params: dict[str, Any] | None = None) -> dict[str, str]:
    """What is wrong with each field, in sentences; a password says how long it has to be."""
    given = {"password_too_short": {"limit": passwords.SHORTEST}}
    return {name: problem(visit, code, params or given.get(code, {}))[1] for name, code in visit.form.errors.items()}


def chosen(visit: Visit, user: User | None, *more: str) -> str | None:
    """The hash of the password that was typed; None, with its error beside the field, where it cannot be used."""
    password = visit.form.text(FIELD, most=passwords.LONGEST, code="password_missing", strip=False)
    if visit.form.errors:
        if visit.form.errors.get(FIELD) == "field_too_long":
            visit.form.errors[FIELD] = "password_too_long"
        return None
    with visit.site.database.reading() as db:
        brand = visit.site.brand
        names = forbidden_names(db, user, brand.name, brand.company, *more)
    try:
        passwords.judge(password, names=names)
    except passwords.Unfit as unfit:
        visit.form.errors[FIELD] = str(unfit)
        return None
    return passwords.hashed(password)
