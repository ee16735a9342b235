"""What came by mail: the worker does what is due, and links are read as people would click them."""

from __future__ import annotations

import re

from sqlalchemy import select

from portal.actions.workers import worker_of
from portal.jobs import mail
from portal.models import Mail
from tests.fixtures.client import URL, Served


def worked(served: Served) -> list[Mail]:
    """All mails, once the worker has done what is due."""
    worker = worker_of(served.site)
    worker.enlist()
    while worker.step():
        pass
    with served.database.reading() as db:
        return list(db.execute(select(Mail).order_by(Mail.id)).scalars())


def delivered(served: Served) -> None:
    """Let the worker do all that is due, its mails to the server included."""
    worker = worker_of(served.site)
    worker.enlist()
    while worker.round():
        pass


def mails(served: Served, recipient: str, kind: str) -> list[str]:
    """The texts of these mails to this address, oldest first."""
    found = [told for told in worked(served) if (told.recipient, told.kind) == (recipient, kind)]
    letters = [mail.letter_of(served.site.vault, served.site.stationery, told) for told in found]
    return [letter.text for letter in letters if letter is not None]


def link(text: str, beginning: str) -> str:
    """The address in this mail that begins so, as a path."""
    found = re.search(re.escape(URL) + f"({beginning}[^\\s]*)", text)
    assert found, f"no link to {beginning} in {text}"
    return found[1]
