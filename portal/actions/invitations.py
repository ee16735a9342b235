"""Invitations: by mail to one address, or by a link that several may use; sent again, withdrawn, and accepted."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session, aliased

from portal import audit
from portal.access import GroupPermission, may_with
from portal.actions import memberships, welcomes
from portal.actions.doing import Doing
from portal.actions.undoing import is_fresh
from portal.audit import Happened
from portal.db import new_id
from portal.doors import sessions
from portal.files.vault import Vault
from portal.models import Group, Invitation, InvitationUse, Membership, Role, User
from portal.reports.groups import Open

MAIL_LASTS = timedelta(days=14)
KEPT = timedelta(days=90)
NOT_AGAIN_WITHIN = timedelta(minutes=10)


def invite(
    doing: Doing, group: Group, email: str, *, role: str = Role.MEMBER, name: str | None = None,
    language: str | None = None, external_id: str | None = None,
) -> tuple[Invitation | None, str | None]:  # fmt: skip
    """Invite an address by mail; returns the invitation, or the code of what stands in the way. Twice is once."""
    memberships.hold(doing.db, group)
    user = doing.db.execute(select(User).where(User.email == email)).scalar()
    there = memberships.of(doing.db, group, user) if user else None
    if there is not None and there.ended_at is None and there.accepted_at is not None:
        return None, "member_suspended" if there.suspended_at else "member_already"
    found = doing.db.execute(
        select(Invitation).where(
            Invitation.group_id == group.id, Invitation.email == email, Invitation.link_id.is_(None),
            Invitation.used < Invitation.most, Invitation.withdrawn_at.is_(None), Invitation.expires_at > doing.now,
        )
    ).scalar()  # fmt: skip
    if found is not None and found.role == role:
        return found, None
    if found is not None:
        found.withdrawn_at = doing.now
    invitation = made(
        doing, group, email=email, role=role, name=name, language=language, external_id=external_id
    )  # fmt: skip
    welcomes.invited(doing, group, invitation, token_of(doing.vault, invitation))
    _note(doing, invitation, Happened.INVITATION_MADE)
    return invitation, None


def offer_link(doing: Doing, group: Group, *, domains: list[str], most: int, days: int) -> Invitation:
    """A link with which so many people can become members, if their addresses are of these domains."""
    link = made(doing, group, domains=domains, most=most, lasts=timedelta(days=days))
    _note(doing, link, Happened.INVITATION_MADE)
    return link


def made(
    doing: Doing, group: Group, *, email: str | None = None, role: str = Role.MEMBER, name: str | None = None,
    language: str | None = None, external_id: str | None = None, domains: list[str] | None = None, most: int = 1,
    lasts: timedelta = MAIL_LASTS, link: Invitation | None = None,
) -> Invitation:  # fmt: skip
    """The row of an invitation with a token of its own; nobody is told of it yet."""
    token = secrets.token_urlsafe(24)
    lookup = doing.vault.lookup("invitation", token)
    invitation = Invitation(
        public_id=new_id(doing.now), group_id=group.id, email=email, name=name, domains=domains or [], role=role,
        external_id=external_id, language=language, lookup=lookup,
        cipher=doing.vault.seal("invitation", token.encode(), lookup), most=most,
        link_id=link.id if link else None, created_at=doing.now,
        created_by_id=link.created_by_id if link else doing.actor.user_id,
        sent_at=doing.now if email else None, expires_at=doing.now + lasts,
    )  # fmt: skip
    doing.db.add(invitation)
    doing.db.flush()
    return invitation


def send_again(doing: Doing, group: Group, invitation: Invitation) -> str | None:
    """The same mail once more, good for another two weeks; returns the code of what stands in the way."""
    doing.db.refresh(invitation, with_for_update=True)
    if invitation.email is None or invitation.withdrawn_at is not None or invitation.used >= invitation.most:
        return "invitation_gone"
    if invitation.sent_at is not None and invitation.sent_at + NOT_AGAIN_WITHIN > doing.now:
        return "invitation_just_sent"
    invitation.sent_at, invitation.expires_at = doing.now, doing.now + MAIL_LASTS
    # Whoever sends it again stands for it from now on.
    invitation.created_by_id = doing.actor.user_id
    welcomes.invited(doing, group, invitation, token_of(doing.vault, invitation))
    _note(doing, invitation, Happened.INVITATION_SENT)
    return None


def withdraw(doing: Doing, invitation: Invitation) -> None:
    """It opens nothing any more, nor does what a link has sent to people. Twice is once."""
    doing.db.refresh(invitation, with_for_update=True)
    if invitation.withdrawn_at is not None:
        return
    doing.db.execute(
        update(Invitation)
        .where(Invitation.link_id == invitation.id, Invitation.withdrawn_at.is_(None))
        .values(withdrawn_at=doing.now)
    )
    invitation.withdrawn_at = doing.now
    _note(doing, invitation, Happened.INVITATION_WITHDRAWN)


def restore(doing: Doing, invitation: Invitation) -> bool:
    """It was withdrawn by mistake and is good again, with what a link has sent to people. False when that was too long
    ago, or when it would invite nobody, or when the same person was invited again since.
    """
    doing.db.refresh(invitation, with_for_update=True)
    withdrawn_at = invitation.withdrawn_at
    if not is_fresh(withdrawn_at, doing.now) or _is_invited_again(doing, invitation):
        return False
    invitation.withdrawn_at = None
    if not is_open(doing.db, invitation, doing.now):
        invitation.withdrawn_at = withdrawn_at
        return False
    doing.db.execute(
        update(Invitation)
        .where(Invitation.link_id == invitation.id, Invitation.withdrawn_at == withdrawn_at)
        .values(withdrawn_at=None)
    )
    _note(doing, invitation, Happened.INVITATION_RESTORED)
    return True


def _is_invited_again(doing: Doing, invitation: Invitation) -> bool:
    if invitation.email is None:
        return False
    again = exists().where(
        Invitation.group_id == invitation.group_id, Invitation.email == invitation.email,
        Invitation.id > invitation.id, Invitation.withdrawn_at.is_(None),
    )  # fmt: skip
    return bool(doing.db.execute(select(again)).scalar())


def ask_by_link(doing: Doing, link: Invitation, email: str, language: str) -> str | None:
    """Send an invitation of its own to the address that somebody typed; returns the code of what stands in the way.

    A known address and an unknown one get the same answer, and an address that was sent one just now gets no other.
    """
    if not admits(link, email):
        return "invitation_domain"
    doing.db.refresh(link, with_for_update=True)
    if not is_open(doing.db, link, doing.now):
        return "invitation_gone"
    own = doing.db.execute(
        select(Invitation).where(
            Invitation.link_id == link.id, Invitation.email == email, Invitation.withdrawn_at.is_(None)
        )
    ).scalar()
    group = doing.db.get_one(Group, link.group_id)
    if own is None:
        own = made(doing, group, email=email, language=language, lasts=min(MAIL_LASTS, link.expires_at - doing.now),
                   link=link)  # fmt: skip
    elif own.used or (own.sent_at and own.sent_at + NOT_AGAIN_WITHIN > doing.now):
        return None
    own.sent_at = doing.now
    welcomes.invited(doing, group, own, token_of(doing.vault, own))
    return None


def accept(doing: Doing, invitation: Invitation, user: User) -> str | None:
    """The person becomes a member; returns the code of what stands in the way. The same person twice is once."""
    group = doing.db.get_one(Group, invitation.group_id)
    memberships.hold(doing.db, group)
    doing.db.refresh(invitation, with_for_update=True)
    mine = memberships.of(doing.db, group, user)
    if doing.db.get(InvitationUse, (invitation.id, user.id)) is not None and mine is not None and _is_good(mine):
        return None
    code = obstacle(doing.db, invitation, user, doing.now)
    if code is None and not _use_up(doing, invitation, user):
        code = "invitation_gone"
    if code is not None:
        audit.record(
            doing.db, doing.now, doing.actor, Happened.MEMBERSHIP_JOINED, refused=True, code=code, group_id=group.id,
            invitation=str(invitation.public_id),
        )  # fmt: skip
        return code
    if mine is not None and _is_good(mine):
        # An entered person comes in for the first time: what they are was decided when they were entered.
        memberships.note(doing, group, mine, Happened.MEMBERSHIP_JOINED)
        return None
    joined = memberships.join(
        doing, group, user, invitation.role, by_id=invitation.created_by_id, external_id=invitation.external_id
    )
    memberships.note(doing, group, joined, Happened.MEMBERSHIP_JOINED)
    return None


def obstacle(db: Session, invitation: Invitation, user: User, now: datetime) -> str | None:
    """The code of why this person cannot accept it now; None if they can."""
    if not is_open(db, invitation, now):
        return "invitation_gone"
    if user.disabled_at is not None or not fits(invitation, user):
        return "invitation_other_address" if invitation.email else "invitation_domain"
    mine = memberships.of(db, db.get_one(Group, invitation.group_id), user)
    if mine is None:
        return None
    if mine.ended_at is None and mine.suspended_at is not None:
        return "membership_suspended"
    # Who was removed comes back when somebody invites them anew, not with what lay around before.
    is_personal = invitation.email is not None and invitation.link_id is None
    is_new = mine.ended_at is None or (is_personal and invitation.created_at >= mine.ended_at)
    return None if is_new else "membership_ended"


def is_open(db: Session, invitation: Invitation, now: datetime) -> bool:
    """Whether it still invites: not withdrawn, used up or too old, and whoever made it may still invite there."""
    if invitation.withdrawn_at is not None or invitation.used >= invitation.most or invitation.expires_at <= now:
        return False
    if invitation.link_id is not None and not is_open(db, db.get_one(Invitation, invitation.link_id), now):
        return False
    if invitation.created_by_id is None:
        return True
    maker = sessions.person(db, invitation.created_by_id)
    return may_with(db, maker, GroupPermission.INVITE, db.get_one(Group, invitation.group_id))


def fits(invitation: Invitation, user: User) -> bool:
    """Whether it is for this person's address."""
    if invitation.email is not None:
        return user.email == invitation.email
    return user.verified_at is not None and admits(invitation, user.email or "")


