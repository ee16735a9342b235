"""What the timeline says about company sign-in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from portal.language import Language


def _switched(lang: Language, params: Mapping[str, Any]) -> str:
    if params.get("on"):
        return lang.gettext("The company sign-in was switched on")
    return lang.gettext("The company sign-in was switched off")


def _insists(lang: Language, params: Mapping[str, Any]) -> str:
    if params.get("on"):
        return lang.gettext("People come in through the company sign-in alone")
    return lang.gettext("People may come in other ways than the company sign-in again")


DONE: dict[str, Callable[[Language, Mapping[str, Any]], str]] = {
    "provider.saved": lambda lang, _: lang.gettext("The company sign-in was set to %(issuer)s"),
    "provider.tried": lambda lang, _: lang.gettext("The company sign-in was tried, and it works"),
    "provider.switched": _switched,
    "provider.insists": _insists,
    "provider.removed": lambda lang, _: lang.gettext("The company sign-in was removed"),
    "domain.asked": lambda lang, _: lang.gettext("A code for the domain %(domain)s was mailed"),
    "domain.verified": lambda lang, _: lang.gettext("The domain %(domain)s was confirmed"),
    "domain.removed": lambda lang, _: lang.gettext("The domain %(domain)s was removed"),
}


def refused(lang: Language, kind: str) -> str | None:
    """The same for what was tried in vain; None for events of another kind."""
    if kind == "provider.tried":
        return lang.gettext("The company sign-in was tried, and it does not work yet")
    if kind == "domain.verified":
        return lang.gettext("A code for the domain %(domain)s was typed that does not fit")
    return None
