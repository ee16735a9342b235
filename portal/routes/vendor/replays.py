"""What-if runs: the recorded history decided again, by a draft or by what is in force."""

from uuid import UUID

from portal import desk
from portal.actions import replays
from portal.screens import rule_replays
from portal.screens.rule_desk import RULES, address
from portal.web import Answer, Visit, done, endpoint

PLACE = f"{RULES}/{{rule_set_id:uuid}}/replays"


@endpoint.get(PLACE)
def index(visit: Visit, rule_set_id: UUID) -> Answer:
    """Start a run, or look at earlier ones."""
    return rule_replays.index(visit, desk.rule_set_for(visit.db, visit.actor, rule_set_id, writes=True))


@endpoint.post(PLACE)
def start(visit: Visit, rule_set_id: UUID) -> Answer:
    """Line up a run; the worker does it."""
    rule_set = desk.rule_set_for(visit.db, visit.actor, rule_set_id, writes=True)
    text, article, since = rule_replays.wanted(visit, rule_set)
    if visit.form.errors or text is None:
        return rule_replays.index(visit, rule_set)
    started = replays.start(visit, rule_set, text, article=article, since=since)
    if not started.allowed or started.replay is None:
        return rule_replays.index(visit, rule_set, started)
    return done(visit, f"{address(rule_set)}/replays/{started.replay.public_id}", "replay_started")


@endpoint.get(f"{PLACE}/{{replay_id:uuid}}")
def show(visit: Visit, rule_set_id: UUID, replay_id: UUID) -> Answer:
    """How far it is, and what it found."""
    rule_set = desk.rule_set_for(visit.db, visit.actor, rule_set_id, writes=True)
    return rule_replays.show(visit, rule_set, desk.replay_for(visit.db, rule_set, replay_id))


@endpoint.post(f"{PLACE}/{{replay_id:uuid}}/stop")
def stop(visit: Visit, rule_set_id: UUID, replay_id: UUID) -> Answer:
    """Stop it; what it found so far stays."""
    rule_set = desk.rule_set_for(visit.db, visit.actor, rule_set_id, writes=True)
    replay = desk.replay_for(visit.db, rule_set, replay_id)
    visit.form.allow()
    replays.stop(visit, replay)
    return done(visit, f"{address(rule_set)}/replays/{replay_id}", "replay_stopped")


@endpoint.get(f"{PLACE}/{{replay_id:uuid}}/findings.csv")
def export(visit: Visit, rule_set_id: UUID, replay_id: UUID) -> Answer:
    """The findings as a table for spreadsheets."""
    rule_set = desk.rule_set_for(visit.db, visit.actor, rule_set_id, writes=True)
    return rule_replays.export(visit, desk.replay_for(visit.db, rule_set, replay_id))
