"""What is said about a request, with the files that come with it: each message is written once, its files sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.actions.doing import Doing
from portal.db import new_id
from portal.files.vault import Vault
from portal.models import Attachment, Message, Request, Side

KIND = "forget_files"
MOST_WORDS = 4000
MOST_FILES = 5
MOST_SIZE = 2 * 1024 * 1024
MOST_NAME = 120
MOST_MESSAGES = 200

# What people send to be looked at: pictures, texts, and the papers of transfers. Nothing of it is ever run or shown.
KINDS = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
    "pdf": "application/pdf", "txt": "text/plain", "log": "text/plain", "csv": "text/csv", "json": "application/json",
    "xml": "application/xml", "toml": "text/plain", "zip": "application/zip", "lic": "text/plain", "req": "text/plain",
}  # fmt: skip


class Upload(NamedTuple):
    """A file as it came in: what it is called at home, and what is in it."""

    name: str
    content: bytes


def problem_with(uploads: Sequence[Upload]) -> str | None:
    """The code of what is wrong with the files, if anything is."""
    if len(uploads) > MOST_FILES:
        return "too_many_files"
    if any(len(upload.content) > MOST_SIZE for upload in uploads):
        return "file_too_large"
    if any(kind_of(upload.name) not in KINDS for upload in uploads):
        return "file_kind"
    return None


def kind_of(name: str) -> str:
    """The ending of a file's name, in small letters."""
    _, dot, ending = name.rpartition(".")
    return ending.lower() if dot else ""


def say(
    doing: Doing, request: Request, side: Side, words: str, uploads: Sequence[Upload] = (), *,
    key: UUID | None = None, group_id: int | None = None,
) -> Message | None:  # fmt: skip
    """Add to what is said; None for what was said before under this `key`. The request must be locked."""
    if key is not None and doing.db.execute(select(Message.id).where(Message.public_id == key)).first():
        return None
    message = Message(
        public_id=key or new_id(doing.now), request_id=request.id, author_id=doing.actor.user_id, group_id=group_id,
        side=side, words=words, at=doing.now,
    )  # fmt: skip
    doing.db.add(message)
    doing.db.flush()
    for upload in uploads:
        public_id = new_id(doing.now)
        doing.db.add(
            Attachment(
                public_id=public_id, message_id=message.id, name=_plain(upload.name), size=len(upload.content),
                media_type=KINDS[kind_of(upload.name)],
                cipher=doing.vault.seal("attachment", upload.content, public_id.bytes),
            )
        )  # fmt: skip
    doing.db.flush()
    return message


def is_full(doing: Doing, request: Request) -> bool:
    """Whether so much was said already that a new question is the better way."""
    said = select(func.count()).select_from(Message).where(Message.request_id == request.id)
    return doing.db.execute(said).scalar_one() >= MOST_MESSAGES


def content_of(vault: Vault, attachment: Attachment) -> bytes:
    """What is in a file."""
    return vault.open("attachment", attachment.cipher, attachment.public_id.bytes)


def forget_files(days: int, db: Session, now: datetime, vault: Vault, _: Mapping[str, Any]) -> None:
    """Files go so many days after the answer: what was said stays, and what somebody's screen showed does not."""
    over = (
        select(Message.id)
        .join(Request, Request.id == Message.request_id)
        .where(Request.answered_at <= now - timedelta(days=days), Message.at <= now - timedelta(days=days))
    )
    db.execute(delete(Attachment).where(Attachment.message_id.in_(over)))


def _plain(name: str) -> str:
    """The last part of a name, on one line."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in last if one.isprintable())[-MOST_NAME:] or "file"
