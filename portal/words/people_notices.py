"""What is said after a deed about people and groups: tone, bold first sentence and the rest."""

from __future__ import annotations

from typing import Any

from portal.language import Language


def _switched(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    if params.get("group"):
        return lang.gettext("You look at %(group)s alone.") % params, lang.gettext("The menu with your name switches.")
    return lang.gettext("You look at all your groups."), ""


def _department_added(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The department %(department)s is there.") % params, ""


def _group_renamed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("It is called %(group)s now.") % params, ""


def _person_entered(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("%(person)s is entered.") % params,
        lang.gettext("They can be given seats, and are told by mail."),
    )


def _person_invited(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("%(person)s is invited.") % params,
        lang.gettext("The address has an account of its own, so its owner decides. You find it under Invitations."),
    )


def _role_changed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The role of %(person)s is saved.") % params, ""


def _department_changed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The department of %(person)s is saved.") % params, ""


def _person_named(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("%(person)s is entered, with the sign-in name %(name)s.") % params,
        lang.gettext("Make a link below and hand it over: with it they choose a password."),
    )


def _person_shut_out(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("%(person)s is suspended.") % params, lang.gettext("Their seats stay as they are.")


def _person_let_in(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("%(person)s is in again.") % params, ""


def _person_removed(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("%(person)s is removed.") % params, lang.gettext("What they did keeps their name.")


def _group_left(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("You left %(group)s.") % params, ""


def _invited(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("The invitation is on its way to %(email)s.") % params,
        lang.gettext("It is good for two weeks."),
    )


def _link_made(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The link is ready."), lang.gettext("Copy it below and hand it on.")


def _invitation_withdrawn(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return lang.gettext("The invitation is withdrawn."), lang.gettext("It opens nothing any more.")


def _joined(lang: Language, params: dict[str, Any]) -> tuple[str, str]:
    return (
        lang.gettext("You belong to %(group)s now.") % params,
        lang.gettext("Here are the licenses that you can use."),
    )


SENTENCES = {
    "switched": ("ok", _switched),
    "group_renamed": ("ok", _group_renamed),
    "department_added": ("ok", _department_added),
    "person_entered": ("ok", _person_entered),
    "person_named": ("ok", _person_named),
    "person_invited": ("ok", _person_invited),
    "role_changed": ("ok", _role_changed),
    "department_changed": ("ok", _department_changed),
    "person_shut_out": ("ok", _person_shut_out),
    "person_let_in": ("ok", _person_let_in),
    "person_removed": ("ok", _person_removed),
    "group_left": ("ok", _group_left),
    "invited": ("ok", _invited),
    "link_made": ("ok", _link_made),
    "invitation_withdrawn": ("ok", _invitation_withdrawn),
    "joined": ("ok", _joined),
}
