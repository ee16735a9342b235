"""What-if runs: started, watched, stopped, read and exported, by the vendor's administrators alone."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select, update

from portal.actions.clerk import Clerk
from portal.models import Replay, ReplayState
from portal.rules.presets import preset_text
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.routes.conftest import events
from tests.routes.test_rule_desk import place, save_text

STRICT = preset_text("seed_default").replace('operations = ["rehost"]\naccrual', 'operations = ["rehost"]\n#').replace(
    '[[allowance]]                        # the same PC', 'limit = 0\n[[allowance]]\n#'
)  # fmt: skip


def start(vera: Client, served: Served, **fields: str) -> Page:
    return vera.submit(vera.get(place(served, "/replays")).form(place(served, "/replays")), **fields)  # type: ignore[arg-type]


def work(served: Served) -> None:
    clerk = Clerk(served.site)
    while clerk.work():
        pass


def test_a_draft_is_asked_about_the_history(served: Served, htmx: bool) -> None:
    vera = served.as_("vera")
    save_text(vera, served, STRICT, status=303)
    started = start(vera, served, status=303)
    waiting = vera.follow(started)
    assert waiting.root.one("progress") and "Deciding again" in waiting.text
    assert waiting.root.one("div", id="run").attrs["hx-trigger"] == "every 2s"
    work(served)
    page = vera.get(started.location, htmx=htmx)
    assert "would have been decided differently" in page.text and "hx-trigger" not in page.root.one(id="run").attrs
    assert "Move" in page.text and "Allowance used up" in page.text and "canary-eve home" in page.text
    moved = served.village.thing("eve", "kept").page
    assert page.root.all("a", href=moved)
    assert events(served, "rules.replayed") == 1
    narrowed = vera.get(started.location + "?code=seats_exhausted")
    assert not narrowed.root.all("a", href=moved)

    table = vera.ask("GET", f"{started.location}/findings.csv", status=200)
    rows = list(csv.reader(io.StringIO(table.body.removeprefix("\ufeff"))))
    assert rows[0][:4] == ["When", "Operation", "Then", "Then, code"]
    assert any(row[1] == "Move" and row[5] == "allowance_exhausted" and row[-1].endswith(moved) for row in rows)
    assert vera.get(place(served)).root.all("a", href=started.location), "the page of the rule set leads there"


def test_what_is_in_force_would_decide_alike(served: Served) -> None:
    vera = served.as_("vera")
    started = start(vera, served, status=303)
    work(served)
    assert "All of them would have been decided alike." in vera.follow(started).text


def test_the_same_run_twice_is_one_and_another_has_to_wait(served: Served) -> None:
    vera = served.as_("vera")
    first, again = start(vera, served, status=303), start(vera, served, status=303)
    assert first.location == again.location
    other = start(vera, served, status=422, since="2026-01-01")
    assert "A run is under way." in other.text


def test_a_run_is_stopped(served: Served) -> None:
    vera = served.as_("vera")
    started = start(vera, served, status=303)
    page = vera.follow(started)
    vera.submit(page.form(f"{started.location}/stop"), status=303)
    assert "The run was stopped." in vera.get(started.location).text
    vera.post(f"{started.location}/stop", status=303)


def test_a_run_that_failed_says_so(served: Served) -> None:
    vera = served.as_("vera")
    started = start(vera, served, status=303)
    with served.database.writing() as db:
        db.execute(update(Replay).values(state=ReplayState.FAILED, ended_at=served.clock()))
    assert "The run failed." in vera.get(started.location).text


@pytest.mark.parametrize("fields", [{"since": "yesterday"}, {"article": "no-such-article"}])
def test_what_makes_no_sense_starts_nothing(served: Served, fields: dict) -> None:
    vera = served.as_("vera")
    start(vera, served, status=422, **fields)
    with served.database.reading() as db:
        assert not db.execute(select(Replay.id).where(Replay.state != ReplayState.DONE)).all()


def test_one_article_and_a_first_day_narrow_the_run(served: Served) -> None:
    vera = served.as_("vera")
    options = vera.get(place(served, "/replays")).root.one("select", name="article").all("option")
    started = start(vera, served, status=303, article=options[1].attrs["value"], since="2026-11-20")
    work(served)
    page = vera.follow(started)
    assert "from 20 November 2026 on" in page.text


def test_nobody_else_sees_a_run(served: Served) -> None:
    started = start(served.as_("vera"), served, status=303).location
    for path in (started, f"{started}/findings.csv", place(served, "/replays")):
        served.as_("vito").get(path, status=403)
        for who in ("rhea", "cora", "eve", "sid"):
            served.as_(who).get(path, status=404)
    for foreign in (served.village.rule_set, served.village.replay):  # no run at all, and one of other rules
        served.as_("vera").get(f"{place(served, '/replays')}/{foreign}", status=404)
