"""Mailboxes: the many spellings of one address, and the company behind it, for counting and nothing else."""

from __future__ import annotations

import unicodedata

# Other names under which the same provider delivers to the same mailbox.
ALIASES = {
    "googlemail.com": "gmail.com",
    "pm.me": "proton.me",
    "protonmail.ch": "proton.me",
    "protonmail.com": "proton.me",
    "mac.com": "icloud.com",
    "me.com": "icloud.com",
    "ya.ru": "yandex.ru",
    "yandex.by": "yandex.ru",
    "yandex.com": "yandex.ru",
    "yandex.kz": "yandex.ru",
}
# What a provider does not read in the part before the @.
IGNORED = {"gmail.com": ".", "proton.me": ".-_"}
# What begins a tag there; everywhere else it is a plus sign.
TAGGED = {"yahoo.com": "-", "yahoo.de": "-", "yahoo.co.uk": "-", "yahoo.fr": "-", "ymail.com": "-"}
# Where everybody has an address, so that a shared one tells nothing of a company.
FREEMAIL = frozenset(
    """
    163.com aol.com arcor.de bluewin.ch fastmail.com free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de
    gmx.net hey.com hotmail.com hotmail.de hotmail.fr icloud.com laposte.net libero.it live.com live.de mail.com
    mail.de mail.ru mailbox.org msn.com orange.fr outlook.at outlook.com outlook.de posteo.de posteo.net
    proton.me qq.com t-online.de tuta.com tutanota.com web.de yahoo.co.uk yahoo.com yahoo.de yahoo.fr yandex.ru
    ymail.com zoho.com
    """.split()
)


def canonical(email: str) -> str:
    """The one spelling of a mailbox: capitals, tags, dots that mean nothing and other names of a provider are gone.

    Never written to and never shown: at some providers two spellings of one form are two people.
    """
    local, _, domain = unicodedata.normalize("NFKC", email).strip().casefold().rpartition("@")
    domain = _domain(domain)
    local = local.strip('"').partition("+")[0].partition(TAGGED.get(domain, "+"))[0] or local
    for letter in IGNORED.get(domain, ""):
        local = local.replace(letter, "")
    return f"{local}@{domain}"


def company(email: str) -> str | None:
    """The domain of the company an address belongs to, None where everybody can have one.

    Without a list of all registries: of a.example.com it is example.com, of a.example.co.uk it is example.co.uk.
    """
    domain = canonical(email).rpartition("@")[2]
    if domain in FREEMAIL:
        return None
    labels = domain.split(".")
    is_below_two = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if is_below_two else -2 :])


def _domain(name: str) -> str:
    """The domain as it is registered; what is no domain stays as it was written."""
    try:
        name = name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        pass
    name = name.rstrip(".")
    return ALIASES.get(name, name)
