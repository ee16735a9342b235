"""The clerk: decides history again piece by piece, in nobody's way; stopped, interrupted and resumed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.actions import clerk as clerks
from portal.actions import replays, what_if
from portal.actions.clerk import Clerk, Tally
from portal.actions.what_if import Finding, Step
from portal.doors import sessions
from portal.models import Event, Replay, ReplayFinding, ReplayState, RuleSet, User
from portal.rules import Decision
from portal.site import Site
from tests.actions.estate import Estate
from tests.jobs.conftest import Ground
from tests.jobs.test_what_if import History, moves


@pytest.fixture
def history(ground: Ground) -> History:
    """Two moves within a year, by rules that allow three."""
    with ground.estate() as estate:
        history = History(estate, moves(3))
        license_ = history.owned()
        assert [history.moved(license_, number, ago) for number, ago in ((2, 200), (3, 100))] == ["ok", "ok"]
    return history


def start(ground: Ground, history: History, toml: str = moves(1), **more: object) -> Replay:
    with ground.estate() as estate:
        started = asked(estate, history, toml, **more)
        assert started.allowed and started.replay is not None
        return started.replay


def asked(estate: Estate, history: History, toml: str = moves(1), **more: object) -> replays.Started:
    rule_set = estate.db.get_one(RuleSet, history.article.rule_set_id)
    doing = estate.doing(estate.actor(estate.db.get_one(User, history.eve.id)))
    return replays.start(doing, rule_set, toml, **more)  # type: ignore[arg-type]


def now_of(ground: Ground, replay: Replay) -> Replay:
    with ground.database.reading() as db:
        return db.get_one(Replay, replay.id)


def findings(ground: Ground) -> list[ReplayFinding]:
    with ground.database.reading() as db:
        return list(db.execute(select(ReplayFinding).order_by(ReplayFinding.id)).scalars())


def test_a_run_is_done_and_tells_what_would_have_been_different(ground: Ground, site: Site, history: History) -> None:
    replay = start(ground, history)
    assert replay.state == ReplayState.WAITING
    clerk = Clerk(site)
    assert [clerk.work(), clerk.work()] == [True, False]
    done = now_of(ground, replay)
    assert (done.state, done.total, done.seen, done.differing) == (ReplayState.DONE, 3, 3, 1)
    assert done.ended_at == ground.clock() and done.claim is None
    kind = {"operation": "rehost", "then": "ok", "outcome": "deny", "now": "allowance_exhausted"}
    assert done.result == {"codes": [kind | {"count": 1, "licenses": 1, "users": 1}]}
    [finding] = findings(ground)
    assert (finding.replay_id, finding.user_id, finding.now_rule) == (replay.id, history.eve.id, "moves")
    assert finding.at == ground.clock() - timedelta(days=100)


def test_asked_twice_it_is_one_run_and_one_event(ground: Ground, history: History) -> None:
    first, second = start(ground, history), start(ground, history)
    assert first.id == second.id
    with ground.database.reading() as db:
        asked_for = select(func.count(Event.id)).where(Event.kind == "rules.replayed")
        assert db.execute(asked_for).scalar_one() == 1


def test_another_text_waits_until_the_run_is_over(ground: Ground, site: Site, history: History) -> None:
    start(ground, history)
    with ground.estate() as estate:
        assert asked(estate, history, moves(2)).code == "replay_under_way"
    Clerk(site).work()
    assert start(ground, history, moves(2)).state == ReplayState.WAITING


def test_a_text_that_is_wrong_starts_nothing(ground: Ground, history: History) -> None:
    with ground.estate() as estate:
        refused = asked(estate, history, moves(1) + "[seats]\noverage = -1\n")
        assert refused.code == "rules_invalid"
        assert [problem.line for problem in refused.problems] == [12]
        assert estate.db.execute(select(Replay.id)).scalar() is None


def test_a_run_that_nobody_began_is_stopped_at_once(ground: Ground, site: Site, history: History) -> None:
    replay = start(ground, history)
    with ground.estate() as estate:
        replays.stop(estate.doing(), estate.db.get_one(Replay, replay.id))
    assert now_of(ground, replay).state == ReplayState.STOPPED
    assert not Clerk(site).work()


def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """One decision for each piece of work."""
    monkeypatch.setattr(clerks, "PIECE", 0.0)
    monkeypatch.setattr(what_if, "STEP", 1)


def test_a_run_under_way_shows_how_far_it_is_and_is_stopped_between_two_pieces(
    ground: Ground, site: Site, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    slowly(monkeypatch)
    replay, clerk = start(ground, history), Clerk(site)
    assert clerk.work()
    under_way = now_of(ground, replay)
    assert (under_way.state, under_way.seen, under_way.total) == (ReplayState.RUNNING, 1, 3)
    with ground.estate() as estate:
        replays.stop(estate.doing(), estate.db.get_one(Replay, replay.id))
    assert now_of(ground, replay).state == ReplayState.STOPPING
    assert clerk.work()
    stopped = now_of(ground, replay)
    assert (stopped.state, stopped.seen) == (ReplayState.STOPPED, 2)
    assert not clerk.work()
    with ground.estate() as estate:
        replays.stop(estate.doing(), estate.db.get_one(Replay, replay.id))
    assert now_of(ground, replay).state == ReplayState.STOPPED


def test_a_clerk_who_goes_home_leaves_the_run_to_the_next(
    ground: Ground, site: Site, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    slowly(monkeypatch)
    replay, clerk = start(ground, history), Clerk(site)
    clerk.work()
    clerk.rest()
    assert now_of(ground, replay).state == ReplayState.WAITING
    following = Clerk(site)
    while following.work():
        pass
    done = now_of(ground, replay)
    assert (done.state, done.seen, done.differing, len(findings(ground))) == (ReplayState.DONE, 3, 1, 1)


def test_what_a_clerk_who_disappeared_had_begun_is_begun_anew(
    ground: Ground, site: Site, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    slowly(monkeypatch)
    replay, lost, following = start(ground, history), Clerk(site), Clerk(site)
    for _ in range(3):
        lost.work()
    assert len(findings(ground)) == 1
    assert not following.work(), "it is still held"
    ground.clock.advance(minutes=3)
    while following.work():
        pass
    done = now_of(ground, replay)
    assert (done.state, done.seen, done.differing, len(findings(ground))) == (ReplayState.DONE, 3, 1, 1)
    lost.work()  # it comes back, and finds that it holds nothing
    assert now_of(ground, replay).state == ReplayState.DONE
    assert len(findings(ground)) == 1


def test_who_was_to_be_stopped_and_disappeared_is_stopped(ground: Ground, site: Site, history: History) -> None:
    replay = start(ground, history)
    with ground.database.writing() as db:
        row = db.get_one(Replay, replay.id)
        row.state, row.claimed_until = ReplayState.STOPPING, ground.clock() - timedelta(seconds=1)
    assert not Clerk(site).work()
    assert now_of(ground, replay).state == ReplayState.STOPPED


def test_a_run_that_fails_says_so_and_the_next_goes_on(
    ground: Ground, site: Site, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay, clerk = start(ground, history), Clerk(site)
    with monkeypatch.context() as broken:
        broken.setattr(what_if, "replay", broken_after_a_step)
        assert clerk.work()
    assert now_of(ground, replay).state == ReplayState.FAILED
    again = start(ground, history)
    assert clerk.work()
    assert now_of(ground, again).state == ReplayState.DONE


def broken_after_a_step(*_: object) -> Iterator[Step]:
    yield Step(seen=1)
    raise ZeroDivisionError


def test_one_article_alone_can_be_asked(ground: Ground, site: Site, history: History) -> None:
    with ground.estate() as estate:
        other = estate.article("OTHER", rules=moves(3))
    replay = start(ground, history, article=other)
    Clerk(site).work()
    assert now_of(ground, replay).total == 0


def test_only_the_latest_runs_are_kept(ground: Ground, site: Site, history: History) -> None:
    clerk = Clerk(site)
    for _ in range(replays.KEPT + 2):
        start(ground, history)
        clerk.work()
    with ground.database.reading() as db:
        assert db.execute(select(func.count(Replay.id))).scalar_one() == replays.KEPT
        assert db.execute(select(func.count(ReplayFinding.id))).scalar_one() == replays.KEPT


def test_all_are_counted_and_some_of_each_kind_are_kept() -> None:
    tally = Tally()
    for number in range(2_000):
        code = "cooldown" if number % 100 else "condition_country"
        decision = Decision(outcome="deny", code=code)
        tally.add(Finding(None, "rehost", number, number // 2, number, None, "allow", "ok", decision))  # type: ignore[arg-type]
    assert tally.kept == clerks.MOST_ALIKE + 20
    assert [(one["now"], one["count"], one["licenses"], one["users"]) for one in tally.result()["codes"]] == [
        ("cooldown", 1_980, 1_980, 1_000),
        ("condition_country", 20, 20, 20),
    ]


def test_people_sign_in_while_a_run_is_under_way(
    ground: Ground, site: Site, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run holds no lock while it reads and decides: whoever writes meanwhile does not wait for it."""
    reading, go_on = threading.Event(), threading.Event()
    steps = what_if.replay

    def paused(*wanted: object) -> object:
        for step in steps(*wanted):  # type: ignore[arg-type]
            reading.set()
            assert go_on.wait(20)
            yield step
        yield Step()

    monkeypatch.setattr(what_if, "replay", paused)
    start(ground, history)
    clerk = Clerk(site)
    work = threading.Thread(target=clerk.work)
    work.start()
    assert reading.wait(20)
    begun = time.monotonic()
    with ground.database.writing() as db:
        eve = db.get_one(User, history.eve.id)
        token = sessions.open_for_user(db, eve, ground.clock(), agent="tests", address="192.0.2.1")
    assert time.monotonic() - begun < 2
    with ground.database.reading() as db:
        assert sessions.actor_of(db, token, ground.clock()).user_id == history.eve.id
    go_on.set()
    work.join(20)
    with ground.database.reading() as db:
        assert db.execute(select(Replay.state)).scalar() == ReplayState.DONE
