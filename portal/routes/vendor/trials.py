"""Trying rules on cases; nothing is written."""

from uuid import UUID

from portal import desk
from portal.screens import rule_trial
from portal.screens.rule_desk import RULES
from portal.web import Answer, Visit, endpoint

PLACE = f"{RULES}/{{rule_set_id:uuid}}/try"
MOST_FIELDS = 400


@endpoint.get(PLACE)
def show(visit: Visit, rule_set_id: UUID) -> Answer:
    """The forms for a case."""
    return rule_trial.trial(visit, desk.rule_set_for(visit.db, visit.actor, rule_set_id))


@endpoint.post(PLACE, writes=False, fields=MOST_FIELDS)
def ask(visit: Visit, rule_set_id: UUID) -> Answer:
    """What the rules say to the case; or the form with one operation more or less."""
    rule_set = desk.rule_set_for(visit.db, visit.actor, rule_set_id)
    rule_trial.allow(visit)
    todo = visit.form.values.get("do", "ask")
    if todo != "ask":
        return rule_trial.trial(visit, rule_set, values=rule_trial.changed(visit.form.values, todo), todo=todo)
    return rule_trial.trial(visit, rule_set, values=visit.form.values, tried=rule_trial.ask(visit, rule_set))
