"""Drafts of rule sets: written as a form or as a text, thrown away, or published."""

from uuid import UUID

from portal import desk
from portal.access import NotFound
from portal.actions import publications, rule_drafts
from portal.actions.publications import MOST_NOTE
from portal.actions.rule_drafts import Written
from portal.models import RuleDraft, RuleSet
from portal.screens import rule_desk
from portal.screens.proving import fresh
from portal.screens.rule_desk import RULES, address
from portal.screens.rule_editor import editor, typed
from portal.web import Answer, Visit, done, endpoint

PLACE = f"{RULES}/{{rule_set_id:uuid}}"
MOST_FIELDS = 2500  # forty rows of each kind


@endpoint.get(f"{PLACE}/draft")
def show(visit: Visit, rule_set_id: UUID) -> Answer:
    """The reader's own draft, or what is in force to begin one from."""
    return editor(visit, desk.rule_set_for(visit.db, visit.actor, rule_set_id, writes=True))


@endpoint.post(f"{PLACE}/draft", fields=MOST_FIELDS)
def save(visit: Visit, rule_set_id: UUID) -> Answer:
    """Keep what was written; adding and removing rows of the form only shows it otherwise."""
    rule_set = desk.rule_set_for(visit.db, visit.actor, rule_set_id, writes=True)
    text, fields, todo = typed(visit)
    if todo != "save":
        return editor(visit, rule_set, text=text, fields=fields, todo=todo)
    edition = visit.form.values.get("edition", "")
    written = rule_drafts.save(visit, rule_set, text, int(edition) if edition.isdecimal() and len(edition) < 10 else 0)
    if not written.allowed:
        return editor(visit, rule_set, text=text, fields=fields, written=written)
    if visit.htmx:
        return editor(visit, rule_set, text=text, saved=True)
    return done(visit, f"{address(rule_set)}/draft", "draft_saved")


@endpoint.post(f"{PLACE}/draft/continuation")
def go_on(visit: Visit, rule_set_id: UUID) -> Answer:
    """What was published meanwhile has been seen: the draft may be published over it."""
    rule_set, draft = own_draft(visit, rule_set_id)
    visit.form.allow()
    rule_drafts.rebase(visit, draft)
    return done(visit, f"{address(rule_set)}/publication", "draft_rebased")


@endpoint.post(f"{PLACE}/draft/removal")
def discard(visit: Visit, rule_set_id: UUID) -> Answer:
    """Throw the draft away; rules that never were published go with it."""
    rule_set, draft = own_draft(visit, rule_set_id)
    visit.form.allow()
    stays = rule_drafts.latest(visit.db, rule_set.id) is not None
    rule_drafts.discard(visit, draft)
    return done(visit, address(rule_set) if stays else RULES, "draft_discarded")


@endpoint.get(f"{PLACE}/publication")
def ask(visit: Visit, rule_set_id: UUID) -> Answer:
    """What publishing the draft would change."""
    return rule_desk.publication(visit, desk.rule_set_for(visit.db, visit.actor, rule_set_id, writes=True))


@endpoint.post(f"{PLACE}/publication")
def publish(visit: Visit, rule_set_id: UUID) -> Answer:
    """Put the draft in force, with a note."""
    rule_set, draft = own_draft(visit, rule_set_id)
    visit.form.allow("note", "base")
    note = visit.form.text("note", most=MOST_NOTE)
    if visit.form.errors:
        return rule_desk.publication(visit, rule_set)
    if visit.form.values.get("base", "") != str(draft.edition):  # what was shown is not what would be published
        return rule_desk.publication(visit, rule_set, Written(code="draft_stale"))
    fresh(visit, f"{address(rule_set)}/publication")
    written = publications.publish(visit, draft, note)
    if not written.allowed or written.version is None:
        return rule_desk.publication(visit, rule_set, written)
    return done(visit, address(rule_set), "rules_published", number=written.version.number)


def own_draft(visit: Visit, rule_set_id: UUID) -> tuple[RuleSet, RuleDraft]:
    rule_set = desk.rule_set_for(visit.db, visit.actor, rule_set_id, writes=True)
    draft = rule_drafts.mine(visit, rule_set)
    if draft is None:
        raise NotFound
    return rule_set, draft
