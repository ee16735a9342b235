"""What-if runs: asked for by the vendor, done by the worker piece by piece, and stopped at will."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select, update

from portal import audit
from portal.actions.doing import Doing
from portal.actions.rule_drafts import Written, checked
from portal.audit import Happened
from portal.db import new_id
from portal.models import Article, Replay, ReplayFinding, ReplayState, RuleSet
from portal.rules import Problem

KEPT = 20  # runs of one rule set
UNDER_WAY = (ReplayState.WAITING, ReplayState.RUNNING, ReplayState.STOPPING)


@dataclass(frozen=True, slots=True)
class Started:
    """What came of it: `code` is "ok", or says why there is no run; `problems` tells what is wrong with the text."""

    code: str = "ok"
    params: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    replay: Replay | None = None

    @property
    def allowed(self) -> bool:
        return self.code == "ok"


def start(
    doing: Doing, rule_set: RuleSet, toml: str, *, article: Article | None = None, since: datetime | None = None
) -> Started:
    """Have the history of the rule set's articles, or of one, decided again by this text; asked twice it is one run."""
    loaded = checked(toml)
    if isinstance(loaded, Written):
        return Started(loaded.code, loaded.params, loaded.problems)
    db, digest = doing.db, hashlib.sha256(toml.encode()).digest()
    db.execute(select(RuleSet.id).where(RuleSet.id == rule_set.id).with_for_update())
    running = db.execute(
        select(Replay).where(Replay.rule_set_id == rule_set.id, Replay.state.in_(UNDER_WAY)).limit(1)
    ).scalar()
    if running is not None:
        is_same = running.digest == digest and running.article_id == (article and article.id)
        same = is_same and running.from_at == since and running.state != ReplayState.STOPPING
        return Started(replay=running) if same else Started(code="replay_under_way", replay=running)
    replay = Replay(
        public_id=new_id(doing.now), rule_set_id=rule_set.id, article_id=article.id if article else None, toml=toml,
        digest=digest, made_by_id=doing.actor.user_id, state=ReplayState.WAITING, from_at=since, created_at=doing.now,
        result={},
    )  # fmt: skip
    db.add(replay)
    db.flush()
    _forget_old(doing, rule_set)
    audit.record(db, doing.now, doing.actor, Happened.RULES_REPLAYED, name=rule_set.name, sku=article and article.sku)
    return Started(replay=replay)


def stop(doing: Doing, replay: Replay) -> None:
    """End a run early: what it has found stays. One that is over already stays what it is."""
    state = Replay.state
    for before, after in ((ReplayState.WAITING, ReplayState.STOPPED), (ReplayState.RUNNING, ReplayState.STOPPING)):
        ended = doing.now if after is ReplayState.STOPPED else None
        doing.db.execute(
            update(Replay)
            .where(Replay.id == replay.id, state == before)
            .values(state=after, ended_at=ended)
            .execution_options(synchronize_session=False)
        )
    doing.db.refresh(replay)


def _forget_old(doing: Doing, rule_set: RuleSet) -> None:
    old = select(Replay.id).where(Replay.rule_set_id == rule_set.id).order_by(Replay.id.desc()).offset(KEPT)
    ids = doing.db.execute(old).scalars().all()
    doing.db.execute(delete(ReplayFinding).where(ReplayFinding.replay_id.in_(ids)))
    doing.db.execute(delete(Replay).where(Replay.id.in_(ids)))
