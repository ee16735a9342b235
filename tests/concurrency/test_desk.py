"""The desk under pressure: asked for many times it is one request, and granted by many it is one more move."""

from collections import Counter

from sqlalchemy import func, select

from portal.models import Message, Operation, Request
from tests.actions.estate import pc
from tests.api.calling import Visitor, at_once
from tests.api.running import Running


def test_one_exception_asked_and_granted_forty_times_is_one_more_move(running: Running) -> None:
    with running.estate() as estate:
        vendor = estate.group("Vendor", kind="vendor")
        home = estate.group("Office", parent=vendor)
        eve = estate.user("Eve", home, "admin")
        admins = [estate.user(f"Vera{number}", vendor, "admin") for number in range(2)]
        license_ = estate.own(estate.article(), eve, home).license
        seat = estate.run_on(license_, pc(1), days=30).activation
        assert seat is not None
        asking = {"operation": "rehost", "gone": str(seat.public_id), "words": "It burned."}
        visitor = Visitor(running.url, {"session": estate.session(eve)})
        answering = [Visitor(running.url, {"session": estate.session(admin)}) for admin in admins]
    place = f"/licenses/{license_.public_id}"
    assert visitor.get(place).status == 200
    asked = at_once([lambda: visitor.post(f"{place}/exceptions", **asking)] * 40)
    assert Counter(reply.status for reply in asked) == {303: 40}
    with running.look() as db:
        request = db.execute(select(Request)).scalar_one()
        assert db.execute(select(func.count()).select_from(Message)).scalar_one() == 1
    desk = f"/desk/requests/{request.public_id}"
    for one in answering:
        assert one.get(desk).status == 200
    answers = at_once([lambda one=one: one.post(f"{desk}/answer", do="grant") for one in answering for _ in range(20)])
    assert Counter(reply.status for reply in answers) == {303: 1, 422: 39}
    with running.look() as db:
        granted = select(func.count()).select_from(Operation).where(Operation.operation == "override")
        assert db.execute(granted).scalar_one() == 1
