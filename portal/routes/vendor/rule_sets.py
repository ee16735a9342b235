"""Rule sets: the list, a new one, one of them, its versions, and the articles that follow it."""

from uuid import UUID

from portal import desk
from portal.actions import publications, rule_drafts
from portal.actions.publications import MOST_NOTE
from portal.rules import PRESETS, preset_text
from portal.screens import rule_articles, rule_desk
from portal.screens.proving import fresh
from portal.screens.rule_desk import RULES, address
from portal.web import Answer, Visit, done, endpoint, redirect

MOST_ARTICLES = 2000


@endpoint.get("/vendor")
def home(visit: Visit) -> Answer:
    """The back office opens with the rules."""
    desk.enter(visit.actor)
    return redirect(visit, RULES)


@endpoint.get(RULES)
def index(visit: Visit) -> Answer:
    """All rule sets, and what is in force."""
    desk.enter(visit.actor)
    return rule_desk.index(visit)


@endpoint.get(f"{RULES}/new")
def new(visit: Visit) -> Answer:
    """What a new rule set can begin with."""
    desk.enter(visit.actor, writes=True)
    return rule_desk.new(visit)


@endpoint.post(f"{RULES}/new")
def create(visit: Visit) -> Answer:
    """Begin a rule set: a draft with a preset's text under a name of one's own."""
    desk.enter(visit.actor, writes=True)
    form = visit.form
    form.allow("name", "preset")
    name, chosen = form.text("name", most=200), form.one_of("preset", PRESETS)
    if form.errors:
        return rule_desk.new(visit, chosen=chosen, name=name)
    written = rule_drafts.begin(visit, rule_desk.named(preset_text(chosen), name))
    if not written.allowed or written.rule_set is None:
        return rule_desk.new(visit, chosen=chosen, name=name, written=written)
    return done(visit, f"{address(written.rule_set)}/draft", "draft_begun")


@endpoint.get(f"{RULES}/{{rule_set_id:uuid}}")
def show(visit: Visit, rule_set_id: UUID) -> Answer:
    """One rule set: what it says, who follows it, and its history."""
    return rule_desk.show(visit, desk.rule_set_for(visit.db, visit.actor, rule_set_id))


@endpoint.get(f"{RULES}/{{rule_set_id:uuid}}/versions/{{number:int}}")
def version(visit: Visit, rule_set_id: UUID, number: int) -> Answer:
    """One version: its text, and what it changed."""
    rule_set = desk.rule_set_for(visit.db, visit.actor, rule_set_id)
    return rule_desk.version(visit, rule_set, desk.version_for(visit.db, rule_set, number))


@endpoint.post(f"{RULES}/{{rule_set_id:uuid}}/versions/{{number:int}}/return")
def roll_back(visit: Visit, rule_set_id: UUID, number: int) -> Answer:
    """The text of an earlier version comes back as a new one."""
    rule_set = desk.rule_set_for(visit.db, visit.actor, rule_set_id, writes=True)
    old = desk.version_for(visit.db, rule_set, number)
    visit.form.allow("note", "base")
    note, base = visit.form.text("note", most=MOST_NOTE), visit.form.values.get("base", "")
    if visit.form.errors:
        return rule_desk.version(visit, rule_set, old)
    base_number = int(base) if base.isdecimal() and len(base) < 10 else 0
    fresh(visit, f"{address(rule_set)}/versions/{number}")
    written = publications.roll_back(visit, rule_set, number, note, base_number=base_number)
    if not written.allowed or written.version is None:
        return rule_desk.version(visit, rule_set, old, written)
    return done(visit, address(rule_set), "rules_published", number=written.version.number)


@endpoint.get(f"{RULES}/{{rule_set_id:uuid}}/articles")
def articles(visit: Visit, rule_set_id: UUID) -> Answer:
    """Which articles follow these rules, and which could."""
    return rule_desk.articles(visit, desk.rule_set_for(visit.db, visit.actor, rule_set_id, writes=True))


@endpoint.post(f"{RULES}/{{rule_set_id:uuid}}/articles", fields=MOST_ARTICLES)
def assign(visit: Visit, rule_set_id: UUID) -> Answer:
    """Let articles, or all articles of products, follow these rules."""
    rule_set = desk.rule_set_for(visit.db, visit.actor, rule_set_id, writes=True)
    chosen = rule_articles.chosen(visit)
    if not chosen:
        return rule_desk.articles(visit, rule_set)
    written = publications.assign(visit, rule_set, chosen)
    if not written.allowed:
        return rule_desk.articles(visit, rule_set, written)
    return done(visit, address(rule_set), "articles_assigned", count=len(chosen))
