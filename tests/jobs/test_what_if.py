"""What if: recorded history decided again, as it was asked then and with what was known then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.actions import activations, demo_offers, demos, overrides, returns, what_if
from portal.actions.seats import live
from portal.actions.what_if import Finding, Inquiry
from portal.models import Article, Event, Group, License, LicenseState, Operation
from tests.actions.estate import Estate, pc, program
from tests.jobs.conftest import Ground

HEAD = 'name = "Moves"\ntime_zone = "Europe/Berlin"\n[binding]\nmatch = "most"\n'
PERMISSIVE = HEAD.replace("Moves", "Permissive")


def moves(limit: int, window: str = "rolling P365D", scope: str = "license") -> str:
    return (
        HEAD + f'[[allowance]]\nname = "moves"\noperations = ["rehost"]\nlimit = {limit}\nwindow = "{window}"\n'
        f'scope = "{scope}"\n'
    )


class History:
    """Writes into the database what happened `ago` days ago."""

    def __init__(self, estate: Estate, rules: str) -> None:
        self.estate = estate
        self.group = estate.group()
        self.eve = estate.user("Eve", self.group)
        self.article = estate.article(rules=rules)

    def owned(self) -> License:
        license_ = self.estate.own(self.article, self.eve, self.group).license
        assert self.estate.run_on(license_, pc(f"{license_.id}-1"), days=900).allowed
        return license_

    def moved(self, license_: License, number: int, ago: float) -> str:
        """The PC is gone, the seat is kept for the next one that asks, and that is another."""
        actor = self.estate.actor(self.eve)
        doing = self.estate.doing(actor, days=ago)
        found = doing.db.get_one(License, license_.id)
        [activation] = live(doing, found)
        decision = activations.reactivate(doing, found, activation, None, reason="lost").decision
        if decision.allowed:
            asks = self.estate.doing(program(found), days=ago)
            activations.activate(asks, found, pc(f"{license_.id}-{number}"))
        return decision.code


def found(ground: Ground, toml: str, article: Article, **more: object) -> list[Finding]:
    steps = what_if.replay(ground.database, Inquiry(toml, (article.id,), **more))  # type: ignore[arg-type]
    return [finding for step in steps for finding in step.findings]


def codes(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(one.operation, one.then_code, one.now.code) for one in findings]


def test_a_stricter_draft_would_have_refused_what_was_done(ground: Ground) -> None:
    with ground.estate() as estate:
        history = History(estate, moves(2))
        license_ = history.owned()
        assert [history.moved(license_, number, ago) for number, ago in ((2, 200), (3, 100))] == ["ok", "ok"]
    [finding] = found(ground, moves(1), history.article)
    assert (finding.then_outcome, finding.then_code) == ("allow", "ok")
    assert (finding.now.outcome, finding.now.code, finding.now.rule) == ("deny", "allowance_exhausted", "moves")
    assert (finding.license_id, finding.user_id) == (license_.id, history.eve.id)
    assert finding.at == ground.clock() - timedelta(days=100)
    assert finding.now.next_allowed_at == ground.clock() - timedelta(days=200) + timedelta(days=365)
    with ground.database.reading() as db:
        assert db.get_one(Operation, finding.operation_id).operation == "rehost"


def test_a_milder_draft_would_have_allowed_what_was_refused(ground: Ground) -> None:
    with ground.estate() as estate:
        history = History(estate, moves(1))
        license_ = history.owned()
        assert history.moved(license_, 2, 200) == "ok"
        assert history.moved(license_, 3, 100) == "allowance_exhausted"
    [finding] = found(ground, moves(2), history.article)
    assert (finding.then_outcome, finding.then_code) == ("deny", "allowance_exhausted")
    assert finding.now.allowed and finding.operation_id is None
    with ground.database.reading() as db:
        assert db.get_one(Event, finding.event_id).outcome == "refused"


def test_the_same_rules_change_nothing(ground: Ground) -> None:
    with ground.estate() as estate:
        history = History(estate, moves(1))
        license_ = history.owned()
        for number, ago in ((2, 200), (3, 100)):
            history.moved(license_, number, ago)
    assert found(ground, moves(1), history.article) == []


def test_what_came_before_the_day_counts_and_is_not_decided_again(ground: Ground) -> None:
    with ground.estate() as estate:
        history = History(estate, moves(3))
        license_ = history.owned()
        for number, ago in ((2, 300), (3, 200), (4, 100)):
            assert history.moved(license_, number, ago) == "ok"
    inquiry = Inquiry(moves(1), (history.article.id,), ground.clock() - timedelta(days=150))
    with ground.database.reading() as db:
        assert what_if.count(db, inquiry) == 1
    assert len(found(ground, moves(1), history.article, since=inquiry.since)) == 1
    assert len(found(ground, moves(1), history.article)) == 2


@pytest.mark.parametrize(("scope", "expected"), [("license", 0), ("group", 1), ("product", 1), ("user", 1)])
def test_a_budget_that_reaches_across_licenses(ground: Ground, scope: str, expected: int) -> None:
    with ground.estate() as estate:
        history = History(estate, moves(5))
        first, second = history.owned(), history.owned()
        assert history.moved(first, 2, 200) == history.moved(second, 2, 100) == "ok"
        stranger = estate.mint(history.article, estate.group("Muster AG")).license
        estate.run_on(stranger, pc("stranger"), days=10)
    findings = found(ground, moves(1, scope=scope), history.article)
    assert [one.license_id for one in findings] == [second.id] * expected


def test_what_other_articles_did_is_not_asked(ground: Ground) -> None:
    with ground.estate() as estate:
        history = History(estate, moves(5))
        license_ = history.owned()
        assert history.moved(license_, 2, 200) == history.moved(license_, 3, 100) == "ok"
        other = estate.article("OTHER", rules=PERMISSIVE)
    assert found(ground, moves(1), other) == []


def test_an_override_counts_from_its_moment_on(ground: Ground) -> None:
    with ground.estate() as estate:
        history = History(estate, moves(1))
        license_ = history.owned()
        assert history.moved(license_, 2, 200) == "ok"
        overrides.grant(estate.doing(days=150), license_, "rehost", 1, "goodwill")
        assert history.moved(license_, 3, 100) == "ok"
    assert found(ground, moves(1), history.article) == []
    assert codes(found(ground, moves(0), history.article)) == [("rehost", "ok", "allowance_exhausted")]


def test_what_was_taken_away_later_had_not_been_taken_away_then(ground: Ground) -> None:
    with ground.estate() as estate:
        history = History(estate, moves(2))
        license_ = history.owned()
        assert history.moved(license_, 2, 200) == "ok"
        estate.db.get_one(License, license_.id).state = LicenseState.REVOKED
    assert found(ground, moves(3), history.article) == []


def test_each_case_is_rebuilt_as_it_was_asked(ground: Ground) -> None:
    """The record names a version that would allow everything: were a case rebuilt wrongly, its own rules would now say
    something else than was recorded, and the difference would show."""
    strict = (
        moves(1) + '[[allowance]]\noperations = ["repair"]\nscope = "device"\nlimit = 1\nwindow = "calendar year"\n'
        '[[cooldown]]\nbefore = "return"\nafter = "activate"\nperiod = "P30D"\n'
        '[[condition]]\noperations = ["activate"]\nroles = ["program"]\nnever_back_to_left_device = true\n'
    )
    with ground.estate() as estate:
        history = History(estate, strict)
        other = estate.article("OTHER", rules=PERMISSIVE)
        license_ = history.owned()
        for number, ago in ((2, 400), (3, 300), (4, 20)):
            history.moved(license_, number, ago)
        doing = estate.doing(program(license_), days=15)
        [activation] = live(doing, license_)
        assert returns.give_back(doing, license_, activation).allowed
        assert estate.run_on(license_, pc(f"{license_.id}-4"), days=14).decision.code == "condition_left_device"
        assert estate.run_on(license_, pc(f"{license_.id}-9"), days=13).allowed
        [activation] = live(doing, license_)
        assert returns.give_back(estate.doing(days=5), license_, activation).decision.code == "cooldown"
        seen = set(estate.db.execute(select(Event.code).where(Event.outcome == "refused")).scalars())
        assert seen == {"allowance_exhausted", "condition_left_device", "cooldown"}
        permissive = estate.version_in_force(other)
        for table in (Operation, Event):
            estate.db.execute(update(table).values(rule_version_id=permissive))
        estate.db.get_one(Article, history.article.id).rule_set_id = other.rule_set_id
    assert codes(found(ground, strict, history.article)) == []
    with ground.database.reading() as db:
        assert what_if.count(db, Inquiry(strict, (history.article.id,))) == 8


def test_refusals_recorded_without_what_was_asked_are_passed_over(ground: Ground) -> None:
    with ground.estate() as estate:
        history = History(estate, moves(1))
        license_ = history.owned()
        assert [history.moved(license_, number, ago) for number, ago in ((2, 200), (3, 100))][-1] != "ok"
        for event in estate.db.execute(select(Event).where(Event.outcome == "refused")).scalars():
            event.details = {name: value for name, value in event.details.items() if name != "asked"}
    assert found(ground, moves(2), history.article) == []


def test_nothing_is_written(ground: Ground) -> None:
    with ground.estate() as estate:
        history = History(estate, moves(2))
        license_ = history.owned()
        assert history.moved(license_, 2, 200) == "ok"
    before = dump(ground)
    assert found(ground, moves(0), history.article)
    assert dump(ground) == before


def dump(ground: Ground) -> list[object]:
    with ground.database.reading() as db:
        return [
            tuple(row)
            for table in (Operation, Event, License)
            for row in db.execute(select(*table.__table__.columns).order_by(table.id))
        ]


TRIALS = 'name = "Trials"\ntime_zone = "Europe/Berlin"\n[demo]\ndurations = ["P7D", "P14D"]\n'
LOOKED_AT = TRIALS.replace("[demo]", '[demo]\napproval = "vendor"')


def tried(estate: Estate, rules: str, *, changed_to: str | None = None) -> Article:
    """Eve tries a product; where the rules ask the vendor, Vera says yes a day later, maybe under other rules."""
    vendor = estate.group("Tessel", kind="vendor")
    eve, vera = estate.user("Eve", estate.group("Eve", vendor), "admin"), estate.user("Vera", vendor, "admin")
    article = estate.article(rules=rules, model="demo", days=14, options={"days": [7, 14]})
    offer = demo_offers.offer(estate.db, article.public_id)
    home = estate.db.get_one(Group, estate.actor(eve).places[0].group_id)
    request = demos.start(estate.doing(estate.actor(eve), days=9), eve, home, offer, 14).request
    if changed_to is not None:
        estate.rules(changed_to)
    if request is not None:
        assert demos.grant(estate.doing(estate.actor(vera), days=8), request) is None
    return article


def test_a_trial_that_the_vendor_granted_is_granted_again_where_he_is_asked(ground: Ground) -> None:
    with ground.estate() as estate:
        article = tried(estate, LOOKED_AT, changed_to=TRIALS)
    assert found(ground, LOOKED_AT, article) == []
    assert codes(found(ground, PERMISSIVE, article)) == [("demo", "ok", "not_offered")]


def test_a_trial_that_began_at_once_would_wait_where_the_vendor_is_asked(ground: Ground) -> None:
    with ground.estate() as estate:
        article = tried(estate, TRIALS)
    assert codes(found(ground, LOOKED_AT, article)) == [("demo", "ok", "approval_required")]
    assert found(ground, TRIALS, article) == []


@pytest.mark.parametrize("rules", [TRIALS, LOOKED_AT])
def test_a_trial_is_asked_about_with_the_length_that_it_had(ground: Ground, rules: str) -> None:
    with ground.estate() as estate:
        article = tried(estate, rules)
    shorter = rules.replace(', "P14D"', "")
    assert codes(found(ground, shorter, article)) == [("demo", "ok", "duration_not_offered")]
