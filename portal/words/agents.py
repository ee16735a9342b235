"""What a browser says of itself, in words: "Firefox on Windows"."""

from __future__ import annotations

from portal.language import Language

# The first that is named counts: browsers name those they descend from, too.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def agent(lang: Language, said: str | None) -> str:
    """Browser and system; what is not known is called so."""
    browser = _first(_BROWSERS, said or "")
    system = _first(_SYSTEMS, said or "")
    if browser and system:
        return lang.gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or lang.gettext("An unknown browser")


def _first(names: tuple[tuple[str, str], ...], said: str) -> str | None:
    return next((name for mark, name in names if mark in said), None)
