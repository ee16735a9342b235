"""Canned words: the answers that a desk gives often, kept per language under a title."""

from __future__ import annotations

from sqlalchemy import func, select

from portal.access import Place
from portal.actions.doing import Doing
from portal.db import new_id
from portal.models import CannedWords, Group

MOST = 200
MOST_TITLE = 100


def keep(doing: Doing, by: Place, language: str, title: str, words: str) -> str | None:
    """Keep an answer at hand; the same title once more says something else from now on. The code of what is wrong."""
    # Whoever keeps words at the same moment waits here: a title is kept once.
    doing.db.execute(select(Group.id).where(Group.id == by.group_id).with_for_update())
    kept = select(CannedWords).where(CannedWords.group_id == by.group_id)
    mine = kept.where(CannedWords.language == language, CannedWords.title == title)
    found = doing.db.execute(mine).scalar()
    if found is None:
        if doing.db.execute(select(func.count()).select_from(kept.subquery())).scalar_one() >= MOST:
            return "too_many_canned_words"
        found = CannedWords(public_id=new_id(doing.now), group_id=by.group_id, language=language, title=title)
        doing.db.add(found)
    found.words = words
    doing.db.flush()
    return None


def remove(doing: Doing, words: CannedWords) -> None:
    """They are not needed any more."""
    doing.db.delete(words)
    doing.db.flush()
