"""Invitations: who can come in with one, once, for how long, and with whose word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from portal.access import Actor
from portal.actions import arrivals, invitations, memberships
from portal.actions.doing import Moment
from portal.db import new_id
from portal.doors import sessions
from portal.models import Group, Invitation, User
from tests.actions.estate import Estate
from tests.actions.firm import Firm, founded
from tests.actions.traces import events, last_event, told

NEW = "new@example.com"


@pytest.fixture
def firm(estate: Estate) -> Firm:
    return founded(estate)


def invited(firm: Firm, email: str = NEW, group: Group | None = None, **more: object) -> Invitation:
    invitation, code = invitations.invite(firm.by(), group or firm.brandt, email, **more)
    assert invitation is not None, code
    firm.estate.db.flush()
    return invitation


def link(firm: Firm, **more: object) -> Invitation:
    return invitations.offer_link(firm.by(), firm.brandt, **({"domains": [], "most": 2, "days": 7} | more))


def account(firm: Firm, email: str = NEW) -> User:
    """Somebody with an account who belongs nowhere yet."""
    user = User(
        public_id=new_id(firm.estate.now), email=email, name="Somebody", password_hash="x",
        created_at=firm.estate.now, verified_at=firm.estate.now,
    )  # fmt: skip
    firm.estate.db.add(user)
    firm.estate.db.flush()
    return user


def accepting(firm: Firm, user: User) -> Moment:
    return replace(firm.by(None), actor=Actor("user", user.id, user.public_id, name=user.name, email=user.email))


def accept(firm: Firm, invitation: Invitation, user: User) -> str | None:
    code = invitations.accept(accepting(firm, user), invitation, user)
    firm.estate.db.flush()
    return code


def begin(firm: Firm, invitation: Invitation, name: str = "Nina") -> tuple[User | None, str | None]:
    token = invitations.token_of(firm.estate.vault, invitation)
    return arrivals.begin(firm.by(None), token, name, "a hash", "de")


def test_the_mail_says_who_invites_and_holds_the_only_copy_of_the_token(firm: Firm) -> None:
    invitation = invited(firm, name="Nina")
    token = invitations.token_of(firm.estate.vault, invitation)
    (mail,) = firm.mails()
    assert (mail.recipient, mail.is_secret, mail.user_id) == (NEW, True, None)
    assert f"/invitation/{token}" in firm.text() and "cora invites you to Brandt" in firm.text()
    assert token.encode() not in invitation.lookup + invitation.cipher
    assert told(last_event(firm.estate.db)) == ("invitation.made", "done", None, "user")


def test_inviting_twice_is_inviting_once(firm: Firm) -> None:
    first = invited(firm)
    assert invited(firm) is first and len(firm.mails()) == 1
    admin = invited(firm, role="admin")
    assert admin is not first and first.withdrawn_at is not None


def test_who_is_here_already_is_not_invited(firm: Firm) -> None:
    jonas = firm.person("jonas")
    assert invitations.invite(firm.by(), firm.brandt, jonas.email) == (None, "member_already")
    memberships.suspend(firm.by(), firm.brandt, firm.of(jonas))
    assert invitations.invite(firm.by(), firm.brandt, jonas.email) == (None, "member_suspended")
    assert firm.mails() == []


def test_an_unknown_address_becomes_an_account_that_its_mail_has_proved(firm: Firm) -> None:
    invitation = invited(firm, role="admin", external_id="4711")
    user, code = begin(firm, invitation)
    assert code is None and user is not None
    assert (user.email, user.name, user.verified_at, user.language) == (NEW, "Nina", firm.estate.now, "de")
    membership = firm.of(user)
    assert (membership.role, membership.external_id) == ("admin", "4711")
    assert membership.invited_by_id == firm.people["cora"].id
    assert told(last_event(firm.estate.db)) == ("membership.joined", "done", None, "user")
    assert begin(firm, invitation) == (None, "invitation_gone")


def test_an_account_in_its_owners_hands_is_not_touched_by_a_mail(firm: Firm) -> None:
    user, invitation = account(firm), invited(firm)
    assert begin(firm, invitation, "Mallory") == (None, "invitation_gone")
    assert (user.name, user.password_hash) == ("Somebody", "x")
    assert accept(firm, invitation, user) is None and firm.of(user).role == "member"


def test_what_somebody_made_of_an_unproved_account_before_is_gone(firm: Firm) -> None:
    user, invitation = account(firm), invited(firm)
    user.verified_at = None
    token = firm.estate.session(user)
    found, code = begin(firm, invitation)
    assert code is None and found is not None and found.id == user.id and user.password_hash == "a hash"
    assert not sessions.actor_of(firm.estate.db, token, firm.estate.now).signed_in


def test_a_used_invitation_lets_nobody_else_in(firm: Firm) -> None:
    invitation = invited(firm)
    user = account(firm)
    assert accept(firm, invitation, user) is None
    assert accept(firm, invitation, user) is None
    assert invitation.used == 1
    assert [event.kind for event in events(firm.estate.db)].count("membership.joined") == 1


def test_a_forwarded_invitation_is_for_its_address_only(firm: Firm) -> None:
    invitation, other = invited(firm), account(firm, "other@example.com")
    assert accept(firm, invitation, other) == "invitation_other_address"
    assert invitation.used == 0
    assert told(last_event(firm.estate.db))[:3] == ("membership.joined", "refused", "invitation_other_address")


def test_an_expired_or_withdrawn_invitation_opens_nothing(firm: Firm) -> None:
    invitation, user = invited(firm), account(firm)
    firm.later(days=14)
    assert accept(firm, invitation, user) == "invitation_gone"
    assert invitations.send_again(firm.by(), firm.brandt, invitation) is None
    assert invitations.obstacle(firm.estate.db, invitation, user, firm.estate.now) is None
    invitations.withdraw(firm.by(), invitation)
    invitations.withdraw(firm.by(), invitation)
    assert accept(firm, invitation, user) == "invitation_gone"
    assert invitations.send_again(firm.by(), firm.brandt, invitation) == "invitation_gone"


def test_it_is_sent_again_at_most_every_ten_minutes(firm: Firm) -> None:
    invitation = invited(firm)
    assert invitations.send_again(firm.by(), firm.brandt, invitation) == "invitation_just_sent"
    firm.later(minutes=11)
    assert invitations.send_again(firm.by(), firm.brandt, invitation) is None
    assert len(firm.mails()) == 2


def test_an_invitation_does_not_lift_a_suspension(firm: Firm) -> None:
    jonas = firm.person("jonas", firm.design)
    invitation = invited(firm, jonas.email)
    firm.also(jonas, firm.brandt).suspended_at = firm.estate.now
    assert accept(firm, invitation, jonas) == "membership_suspended"


def test_who_was_removed_comes_back_by_a_new_personal_invitation_and_not_by_a_link(firm: Firm) -> None:
    jonas, open_link = firm.person("jonas"), link(firm)
    memberships.end(firm.by(), firm.brandt, firm.of(jonas))
    firm.estate.db.flush()
    assert accept(firm, open_link, jonas) == "membership_ended"
    firm.later(minutes=1)
    assert accept(firm, invited(firm, jonas.email), jonas) is None
    assert firm.of(jonas).ended_at is None


@pytest.mark.parametrize("fate", ["removed", "demoted", "suspended"])
def test_an_invitation_holds_as_long_as_whoever_made_it_may_invite(firm: Firm, fate: str) -> None:
    ida = firm.person("ida", role="admin")
    invitation, _ = invitations.invite(firm.by("ida"), firm.brandt, NEW)
    assert invitation is not None
    cora, membership = firm.by(), firm.of(ida)
    if fate == "removed":
        memberships.end(cora, firm.brandt, membership)
    elif fate == "demoted":
        memberships.set_role(cora, firm.brandt, membership, "member")
    else:
        memberships.suspend(cora, firm.brandt, membership)
    assert begin(firm, invitation) == (None, "invitation_gone")
    firm.later(minutes=11)
    assert invitations.send_again(firm.by(), firm.brandt, invitation) is None
    assert begin(firm, invitation)[1] is None


def test_a_dealer_invites_a_first_admin_and_no_second_one(firm: Firm) -> None:
    firm.person("rhea", firm.dealer, "admin")
    fresh = firm.estate.group("Fresh", firm.dealer)
    first, _ = invitations.invite(firm.by("rhea"), fresh, NEW, role="admin")
    second, _ = invitations.invite(firm.by("rhea"), fresh, "second@example.com", role="admin")
    assert first is not None and second is not None
    assert begin(firm, first)[1] is None
    assert begin(firm, second) == (None, "invitation_gone")


def test_a_link_admits_its_domains_and_nothing_that_looks_like_them(firm: Firm) -> None:
    open_link = link(firm, domains=["brandt.example"])
    assert invitations.admits(open_link, "a@brandt.example")
    for email in ("a@evil-brandt.example", "a@brandt.example.evil", "a@sub.brandt.example", "brandt.example"):
        assert not invitations.admits(open_link, email) or "@" not in email
        assert invitations.ask_by_link(firm.by(None), open_link, email, "en") == (
            "invitation_domain" if "@" in email else None
        )


def test_a_link_sends_each_address_a_mail_of_its_own_that_nobody_signs(firm: Firm) -> None:
    open_link = link(firm)
    for _ in range(2):
        assert invitations.ask_by_link(firm.by(None), open_link, NEW, "en") is None
    assert [mail.recipient for mail in firm.mails()] == [NEW]
    assert "cora" not in firm.text()
    own = firm.estate.db.execute(select(Invitation).where(Invitation.link_id == open_link.id)).scalar_one()
    assert own.role == "member" and begin(firm, own)[1] is None
    firm.estate.db.refresh(open_link)
    assert (own.used, open_link.used) == (1, 1)


def test_a_link_is_used_up_after_as_many_people_as_it_is_for(firm: Firm) -> None:
    open_link = link(firm, most=1)
    for name in ("one", "two"):
        assert invitations.ask_by_link(firm.by(None), open_link, f"{name}@example.com", "en") is None
    one, two = firm.estate.db.execute(select(Invitation).where(Invitation.link_id == open_link.id)).scalars()
    assert begin(firm, one)[1] is None
    firm.estate.db.refresh(open_link)
    assert begin(firm, two) == (None, "invitation_gone")
    assert invitations.ask_by_link(firm.by(None), open_link, "three@example.com", "en") == "invitation_gone"


def test_withdrawing_a_link_withdraws_what_it_sent(firm: Firm) -> None:
    open_link = link(firm)
    invitations.ask_by_link(firm.by(None), open_link, NEW, "en")
    invitations.withdraw(firm.by(), open_link)
    own = firm.estate.db.execute(
        select(Invitation).where(Invitation.link_id == open_link.id).execution_options(populate_existing=True)
    ).scalar_one()
    assert begin(firm, own) == (None, "invitation_gone")


def test_a_person_who_is_signed_in_joins_by_link_with_one_click(firm: Firm) -> None:
    open_link, user = link(firm, domains=["example.com"]), account(firm)
    stranger = account(firm, "sid@elsewhere.example")
    assert accept(firm, open_link, stranger) == "invitation_domain"
    assert accept(firm, open_link, user) is None and accept(firm, open_link, user) is None
    firm.estate.db.refresh(open_link)
    assert open_link.used == 1


def test_invitations_are_forgotten_when_nobody_can_use_them_for_months(firm: Firm) -> None:
    open_link, user = link(firm, days=90), account(firm)
    accept(firm, open_link, user)
    invitations.ask_by_link(firm.by(None), open_link, "late@example.com", "en")
    invited(firm, "other@example.com")
    for days, kept in ((103, 3), (2, 1), (76, 0)):
        firm.later(days=days)
        invitations.forget_old(firm.estate.db, firm.estate.now)
        assert firm.estate.db.execute(select(func.count()).select_from(Invitation)).scalar_one() == kept, days
