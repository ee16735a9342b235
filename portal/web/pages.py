"""Rendering: the templates of stock and brand, and what every page can use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, Template

from portal.access import Owned, Permission, may
from portal.brand.compiled import Compiled
from portal.language import Language
from portal.web import assets
from portal.web.visit import Visit
from portal.words import notices, refusals
from portal.words.page_help import page_help

_COMPILED = Compiled()


def build(loader: BaseLoader, shelf: assets.Shelf, languages: Mapping[str, Language]) -> dict[str, Environment]:
    """One environment per language: escaping always on, a missing name is an error, compiled templates are kept."""
    return {code: _environment(loader, shelf, language) for code, language in languages.items()}


def _environment(loader: BaseLoader, shelf: assets.Shelf, language: Language) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
        bytecode_cache=_COMPILED,
        auto_reload=False,
    )
    environment.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals["static"] = shelf.url
    environment.globals["lang"] = language
    return environment


def render(visit: Visit, template: str, context: dict[str, Any]) -> str:
    """The template with what every page can use: brand, lang, zone, now, visit, can, page_help, _ and ngettext."""
    return _template(visit, template).render(
        brand=visit.brand.speaking(visit.lang.code),
        zone=visit.zone,
        now=visit.now,
        visit=visit,
        can=lambda permission, owned: _can(visit, permission, owned),
        page_help=page_help(visit.lang, visit.brand.words, template),
        **context,
    )


def render_plain(visit: Visit, template: str, context: dict[str, Any]) -> str:
    """The same without anything that could have broken: for errors of our own."""
    return _template(visit, template).render(brand=visit.brand.speaking(visit.lang.code), **context)


def _template(visit: Visit, name: str) -> Template:
    return visit.site.templates[visit.lang.code].get_template(name)


def _can(visit: Visit, permission: str, owned: Owned) -> bool:
    return may(visit.actor, Permission(permission), owned)


def notice(visit: Visit, flash: tuple[str, dict[str, Any]] | None) -> dict[str, Any] | None:
    """What the last page wanted to have said, in the reader's words."""
    return notices.notice(visit.lang, visit.zone, *flash) if flash else None


def problem(visit: Visit, code: str, params: dict[str, Any]) -> tuple[str, str]:
    """Heading and sentence of a problem or a refusal, in the brand's words."""
    visit.refused = visit.refused or code
    said = (visit.lang, visit.brand.words, code, params)
    return (
        refusals.heading(*said, zone=visit.zone, now=visit.now),
        refusals.sentence(*said, zone=visit.zone, now=visit.now),
    )
