"""What Vera thinks about: a draft of rules that she has asked the history about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.actions import replays, rule_drafts, what_if
from portal.actions.clerk import Tally, finding_row
from portal.actions.what_if import Inquiry
from portal.db import Database
from portal.demo import policies
from portal.demo.history import Stage, Story
from portal.models import Article, Replay, ReplayFinding, ReplayState, RuleSet


def draft(on: Stage) -> Story:
    """Vera thinks about rarer moves, and looks whom that would have hit."""
    yield on.ago(hours=2)
    rule_set = on.db.execute(select(RuleSet).where(RuleSet.name == "Default")).scalar_one()
    rule_drafts.save(on.person("vera"), rule_set, policies.idea(), 0)
    started = replays.start(on.person("vera"), rule_set, policies.idea())
    if started.replay is not None:
        _decide(on, started.replay)


def _decide(on: Stage, replay: Replay) -> None:
    """What the clerk does, at one go."""
    articles = on.db.execute(select(Article.id).where(Article.rule_set_id == replay.rule_set_id)).scalars()
    inquiry = Inquiry(replay.toml, tuple(articles))
    on.db.flush()
    replay.total, tally = what_if.count(on.db, inquiry), Tally()
    for step in what_if.replay(cast(Database, _Here(on.db)), inquiry):
        replay.seen += step.seen
        if rows := [finding_row(replay.id, one) for one in step.findings if tally.add(one)]:
            on.db.execute(insert(ReplayFinding), rows)
    replay.differing, replay.result = tally.counts.total(), tally.result()
    replay.state, replay.started_at, replay.ended_at = ReplayState.DONE, on.time, on.time


class _Here:
    """The database as the stage sees it, with all that is not committed yet."""

    def __init__(self, db: Session) -> None:
        self._db = db

    @contextmanager
    def reading(self) -> Iterator[Session]:
        yield self._db


STORIES = (draft,)
