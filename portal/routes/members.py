"""Members: the people of a group, adding somebody, one person, and what becomes of their membership."""

from uuid import UUID

from sqlalchemy import select

from portal.access import GroupPermission, group_for, membership_for
from portal.actions import leavers, memberships, newcomers
from portal.actions.newcomers import Newcomer
from portal.jobs.mail import is_address
from portal.models import COUNTS, Group, Membership, Role, User
from portal.reports import people
from portal.screens import people as screens
from portal.screens.departments import department_asked
from portal.screens.proving import fresh
from portal.web import Answer, Area, Visit, done, endpoint, lists, page

MOST_HOLDINGS = 90  # a form has at most a hundred fields


@endpoint.get("/groups/{group_id:uuid}/members", area=Area.ACCOUNT)
def index(visit: Visit, group_id: UUID) -> Answer:
    """The people of the group and of all below it."""
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.LOOK)
    department_asked(visit, group)
    context = screens.listed(visit, group, people.wanted(lists.asked(visit)))
    return page(visit, "members/index.html", part="members/_list.html", **context)


@endpoint.get("/groups/{group_id:uuid}/newcomers", area=Area.ACCOUNT)
def new(visit: Visit, group_id: UUID) -> Answer:
    """The ways in which people come into the group."""
    return screens.new(visit, group_for(visit.db, visit.actor, group_id, GroupPermission.MANAGE))


@endpoint.post("/groups/{group_id:uuid}/members", area=Area.ACCOUNT)
def add(visit: Visit, group_id: UUID) -> Answer:
    """Enter somebody."""
    form = visit.form
    form.allow("name", "email", "role", "department", "external_id", "language")
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.MANAGE)
    name = " ".join(form.text("name", most=200).split())
    email = address_typed(visit)
    role = form.one_of("role", tuple(Role))
    language = form.one_of("language", tuple(visit.site.languages))
    number = form.values.get("external_id", "").strip()
    if len(number) > 100:
        form.errors["external_id"] = "field_too_long"
    target = screens.department_chosen(visit, group) if form.values.get("department") else group
    if target is None:
        form.errors["department"] = "department_unknown"
    if not form.errors and target is not None:
        entered = newcomers.enter(visit, target, Newcomer(email, name, role, number or None, language))
        if email is None and entered.membership is not None:
            path = f"/groups/{group.public_id}/members/{entered.membership.public_id}"
            user = visit.db.get_one(User, entered.membership.user_id)
            return done(visit, path, "person_named", person=name, name=user.signs_in_as)
        if entered.code == "ok":
            notice = "person_entered" if entered.membership else "person_invited"
            return done(visit, f"/groups/{group.public_id}/members", notice, person=name, email=email)
        form.errors["email"] = entered.code
    return screens.new(visit, group, status=422)


@endpoint.get("/groups/{group_id:uuid}/members/{membership_id:uuid}", area=Area.ACCOUNT)
def show(visit: Visit, group_id: UUID, membership_id: UUID) -> Answer:
    """One person: role, department, and what they hold."""
    group, membership = person_to_look_at(visit, group_id, membership_id)
    return screens.person(visit, group, membership)


@endpoint.post("/groups/{group_id:uuid}/members/{membership_id:uuid}/role", area=Area.ACCOUNT)
def change_role(visit: Visit, group_id: UUID, membership_id: UUID) -> Answer:
    """Admin or member."""
    visit.form.allow("role")
    group, membership = membership_to_change(visit, group_id, membership_id)
    fresh(visit, f"/groups/{group_id}/members/{membership_id}")
    role = visit.form.one_of("role", tuple(Role))
    code = visit.form.errors.get("role") or memberships.set_role(visit, group, membership, role)
    return answered(visit, group_id, membership, code, "role_changed")


@endpoint.post("/groups/{group_id:uuid}/members/{membership_id:uuid}/department", area=Area.ACCOUNT)
def move(visit: Visit, group_id: UUID, membership_id: UUID) -> Answer:
    """Into another department, or into none."""
    visit.form.allow("department")
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.MANAGE)
    _, membership = membership_to_change(visit, group_id, membership_id)
    target = screens.department_chosen(visit, group)
    if target is None and visit.form.values.get("department"):
        return answered(visit, group_id, membership, "department_unknown", "")
    code = memberships.move(visit, group, membership, target)
    visit.db.flush()
    where = memberships.of(visit.db, target or group, visit.db.get_one(User, membership.user_id))
    return answered(visit, group_id, where or membership, code, "department_changed")


@endpoint.post("/groups/{group_id:uuid}/members/{membership_id:uuid}/suspension", area=Area.ACCOUNT)
def suspend(visit: Visit, group_id: UUID, membership_id: UUID) -> Answer:
    """Shut out for now."""
    visit.form.allow()
    group, membership = membership_to_change(visit, group_id, membership_id)
    return answered(visit, group_id, membership, memberships.suspend(visit, group, membership), "person_shut_out")


