"""Asking for a mail: a form with one address, limits that tell nobody anything, and one answer for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.actions import asked
from portal.actions.doing import Moment
from portal.doors import limits
from portal.doors.limits import TooMany
from portal.web import Answer, Visit, page, redirect, slowed
from portal.web.pages import problem


@dataclass(frozen=True, slots=True)
class Asking:
    """One thing that can be asked for: where, with which pages, and the mail that answers."""

    place: str
    form: str  # the template of the form
    asked: str  # the template of the answer
    name: str  # what the limits count
    kind: str  # the mail that the worker writes, if the address is known

    def show(self, visit: Visit, email: str = "") -> Answer:
        """The form; once it was sent, what to do now."""
        return page(visit, self.asked) if visit.query.get("asked") == "yes" else self._form(visit, email)

    def take(self, visit: Visit) -> Answer:
        """Known or not, the address is written down alike, and the answer is the same."""
        visit.form.allow("email")
        email = typed(visit)
        if visit.form.errors:
            return self._form(visit, email, status=422)
        late = too_many(visit, self.name, email)
        if late is not None:
            return slowed(self._form(visit, email, status=429, params=late.params), late.retry_after)
        with visit.site.database.writing() as db:
            doing = Moment(db, visit.actor, visit.now, visit.vault, visit.stationery)
            asked.ask(doing, self.kind, email, visit.lang.code)
        return redirect(visit, f"{self.place}?asked=yes")

    def _form(self, visit: Visit, email: str, *, status: int = 200, params: dict[str, Any] | None = None) -> Answer:
        visit.place = self.place
        errors = {name: problem(visit, code, params or {})[1] for name, code in visit.form.errors.items()}
        return page(visit, self.form, status=status, email=email[:254], errors=errors)


def typed(visit: Visit) -> str:
    """The address that was typed, in lower case; what is wrong with it is noted beside the field."""
    email = visit.form.text("email", most=254, code="email_missing").lower()
    if "email" not in visit.form.errors and "@" not in email:
        visit.form.errors["email"] = "email_missing"
    return email


def too_many(visit: Visit, name: str, email: str) -> TooMany | None:
    """Each question counts, whatever becomes of it; beyond the limits it is not asked, and the field says so."""
    subjects = limits.asking(name, email, visit.address)
    try:
        with visit.site.limits.trial(visit.site.database, visit.now, subjects) as trial:
            trial.failed()
    except TooMany as late:
        visit.form.errors["email"] = late.code
        return late
    return None
