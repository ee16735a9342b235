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


def _mails_chosen(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("Your choice of mails is saved."), ""


def _passkey_added(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("%(name)s opens your account now.") % params, lang.gettext("All other sign-ins have ended.")


def _passkey_renamed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The passkey is called %(name)s now.") % params, ""


def _passkey_removed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("%(name)s opens your account no more.") % params,
        lang.gettext("All other sign-ins have ended. You may delete the passkey on the device, too."),
    )


def _app_added(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("Your authenticator app is set up."),
        lang.gettext("From now on a code is asked for after the password. All other sign-ins have ended."),
    )


def _app_removed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("No code is asked for any more."),
        lang.gettext("All other sign-ins have ended. You may delete the entry in your app, too."),
    )


def _proof_wanted(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("Nothing was changed yet."),
        lang.gettext("Show that it is you, and you come back to where you were."),
    )


def _proven(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("Thank you, that is you."), lang.gettext("Now you can do it.")


def _factor_wanted(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("One thing comes first."),
        lang.gettext("Your role asks for a passkey or an authenticator app. Add one here, and all is open to you."),
    )


def _second_over(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("That took a while."), lang.gettext("Please sign in once more.")


def _demo_started(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("Your trial of %(product)s has begun.") % {"product": params["product"]},
        lang.gettext("Here is its ticket, and how to start."),
    )


def _demo_waiting(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("Your request for a trial of %(product)s is sent.") % {"product": params["product"]},
        lang.gettext("You get a mail as soon as it is answered."),
    )


def _demo_sign_in(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("%(product)s is in your account.") % {"product": params["product"]},
        lang.gettext("Sign in to see it."),
    )


SENTENCES = {
    "passkey_added": ("ok", _passkey_added),
    "passkey_renamed": ("ok", _passkey_renamed),
    "passkey_removed": ("ok", _passkey_removed),
    "app_added": ("ok", _app_added),
    "app_removed": ("ok", _app_removed),
    "proof_wanted": ("wait", _proof_wanted),
    "proven": ("ok", _proven),
    "factor_wanted": ("wait", _factor_wanted),
    "second_over": ("wait", _second_over),
    "mails_chosen": ("ok", _mails_chosen),
    "demo_started": ("ok", _demo_started),
    "demo_waiting": ("wait", _demo_waiting),
    "demo_sign_in": ("ok", _demo_sign_in),
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
