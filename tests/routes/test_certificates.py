"""The certificate: what a printed license says, to whom, and that it opens nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.models import License
from tests.fixtures.client import Served


def test_it_says_what_is_licensed_to_whom(served: Served) -> None:
    thing = served.village.thing("brandt", "active")
    page = served.as_("cora").get(f"{thing.page}/certificate")
    sheet = page.root.one("article", class_="paper").text
    for said in (
        "License certificate", "canary-brandt machines", "Chisel CAD", "cad-for-good", "400 seats", "No end date",
        "canary-brandt-order", str(thing.id), "Tessel Works GmbH", "Kufsteiner Straße 12", "20 November 2026",
    ):  # fmt: skip
        assert said in sheet, said


def test_it_shows_no_more_of_the_ticket_than_a_list(served: Served) -> None:
    for who, place in (("eve", "eve"), ("cora", "brandt")):
        thing = served.village.thing(place, "active")
        page = served.as_(who).get(f"{thing.page}/certificate")
        assert thing.code[:5] in page.text and thing.code not in page.body
        assert not any(part in page.body for part in thing.code.split("-")[1:4])


def test_of_a_department_it_names_customer_and_department(served: Served) -> None:
    thing = served.village.thing("brandt-design", "active")
    sheet = served.as_("dora").get(f"{thing.page}/certificate").root.one("article", class_="paper").text
    assert "canary-brandt machines" in sheet and "canary-brandt design" in sheet


@pytest.mark.parametrize("kind", ["expired", "revoked", "returning", "unused", "kept"])
def test_it_says_in_which_state_the_license_is(served: Served, kind: str) -> None:
    page = served.as_("eve").get(f"{served.village.thing('eve', kind).page}/certificate")
    assert page.root.one("article", class_="paper").all("span", class_="state")


def test_who_has_one_seat_gets_no_certificate_of_the_pool(served: Served) -> None:
    thing = served.village.thing("brandt", "active")
    assert served.as_("anna").get(thing.page).status == 200
    page = served.as_("anna").get(f"{thing.page}/certificate", status=403)
    assert "400" not in page.text


def test_a_ticket_alone_gets_none(served: Served) -> None:
    thing = served.village.thing("loose", "active")
    page = served.with_(thing.code).get(f"{thing.page}/certificate", status=403)
    assert "dealer" not in page.text


def test_strangers_learn_nothing(served: Served) -> None:
    thing = served.village.thing("brandt", "active")
    for who in ("sid", "eve", "lena", "rolf"):
        served.as_(who).get(f"{thing.page}/certificate", status=404)
    assert served.browser().get(f"{thing.page}/certificate", status=303).location.startswith("/sign-in")


def test_names_on_it_are_text(served: Served) -> None:
    thing = served.village.thing("eve", "active")
    with served.database.writing() as db:
        license_ = db.execute(select(License).where(License.public_id == thing.id)).scalar_one()
        license_.order_number = "<script>alert(1)</script>"
    page = served.as_("eve").get(f"{thing.page}/certificate")
    assert "<script>alert" not in page.body and "<script>alert(1)</script>" in page.text