@endpoint.post("/groups/{group_id:uuid}/members/{membership_id:uuid}/suspension/end", area=Area.ACCOUNT)
def resume(visit: Visit, group_id: UUID, membership_id: UUID) -> Answer:
    """In again."""
    visit.form.allow()
    group, membership = membership_to_change(visit, group_id, membership_id)
    return answered(visit, group_id, membership, memberships.resume(visit, group, membership), "person_let_in")


@endpoint.get("/groups/{group_id:uuid}/members/{membership_id:uuid}/removal", area=Area.ACCOUNT)
def leaving(visit: Visit, group_id: UUID, membership_id: UUID) -> Answer:
    """What the person holds, and what is to become of each."""
    group, membership = membership_to_change(visit, group_id, membership_id)
    return screens.removal(visit, group_id, group, membership)


@endpoint.post("/groups/{group_id:uuid}/members/{membership_id:uuid}/removal", area=Area.ACCOUNT)
def remove(visit: Visit, group_id: UUID, membership_id: UUID) -> Answer:
    """The person leaves; their seats and licenses go where it was said."""
    form = visit.form
    group, membership = membership_to_change(visit, group_id, membership_id)
    held = leavers.holdings(visit, group, membership)[:MOST_HOLDINGS]
    form.allow("successor", *(f"held-{one.id}" for one in held))
    choices = {
        one.id: form.one_of(f"held-{one.id}", leavers.CHOICES)
        for one in held
        if form.values.get(f"held-{one.id}") is not None
    }
    successor = None
    if "give" in choices.values():
        successor = colleague(visit, membership)
        if successor is None:
            form.errors["successor"] = "successor_unknown"
    if form.errors:
        return screens.removal(visit, group_id, group, membership, status=422)
    is_own = membership.user_id == visit.actor.user_id
    left = leavers.leave(visit, group, membership, choices, successor)
    if left.code:
        return screens.removal(visit, group_id, group, membership, status=422, code=left.code)
    if is_own:
        return done(visit, "/", "group_left", group=group.name)
    name = memberships.called(membership, visit.db.get_one(User, membership.user_id))
    if left.stays:
        return screens.stays(visit, group_id, membership, left.stays)
    return done(visit, f"/groups/{group_id}/members", "person_removed", person=name)


@endpoint.post("/groups/{group_id:uuid}/members/{membership_id:uuid}/sign-in-link", area=Area.ACCOUNT)
def make_link(visit: Visit, group_id: UUID, membership_id: UUID) -> Answer:
    """A link for somebody without an address, shown to the admin who hands it over, and only now."""
    visit.form.allow()
    group, membership = membership_to_change(visit, group_id, membership_id)
    fresh(visit, f"/groups/{group_id}/members/{membership_id}")
    return screens.sign_in_link(visit, group_id, group, membership)


def address_typed(visit: Visit) -> str | None:
    """The address that was typed; None where the vendor lets people go without, and none was."""
    form = visit.form
    if visit.site.brand.accounts != "address" and not form.values.get("email", "").strip():
        return None
    email = form.text("email", most=254, code="email_invalid").lower()
    if "email" not in form.errors and not is_address(email):
        form.errors["email"] = "email_invalid"
    return email


def person_to_look_at(visit: Visit, group_id: UUID, membership_id: UUID) -> tuple[Group, Membership]:
    """The group whose people the reader looks at, and the membership below it."""
    _, membership = membership_for(visit.db, visit.actor, group_id, membership_id, GroupPermission.LOOK)
    return group_for(visit.db, visit.actor, group_id, GroupPermission.LOOK), membership


def membership_to_change(visit: Visit, group_id: UUID, membership_id: UUID) -> tuple[Group, Membership]:
    """The membership, and the very group it is in."""
    return membership_for(visit.db, visit.actor, group_id, membership_id, GroupPermission.MANAGE)


def answered(visit: Visit, group_id: UUID, membership: Membership, code: str | None, notice: str) -> Answer:
    """Back to the person; or the page again, with why it was not done."""
    if code:
        group = group_for(visit.db, visit.actor, group_id, GroupPermission.LOOK)
        return screens.person(visit, group, membership, code=code)
    name = memberships.called(membership, visit.db.get_one(User, membership.user_id))
    return done(visit, f"/groups/{group_id}/members/{membership.public_id}", notice, person=name)


def colleague(visit: Visit, leaver: Membership) -> User | None:
    """Who takes over: somebody else of the same customer, by what they sign in as."""
    email = visit.form.values.get("successor", "").strip().lower()[:254]
    home = memberships.home_of(visit.db, visit.db.get_one(Group, leaver.group_id))
    return visit.db.execute(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .join(Group, Group.id == Membership.group_id)
        .where(User.is_at(email), User.id != leaver.user_id, COUNTS, Group.path.startswith(home.path))
        .limit(1)
    ).scalar()
