"""Reminders before something ends: whom a group names, and the answer of whoever was named."""

from uuid import UUID

from sqlalchemy import select

from portal.access import GroupPermission, NotFound, group_for
from portal.actions import reminders
from portal.jobs.mail import is_address
from portal.models import Group, ReminderAddress
from portal.screens import reminders as screens
from portal.screens.mail_links import put_away
from portal.web import Answer, Area, Visit, done, endpoint, page, redirect
from portal.web.cookies import carried, put_down

PLACE = reminders.PLACE
COOKIE = "reminder"


@endpoint.get("/groups/{group_id:uuid}/reminders", area=Area.ACCOUNT)
def index(visit: Visit, group_id: UUID) -> Answer:
    """Whom we remind, and of what."""
    return screens.shown(visit, group_for(visit.db, visit.actor, group_id, GroupPermission.MANAGE))


@endpoint.post("/groups/{group_id:uuid}/reminders", area=Area.ACCOUNT)
def name(visit: Visit, group_id: UUID) -> Answer:
    """Name an address."""
    form = visit.form
    form.allow("email", "language")
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.MANAGE)
    email = form.text("email", most=254, code="email_missing").lower()
    language = form.one_of("language", tuple(visit.site.languages))
    if not form.errors and not is_address(email):
        form.errors["email"] = "email_missing"
    code = next(iter(form.errors.values()), None) or reminders.name(visit, group, email, language)
    if code:
        return screens.shown(visit, group, status=422, email=email, code=code)
    return done(visit, screens.path_of(group), "reminder_named", email=email)


@endpoint.post("/groups/{group_id:uuid}/reminders/{address_id:uuid}/removal", area=Area.ACCOUNT)
def remove(visit: Visit, group_id: UUID, address_id: UUID) -> Answer:
    """No reminders there any more."""
    visit.form.allow()
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.MANAGE)
    address = visit.db.execute(
        select(ReminderAddress).where(ReminderAddress.public_id == address_id, ReminderAddress.group_id == group.id)
    ).scalar()
    if address is None:
        raise NotFound
    reminders.end(visit, address)
    return done(visit, screens.path_of(group), "reminder_ended", email=address.email)


@endpoint.get(PLACE + "/{token:str}", area=Area.PUBLIC)
def follow(visit: Visit, token: str) -> Answer:
    """The link of a mail: what it holds moves into a cookie, and nothing is done yet."""
    return put_away(visit, token, PLACE, name=COOKIE)


@endpoint.get(PLACE, area=Area.PUBLIC)
def question(visit: Visit) -> Answer:
    """Does the reader of this address want the reminders?"""
    return answer_page(visit, reminders.by_token(visit.db, visit.vault, carried(visit, COOKIE) or ""))


@endpoint.post(PLACE, area=Area.PUBLIC)
def confirm(visit: Visit) -> Answer:
    """Yes."""
    visit.form.allow()
    if (address := address_carried(visit)) is None:
        return answer_page(visit, None, status=422)
    reminders.confirm(visit, address)
    return redirect(visit, PLACE)


@endpoint.post("/reminders/ending", area=Area.PUBLIC)
def end(visit: Visit) -> Answer:
    """No, or not any more."""
    visit.form.allow()
    if (address := address_carried(visit)) is None:
        return answer_page(visit, None, status=422)
    reminders.end(visit, address)
    put_down(visit, COOKIE)
    return redirect(visit, PLACE)


def address_carried(visit: Visit) -> ReminderAddress | None:
    return reminders.by_token(visit.db, visit.vault, carried(visit, COOKIE) or "", lock=True)


def answer_page(visit: Visit, address: ReminderAddress | None, *, status: int = 200) -> Answer:
    visit.place = PLACE
    group = visit.db.get_one(Group, address.group_id).name if address else ""
    return page(visit, "reminders/question.html", status=status, address=address, group=group)
