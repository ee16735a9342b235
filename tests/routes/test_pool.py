"""The pool at a glance and who has what: figures that add up, filters, the export, and nobody else's names."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import Actor
from portal.actions import assignments, kept_seats, ledger, reservations
from portal.actions.doing import Moment
from portal.models import Activation, Article, Assignment, Group, License, Membership, Product, User
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.fixtures.village import Thing


@pytest.fixture
def cora(served: Served) -> Client:
    return served.as_("cora")


@pytest.fixture
def pool(served: Served) -> Thing:
    """Fifty seats: one is Max's and runs, one is Dora's and does not, five are kept for Design, two are blocked."""
    thing = served.village.thing("brandt", "unused")
    with served.database.writing() as db:
        doing = Moment(db, Actor(kind="vendor"), served.clock(), served.site.vault)
        license_ = db.execute(select(License).where(License.public_id == thing.id)).scalar_one()
        license_.quantity = 50
        db.flush()
        ledger.hold(db, license_.id)
        given = {name: assignments.assign(doing, license_, person(db, name)) for name in ("Max", "Dora")}
        design = db.execute(select(Group).where(Group.name == "canary-brandt design")).scalar_one()
        assert (
            reservations.keep(doing, license_, design, 5).allowed
            and reservations.keep(doing, license_, None, 2).allowed
        )
        of_max = given["Max"].assignment
        assert of_max is not None and kept_seats.begin_use(doing, license_, of_max, overage=0)
        of_max.seen_at = served.clock() - timedelta(days=40)
    return thing


def person(db, name: str) -> User:  # type: ignore[no-untyped-def]
    return db.execute(select(User).where(User.name == f"canary-brandt {name}")).scalar_one()


def home(served: Served, group: str = "brandt") -> str:
    return f"/groups/{served.village.groups[group]}"


def rows(page: Page, section: str) -> dict[str, list[str]]:
    (table,) = page.root.one(id=section).all("table")
    found = {}
    for row in table.all("tbody")[0].all("tr"):
        found[row.one("th").text] = [cell.text for cell in row.all("td", class_="count")]
    return found


def test_the_figures_of_a_product_add_up(cora: Client, served: Served, pool: Thing) -> None:
    page = cora.get(f"{home(served)}/pool")
    ((_, counts),) = [row for row in rows(page, "products").items() if row[0].startswith("Chisel CAD")]
    free, assigned, active, _idle, kept, seats = map(int, counts)
    with served.database.reading() as db:
        theirs = select(License).join(Group).join(Article, Article.id == License.article_id).join(Product)
        mine = theirs.where(Group.name.like("canary-brandt%"), Product.name.startswith("Chisel CAD"))
        licenses = db.execute(mine).scalars().all()
        in_force = [one for one in licenses if one.state in ("issued", "registered")]
        assert seats == sum(one.quantity for one in in_force) and active == sum(one.used for one in in_force)
        unused = db.execute(select(Assignment).where(Assignment.kind == "person", Assignment.ended_at.is_(None)))
        mine = [one for one in unused.scalars() if one.license_id in {license_.id for license_ in in_force}]
        assert assigned == sum(one.seats - one.used for one in mine)
    assert kept == 7 and free + assigned + active + kept == seats


def test_departments_say_what_is_kept_for_them(cora: Client, served: Served, pool: Thing) -> None:
    found = rows(cora.get(f"{home(served)}/pool"), "departments")
    people, _theirs, _active, kept, _own = map(int, found["canary-brandt design"])
    assert kept == 5
    with served.database.reading() as db:
        counted = select(Membership.id).join(Group).where(Group.name == "canary-brandt design")
        assert people == len(db.execute(counted).all())


def test_an_idle_pc_is_counted_as_idle(cora: Client, served: Served, pool: Thing) -> None:
    before = rows(cora.get(f"{home(served)}/pool"), "products")
    with served.database.writing() as db:
        one = (
            db.execute(
                select(Activation)
                .join(License)
                .join(Group)
                .where(Group.name == "canary-brandt machines", Activation.ended_at.is_(None))
            )
            .scalars()
            .first()
        )
        assert one is not None
        one.seen_at = served.clock() - timedelta(days=31)
    after = rows(cora.get(f"{home(served)}/pool"), "products")
    name = next(iter(after))
    assert int(after[name][3]) == int(before[name][3]) + 1


def test_a_department_has_a_pool_of_its_own(served: Served, pool: Thing) -> None:
    page = served.as_("dora").get(f"{home(served, 'brandt-design')}/pool")
    assert "canary-brandt design" in page.text
    served.as_("dora").get(f"{home(served)}/pool", status=403)


def test_a_department_sees_what_is_kept_for_it(served: Served, pool: Thing) -> None:
    page = served.as_("dora").get(f"{home(served, 'brandt-design')}/pool")
    (counts,) = rows(page, "kept").values()
    assert counts == ["5", "0", "5"]
    assert page.root.one(id="kept").all("a", href=f"{pool.page}/seats")
    assert not served.as_("cora").get(f"{home(served)}/pool").root.all(id="kept")


def entries(page: Page) -> list[str]:
    return [row.one("th").text for row in page.root.one(id="holdings").all("tbody")[0].all("tr")]


def test_who_has_what_says_it_roughly(cora: Client, served: Served, pool: Thing) -> None:
    page = cora.get(f"{home(served)}/assignments?search=max")
    rows = [
        row for row in page.root.one(id="holdings").all("tbody")[0].all("tr") if row.all("a", href=f"{pool.page}/seats")
    ]
    assert len(rows) == 1 and "In use" in rows[0].text and "1 of 1" in rows[0].text
    assert "within three months" in rows[0].text and "2026" not in rows[0].text


@pytest.mark.parametrize(
    ("query", "found", "missing"),
    [
        ("state=unused", "Dora", None),
        ("state=idle", "Max", "Dora"),
        ("search=DORA", "Dora", "Max"),
        ("product=cad", "Max", None),
        ("product=cam", None, "Max"),
        ("search=%25", None, "Max"),
        ("search=canary-eve", None, "Max"),
        ("state=nonsense&product=&department=nonsense&page=-1", "Max", None),
    ],
)
def test_filters_find_what_they_say(
    cora: Client, served: Served, pool: Thing, htmx: bool, query: str, found: str | None, missing: str | None
) -> None:
    page = cora.get(f"{home(served)}/assignments?{query}", htmx=htmx)
    told = page.root.one(id="holdings").text
    assert found is None or f"canary-brandt {found}" in told
    assert missing is None or f"canary-brandt {missing}" not in told
    assert ("<html" in page.body) != htmx


def test_a_department_reads_what_its_people_hold_of_what_is_kept_for_it(served: Served, pool: Thing) -> None:
    with served.database.writing() as db:
        license_ = db.execute(select(License).where(License.public_id == pool.id)).scalar_one()
        ledger.hold(db, license_.id)
        doing = Moment(db, Actor(kind="vendor"), served.clock(), served.site.vault)
        kept = db.execute(
            select(Assignment).where(Assignment.license_id == license_.id, Assignment.kind == "department")
        ).scalar_one()
        assert assignments.assign(doing, license_, person(db, "Anna"), source=kept).allowed
    dora = served.as_("dora")
    page = dora.get(f"{home(served, 'brandt-design')}/assignments?search=anna")
    assert len(page.root.one(id="holdings").all("a", href=f"{pool.page}/seats")) == 1
    everybody = dora.get(f"{home(served, 'brandt-design')}/assignments").text
    assert "canary-brandt Max" not in everybody, "other departments' people are not theirs to read of"


def test_whoever_left_and_still_holds_a_seat_is_found(cora: Client, served: Served, pool: Thing) -> None:
    with served.database.writing() as db:
        for membership in db.execute(select(Membership).where(Membership.user_id == person(db, "Max").id)).scalars():
            membership.ended_at = served.clock() - timedelta(days=3)
    page = cora.get(f"{home(served)}/assignments?state=left")
    assert {name.split("max@")[0] for name in entries(page)} == {"canary-brandt Max"}
    assert "Left on 17 Nov 2026, seat still taken" in cora.get(f"{pool.page}/seats?seat=left").text


def test_the_export_holds_the_same_list_and_runs_nothing(cora: Client, served: Served, pool: Thing) -> None:
    with served.database.writing() as db:
        person(db, "Max").name = "=cmd|' /C calc'!A0"
    page = cora.get(f"{home(served)}/assignments.csv?state=idle")
    table = list(csv.reader(io.StringIO(page.response.content.decode("utf-8-sig"))))
    assert table[0][:4] == ["Name", "E-mail", "Department", "License"] and len(table) == 2
    assert table[1][0] == "'=cmd|' /C calc'!A0" and table[1][7] == "within three months"
    german = cora.get(f"{home(served)}/assignments.csv?lang=de").response.content.decode("utf-8-sig")
    assert ";" in german.splitlines()[0]


@pytest.mark.parametrize("path", ["/pool", "/assignments", "/assignments.csv"])
def test_it_is_for_whoever_looks_after_the_group(served: Served, pool: Thing, path: str) -> None:
    place = home(served) + path
    assert served.browser().get(place, status=303).location.startswith("/sign-in")
    served.as_("sid").get(place, status=404)
    served.as_("max").get(place, status=403)
    served.as_("rhea").get(place)


def test_without_seats_the_pool_teaches_how_to_get_some(served: Served) -> None:
    with served.database.writing() as db:
        for license_ in db.execute(select(License).join(Group).where(Group.name.like("canary-brandt%"))).scalars():
            license_.state = "revoked"
    page = served.as_("cora").get(f"{home(served)}/pool")
    assert page.root.one("div", class_="empty").one("h2").text == "No seats in this pool yet"


def test_every_link_of_every_pool_leads_somewhere(served: Served, pool: Thing) -> None:
    for who, group in (
        ("cora", "brandt"),
        ("dora", "brandt-design"),
        ("rhea", "brandt"),
        ("rhea", "loose"),
        ("vera", "vendor"),
    ):
        visitor = served.as_(who)
        page = visitor.get(f"{home(served, group)}/pool")
        for link in page.root.one("main").all("a"):
            visitor.get(link.attrs["href"], status=200)
