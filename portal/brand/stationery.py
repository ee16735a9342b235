"""How mails are written: the brand's templates under mail/, in the reader's language, as text and as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import formataddr
from functools import partial
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined, select_autoescape
from markupsafe import Markup

from portal.brand import Brand, BrandError
from portal.brand.choices import CHOICES
from portal.brand.compiled import Compiled
from portal.brand.mail_logo import MailLogo
from portal.brand.tokens import font, palette, radius
from portal.language import Language
from portal.words.agents import agent
from portal.words.emergencies import because
from portal.words.events import who
from portal.words.factors import changed
from portal.words.rule_phrases import things

LONGEST_SUBJECT = 200
_COMPILED = Compiled()


class Unwritten(Exception):
    """A template of a brand that breaks: there is no letter."""


def instant(told: datetime | str) -> datetime:
    """A moment among the facts of a mail; those that were kept for later are plain JSON."""
    return datetime.fromisoformat(told) if isinstance(told, str) else told


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that is written and belongs to nobody yet. `name` is the folder of its templates."""

    name: str
    language: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]


class Stationery:
    """Writes letters with the brand's head, look and foot. `sender` is the address they come from.

    Where a portal has several brands, `host` says which one this is; the first brand has none. All of them stand in
    the same `writers`, so that each finds the others.
    """

    def __init__(
        self, brand: Brand, url: str, sender: str | None = None, *, host: str = "",
        writers: dict[str, Stationery] | None = None,
    ) -> None:  # fmt: skip
        self.url, self.brand, self.host = url, brand, host
        self._writers = {} if writers is None else writers
        self._writers[host] = self
        self.sender = sender or brand.support_email
        if not self.sender.isascii():
            raise BrandError(f"Mails cannot come from {self.sender}. Name a plain address in PORTAL_MAIL_FROM.")
        self._environments = {code: self._environment(language) for code, language in brand.spoken.items()}

    @property
    def is_one_of_several(self) -> bool:
        return len(self._writers) > 1

    def of(self, host: str | None) -> Stationery:
        """The stationery of the brand under a host: the first one's where that is gone, this one where none is said."""
        return self if host is None else self._writers.get(host) or self._writers.get("", self)

    def language(self, wanted: str | None, else_: str | None = None) -> str:
        """The first of these languages that the brand speaks, or its own."""
        return next((code for code in (wanted, else_) if code in self.brand.spoken), self.brand.default_language)

    def write(self, name: str, language: str, zone: ZoneInfo, now: datetime, **facts: object) -> Letter:
        """The letter whose templates lie in mail/NAME; `facts` are what they speak of. Raises Unwritten."""
        environment = self._environments[language]
        said = {**facts, "brand": self.brand.speaking(language), "zone": zone, "now": now}
        said["can_do_without"] = name in CHOICES
        try:
            subject, text, html = (
                environment.get_template(f"mail/{name}/{part}").render(said)
                for part in ("subject.txt", "text.txt", "html.html")
            )
        except Exception as error:  # a brand's template may do anything
            raise Unwritten(f"the mail {name!r} in {language!r} cannot be written: {error}") from error
        return Letter(
            name=name,
            language=language,
            # A subject is one line, whatever stands in the names that it mentions.
            subject=plain(subject)[:LONGEST_SUBJECT],
            text=text.strip() + "\n",
            html=html.strip() + "\n",
            headers=self._headers(language),
        )

    def address(self, path: str) -> str:
        """A path of the portal, or a web address of the brand's, as a whole address for a mail."""
        return f"{self.url}{path}" if path.startswith("/") else path

    def enclosed(self, html: str) -> MailLogo | None:
        """The picture that a letter shows, in whichever brand; none where it shows none, or one that is gone."""
        shown = (one.brand.mail_picture for one in self._writers.values())
        return next((logo for logo in shown if logo and f"cid:{logo.cid}" in html), None)

    def on_screen(self, html: str) -> str:
        """A letter as a browser shows it, with its picture inside."""
        logo = self.enclosed(html)
        return html.replace(f"cid:{logo.cid}", logo.inline) if logo else html

    def _headers(self, language: str) -> dict[str, str]:
        headers = {
            "From": formataddr((self.brand.name, self.sender)),
            "Auto-Submitted": "auto-generated",
            "Content-Language": language,
        }
        if self.sender != self.brand.support_email and self.brand.support_email.isascii():
            headers["Reply-To"] = self.brand.support_email
        return headers

    def _environment(self, language: Language) -> Environment:
        environment = Environment(
            loader=self.brand.loader(),
            autoescape=select_autoescape(enabled_extensions=("html",), default=False),
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=_COMPILED,
            auto_reload=False,
        )
        environment.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]
        sheet = self.brand.stylesheet
        environment.globals |= {
            "lang": language,
            "address": self.address,
            "who": partial(who, language, self.brand.name),
            "things": partial(things, language),
            "browser": partial(agent, language),
            "because": partial(because, language),
            "instant": instant,
            "changed": partial(changed, language),
            "light": palette(sheet, "light"),
            "dark": palette(sheet, "dark"),
            "font": Markup(font(sheet)),  # quotes stay quotes in a style
            "radius": radius(sheet),
            "logo": self.brand.mail_picture,
        }
        return environment


def plain(text: str) -> str:
    """A text as one line without control characters: names come from programs and forms."""
    printable = text if text.isprintable() else "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())
