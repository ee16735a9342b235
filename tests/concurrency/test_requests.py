"""Requests under pressure: asked for many times it is one request, and answered by many it is one seat."""

from collections import Counter

from sqlalchemy import func, select

from portal.models import Assignment, License, Product, Request
from portal.models import StandingRule as Rule
from tests.api.calling import Visitor, at_once
from tests.api.running import Running


def test_one_request_asked_and_answered_forty_times_is_one_seat(running: Running) -> None:
    with running.estate() as estate:
        company = estate.group("Brandt")
        admins = [estate.user(f"Admin{number}", company, "admin") for number in range(2)]
        colleague = estate.user("Max", company)
        license_ = estate.mint(estate.article(), company, quantity=5).license
        product = estate.db.execute(select(Product)).scalar_one()
        asking = {"product": str(product.public_id), "group": str(company.public_id)}
        max_ = Visitor(running.url, {"session": estate.session(colleague)})
        answering = [Visitor(running.url, {"session": estate.session(admin)}) for admin in admins]
    assert max_.get("/requests").status == 200
    asked = at_once([lambda: max_.post("/requests/seat", **asking)] * 40)
    assert Counter(reply.status for reply in asked) == {303: 40}
    with running.look() as db:
        request = db.execute(select(Request)).scalar_one()
    place = f"/groups/{company.public_id}/requests"
    for visitor in answering:
        assert visitor.get(place).status == 200
    answers = at_once(
        [
            lambda visitor=visitor: visitor.post(f"/requests/{request.public_id}/answer", answer="yes")
            for visitor in answering
            for _ in range(20)
        ]
    )
    assert Counter(reply.status for reply in answers) == {303: 1, 422: 39}
    with running.look() as db:
        assert db.execute(select(func.count()).select_from(Assignment)).scalar_one() == 1
        assert db.get_one(License, license_.id).assigned == 1


def test_a_standing_rule_gives_no_more_than_it_may(running: Running) -> None:
    with running.estate() as estate:
        company = estate.group("Brandt")
        people = [estate.user(f"Person{number}", company) for number in range(30)]
        license_ = estate.mint(estate.article(), company, quantity=12).license
        product = estate.db.execute(select(Product)).scalar_one()
        estate.db.add(Rule(group_id=company.id, product_id=product.id, keep_free=4, is_on=True, made_at=estate.now))
        asking = {"product": str(product.public_id), "group": str(company.public_id)}
        visitors = [Visitor(running.url, {"session": estate.session(person)}) for person in people]
    for visitor in visitors:
        assert visitor.get("/requests").status == 200
    replies = at_once([lambda visitor=visitor: visitor.post("/requests/seat", **asking) for visitor in visitors])
    assert Counter(reply.status for reply in replies) == {303: 30}
    with running.look() as db:
        states = Counter(db.execute(select(Request.state)).scalars())
        assert states == {"granted": 8, "open": 22}
        assert db.get_one(License, license_.id).assigned == 8
