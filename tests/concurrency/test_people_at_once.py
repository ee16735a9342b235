"""People who decide about each other at the same moment: a customer keeps an admin, and an invitation is used once."""

from collections import Counter
from uuid import UUID

from sqlalchemy import func, select

from portal.actions import invitations
from portal.models import COUNTS, Group, Invitation, InvitationUse, Membership, User
from tests.actions.estate import Estate
from tests.api.calling import Visitor, at_once
from tests.api.running import Running

ADMINS = 12


def admin(estate: Estate, name: str, group: Group) -> tuple[UUID, str]:
    """An admin with a session: the membership, and the token of the cookie."""
    user = estate.user(name, group, "admin")
    membership = estate.db.execute(select(Membership).where(Membership.user_id == user.id)).scalar_one()
    return membership.public_id, estate.session(user)


def signed_in(running: Running, token: str) -> Visitor:
    """A browser that has seen a page of this session."""
    visitor = Visitor(running.url, {"session": token})
    assert visitor.get("/groups").status == 200
    return visitor


def admins_left(running: Running) -> int:
    with running.look() as db:
        return db.execute(select(func.count()).where(Membership.role == "admin", COUNTS)).scalar_one()


def test_admins_who_all_leave_at_once_leave_one_behind(running: Running) -> None:
    with running.estate() as estate:
        group = estate.group()
        people = [admin(estate, f"admin{number}", group) for number in range(ADMINS)]
        base = f"/groups/{group.public_id}/members"
    leaving = [(signed_in(running, token), f"{base}/{who}/removal") for who, token in people]
    replies = at_once([lambda tab=tab, address=address: tab.post(address) for tab, address in leaving])
    assert Counter(reply.status for reply in replies) == {303: ADMINS - 1, 422: 1}
    assert admins_left(running) == 1


def test_two_admins_who_demote_each_other_at_once_leave_one_admin(running: Running) -> None:
    with running.estate() as estate:
        group = estate.group()
        (one, ones), (two, twos) = admin(estate, "one", group), admin(estate, "two", group)
        base = f"/groups/{group.public_id}/members"
    tabs = [(signed_in(running, ones), two), (signed_in(running, twos), one)] * 5
    replies = at_once(
        [lambda tab=tab, whom=whom: tab.post(f"{base}/{whom}/role", role="member") for tab, whom in tabs]
    )
    assert {reply.status for reply in replies} <= {303, 422, 403}, Counter(reply.status for reply in replies)
    assert admins_left(running) == 1


def test_a_link_for_three_is_used_by_three_of_twenty(running: Running) -> None:
    with running.estate() as estate:
        group = estate.group()
        user = estate.user("cora", group, "admin")
        link = invitations.offer_link(estate.doing(estate.actor(user)), group, domains=[], most=3, days=7)
        token = invitations.token_of(estate.vault, link)
        elsewhere = estate.group("Elsewhere")
        tokens = [estate.session(estate.user(f"guest{number}", elsewhere)) for number in range(20)]
    visitors = []
    for one in tokens:
        visitor = signed_in(running, one)
        assert visitor.get(f"/invitation/{token}").status == 303 and visitor.get("/invitation").status == 200
        visitors.append(visitor)
    replies = at_once([lambda visitor=visitor: visitor.post("/invitation") for visitor in visitors for _ in range(2)])
    assert 3 <= Counter(reply.status for reply in replies)[303] <= 6
    with running.look() as db:
        assert db.execute(select(Invitation.used)).scalar_one() == 3
        assert db.execute(select(func.count()).select_from(InvitationUse)).scalar_one() == 3
        members = select(func.count()).where(Membership.group_id == group.id, COUNTS, User.id == Membership.user_id)
        assert db.execute(members).scalar_one() == 4
