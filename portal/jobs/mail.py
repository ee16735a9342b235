"""The outbox: a mail is noted in the transaction of the deed, and a worker holds it with a claim while it sends."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, Protocol
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from portal.brand.choices import CHOICES
from portal.brand.stationery import Letter, Stationery, Unwritten
from portal.db import new_id
from portal.files.vault import Unreadable, Vault
from portal.models import Mail, MailSetting
from portal.rows import Ready, write

log = logging.getLogger("portal.mail")

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


class Draft(msgspec.Struct, frozen=True):
    """A letter that is not written yet: by which templates, in which language and time zone, of which facts, and by
    the host of which brand; the first brand has none.
    """

    name: str
    language: str
    zone: str
    facts: dict[str, Any]
    host: str = ""


class Reader(Protocol):
    """Whom a mail goes to, as far as the outbox knows."""

    id: int
    email: str | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail in the hands of one worker."""

    id: int
    claim: UUID
    message_id: str
    recipient: str
    message: EmailMessage


def post(
    db: Session, vault: Vault, now: datetime, to: Reader | str, letter: Letter, *, is_secret: bool = False
) -> None:
    """Put a letter to a person, or to an address that has no account, into the outbox; it leaves if, and only if, the
    transaction is committed.

    `is_secret` blanks the body once it is sent. Raises Misshapen for an address or header that leaves its line.
    """
    public_id, message_id = _named(now, letter.headers["From"])
    written = _written(vault, message_id, letter)
    _put(db, now, to, public_id, message_id, letter.name, letter.language, is_secret=is_secret, **written)


def note(
    db: Session, vault: Vault, now: datetime, to: Reader | str, draft: Draft, sender: str, *, is_secret: bool = False
) -> None:
    """The same for a letter that is written when it leaves, in the words and the look of that day."""
    public_id, message_id = _named(now, sender)
    facts = vault.seal("mail-facts", msgspec.json.encode(draft), message_id.encode())
    _put(db, now, to, public_id, message_id, draft.name, draft.language, is_secret=is_secret, facts=facts)


def _put(
    db: Session, now: datetime, to: Reader | str, public_id: UUID, message_id: str, kind: str, language: str,
    **told: Any,
) -> None:  # fmt: skip
    recipient, user_id = (to, None) if isinstance(to, str) else (to.email, to.id)
    if recipient is None or (user_id is not None and _is_unwanted(db, user_id, kind)):
        return  # who has no address, or does without such mails, finds it all in the portal
    if not is_address(recipient):
        raise Misshapen("this is no address that a mail can go to")
    write(
        db, Mail, public_id=public_id, message_id=message_id, kind=kind, user_id=user_id, recipient=recipient,
        language=language, state="ready", created_at=now, due_at=now, **told,
    )  # fmt: skip


_SWITCH = Ready(
    select(MailSetting.is_on).where(MailSetting.user_id == bindparam("user"), MailSetting.kind == bindparam("kind"))
)


def _is_unwanted(db: Session, user_id: int, name: str) -> bool:
    choice = CHOICES.get(name)
    return choice is not None and _SWITCH.scalar(db, user=user_id, kind=choice.value) is False


def _named(now: datetime, sender: str) -> tuple[UUID, str]:
    public_id = new_id(now)
    return public_id, f"<{public_id}@{sender.rpartition('@')[2].rstrip('>')}>"


def _written(vault: Vault, message_id: str, letter: Letter) -> dict[str, Any]:
    """What is kept of a letter. Raises Misshapen."""
    for name, value in {**letter.headers, "Subject": letter.subject}.items():
        if not value.isprintable() or not re.fullmatch(r"[A-Za-z-]+", name):
            raise Misshapen(f"the header {name!r} must be one line of plain text")
    body = vault.seal("mail", msgspec.json.encode(Body(letter.text, letter.html)), message_id.encode())
    return {"subject": letter.subject, "headers": dict(letter.headers), "body": body}


def is_address(text: str | None) -> bool:
    """Whether this is one plain address that stays on its line."""
    return text is not None and len(text) <= 254 and text.isprintable() and _ADDRESS.fullmatch(text) is not None


def has_due(db: Session, now: datetime) -> bool:
    """Whether there is a mail to send, for whoever looks without writing."""
    return db.execute(select(Mail.id).where(*_due(now)).limit(1)).scalar() is not None


def claim(db: Session, vault: Vault, stationery: Stationery, now: datetime) -> Claimed | None:
    """Take hold of the next mail that is due; other workers pass over it until the claim ends.

    A mail that cannot be written or read is given up, and stops no other.
    """
    wanted = select(Mail).where(*_due(now)).order_by(Mail.due_at, Mail.id).limit(1).with_for_update(skip_locked=True)
    while (mail := db.execute(wanted).scalar()) is not None:
        try:
            if mail.facts is not None:
                _write_out(vault, stationery, mail)
            written = message(vault, stationery, mail)
        except (Unreadable, Unwritten, Misshapen) as problem:
            log.exception("this mail cannot be sent: %s", mail.message_id)
            mail.state, mail.problem = "failed", str(problem)[:500]
            db.flush()
            _blank(db, mail.id)
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


def letter_of(vault: Vault, stationery: Stationery, mail: Mail) -> Letter | None:
    """What a mail says: as it was written, or as it would be written now; None where it was secret and is gone.

    Raises files.vault.Unreadable and brand.stationery.Unwritten.
    """
    if mail.facts is not None:
        opened = vault.open("mail-facts", mail.facts, mail.message_id.encode())
        draft = msgspec.json.decode(opened, type=Draft)
        own = stationery.of(draft.host)
        return own.write(
            draft.name, own.language(draft.language), ZoneInfo(draft.zone), mail.created_at, **draft.facts
        )
    told = body(vault, mail)
    return told and Letter(mail.kind, mail.language, mail.subject, told.text, told.html, mail.headers)


def _write_out(vault: Vault, stationery: Stationery, mail: Mail) -> None:
    """From now on it stays as it is: sent once more, it is the same mail."""
    letter = letter_of(vault, stationery, mail)
    for name, value in _written(vault, mail.message_id, letter).items():
        setattr(mail, name, value)
    mail.facts = None


def body(vault: Vault, mail: Mail) -> Body | None:
    """Text and HTML of a mail; None where they were secret and are gone. Raises files.vault.Unreadable."""
    if mail.body is None:
        return None
    return msgspec.json.decode(vault.open("mail", mail.body, mail.message_id.encode()), type=Body)


def message(vault: Vault, stationery: Stationery, mail: Mail) -> EmailMessage:
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
    if logo := stationery.enclosed(told.html):
        page = letter.get_payload()[1]
        page.add_related(logo.content, "image", "png", cid=f"<{logo.cid}>", disposition="inline", filename="logo.png")
        page.set_boundary(f"=_{mail.public_id.hex}_page")
    return letter


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Mail.state == "ready", Mail.due_at <= now, Mail.created_at > now - GIVEN_UP, _free(now)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Mail.claimed_until.is_(None), Mail.claimed_until <= now)


def _blank(db: Session, mail_id: int) -> None:
    over = (Mail.id == mail_id, Mail.is_secret, Mail.state != "ready")
    db.execute(update(Mail).where(*over).values(body=None, facts=None))
