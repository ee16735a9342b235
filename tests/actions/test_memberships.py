"""Memberships: what changes with a role, a department, a suspension and a leave, and that a group keeps its admin."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.access import ANONYMOUS, Forbidden, GroupPermission, NotFound, membership_for
from portal.actions import departments, invitations, memberships
from portal.doors import sessions
from portal.models import Invitation, Session
from tests.actions.estate import Estate
from tests.actions.firm import Firm, founded
from tests.actions.traces import last_event, told


@pytest.fixture
def firm(estate: Estate) -> Firm:
    return founded(estate)


def open_sessions(firm: Firm, name: str) -> int:
    mine = select(func.count()).select_from(Session).where(Session.user_id == firm.people[name].id)
    return firm.estate.db.execute(mine).scalar_one()


def test_a_new_role_counts_at_once_and_ends_the_sessions(firm: Firm) -> None:
    jonas = firm.person("jonas")
    token = firm.estate.session(jonas)
    assert memberships.set_role(firm.by(), firm.brandt, firm.of(jonas), "admin") is None
    assert sessions.actor_of(firm.estate.db, token, firm.estate.now) == ANONYMOUS
    assert [place.role for place in firm.actor("jonas").places] == ["admin"]
    event = last_event(firm.estate.db)
    assert told(event) == ("membership.role", "done", None, "user")
    assert event.details["person"] == "jonas" and event.group_id == firm.brandt.id


def test_the_same_role_again_is_no_news(firm: Firm) -> None:
    jonas = firm.person("jonas")
    token = firm.estate.session(jonas)
    assert memberships.set_role(firm.by(), firm.brandt, firm.of(jonas), "member") is None
    assert sessions.actor_of(firm.estate.db, token, firm.estate.now).user_id == jonas.id


@pytest.mark.parametrize("deed", ["role", "suspend", "end"])
def test_the_last_admin_stays(firm: Firm, deed: str) -> None:
    ida = firm.person("ida", role="admin")
    cora = firm.of(firm.people["cora"])
    assert memberships.end(firm.by("ida"), firm.brandt, firm.of(ida)) is None
    doing, code = firm.by(None), None
    if deed == "role":
        code = memberships.set_role(doing, firm.brandt, cora, "member")
    elif deed == "suspend":
        code = memberships.suspend(doing, firm.brandt, cora)
    else:
        code = memberships.end(doing, firm.brandt, cora)
    assert code == "last_admin"
    assert (cora.role, cora.suspended_at, cora.ended_at) == ("admin", None, None)
    assert told(last_event(firm.estate.db))[1:3] == ("refused", "last_admin")


@pytest.mark.parametrize("lack", ["verified_at", "disabled_at", "accepted_at", "suspended_at"])
def test_an_admin_who_cannot_sign_in_does_not_count_as_another_one(firm: Firm, lack: str) -> None:
    ida = firm.person("ida", role="admin")
    if lack in ("verified_at", "disabled_at"):
        setattr(ida, lack, None if lack == "verified_at" else firm.estate.now)
    else:
        setattr(firm.of(ida), lack, None if lack == "accepted_at" else firm.estate.now)
    assert memberships.end(firm.by(), firm.brandt, firm.of(firm.people["cora"])) == "last_admin"


def test_the_last_admin_of_a_department_may_go_because_the_customers_admins_look_after_it(firm: Firm) -> None:
    dora = firm.person("dora", firm.design, "admin")
    assert memberships.end(firm.by(), firm.design, firm.of(dora, firm.design)) is None


def test_a_suspension_shuts_out_of_everything_below_and_ends_as_it_began(firm: Firm) -> None:
    jonas = firm.person("jonas")
    in_design, in_tools = firm.also(jonas, firm.design), firm.also(jonas, firm.tools)
    assert memberships.suspend(firm.by(days=2), firm.tools, in_tools) is None
    assert memberships.suspend(firm.by(), firm.brandt, firm.of(jonas)) is None
    assert firm.actor("jonas").places == ()
    assert memberships.resume(firm.by(), firm.brandt, firm.of(jonas)) is None
    # The department had suspended him for reasons of its own, and so it stays.
    assert [one.suspended_at is None for one in (firm.of(jonas), in_design, in_tools)] == [True, True, False]
    assert memberships.resume(firm.by(), firm.brandt, firm.of(jonas)) is None


def test_nobody_suspends_themself(firm: Firm) -> None:
    firm.person("ida", role="admin")
    assert memberships.suspend(firm.by(), firm.brandt, firm.of(firm.people["cora"])) == "suspend_yourself"


def test_who_leaves_keeps_the_row_and_comes_back_to_it(firm: Firm) -> None:
    jonas = firm.person("jonas")
    one, below = firm.of(jonas), firm.also(jonas, firm.design)
    one.external_id = "4711"
    assert memberships.end(firm.by(), firm.brandt, one) is None
    assert one.ended_at == below.ended_at == firm.estate.now
    assert open_sessions(firm, "jonas") == 0
    assert memberships.end(firm.by(), firm.brandt, one) is None
    assert memberships.set_role(firm.by(), firm.brandt, one, "admin") == "membership_over"
    assert memberships.suspend(firm.by(), firm.brandt, one) == "membership_over"
    again = memberships.join(firm.by(), firm.brandt, jonas, "member", by_id=None)
    assert again.id == one.id and again.external_id == "4711" and again.ended_at is None
    assert below.ended_at is not None


def test_an_admin_of_a_department_cannot_touch_whoever_is_above(firm: Firm) -> None:
    firm.person("dora", firm.design, "admin")
    firm.also(firm.people["cora"], firm.design)
    db, dora = firm.estate.db, firm.actor("dora")
    above, within = firm.of(firm.people["cora"]), firm.of(firm.people["cora"], firm.design)
    with pytest.raises(Forbidden):
        membership_for(db, dora, firm.design.public_id, within.public_id, GroupPermission.MANAGE)
    with pytest.raises(NotFound):
        membership_for(db, dora, firm.design.public_id, above.public_id, GroupPermission.LOOK)
    with pytest.raises(Forbidden):
        membership_for(db, dora, firm.brandt.public_id, above.public_id, GroupPermission.LOOK)


def test_a_move_leaves_the_other_departments_and_keeps_the_address_of_the_page(firm: Firm) -> None:
    jonas = firm.person("jonas", firm.design)
    one = firm.of(jonas, firm.design)
    page = one.public_id
    assert memberships.move(firm.by(), firm.brandt, one, firm.tools) is None
    assert firm.of(jonas, firm.tools).public_id == page and firm.of(jonas, firm.tools).role == "member"
    assert [place.name for place in firm.actor("jonas").places] == ["Tools"]
    assert memberships.move(firm.by(), firm.brandt, firm.of(jonas, firm.tools), None) is None
    assert [place.name for place in firm.actor("jonas").places] == ["Brandt"]


def test_a_move_back_revives_what_was_there(firm: Firm) -> None:
    jonas = firm.person("jonas")
    firm.also(jonas, firm.design)
    for department in (firm.tools, firm.design, firm.design):
        assert memberships.move(firm.by(), firm.brandt, firm.of(jonas), department) is None
    assert [place.name for place in firm.actor("jonas").places] == ["Brandt", "Design"]


def test_who_leaves_cannot_come_back_with_an_invitation_that_lay_around(firm: Firm) -> None:
    jonas = firm.person("jonas")
    invitation, _ = invitations.invite(firm.by(), firm.design, jonas.email)
    assert invitation is not None
    memberships.end(firm.by(), firm.brandt, firm.of(jonas))
    firm.estate.db.flush()
    assert firm.estate.db.get_one(Invitation, invitation.id).withdrawn_at is not None


def test_a_department_has_a_name_of_its_own(firm: Firm) -> None:
    made, code = departments.add(firm.by(), firm.brandt, "Paint shop")
    assert code is None and made is not None and made.path == f"{firm.brandt.path}{made.id}/"
    assert departments.add(firm.by(), firm.design, "PAINT SHOP") == (None, "department_exists")
    assert departments.add(firm.by(None), firm.dealer, "Sales") == (None, "department_misplaced")
    for depth in range(4):
        made, code = departments.add(firm.by(), made, f"Corner {depth}")
        assert code is None and made is not None
    assert departments.add(firm.by(), made, "One more") == (None, "department_too_deep")


def test_the_name_of_somebody_who_has_not_said_yes_is_in_no_event(firm: Firm) -> None:
    ivan = firm.person("ivan")
    firm.of(ivan).accepted_at = None
    assert memberships.suspend(firm.by(), firm.brandt, firm.of(ivan)) is None
    assert last_event(firm.estate.db).details["person"] == "ivan@example.com"
