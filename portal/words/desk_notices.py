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


def _exception_asked(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("Your request is on its way."),
        lang.gettext("The answer comes by mail and stands here. You can add to it until then."),
    )


def _support_asked(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("Your question is on its way."),
        lang.gettext("The answer comes by mail and stands here. You can add to it until then."),
    )


def _support_added(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("It is added."), lang.gettext("Whoever answers is told by mail.")


def _support_closed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("It is closed."), ""


def _granted(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("It is granted."), lang.gettext("The person can do it at once, and is told by mail.")


def _granted_rule(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("It is granted, and the person is told."),
        lang.gettext("The rule that refused it: %(rule)s. Change it here, try it, and publish it.") % params,
    )


def _answered(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("Your answer is on its way."), lang.gettext("The person reads it by mail and here.")


def _declined(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("It is declined."), lang.gettext("The person reads your words by mail and here.")


def _asked_back(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("You asked back."), lang.gettext("It waits for the person now.")


def _noted(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The note is kept."), lang.gettext("Only the desk reads it.")


def _saved(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("It is saved who looks after it."), ""


def _referred(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The vendor answers this one."), lang.gettext("You see here what comes of it.")


def _reopened(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("It is open again."), ""


def _canned_kept(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("“%(title)s” is at hand.") % params, ""


def _canned_removed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The words are removed."), ""


def _case_closed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The case is closed."), ""


SENTENCES = {
    "exception_asked": ("ok", _exception_asked),
    "support_asked": ("ok", _support_asked),
    "support_added": ("ok", _support_added),
    "support_closed": ("ok", _support_closed),
    "desk_granted": ("ok", _granted),
    "desk_granted_rule": ("ok", _granted_rule),
    "desk_answered": ("ok", _answered),
    "desk_refused": ("ok", _declined),
    "desk_asked_back": ("wait", _asked_back),
    "desk_noted": ("ok", _noted),
    "desk_assigned": ("ok", _saved),
    "desk_referred": ("ok", _referred),
    "desk_reopened": ("ok", _reopened),
    "canned_kept": ("ok", _canned_kept),
    "canned_removed": ("ok", _canned_removed),
    "case_closed": ("ok", _case_closed),
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
