"""What is said after a deed at the vendor's desk."""

from __future__ import annotations

from typing import Any

from portal.language import Language


def _draft_begun(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("Your draft is begun."), lang.gettext("Change it, try it, and publish it when it is right.")


def _draft_saved(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The draft is saved."), lang.gettext("Form and text say the same.")


def _draft_discarded(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The draft is thrown away."), lang.gettext("What is in force did not change.")


def _draft_rebased(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("Your draft goes on from the version in force."), ""


def _rules_published(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("Version %(number)s is in force.") % {"number": params["number"]},
        lang.gettext("It decides from now on; each earlier decision keeps the version that made it."),
    )


def _articles_assigned(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    n = int(params["count"])
    said = lang.ngettext("%(count)s article follows these rules now.", "%(count)s articles follow these rules now.", n)
    return said % {"count": lang.number(n)}, ""


def _replay_started(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The history is being decided again."), lang.gettext("It goes on if you leave.")


def _replay_stopped(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The run stops."), lang.gettext("What it found so far stays.")


def _overridden(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    n = int(params["amount"])
    return (
        lang.ngettext("%(count)s more is granted.", "%(count)s more are granted.", n) % {"count": lang.number(n)},
        lang.gettext("This is used up first, and stands in the history with your reason."),
    )


SENTENCES = {
    "draft_begun": ("ok", _draft_begun),
    "draft_saved": ("ok", _draft_saved),
    "draft_discarded": ("ok", _draft_discarded),
    "draft_rebased": ("ok", _draft_rebased),
    "rules_published": ("ok", _rules_published),
    "articles_assigned": ("ok", _articles_assigned),
    "replay_started": ("wait", _replay_started),
    "replay_stopped": ("wait", _replay_stopped),
    "overridden": ("ok", _overridden),
}