def admits(link: Invitation, email: str) -> bool:
    """Whether the link is for addresses like this one; a domain means itself, not what ends like it."""
    return not link.domains or email.rpartition("@")[2] in link.domains


def forget_old(db: Session, now: datetime) -> None:
    """Delete what has not invited anybody for months: addresses do not outlive their purpose."""
    child = aliased(Invitation)
    is_old = (Invitation.expires_at < now - KEPT, ~exists().where(child.link_id == Invitation.id))
    for _ in range(2):  # what a link has sent, then the link
        old = select(Invitation.id).where(*is_old)
        db.execute(delete(InvitationUse).where(InvitationUse.invitation_id.in_(old)))
        db.execute(delete(Invitation).where(Invitation.id.in_(old)))


def by_token(db: Session, vault: Vault, token: str) -> Invitation | None:
    return db.execute(select(Invitation).where(Invitation.lookup == vault.lookup("invitation", token))).scalar()


def token_of(vault: Vault, invitation: Invitation | Open) -> str:
    """The token in writing, for its mail, and for the admins who copy a link."""
    return vault.open("invitation", invitation.cipher, invitation.lookup).decode()


def _use_up(doing: Doing, invitation: Invitation, user: User) -> bool:
    """Count one use, of the link too where it came from one; False where none is left."""
    doing.db.flush()
    for id_ in filter(None, (invitation.link_id, invitation.id)):
        used = doing.db.execute(
            update(Invitation)
            .where(Invitation.id == id_, Invitation.used < Invitation.most, Invitation.withdrawn_at.is_(None))
            .values(used=Invitation.used + 1)
            .execution_options(synchronize_session=False)
        )
        if used.rowcount != 1:
            return False
    doing.db.add(InvitationUse(invitation_id=invitation.id, user_id=user.id, at=doing.now))
    doing.db.flush()
    doing.db.refresh(invitation)
    return True


def _is_good(membership: Membership) -> bool:
    return membership.accepted_at is not None and membership.suspended_at is None and membership.ended_at is None


def _note(doing: Doing, invitation: Invitation, kind: Happened) -> None:
    audit.record(
        doing.db, doing.now, doing.actor, kind, group_id=invitation.group_id, email=invitation.email,
        role=invitation.role, most=invitation.most if invitation.email is None else None,
    )  # fmt: skip
