"""What is said after a deed about company sign-in."""

from __future__ import annotations

from typing import Any

from portal.language import Language


def _connected(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("%(company)s opens your account now.") % params,
        lang.gettext("All other sign-ins of your account have ended."),
    )


def _disconnected(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("This sign-in opens your account no more."),
        lang.gettext("All other sign-ins of your account have ended."),
    )


def _last_way_in(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("It is your only way in, and stays."), lang.gettext("Choose a password first.")


def _saved(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("Saved."), lang.gettext("Next comes a domain, then a try.")


def _removed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("The company sign-in is removed."),
        lang.gettext("Whoever came in through it was signed out, and your people stay members."),
    )


def _domain_asked(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("A code is on its way to %(address)s.") % params,
        lang.gettext("Have whoever reads that mailbox tell it to you."),
    )


def _domain_verified(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("%(domain)s is confirmed.") % params, ""


def _domain_removed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The domain is removed."), ""


def _on(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("The company sign-in is on."),
        lang.gettext("Your people type their work address on the sign-in page."),
    )


def _off(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The company sign-in is off."), lang.gettext("Whoever came in through it was signed out.")


def _only(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("Your people come in through the company sign-in alone."),
        lang.gettext("Whoever came in another way was signed out."),
    )


def _not_only(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("Passwords and passkeys let your people in again."), ""


SENTENCES = {
    "company_connected": ("ok", _connected),
    "company_disconnected": ("ok", _disconnected),
    "last_way_in": ("stop", _last_way_in),
    "provider_saved": ("ok", _saved),
    "provider_removed": ("ok", _removed),
    "domain_asked": ("wait", _domain_asked),
    "domain_verified": ("ok", _domain_verified),
    "domain_removed": ("ok", _domain_removed),
    "provider_on": ("ok", _on),
    "provider_off": ("ok", _off),
    "provider_only": ("ok", _only),
    "provider_not_only": ("ok", _not_only),
}
