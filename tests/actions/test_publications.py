"""Drafts and publications: nobody overwrites anybody, what is wrong changes nothing, each version has its reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import Actor
from portal.actions import publications, rule_drafts, rule_sets
from portal.actions.rule_drafts import Written
from portal.models import Article, RuleDraft, RuleSet, RuleVersion
from tests.actions.estate import Estate
from tests.actions.traces import events, last_event, newest, told

TEXT = 'name = "Desk"\ntime_zone = "Europe/Berlin"\n'
OTHER = TEXT + "[seats]\noverage = 1\n"
THIRD = TEXT + "[seats]\noverage = 2\n"
WRONG = TEXT + "[seats]\noverage = -1\nmore = 3\n"


@pytest.fixture
def vendor(estate: Estate) -> tuple[Actor, Actor]:
    """Vera and her colleague."""
    group = estate.group("Tessel Works", kind="vendor")
    return estate.actor(estate.user("Vera", group, "admin")), estate.actor(estate.user("Viktor", group, "admin"))


@pytest.fixture
def desk(estate: Estate) -> RuleSet:
    return estate.db.get_one(RuleSet, estate.rules(TEXT).rule_set_id)


def drafted(estate: Estate, actor: Actor, desk: RuleSet, toml: str = OTHER) -> RuleDraft:
    written = rule_drafts.save(estate.doing(actor), desk, toml, 0)
    assert written.allowed and written.draft is not None
    return written.draft


def numbers(estate: Estate, desk: RuleSet) -> list[int]:
    mine = select(RuleVersion.number).where(RuleVersion.rule_set_id == desk.id).order_by(RuleVersion.number)
    return list(estate.db.execute(mine).scalars())


def test_a_draft_is_published_with_its_note_and_is_gone(
    estate: Estate, desk: RuleSet, vendor: tuple[Actor, Actor]
) -> None:
    vera, _ = vendor
    written = publications.publish(estate.doing(vera), drafted(estate, vera, desk), "one seat more")
    assert written.allowed and written.version is not None
    version = written.version
    assert (version.number, version.note, version.toml) == (2, "one seat more", OTHER)
    assert (version.published_by_id, version.published_at) == (vera.user_id, estate.now)
    assert rule_drafts.mine(estate.doing(vera), desk) is None
    event = last_event(estate.db)
    assert told(event) == ("rules.published", "done", None, "user")
    assert event.rule_version_id == version.id
    assert event.details == {"name": "Desk", "number": 2, "note": "one seat more"}


def test_each_person_has_a_draft_of_their_own(estate: Estate, desk: RuleSet, vendor: tuple[Actor, Actor]) -> None:
    vera, viktor = vendor
    drafted(estate, vera, desk, OTHER)
    drafted(estate, viktor, desk, THIRD)
    mine = [rule_drafts.mine(estate.doing(actor), desk) for actor in vendor]
    assert [draft and draft.toml for draft in mine] == [OTHER, THIRD]


def test_who_publishes_second_is_told_and_loses_nothing(
    estate: Estate, desk: RuleSet, vendor: tuple[Actor, Actor]
) -> None:
    vera, viktor = vendor
    hers, his = drafted(estate, vera, desk, OTHER), drafted(estate, viktor, desk, THIRD)
    assert publications.publish(estate.doing(vera), hers, "first").allowed
    since = newest(estate.db)
    late = publications.publish(estate.doing(viktor), his, "second")
    assert (late.code, late.params) == ("rules_stale", {"date": estate.now})
    assert [told(event) for event in events(estate.db, since)] == [
        ("rules.published", "refused", "rules_stale", "user")
    ]
    assert his.toml == THIRD and numbers(estate, desk) == [1, 2]
    rule_drafts.rebase(estate.doing(viktor), his)
    assert publications.publish(estate.doing(viktor), his, "second").allowed
    assert numbers(estate, desk) == [1, 2, 3]


def test_a_page_left_open_in_a_second_window_does_not_overwrite(
    estate: Estate, desk: RuleSet, vendor: tuple[Actor, Actor]
) -> None:
    vera, _ = vendor
    draft = drafted(estate, vera, desk)
    doing = estate.doing(vera)
    assert rule_drafts.save(doing, desk, THIRD, draft.edition).allowed
    assert (draft.toml, draft.edition) == (THIRD, 2)
    assert rule_drafts.save(doing, desk, TEXT, 1).code == "draft_stale"
    assert (draft.toml, draft.edition) == (THIRD, 2)
    rule_drafts.discard(doing, draft)
    assert rule_drafts.save(doing, desk, TEXT, 2).code == "draft_stale"


def test_a_text_that_is_wrong_is_refused_line_by_line_and_changes_nothing(
    estate: Estate, desk: RuleSet, vendor: tuple[Actor, Actor]
) -> None:
    vera, _ = vendor
    draft = drafted(estate, vera, desk)
    refused = rule_drafts.save(estate.doing(vera), desk, WRONG, draft.edition)
    assert refused.code == "rules_invalid"
    assert [problem.line for problem in refused.problems] == [4, 5]
    assert draft.toml == OTHER
    draft.toml = WRONG  # as an older portal, that knew fewer rules, may have kept it
    assert publications.publish(estate.doing(vera), draft, "wrong").code == "rules_invalid"
    assert numbers(estate, desk) == [1]
    assert rule_sets.in_force(estate.db, estate.article(rules=TEXT).id).rules.seats.extra == 0


def test_what_is_in_force_already_is_no_new_version(
    estate: Estate, desk: RuleSet, vendor: tuple[Actor, Actor]
) -> None:
    vera, _ = vendor
    draft = drafted(estate, vera, desk, TEXT)
    assert publications.publish(estate.doing(vera), draft, "nothing").code == "rules_unchanged"
    assert numbers(estate, desk) == [1]


def test_an_old_version_comes_back_as_a_new_one(estate: Estate, desk: RuleSet, vendor: tuple[Actor, Actor]) -> None:
    vera, _ = vendor
    publications.publish(estate.doing(vera), drafted(estate, vera, desk), "one more")
    later = estate.later(days=1)
    rolled = publications.roll_back(later.doing(vera), desk, 1, "too generous", base_number=2)
    assert rolled.version is not None
    assert (rolled.version.number, rolled.version.toml, rolled.version.rolled_back_from) == (3, TEXT, 1)
    assert rolled.version.published_at == estate.now + timedelta(days=1)
    assert told(last_event(estate.db)) == ("rules.rolled_back", "done", None, "user")
    stale = publications.roll_back(later.doing(vera), desk, 2, "or not", base_number=2)
    assert stale.code == "rules_stale"


def test_a_new_name_renames_the_rule_set_unless_it_is_taken(
    estate: Estate, desk: RuleSet, vendor: tuple[Actor, Actor]
) -> None:
    vera, _ = vendor
    estate.rules('name = "Taken"\ntime_zone = "UTC"\n')
    draft = drafted(estate, vera, desk, TEXT.replace("Desk", "Taken"))
    assert publications.publish(estate.doing(vera), draft, "x").code == "rule_name_taken"
    assert rule_drafts.save(estate.doing(vera), desk, TEXT.replace("Desk", "Table"), draft.edition).allowed
    assert publications.publish(estate.doing(vera), draft, "x").allowed
    assert desk.name == "Table"


def test_a_rule_set_begins_without_a_version_and_nothing_follows_it_yet(
    estate: Estate, vendor: tuple[Actor, Actor]
) -> None:
    vera, _ = vendor
    article = estate.article()
    begun = rule_drafts.begin(estate.doing(vera), TEXT)
    assert begun.rule_set is not None and begun.draft is not None and begun.draft.base_number == 0
    assert told(last_event(estate.db)) == ("rules.drafted", "done", None, "user")
    assert publications.assign(estate.doing(vera), begun.rule_set, [article]).code == "rule_set_unpublished"
    assert rule_drafts.begin(estate.doing(vera), TEXT).code == "rule_name_taken"
    assert publications.publish(estate.doing(vera), begun.draft, "first").version is not None
    assert publications.assign(estate.doing(vera), begun.rule_set, [article]).allowed
    assert rule_sets.in_force(estate.db, article.id).name == "Desk"


def test_a_rule_set_that_never_had_a_version_goes_with_its_last_draft(
    estate: Estate, vendor: tuple[Actor, Actor]
) -> None:
    vera, viktor = vendor
    begun = rule_drafts.begin(estate.doing(vera), TEXT)
    assert begun.rule_set is not None and begun.draft is not None
    his = drafted(estate, viktor, begun.rule_set)
    rule_drafts.discard(estate.doing(vera), begun.draft)
    assert estate.db.get(RuleSet, begun.rule_set.id) is not None
    rule_drafts.discard(estate.doing(viktor), his)
    assert estate.db.get(RuleSet, begun.rule_set.id) is None


def test_articles_follow_a_rule_set_and_those_that_do_already_are_left_alone(
    estate: Estate, desk: RuleSet, vendor: tuple[Actor, Actor]
) -> None:
    vera, _ = vendor
    first, second = estate.article("A-1"), estate.article("A-2")
    default = first.rule_set_id
    publications.assign(estate.doing(vera), desk, [first])
    assert (first.rule_set_id, second.rule_set_id) == (desk.id, default)
    event = last_event(estate.db)
    assert event.details == {"sku": "A-1", "name": "Desk", "before": "Default"}
    since = newest(estate.db)
    publications.assign(estate.doing(vera), desk, [first, second])
    assert {first.rule_set_id, second.rule_set_id} == {desk.id}
    assert [event.details["sku"] for event in events(estate.db, since)] == ["A-2"]


def applied(estate: Estate, toml: str, article: Article) -> Written:
    return publications.apply(estate.doing(), toml, article, "from a file")


def test_a_file_gives_the_rule_set_that_it_names_a_version_and_the_article_follows(estate: Estate) -> None:
    first, second = estate.article("A-1"), estate.article("A-2")
    written = applied(estate, TEXT, first)
    assert written.version is not None and written.version.number == 1
    assert rule_sets.in_force(estate.db, first.id).name == "Desk"
    assert rule_sets.in_force(estate.db, second.id).name == "Default"
    assert applied(estate, TEXT, first).code == "rules_unchanged"
    assert applied(estate, TEXT, second).version is None
    assert publications.followers(estate.db, "Desk") == ["A-1", "A-2"]
    assert applied(estate, WRONG, first).code == "rules_invalid"
    assert applied(estate, OTHER, first).version is not None
    assert rule_sets.in_force(estate.db, second.id).version == 2
