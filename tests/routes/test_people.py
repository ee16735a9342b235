"""People: the list, entering somebody, one person's role, department, suspension and leave, as Cora does it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select

from portal.actions.workers import worker_of
from portal.db import new_id
from portal.jobs import mail
from portal.models import Assignment, Group, Mail, Membership, User
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.fixtures.village import NOW
from tests.routes.conftest import events
from tests.routes.test_lost_tickets import statements


def group(served: Served, name: str = "brandt") -> str:
    return f"/groups/{served.village.groups[name]}"


def member(served: Served, who: str, name: str = "brandt") -> Membership:
    email = served.village.people[who].email
    with served.database.reading() as db:
        return db.execute(
            select(Membership)
            .join(User, User.id == Membership.user_id)
            .join(Group, Group.id == Membership.group_id)
            .where(User.email == email, Group.public_id == served.village.groups[name])
        ).scalar_one()


def page_of(served: Served, who: str, name: str = "brandt") -> str:
    return f"{group(served, name)}/members/{member(served, who, name).public_id}"


def mails(served: Served) -> list[Mail]:
    with served.database.reading() as db:
        return list(db.execute(select(Mail).order_by(Mail.id)).scalars())


def enter(cora: Client, served: Served, **fields: str) -> Page:
    form = cora.get(f"{group(served)}/newcomers").form(f"{group(served)}/members")
    return cora.submit(form, **({"name": "Nina Neu", "email": "nina@people.example"} | fields))


@pytest.fixture
def cora(served: Served) -> Client:
    return served.as_("cora")


def test_the_masthead_leads_an_admin_to_people_pool_and_requests(served: Served, cora: Client) -> None:
    nav = cora.get("/licenses").root.one("nav", **{"aria-label": "Main"})
    assert [link.attrs["href"] for link in nav.all("a")] == [
        "/licenses", f"{group(served)}/members", f"{group(served)}/pool", f"{group(served)}/requests", "/transfers",
        "/tickets/redemption",
    ]  # fmt: skip
    people = cora.get(f"{group(served)}/members").root.one("nav", **{"aria-label": "Main"})
    assert [link.text for link in people.all("a") if "aria-current" in link.attrs] == ["People"]


def test_a_member_finds_requests_and_a_private_person_nothing_of_the_sort(served: Served) -> None:
    def names(who: str) -> list[str]:
        nav = served.as_(who).get("/licenses").root.one("nav", **{"aria-label": "Main"})
        return [link.attrs["href"] for link in nav.all("a")]

    assert names("max") == ["/licenses", "/requests", "/transfers", "/tickets/redemption"]
    assert names("sid") == ["/licenses", "/transfers", "/tickets/redemption"]
    people = f"{group(served, 'loose')}/members"
    assert names("rhea") == ["/licenses", people, "/desk", "/transfers", "/tickets/redemption"]


def test_the_list_has_everybody_of_the_group_and_below_once(served: Served, cora: Client) -> None:
    page = cora.get(f"{group(served)}/members")
    names = [row.one("th").one("a").text for row in page.root.one("table").one("tbody").all("tr")]
    assert "canary-brandt Cora" in names and "canary-brandt Dora" in names and len(names) == len(set(names))
    assert "linde" not in page.text
    assert "Ivan Inviteson" not in page.text and "ivan@people.example" in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=brandt+dora", ["canary-brandt Dora"]),
        ("search=CORA%40people", ["canary-brandt Cora"]),
        ("search=ivan+inviteson", []),
        ("search=%25", []),
        ("state=suspended", ["Susi Suspendora"]),
        ("state=left", []),
        ("department=nonsense&search=max", ["canary-brandt Max"]),
        ("state=nonsense&page=999&search=max", ["canary-brandt Max"]),
    ],
)
def test_the_list_is_searched_and_filtered(
    served: Served, cora: Client, query: str, found: list[str], htmx: bool
) -> None:
    page = cora.get(f"{group(served)}/members?{query}", htmx=htmx)
    assert [link.text for link in page.root.all("th") for link in link.all("a")] == found


def test_a_department_shows_its_own_people(served: Served, cora: Client) -> None:
    design = served.village.groups["brandt-design"]
    page = cora.get(f"{group(served)}/members?department={design}")
    assert "canary-brandt Dora" in page.text and "canary-brandt Max" not in page.text
    strange = served.village.groups["linde-design"]
    cora.get(f"{group(served)}/members?department={strange}", status=404)


def test_ten_thousand_people_cost_as_many_statements_as_ten(served: Served, cora: Client) -> None:
    with statements(served) as few:
        cora.get(f"{group(served)}/members")
    with served.database.writing() as db:
        home = db.execute(select(Group.id).where(Group.public_id == served.village.groups["brandt"])).scalar_one()
        first = db.execute(select(func.max(User.id))).scalar_one() + 1
        many = range(first, first + 10_000)
        db.execute(
            insert(User),
            [
                {"id": n, "public_id": new_id(NOW), "email": f"p{n}@many.example", "name": f"Person {n}",
                 "created_at": NOW, "verified_at": NOW} for n in many
            ],
        )  # fmt: skip
        db.execute(
            insert(Membership),
            [
                {"public_id": new_id(NOW), "user_id": n, "group_id": home, "role": "member", "created_at": NOW,
                 "accepted_at": NOW} for n in many
            ],
        )  # fmt: skip
    with statements(served) as lot:
        page = cora.get(f"{group(served)}/members?page=100")
    assert len(lot) == len(few) < 25
    assert len(page.root.one("tbody").all("tr")) == 50
    found = cora.get(f"{group(served)}/members?search=p{first + 77}%40many")
    assert found.root.one("tbody").one("th").one("a").text == f"Person {first + 77}"


def test_somebody_is_entered_and_told(served: Served, cora: Client) -> None:
    done = enter(cora, served, department=str(served.village.groups["brandt-design"]), external_id="4711")
    assert done.status == 303
    page = cora.follow(done)
    assert "Nina Neu is entered." in page.text and "Has not signed in yet" in page.text
    (told,) = mails(served)
    assert (told.kind, told.recipient) == ("entered", "nina@people.example")
    body = mail.letter_of(served.site.vault, served.site.stationery, told)
    assert body is not None and "canary-brandt Cora" in body.text and "cora@people.example" in body.text
    found = cora.get(f"{group(served)}/members?search=4711")
    assert found.root.one("tbody").one("th").one("a").text == "Nina Neu"
    assert events(served, "membership.entered") == 1


def test_the_mail_is_sent_again_to_whoever_has_not_signed_in_yet(served: Served, cora: Client) -> None:
    enter(cora, served)
    listed = cora.get(f"{group(served)}/members?search=nina")
    person = cora.get(listed.root.one("tbody").one("a").attrs["href"])
    served.clock.advance(minutes=10)
    cora.submit(person.forms("/resend")[0], status=303)
    assert [one.recipient for one in mails(served)] == ["nina@people.example"] * 2
    assert not cora.get(page_of(served, "max")).forms("/resend")


def test_entering_twice_is_refused_the_second_time(served: Served, cora: Client) -> None:
    enter(cora, served)
    again = enter(cora, served)
    assert again.status == 422 and again.root.one("p", id="field-email-error").text
    assert len(mails(served)) == 1


def test_the_person_of_another_customer_is_invited_without_a_word_about_them(served: Served, cora: Client) -> None:
    done = enter(cora, served, email="lena@people.example", name="Whoever")
    page = cora.follow(done)
    assert "Whoever is invited." in page.text and "linde" not in page.body
    listed = cora.get(f"{group(served)}/invitations")
    assert "Whoever" in listed.text and "linde" not in listed.body


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"), ({"name": "n" * 201}, "name"), ({"email": ""}, "email"), ({"email": "x"}, "email"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "email"), ({"email": "max@people.example"}, "email"),
        ({"external_id": "9" * 101}, "external_id"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_its_field(
    served: Served, cora: Client, fields: dict[str, str], field: str
) -> None:
    page = enter(cora, served, **fields)
    assert page.status == 422 and page.root.one("p", id=f"field-{field}-error").text
    assert mails(served) == [] and events(served, "membership.%") == 0


@pytest.mark.parametrize(
    "fields", [{"role": "king"}, {"language": "xx"}, {"department": "nonsense"}, {"department": "LINDE"}]
)
def test_a_choice_that_was_not_offered_changes_nothing(served: Served, cora: Client, fields: dict[str, str]) -> None:
    if fields.get("department") == "LINDE":
        fields = {"department": str(served.village.groups["linde-design"])}
    assert enter(cora, served, **fields).status == 422
    assert mails(served) == []


def test_a_role_is_changed_and_counts_for_the_next_click(served: Served, cora: Client) -> None:
    max_ = served.as_("max")
    assert max_.get(f"{group(served)}/members", status=403)
    form = cora.get(page_of(served, "max")).forms("/role")[0]
    page = cora.follow(cora.submit(form, role="admin", status=303))
    assert "The role of canary-brandt Max is saved." in page.text
    assert max_.get("/licenses", status=None).status == 303  # the session has ended
    assert served.as_("max").get(f"{group(served)}/members").heading == "People"


@pytest.mark.parametrize("ending", ["/role", "/removal"])
def test_the_last_admin_is_not_lost(served: Served, cora: Client, ending: str) -> None:
    address = page_of(served, "cora") + ending
    page = cora.submit(cora.get(address if "removal" in ending else page_of(served, "cora")).forms(ending)[0],
                       status=422, **({"role": "member"} if "role" in ending else {}))  # fmt: skip
    assert "last admin who can sign in" in page.text
    assert member(served, "cora").role == "admin" and member(served, "cora").ended_at is None


def test_a_suspension_works_from_the_next_request_on_and_ends(served: Served, cora: Client) -> None:
    max_ = served.as_("max")
    page = cora.follow(cora.submit(cora.get(page_of(served, "max")).forms("/suspension")[0], status=303))
    assert "canary-brandt Max is suspended." in page.text
    assert max_.get("/licenses", status=None).status == 303
    assert served.as_("max").get("/licenses").text.count("canary-brandt") <= 1  # nothing but his own name
    page = cora.follow(cora.submit(page.forms("/suspension/end")[0], status=303))
    assert "canary-brandt Max is in again." in page.text


def test_a_department_admin_reaches_nobody_above(served: Served) -> None:
    dora = served.as_("dora")
    design = group(served, "brandt-design")
    assert "canary-brandt Cora" not in dora.get(f"{design}/members").text
    cora = member(served, "cora").public_id
    for address in (f"{design}/members/{cora}", f"{design}/members/{cora}/removal"):
        dora.get(address, status=404)
    dora.post(f"{design}/members/{cora}/role", {"role": "member"}, status=404)
    dora.post(f"{group(served)}/members/{cora}/role", {"role": "member"}, status=403)
    mine = member(served, "dora", "brandt-design").public_id
    dora.post(f"{group(served)}/members/{mine}/role", {"role": "admin"}, status=403)


def test_somebody_leaves_and_their_seat_is_free(served: Served, cora: Client) -> None:
    page = cora.get(f"{page_of(served, 'max')}/removal")
    assert page.heading == "Remove canary-brandt Max" and "Chisel CAD" in page.text
    done = cora.submit(page.forms("/removal")[0], status=303)
    assert "canary-brandt Max is removed." in cora.follow(done).text
    with served.database.reading() as db:
        user = db.execute(select(User.id).where(User.email == "max@people.example")).scalar_one()
        assert db.execute(select(Assignment.ended_at).where(Assignment.user_id == user)).scalar_one() is not None
    listed = cora.get(f"{group(served)}/members?state=left")
    assert [one.text for one in listed.root.one("tbody").all("a")] == ["canary-brandt Max"]
    twice = cora.submit(page.forms("/removal")[0], status=None)
    assert twice.status in (303, 400)
    assert events(served, "membership.ended") == 1


def test_a_seat_goes_to_a_successor_of_the_same_customer_and_to_nobody_else(served: Served, cora: Client) -> None:
    page = cora.get(f"{page_of(served, 'max')}/removal")
    form = page.forms("/removal")[0]
    (held,) = [name for name in form.fields if name.startswith("held-")]
    for successor in ("", "nobody@people.example", "lena@people.example", "max@people.example", "susi@people.example"):
        wrong = cora.submit(form, status=422, **{held: "give", "successor": successor})
        assert wrong.root.one("p", id="field-successor-error").text and "linde" not in wrong.body
    assert member(served, "max").ended_at is None
    cora.submit(form, status=303, **{held: "give", "successor": "dora@people.example"})
    with served.database.reading() as db:
        dora = db.execute(select(User.id).where(User.email == "dora@people.example")).scalar_one()
        assert db.execute(select(Assignment).where(Assignment.user_id == dora)).scalar_one().ended_at is None


def test_what_was_left_for_later_is_decided_later(served: Served, cora: Client) -> None:
    form = cora.get(f"{page_of(served, 'max')}/removal").forms("/removal")[0]
    (held,) = [name for name in form.fields if name.startswith("held-")]
    cora.submit(form, status=303, **{held: "keep"})
    person = cora.get(page_of(served, "max"))
    (way,) = person.root.one("main").all("a", class_="filled")
    later = cora.get(way.attrs["href"])
    assert later.heading == "What canary-brandt Max still holds"
    cora.submit(later.forms("/removal")[0], status=303)
    with served.database.reading() as db:
        user = db.execute(select(User.id).where(User.email == "max@people.example")).scalar_one()
        assert db.execute(select(Assignment.ended_at).where(Assignment.user_id == user)).scalar_one() is not None
    assert events(served, "membership.ended") == 1


def test_a_strange_choice_or_field_of_the_leave_changes_nothing(served: Served, cora: Client) -> None:
    form = cora.get(f"{page_of(served, 'max')}/removal").forms("/removal")[0]
    (held,) = [name for name in form.fields if name.startswith("held-")]
    cora.submit(form, status=422, **{held: "burn"})
    cora.submit(form, status=400, **{f"held-{new_id(NOW)}": "back"})
    assert member(served, "max").ended_at is None


def test_a_department_is_added_and_people_move_there(served: Served, cora: Client) -> None:
    form = cora.get(group(served)).form(f"{group(served)}/departments")
    assert cora.submit(form, name="  ").status == 422
    assert cora.submit(form, name="CANARY-brandt design").status == 422
    page = cora.follow(cora.submit(form, name="Paint  shop", status=303))
    assert "Paint shop" in page.text
    choice = cora.get(page_of(served, "max")).forms("/department")[0]
    paint = next(one.attrs["value"] for one in choice.all("option") if one.text == "Paint shop")
    moved = cora.follow(cora.submit(choice, department=paint, status=303))
    assert "The department of canary-brandt Max is saved." in moved.text and "Paint shop" in moved.text
    cora.submit(choice, department=str(served.village.groups["linde-design"]), status=422)


def test_a_department_is_renamed_and_its_history_keeps_the_old_name(
    served: Served, cora: Client, htmx: bool
) -> None:
    place = f"/groups/{served.village.groups['brandt-design']}"
    page = cora.get(place)
    assert page.root.all("a", href=f"{place}/name") and not cora.get(group(served)).root.all("a", text="Rename")
    form = cora.get(f"{place}/name").form(f"{place}/name")
    assert form.fields["name"] == "canary-brandt design"
    for _ in range(2):
        done = cora.submit(form, name="  Paint   shop ", status=204 if htmx else 303, htmx=htmx)
    page = cora.follow(done)
    assert page.heading == "Paint shop" and "It is called Paint shop now." in page.text
    log = cora.get(f"{place}/activity").text
    assert log.count("canary-brandt design is called Paint shop now") == 1
    cora.submit(cora.get(f"{place}/name").form(f"{place}/name"), name="PAINT shop", status=303)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [(" ", "Something belongs"), ("x" * 201, "This is too long."), ("CANARY-brandt Welding", "Choose another name")],
)
def test_a_name_that_does_not_work_is_told_and_changes_nothing(
    served: Served, cora: Client, wrong: str, said: str
) -> None:
    cora.post(f"{group(served)}/departments", {"name": "canary-brandt welding"}, status=303)
    place = f"/groups/{served.village.groups['brandt-design']}"
    page = cora.submit(cora.get(f"{place}/name").form(f"{place}/name"), name=wrong, status=422)
    assert said in page.root.one("p", id="field-name-error").text
    assert cora.get(place).heading == "canary-brandt design"


def test_a_customer_is_renamed_by_whoever_sells_to_it(served: Served, cora: Client) -> None:
    place = f"{group(served)}/name"
    rhea = served.as_("rhea")
    rhea.submit(rhea.get(place).form(place), name="canary-brandt SE", status=303)
    assert cora.get(group(served)).heading == "canary-brandt SE"
    assert cora.post(place, {"name": "Somebody else AG"}).status == 403
    home = f"/groups/{served.village.groups['eve']}/name"
    for who in ("eve", "vera"):
        assert served.as_(who).post(home, {"name": "x"}).status == 404, "a private person's group is called as they are"
    dealer = f"/groups/{served.village.groups['loose']}/name"
    assert rhea.post(dealer, {"name": "x"}).status == 403
    served.as_("vera").post(dealer, {"name": "canary-nord trade"}, status=303)


def test_a_person_of_two_groups_looks_at_one_or_at_all(served: Served) -> None:
    kim = served.as_("kim")
    page = kim.get("/licenses")
    assert "canary-brandt" in page.root.one("table").text and "canary-kim" in page.text
    page = kim.get("/groups")
    home = str(served.village.groups["kim"])
    form = next(one for one in page.forms("/groups/current") if one.fields.get("group") == home)
    page = kim.follow(kim.submit(form, status=303))
    assert "You look at canary-kim home alone." in page.text
    assert "canary-brandt" not in page.root.one("table").text
    back = kim.get("/groups").root.one("main").all("form", action="/groups/current")[-1]
    page = kim.follow(kim.submit(back, status=303))
    assert "canary-brandt" in page.root.one("table").text


@pytest.mark.parametrize("wanted", ["nonsense", "LINDE"])
def test_nobody_looks_at_a_group_that_is_not_theirs(served: Served, wanted: str) -> None:
    kim = served.as_("kim")
    wanted = str(served.village.groups["linde"]) if wanted == "LINDE" else wanted
    kim.post("/groups/current", {"group": wanted}, status=422 if wanted == "nonsense" else 404)


def test_what_somebody_is_called_stays_theirs_until_they_said_yes(served: Served, cora: Client) -> None:
    page = cora.follow(cora.submit(cora.get(page_of(served, "ivan")).forms("/suspension")[0], status=303))
    assert "ivan@people.example is suspended." in page.text and "Ivan Inviteson" not in page.text
    assert "Ivan Inviteson" not in cora.get(f"{group(served)}/activity").text


def test_whoever_has_one_group_need_not_switch(served: Served) -> None:
    assert not served.as_("max").get("/licenses").forms("/groups/current")


def test_the_vendor_looks_at_people_below_and_changes_nothing(served: Served) -> None:
    vera = served.as_("vera")
    page = vera.get(page_of(served, "max"))
    assert not [form for form in page.root.one("main").all("form") if form.attrs.get("method") == "post"]
    listed = vera.get(f"{group(served)}/members")
    assert "Add people" not in listed.text
    everybody = vera.get(f"{group(served, 'vendor')}/members")
    assert "canary-brandt Max" in everybody.text and "canary-eve" not in everybody.body  # who lives alone is no people


def test_the_page_of_a_dealer_lists_its_customers_and_says_who_lacks_an_admin(served: Served) -> None:
    rhea = served.as_("rhea")
    page = rhea.get(group(served, "loose"))
    assert "canary-brandt machines" in page.root.one("table").text
    assert "linde" not in page.body
    found = rhea.get(f"{group(served, 'loose')}?search=nothing-like-it")
    assert "None matches." in found.text


def test_people_are_imported_from_a_table_as_a_batch(served: Served, cora: Client) -> None:
    address = f"{group(served)}/batches"
    design = "canary-brandt design"
    table = f"Name;E-Mail;Abteilung\nNina;nina@people.example;{design}\n"
    table += "Max;max@people.example;\nLena;lena@people.example;"
    form = cora.get(f"{address}?kind=people").form(address)
    preview = cora.follow(cora.submit(form, kind="people", pasted=table, status=303))
    assert "You find them in the list of people." in preview.text
    assert "linde" not in preview.body
    cora.submit(preview.forms("/start")[0], status=303)
    worker = worker_of(served.site)
    while worker.step():
        pass
    assert sorted(one.recipient for one in mails(served)) == ["lena@people.example", "nina@people.example"]
    listed = cora.get(f"{group(served)}/members?search=nina")
    assert design in listed.root.one("tbody").text
