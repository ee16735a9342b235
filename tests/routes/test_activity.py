"""The activity log: what it shows to whom, its filters, its pages, and the same as a file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.models import Event, Group, Membership, User
from tests.api.test_statements import counted
from tests.fixtures.client import Served
from tests.fixtures.page import Page
from tests.fixtures.village import NOW


def place(served: Served, group: str = "brandt") -> str:
    return f"/groups/{served.village.groups[group]}/activity"


def lines(page: Page) -> list[str]:
    return [one.text for one in page.root.one("ol", class_="log").all("li")]


def note(served: Served, group: str, kind: str, *, by: str | None = None, days: float = 0, **details: object) -> None:
    """An event of this group, so many days ago."""
    with served.database.writing() as db:
        home = db.execute(select(Group).where(Group.public_id == served.village.groups[group])).scalar_one()
        user = None
        if by:
            user = db.execute(select(User).where(User.email == served.village.people[by].email)).scalar_one()
        db.add(
            Event(
                public_id=uuid4(), at=NOW - timedelta(days=days), kind=kind, outcome="done",
                actor_kind="user" if by else "portal", actor_id=user.id if user else None, group_id=home.id,
                details=details,
            )
        )  # fmt: skip


def test_an_admin_reads_what_happened_here_and_below(served: Served) -> None:
    note(served, "brandt-design", "request.made", by="anna", person="Anna of design", product="Chisel Mill")
    note(served, "linde", "request.made", by="lars", person="Lars of Linde", product="Chisel Mill")
    page = served.as_("cora").get(place(served))
    assert "Anna of design asked for a seat of Chisel Mill" in lines(page)[0]
    assert "canary-brandt design" in lines(page)[0] and "by canary-brandt Anna" in lines(page)[0]
    assert "Linde" not in page.text and "Chisel CAD" in page.text
    below = served.as_("dora").get(place(served, "brandt-design"))
    assert "Anna of design" in lines(below)[0] and len(lines(below)) < len(lines(page))


def test_one_does_not_learn_who_works_for_the_dealer(served: Served) -> None:
    note(served, "brandt", "invitation.made", by="rhea", email="first@admin.example")
    cora, vera = served.as_("cora"), served.as_("vera")
    assert "by the vendor or a dealer" in lines(cora.get(place(served)))[0]
    assert "canary-nord" not in cora.get(place(served)).body
    assert cora.get(f"{place(served)}?person=nord").root.all("ol", class_="log") == [], "nor by guessing"
    assert "by canary-nord Rhea" in vera.get(place(served, "vendor")).text


def test_filters_find_what_they_say(served: Served, htmx: bool) -> None:
    note(served, "brandt", "request.made", by="max", days=400, person="Max Muster", product="Old thing")
    note(served, "brandt", "reminder.named", by="cora", days=3, email="a@b.example")
    cora = served.as_("cora")
    asked = {
        "about=requests": 2,
        "about=requests&person=MAX+muster": 1,
        "about=requests&person=canary-brandt+cora": 1,
        "about=requests&since=2026-11-01": 1,
        "about=requests&until=2026-11-01": 1,
        "about=requests&since=2026-11-17&until=2026-11-17": 1,
        "about=requests&outcome=refused": 0,
        "person=%25": 0,
        "about=people": 0,
    }
    for query, count in asked.items():
        page = cora.get(f"{place(served)}?{query}", htmx=htmx)
        found = page.root.all("ol", class_="log")
        assert (len(lines(page)) if found else 0) == count, query
        assert ("Nothing matches." in page.text) == (count == 0)
        assert ("<html" in page.body) != htmx


@pytest.mark.parametrize(
    "query",
    ["since=2026-13-45", "since=0001-01-01", "until=9999-12-31", "since=x", "about=;drop", "page=0", "page=99999",
     "page=%D9%A1", "person=%00", "person=" + "x" * 5000, "outcome=maybe", "since=2026-W01", "about=" + "y" * 3000],
)  # fmt: skip
def test_a_strange_filter_is_answered_like_any_other(served: Served, query: str) -> None:
    cora = served.as_("cora")
    for path in (place(served), f"{place(served)}.csv"):
        assert cora.ask("GET", f"{path}?{query}").status == 200


def test_the_file_says_the_same_and_runs_nothing(served: Served) -> None:
    note(served, "brandt", "request.made", by="max", person="=HYPERLINK(1)", product="CAD")
    cora = served.as_("cora")
    answer = cora.ask("GET", f"{place(served)}.csv?about=requests")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.body.lstrip("\ufeff"))))
    assert rows[0] == ["When", "What happened", "By whom", "License", "Group"]
    assert rows[1][1] == "'=HYPERLINK(1) asked for a seat of CAD" and rows[1][2] == "by canary-brandt Max"
    german = cora.ask("GET", f"{place(served)}.csv?about=requests&lang=de")
    assert ";" in german.body.splitlines()[0]


def test_pages_are_turned_and_cost_the_same(served: Served) -> None:
    cora, costs = served.as_("cora"), []
    for _ in range(2):
        with counted() as said:
            cora.get(place(served))
        costs.append(len(said))
        for number in range(120):
            note(served, "brandt", "reminder.named", days=number, email=f"{number}@b.example")
    assert costs[0] == costs[1]
    first = cora.get(place(served))
    assert len(lines(first)) == 50
    second = cora.get(first.root.one("a", rel="next").attrs["href"])
    assert len(lines(second)) == 50 and not set(lines(first)) & set(lines(second))


def test_who_left_is_still_named_in_what_they_did(served: Served) -> None:
    note(served, "brandt", "request.made", by="max", person="Somebody", product="CAD")
    with served.database.writing() as db:
        user = db.execute(select(User).where(User.email == "max@people.example")).scalar_one()
        db.execute(select(Membership).where(Membership.user_id == user.id)).scalar_one().ended_at = NOW
    assert "by canary-brandt Max" in lines(served.as_("cora").get(place(served)))[0]


def test_only_those_who_look_after_the_group_read_it(served: Served) -> None:
    for who, status in (("max", 403), ("anna", 403), ("sid", 404), ("eve", 404), ("lena", 404)):
        for path in (place(served), f"{place(served)}.csv"):
            assert served.as_(who).ask("GET", path).status == status, who
    assert served.browser().get(place(served), status=303).location.startswith("/sign-in")
