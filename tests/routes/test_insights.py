"""Insights of the vendor, and the use of a customer's seats: charts with names, and the same in figures."""

from __future__ import annotations

import csv
import io

from sqlalchemy import select

from portal.access import Actor
from portal.actions import activations
from portal.actions.devices import Machine
from portal.actions.doing import Moment
from portal.models import License
from tests.fixtures.client import Served

PLACE = "/vendor/insights"


def refuse(served: Served, times: int) -> None:
    """Somebody wants to activate a license that was revoked."""
    with served.database.writing() as db:
        license_ = db.execute(
            select(License).where(License.public_id == served.village.thing("eve", "active").id)
        ).scalar_one()
        license_.state = "revoked"
        doing = Moment(db, Actor(kind="program", license_id=license_.id), served.clock(), served.site.vault)
        for number in range(times):
            pc = Machine(f"=late-{number}", {"cpu": str(number)}, "LATE", "Windows 11")
            assert not activations.activate(doing, license_, pc).allowed


def test_what_was_refused_stands_in_a_chart_and_in_a_table(served: Served) -> None:
    refuse(served, 3)
    page = served.as_("vera").get(PLACE)
    (chart,) = page.root.one(id="refusals").all("svg", role="img")
    assert "at most 3" in chart.attrs["aria-label"]
    (row,) = page.root.one(id="refusals").all("tbody")[0].all("tr")
    assert "License revoked" in row.text
    assert [cell.text for cell in row.all("td")] == ["3", "1"]


def test_without_refusals_it_says_so(served: Served) -> None:
    page = served.as_("vito").get(PLACE)
    assert "Nothing was refused" in page.text and not page.root.one(id="refusals").all("svg")


def test_the_table_can_be_taken_along(served: Served) -> None:
    refuse(served, 2)
    answer = served.as_("vera").get(f"{PLACE}.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="refusals.csv"'
    heading, row = list(csv.reader(io.StringIO(answer.body.removeprefix("\ufeff"))))
    assert len(heading) == 5 + 12 and row[3:5] == ["2", "1"] and row[-1] == "2" and sum(map(int, row[5:])) == 2


def test_a_customer_sees_the_use_of_their_own_seats_over_time(served: Served) -> None:
    page = served.as_("cora").get(f"/groups/{served.village.groups['brandt']}/pool")
    section = page.root.one(id="over-time")
    (chart,) = section.all("svg", role="img")
    assert chart.attrs["aria-label"].startswith("Seats in use: ")
    rows = section.all("tbody")[0].all("tr")
    assert len(rows) == 12
    with served.database.reading() as db:
        used = select(License.used).where(License.group_id.in_(_groups(served, db)))
        assert sum(int(cell.text) for cell in rows[-1].all("td")) == sum(db.execute(used).scalars())


def _groups(served: Served, db) -> list[int]:  # type: ignore[no-untyped-def]
    from portal.models import Group

    root = db.execute(select(Group).where(Group.public_id == served.village.groups["brandt"])).scalar_one()
    return list(db.execute(select(Group.id).where(Group.path.startswith(root.path))).scalars())
