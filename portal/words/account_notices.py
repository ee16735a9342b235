"""What is said after a deed about one's own account."""

from __future__ import annotations

from typing import Any

from portal.language import Language


def _password_set(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("Your new password is saved."), lang.gettext("Everybody else was signed out of your account.")


def _password_changed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("Your password is changed."), lang.gettext("All other sign-ins of your account have ended.")


def _account_saved(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("Saved."), ""


def _account_opened(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    count = int(params.get("tickets", 0))
    if not count:
        return lang.gettext("Welcome."), lang.gettext("Register a ticket, and its licenses stand here.")
    told = lang.ngettext("Your ticket came along.", "Your %(count)s tickets came along.", count)
    return lang.gettext("Welcome."), told % {"count": lang.number(count)}


def _session_ended(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("That sign-in has ended."), lang.gettext("Whoever used it has to sign in again.")


def _sessions_ended(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("All other sign-ins have ended."), lang.gettext("Only this one goes on.")


def _address_asked(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("Two mails are on their way."),
        lang.gettext("Open the link in both mailboxes, the old and the new one; until then nothing changes."),
    )


def _address_agreed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("This mailbox has agreed."),
        lang.gettext("Now open the link in the other one, and the address is changed."),
    )


def _address_changed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("Your address is changed."), lang.gettext("From now on you sign in with it.")


SENTENCES = {
    "password_set": ("ok", _password_set),
    "password_changed": ("ok", _password_changed),
    "account_saved": ("ok", _account_saved),
    "account_opened": ("ok", _account_opened),
    "session_ended": ("ok", _session_ended),
    "sessions_ended": ("ok", _sessions_ended),
    "address_asked": ("wait", _address_asked),
    "address_agreed": ("wait", _address_agreed),
    "address_changed": ("ok", _address_changed),
}
