"""What is said after a deed was undone, or when it is too late for that."""

from __future__ import annotations

from typing import Any

from portal.language import Language


def _waits_again(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("%(device)s waits again.") % {"device": params["device"]}, ""


def _request_restored(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("Your request stands again."), ""


def _invitation_restored(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The invitation is good again."), lang.gettext("Whoever has it can come in with it.")


def _undo_over(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("This can no longer be undone."),
        lang.gettext("Too much time has passed, or something has come of it since."),
    )


SENTENCES = {
    "waits_again": ("ok", _waits_again),
    "request_restored": ("ok", _request_restored),
    "invitation_restored": ("ok", _invitation_restored),
    "undo_over": ("wait", _undo_over),
}
