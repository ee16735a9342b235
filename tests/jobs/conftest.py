"""What jobs need: a migrated database with an estate, a portal on it, an outbox, and the workers that empty it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.app import build_site
from portal.brand.stationery import Letter
from portal.db import Database, new_id
from portal.files import keyring
from portal.files.vault import Vault
from portal.jobs import mail
from portal.jobs.postman import Postman
from portal.models import Mail, User
from portal.settings import from_environment
from portal.site import Site
from tests.actions.estate import Estate
from tests.fixtures.clock import Clock
from tests.fixtures.mail import MailServer


@dataclass(frozen=True)
class Ground:
    """A database, its vault and its clock."""

    database: Database
    vault: Vault
    clock: Clock

    @contextmanager
    def estate(self) -> Iterator[Estate]:
        with self.database.writing() as db:
            yield Estate(db, self.vault, self.clock())


@pytest.fixture
def ground(database: Database, keys: Path, clock: Clock) -> Ground:
    return Ground(database, keyring.load(keys).vault, clock)


@pytest.fixture
def site(ground: Ground, keys: Path, tmp_path: Path) -> Iterator[Site]:
    """A portal on that database, whose worker a test steps by hand."""
    shutil.copytree(keys, tmp_path / "keys")
    url = ground.database.writer.url.render_as_string(hide_password=False)
    site = build_site(from_environment({"PORTAL_DATA": str(tmp_path), "PORTAL_DATABASE": url}), ground.clock)
    yield site
    site.database.close()


HEADERS = {"From": "Tessel Works <help@tessel.example>", "Auto-Submitted": "auto-generated"}


FACTS = {
    "person": "Eve", "product": "CAD Pro", "path": "/licenses/1", "is_holder": True, "actor": "program",
    "actor_name": None, "device": "DESK-1", "is_again": False,
}  # fmt: skip


def letter(number: int = 0, **changes: object) -> Letter:
    whole = {
        "name": "moved", "language": "en", "subject": f"Number {number}", "text": f"text {number}\n",
        "html": f"<p>html {number}</p>\n", "headers": HEADERS,
    }  # fmt: skip
    return Letter(**(whole | changes))  # type: ignore[arg-type]


@dataclass
class Outbox:
    """A database with one person in it, a mail server, and as many postmen as a test asks for."""

    database: Database
    data: Path
    clock: Clock
    server: MailServer
    sites: list[Site] = field(default_factory=list)

    @property
    def environ(self) -> dict[str, str]:
        """The settings of these workers, as an operator writes them."""
        return {"PORTAL_DATA": str(self.data), "PORTAL_DATABASE": self.database.url, **self.server.settings}

    def site(self, clock: Callable[[], object] | None = None, **settings: str) -> Site:
        site = build_site(from_environment({**self.environ, **settings}), clock or self.clock)  # type: ignore[arg-type]
        self.sites.append(site)
        return site

    def postman(self, clock: Callable[[], object] | None = None, **settings: str) -> Postman:
        site = self.site(clock, **settings)
        assert site.settings.smtp is not None
        return Postman(site, site.settings.smtp)

    def post(
        self, count: int = 1, *, is_secret: bool = False, to: str = "eve@people.example", **changes: object
    ) -> None:
        """Write so many mails in one transaction."""
        with self.database.writing() as db:
            user = self._user(db, to)
            for number in range(count):
                mail.post(db, self._vault(), self.clock(), user, letter(number, **changes), is_secret=is_secret)

    def note(self, *, is_secret: bool = False) -> None:
        """Note a mail about a new PC, to be written when it leaves."""
        draft = mail.Draft("activated", "en", "Europe/Berlin", FACTS)
        with self.database.writing() as db:
            user = self._user(db, "eve@people.example")
            mail.note(db, self._vault(), self.clock(), user, draft, "help@tessel.example", is_secret=is_secret)

    def _vault(self) -> Vault:
        return self.sites[0].vault if self.sites else self.site().vault

    def _user(self, db: Session, email: str) -> User:
        user = db.execute(select(User).where(User.email == email)).scalar()
        if user is None:
            user = User(public_id=new_id(self.clock()), email=email, name="Eve", created_at=self.clock())
            db.add(user)
            db.flush()
        return user

    def rows(self) -> list[Mail]:
        with self.database.reading() as db:
            return list(db.execute(select(Mail).order_by(Mail.id)).scalars())

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]

    def ids(self) -> list[str]:
        return [row.message_id for row in self.rows()]


def empty(postman: Postman) -> None:
    """Deliver until there is nothing left to do now."""
    while postman.deliver():
        pass


@pytest.fixture
def outbox(database: Database, keys: Path, clock: Clock, mail_server: MailServer, tmp_path: Path) -> Iterator[Outbox]:
    data = tmp_path / "data"
    shutil.copytree(keys, data / "keys")
    outbox = Outbox(database, data, clock, mail_server)
    yield outbox
    for site in outbox.sites:
        with closing(site.database):
            pass
