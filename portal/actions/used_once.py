"""What counts a single time: the answer of a sign-in provider, the id of a logout token."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from portal.actions.doing import Doing
from portal.models import Answer


def use(doing: Doing, kind: str, value: str) -> bool:
    """Use it up; False when it was used before. It is remembered for a day, longer than it could be of use."""
    key = doing.vault.lookup(f"once-{kind}", value)
    try:
        with doing.db.begin_nested():
            doing.db.add(Answer(key=key, request_digest=b"", status=0, body=b"", created_at=doing.now))
            doing.db.flush()
    except IntegrityError:
        return False
    return True
