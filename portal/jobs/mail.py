"""The outbox: a mail is written in the transaction of the deed, and a worker holds it with a claim while it sends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from portal.brand.stationery import Letter
from portal.db import new_id
from portal.files.vault import Unreadable, Vault
from portal.models import Mail, User

# Longer than any mail can take that a server answers at all: whoever holds one longer has died.
HELD = timedelta(minutes=10)
# Nobody wants to hear on Friday what happened on Monday.
GIVEN_UP = timedelta(days=3)
KEPT = timedelta(days=30)
LATEST = timedelta(hours=1)

_ADDRESS = re.compile(r"""[^@\s<>"(),:;\\]+@[^@\s<>"(),:;\\]+\.[^@\s<>"(),:;.\\]+""")


class Misshapen(ValueError):
    """A header or an address that would not stay on its line."""


class Body(msgspec.Struct, frozen=True):
    """What is sealed: the same letter twice."""

    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail in the hands of one worker."""

    id: int
    claim: UUID
    message_id: str
    recipient: str
    message: EmailMessage


def post(db: Session, vault: Vault, now: datetime, user: User, letter: Letter, *, is_secret: bool = False) -> Mail:
    """Put a letter to this person into the outbox; it leaves if, and only if, the transaction is committed.

    `is_secret` blanks the body once it is sent. Raises Misshapen for an address or header that leaves its line.
    """
    if not is_address(user.email):
        raise Misshapen("this is no address that a mail can go to")
    for name, value in {**letter.headers, "Subject": letter.subject}.items():
        if not value.isprintable() or not re.fullmatch(r"[A-Za-z-]+", name):
            raise Misshapen(f"the header {name!r} must be one line of plain text")
    public_id = new_id(now)
    message_id = f"<{public_id}@{_domain(letter.headers['From'])}>"
    sealed = vault.seal("mail", msgspec.json.encode(Body(letter.text, letter.html)), message_id.encode())
    mail = Mail(
        public_id=public_id,
        message_id=message_id,
        kind=letter.name,
        user_id=user.id,
        recipient=user.email,
        language=letter.language,
        subject=letter.subject,
        body=sealed,
        is_secret=is_secret,
        headers=dict(letter.headers),
        state="ready",
        created_at=now,
        due_at=now,
    )
    db.add(mail)
    return mail


def is_address(text: str) -> bool:
    """Whether this is one plain address that stays on its line."""
    return len(text) <= 254 and text.isprintable() and _ADDRESS.fullmatch(text) is not None


def has_due(db: Session, now: datetime) -> bool:
    """Whether there is a mail to send, for whoever looks without writing."""
    return db.execute(select(Mail.id).where(*_due(now)).limit(1)).scalar() is not None


def claim(db: Session, vault: Vault, now: datetime) -> Claimed | None:
    """Take hold of the next mail that is due; other workers pass over it until the claim ends."""
    wanted = select(Mail).where(*_due(now)).order_by(Mail.due_at, Mail.id).limit(1).with_for_update(skip_locked=True)
    while (mail := db.execute(wanted).scalar()) is not None:
        try:
            written = message(vault, mail)
        except Unreadable as problem:
            mail.state, mail.problem = "failed", str(problem)[:500]
            db.flush()
            continue
        mail.claim, mail.claimed_until, mail.tries = uuid4(), now + HELD, mail.tries + 1
        return Claimed(mail.id, mail.claim, mail.message_id, mail.recipient, written)
    return None


def sent(db: Session, now: datetime, held: Claimed) -> None:
    """The server took it. That counts even if the claim had ended meanwhile: once more would be once too often."""
    db.execute(
        update(Mail)
        .where(Mail.id == held.id, Mail.state == "ready")
        .values(state="sent", sent_at=now, claim=None, claimed_until=None, problem=None)
    )
    _blank(db, held.id)


def refused(db: Session, now: datetime, held: Claimed, problem: str, *, for_good: bool) -> None:
    """The server did not take it: again later, each time after a longer while, or never."""
    mail = db.execute(select(Mail).where(Mail.id == held.id, Mail.claim == held.claim).with_for_update()).scalar()
    if mail is None:
        return
    mail.claim = mail.claimed_until = None
    mail.problem = problem[:500]
    mail.due_at = now + min(LATEST, timedelta(minutes=2 ** min(mail.tries, 10)))
    if for_good or mail.due_at > mail.created_at + GIVEN_UP:
        mail.state = "failed"
        db.flush()
        _blank(db, mail.id)


def released(db: Session, now: datetime, held: Claimed, problem: str, until: datetime) -> None:
    """No server was there: nothing was wrong with the mail, and it waits its turn again."""
    db.execute(
        update(Mail)
        .where(Mail.id == held.id, Mail.claim == held.claim)
        .values(claim=None, claimed_until=None, due_at=until, problem=problem[:500])
    )


def give_up(db: Session, now: datetime) -> None:
    """Mails that nobody took for days leave no more, and mails older than a month are forgotten."""
    late = (Mail.state == "ready", Mail.created_at <= now - GIVEN_UP, _free(now))
    for mail_id in db.execute(select(Mail.id).where(*late)).scalars().all():
        db.execute(update(Mail).where(Mail.id == mail_id).values(state="failed"))
        _blank(db, mail_id)
    db.execute(delete(Mail).where(Mail.created_at < now - KEPT))


def body(vault: Vault, mail: Mail) -> Body | None:
    """Text and HTML of a mail; None where they were secret and are gone. Raises files.vault.Unreadable."""
    if mail.body is None:
        return None
    return msgspec.json.decode(vault.open("mail", mail.body, mail.message_id.encode()), type=Body)


def message(vault: Vault, mail: Mail) -> EmailMessage:
    """The mail as it goes over the wire, the same each time. Raises files.vault.Unreadable."""
    told = body(vault, mail) or Body("", "")
    letter = EmailMessage(policy=SMTP)
    letter["Message-ID"] = mail.message_id
    letter["Date"] = mail.created_at
    letter["To"] = mail.recipient
    letter["Subject"] = mail.subject
    headers: Mapping[str, str] = mail.headers
    for name, value in headers.items():
        letter[name] = value
    letter.set_content(told.text)
    letter.add_alternative(told.html, subtype="html")
    letter.set_boundary(f"=_{mail.public_id.hex}")
    return letter


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Mail.state == "ready", Mail.due_at <= now, Mail.created_at > now - GIVEN_UP, _free(now)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Mail.claimed_until.is_(None), Mail.claimed_until <= now)


def _blank(db: Session, mail_id: int) -> None:
    db.execute(update(Mail).where(Mail.id == mail_id, Mail.is_secret, Mail.state != "ready").values(body=None))


def _domain(sender: str) -> str:
    return sender.rpartition("@")[2].rstrip(">")
