"""The vendor's desk: rule sets read, drafted as form and text, published, rolled back, and given to articles."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.actions import rule_sets
from portal.models import Article, RuleDraft, RuleSet, RuleVersion
from portal.rules import load
from portal.rules.presets import preset_text
from tests.api.test_statements import copied, counted
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Element, Page
from tests.routes.conftest import events

RULES = "/vendor/rules"


def place(served: Served, ending: str = "") -> str:
    return f"{RULES}/{served.village.rule_set}{ending}"


def text_form(page: Page) -> Element:
    return next(form for form in page.forms("/draft") if form.fields.get("way") == "text")


def rule_form(page: Page) -> Element:
    return next(form for form in page.forms("/draft") if form.fields.get("way") == "form")


def save_text(vera: Client, served: Served, text: str, **asked: object) -> Page:
    return vera.submit(text_form(vera.get(place(served, "/draft"))), text=text, **asked)  # type: ignore[arg-type]


def counts(served: Served) -> tuple[int, ...]:
    with served.database.reading() as db:
        return tuple(len(db.execute(select(table.id)).all()) for table in (RuleSet, RuleVersion, RuleDraft))


def drafted(served: Served) -> str | None:
    with served.database.reading() as db:
        query = select(RuleDraft.toml).join(RuleSet, RuleSet.id == RuleDraft.rule_set_id)
        return db.execute(query.where(RuleSet.public_id == served.village.rule_set)).scalar()


def in_force(served: Served) -> tuple[int, str]:
    with served.database.reading() as db:
        query = select(RuleVersion.number, RuleVersion.toml).join(RuleSet, RuleSet.id == RuleVersion.rule_set_id)
        mine = query.where(RuleSet.public_id == served.village.rule_set)
        return tuple(db.execute(mine.order_by(RuleVersion.number.desc())).first())  # type: ignore[arg-type,return-value]


def test_vera_reads_what_is_in_force(served: Served) -> None:
    vera = served.as_("vera")
    assert vera.get("/vendor", status=303).location == RULES
    listed = vera.get(RULES)
    assert "Version 2" in listed.text and "4 articles" in listed.text
    assert listed.root.one("nav", **{"aria-label": "Main"}).all("a", href=RULES)
    page = vera.get(place(served))
    assert page.heading == "Default" and "If your PC is gone you can move the license once a year." in page.text
    assert "A remark." in page.text and "Chisel CAD" in page.text
    version = vera.get(place(served, "/versions/2"))
    assert "+ # nothing else" in version.text and 'time_zone = "Europe/Berlin"' in version.text
    for nothing in ("/versions/3", "/versions/0", f"/versions/{10**30}", "/versions/-1"):
        vera.get(place(served, nothing), status=404)


def test_support_reads_and_tries_and_changes_nothing(served: Served) -> None:
    vito = served.as_("vito")
    before = counts(served)
    for path in ("", "/versions/1", "/try"):
        page = vito.get(place(served, path))
        assert not page.root.all("a", href=place(served, "/draft")) and not page.forms("/return")
    for path in ("/draft", "/publication", "/articles", "/replays"):
        vito.get(place(served, path), status=403)
    vito.get(f"{RULES}/new", status=403)
    for path in ("/draft", "/publication", "/articles", "/versions/1/return", "/draft/removal", "/replays"):
        vito.post(place(served, path), {"note": "mine"}, status=403)
    assert counts(served) == before


@pytest.mark.parametrize("who", ["rhea", "cora", "max", "eve", "sid"])
def test_to_everybody_else_the_desk_does_not_exist(served: Served, who: str) -> None:
    browser = served.as_(who)
    for path in ("/vendor", RULES, f"{RULES}/new", place(served), place(served, "/try"), place(served, "/draft")):
        browser.get(path, status=404)
    assert not browser.get("/licenses").root.all("a", href=RULES)


def test_who_is_signed_out_is_led_to_the_door(served: Served) -> None:
    assert served.browser().get(place(served, "/draft"), status=303).location.startswith("/sign-in")


def test_a_text_is_drafted_published_and_rolled_back(served: Served, htmx: bool) -> None:
    vera = served.as_("vera")
    text = f"{in_force(served)[1]}\n[seats]\noverage = 1 # for the holidays\n"
    saved = save_text(vera, served, text, htmx=htmx)
    assert saved.status == (200 if htmx else 303)
    page = vera.get(place(served, "/draft"))
    assert "# for the holidays" in drafted(served) and text_form(page).fields["text"] == text
    assert rule_form(page).fields["seats-overage"] == "1"

    asked = vera.get(place(served, "/publication"))
    assert "overage = 1" in asked.text and "1 seat more than the license has can be used." in asked.text
    form = asked.form(place(served, "/publication"))
    refused = vera.submit(form, status=422)
    assert refused.root.one("textarea", name="note").attrs["aria-invalid"] == "true" and in_force(served)[0] == 2
    done = vera.submit(form, status=303, note="One more over the holidays")
    assert "Version 3 is in force." in vera.follow(done).text
    assert in_force(served) == (3, text) and drafted(served) is None and events(served, "rules.published") == 1

    old = vera.get(place(served, "/versions/2"))
    back = old.form(place(served, "/versions/2/return"))
    assert vera.submit(back, status=422).root.one("textarea", name="note").attrs["aria-invalid"] == "true"
    assert "Version 4 is in force." in vera.follow(vera.submit(back, status=303, note="The holidays are over")).text
    assert "overage" not in in_force(served)[1]
    assert "The text of version 2 came back." in vera.get(place(served)).text


def test_the_form_as_it_stands_says_what_the_text_says(served: Served) -> None:
    vera = served.as_("vera")
    page = vera.get(place(served, "/draft"))
    assert vera.submit(rule_form(page), status=303, do="save").location == place(served, "/draft")
    assert load(drafted(served)) == load(preset_text("seed_default"))
    assert "#" not in drafted(served), "the page says that comments are lost"
    assert "Form and text say the same." in vera.get(place(served, "/draft")).text


def test_rows_come_and_go_and_nothing_is_saved_by_it(served: Served, htmx: bool) -> None:
    vera = served.as_("vera")
    page = vera.get(place(served, "/draft"))
    more = vera.submit(rule_form(page), status=200, htmx=htmx, do="add-cooldown")
    assert "Not saved yet" in more.text and drafted(served) is None
    assert rule_form(more).fields["cooldown-0-after"] == "activate"
    less = vera.submit(rule_form(more), status=200, htmx=htmx, do="remove-allowance-0")
    fields = rule_form(less).fields
    assert fields["allowance-0-name"] == "reinstallations" and "allowance-1-name" not in fields
    saved = vera.submit(rule_form(less), status=303, do="save", **{"cooldown-0-before": "return"})
    assert saved.location == place(served, "/draft")
    assert 'before = "return"' in drafted(served) and "moves" not in drafted(served)


def test_what_is_wrong_is_said_beside_the_field_and_beside_the_line(served: Served, htmx: bool) -> None:
    vera = served.as_("vera")
    page = vera.get(place(served, "/draft"))
    wrong = vera.submit(rule_form(page), status=422, htmx=htmx, do="save", **{"allowance-1-limit": "-4"})
    field = wrong.root.one("input", name="allowance-1-limit")
    assert field.attrs["aria-invalid"] == "true" and field.attrs["value"] == "-4"
    assert "limit is negative: -4" in wrong.root.one("p", id=field.attrs["aria-describedby"]).text
    text = text_form(wrong).fields["text"]
    line = text.split("\n").index("limit = -4") + 1
    assert f"Line {line} limit is negative: -4" in wrong.text and drafted(served) is None
    mended = vera.submit(rule_form(wrong), status=303, do="save", **{"allowance-1-limit": "4"})
    assert mended.status == 303 and "limit = 4" in drafted(served)


HEAD = 'name = "Any"\ntime_zone = "Europe/Berlin"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "needs name"),
        (HEAD + "colour = 1\n", "unknown key 'colour'"),
        (HEAD + "[seats]\noverage = true\n", "overage is True"),
        (HEAD + "[seats]\noverage = -1\n", "overage is -1"),
        (HEAD + "[seats]\noverage = 99999999999999999999\novergrace = 1\n", "unknown key 'overgrace'"),
        (HEAD + "[[allowance]]\noperations = []\nlimit = 1\n", "could never allow anything"),
        (HEAD + '[seats]\noverage = 1\noverage_grace = "P0D"\n', "could never be used"),
        (HEAD + '[[allowance]]\noperations = ["rehost"]\nlimit = 1\naccrual = { every = "P1Y", max_balance = 1 }\n',
         "two ways to say how much"),
        (HEAD.replace("Europe/Berlin", "Mars/Olympus"), "time_zone 'Mars/Olympus' is not known"),
        (HEAD + "x = " + "[" * 30_000, "nested too deeply"),
        (HEAD + "x" + ".x" * 20_000 + " = 1", "nested too deeply"),
        ("# " + "x" * 65 * 1024, "longer than 64 KiB"),
        ("name = 'Any'\nthis is no toml\n", "Line 2"),
        ("time_zone\t=\t'Europe/Berlin'\nname\t=\t1\n", "Line 2 name must be text"),
    ],
)  # fmt: skip
def test_bad_texts_are_refused_with_line_and_reason(served: Served, text: str, said: str) -> None:
    vera = served.as_("vera")
    before = counts(served), in_force(served)
    page = save_text(vera, served, text, status=422)
    assert said in page.text and text_form(page).fields["text"] == text, "what was typed is still there"
    assert (counts(served), in_force(served)) == before


def test_line_ends_of_windows_and_tabs_are_read(served: Served) -> None:
    vera = served.as_("vera")
    save_text(vera, served, 'name = "Any"\r\ntime_zone\t= "UTC"\t# tabs\r\n', status=303)
    assert drafted(served) == 'name = "Any"\ntime_zone\t= "UTC"\t# tabs\n'


@pytest.mark.parametrize(
    "body",
    [b"way=text&text=%00", b"way=text&text=%FF%FE", b"way=text&text=a&text=b", b"way=form&allowance-41-limit=1",
     b"way=form&name=a&isAdmin=yes", b"&".join(b"f%d=1" % at for at in range(3000))],
)  # fmt: skip
def test_what_is_no_form_of_ours_changes_nothing(served: Served, body: bytes) -> None:
    vera = served.as_("vera")
    before = counts(served)
    token = vera.token().encode()
    form = {"content-type": "application/x-www-form-urlencoded"}
    page = vera.ask("POST", place(served, "/draft"), headers=form, content=body + b"&csrf=" + token)
    assert page.status == 400 and counts(served) == before


def test_too_much_of_a_form_is_said(served: Served) -> None:
    vera = served.as_("vera")
    page = vera.post(place(served, "/draft"), {"way": "text", "text": "x" * 300_000})
    assert page.status == 413


def test_two_windows_the_later_is_told_and_keeps_its_text(served: Served, htmx: bool) -> None:
    vera = served.as_("vera")
    save_text(vera, served, HEAD, status=303)
    first, second = (text_form(vera.get(place(served, "/draft"))) for _ in range(2))
    assert vera.submit(first, status=303, text=HEAD + "# first\n").status == 303
    late = vera.submit(second, status=422, htmx=htmx, text=HEAD + "# second\n")
    assert "The draft was saved elsewhere." in late.text and drafted(served) == HEAD + "# first\n"
    assert text_form(late).fields["text"] == HEAD + "# second\n"
    assert vera.submit(text_form(late), status=303).status == 303, "seen and meant"
    assert drafted(served) == HEAD + "# second\n"


def test_who_publishes_late_is_told_and_loses_nothing(served: Served) -> None:
    vera = served.as_("vera")
    save_text(vera, served, preset_text("seed_default").replace("P30D", "P20D"), status=303)
    asked = vera.get(place(served, "/publication")).form(place(served, "/publication"))
    with served.database.writing() as db:  # another one publishes meanwhile
        rule_sets.publish(db, served.clock(), preset_text("seed_default"), note="Theirs")
    late = vera.submit(asked, status=422, note="Mine")
    assert "A newer version was published." in late.text and in_force(served)[0] == 3
    again = vera.get(place(served, "/publication"))
    assert not again.forms("/publication") and "Version 3 was published after you began." in again.text
    seen = vera.follow(vera.submit(again.form(place(served, "/draft/continuation")), status=303))
    done = vera.submit(seen.form(place(served, "/publication")), status=303, note="Mine, after theirs")
    assert "Version 4 is in force." in vera.follow(done).text and "P20D" in in_force(served)[1]


def test_only_what_was_shown_is_published(served: Served) -> None:
    vera = served.as_("vera")
    save_text(vera, served, HEAD, status=303)
    asked = vera.get(place(served, "/publication")).form(place(served, "/publication"))
    save_text(vera, served, HEAD + "[seats]\noverage = 9\n", status=303)
    assert "The draft was saved elsewhere." in vera.submit(asked, status=422, note="Mine").text
    assert in_force(served)[0] == 2


def test_twice_published_is_once(served: Served) -> None:
    vera = served.as_("vera")
    save_text(vera, served, HEAD, status=303)
    form = vera.get(place(served, "/publication")).form(place(served, "/publication"))
    vera.submit(form, status=303, note="Once")
    vera.submit(form, status=404, note="Once")
    assert in_force(served)[0] == 3


def test_a_draft_is_thrown_away(served: Served) -> None:
    vera = served.as_("vera")
    save_text(vera, served, HEAD, status=303)
    page = vera.get(place(served, "/draft"))
    assert vera.submit(page.form(place(served, "/draft/removal")), status=303).location == place(served)
    assert drafted(served) is None
    vera.post(place(served, "/draft/removal"), status=404)


def test_a_new_rule_set_begins_with_a_preset(served: Served) -> None:
    vera, before = served.as_("vera"), counts(served)
    form = vera.get(f"{RULES}/new").form(f"{RULES}/new")
    assert "aria-invalid" in vera.submit(form, status=422).root.one("input", name="name").attrs
    taken = vera.submit(form, status=422, name="Default")
    assert "Another rule set is called" in taken.text
    made = vera.submit(form, status=303, name='CAD "Pro" \\ 2', preset="lifetime_cap_then_support")
    page = vera.follow(made)
    assert rule_form(page).fields["name"] == 'CAD "Pro" \\ 2' and "# Three moves" in text_form(page).fields["text"]
    shown = vera.get(made.location.removesuffix("/draft"))
    assert "Never published" in shown.text
    away = vera.submit(page.form(f"{made.location}/removal"), status=303)
    assert away.location == RULES, "what was never published goes with its draft"
    assert counts(served) == before


def test_articles_follow_other_rules(served: Served) -> None:
    vera = served.as_("vera")
    made = vera.submit(vera.get(f"{RULES}/new").form(f"{RULES}/new"), status=303, name="Stricter")
    home = made.location.removesuffix("/draft")
    assert "never published" in vera.get(f"{home}/articles").text
    publication = vera.get(f"{home}/publication")
    vera.submit(publication.form(f"{home}/publication"), status=303, note="First")
    page = vera.get(f"{home}/articles")
    form = page.form(f"{home}/articles")
    boxes = [one for one in form.all("input", type="checkbox") if one.attrs["name"].startswith("product-")]
    done = vera.submit(form, status=303, **{boxes[0].attrs["name"]: "yes"})
    assert "2 articles follow these rules now." in vera.follow(done).text
    assert events(served, "rules.assigned") == 2
    with served.database.reading() as db:
        followed = db.execute(select(RuleSet.name).join(Article, Article.rule_set_id == RuleSet.id)).scalars().all()
    assert sorted(followed) == ["Default", "Default", "Stricter", "Stricter", "Trials"]
    vera.post(f"{home}/articles", {"article-nothing": "yes"}, status=400)
    vera.post(f"{home}/articles", {f"article-{served.village.rule_set}": "yes"}, status=200)
    assert events(served, "rules.assigned") == 2


def test_much_on_the_desk_costs_as_many_statements_as_little(served: Served) -> None:
    vera = served.as_("vera")
    paths = (RULES, place(served), place(served, "/articles"), place(served, "/versions/2"), place(served, "/replays"))

    def cost(path: str) -> int:
        vera.get(path)
        with counted() as said:
            vera.get(path)
        return len(said)

    little = [cost(path) for path in paths]
    with served.database.writing() as db:
        like = db.execute(select(Article)).scalars().first()
        for number in range(60):
            rule_sets.publish(db, served.clock(), preset_text("seed_default"), note=f"{number}")
            rule_sets.publish(db, served.clock(), f'name = "Set {number}"\ntime_zone = "UTC"\n')
            copied(db, like, [{"sku": f"more-{number}"}])
    assert [cost(path) for path in paths] == little
    assert "64 articles" in vera.get(RULES).text
