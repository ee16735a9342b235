"""A forgotten password: asking for a link by mail, and choosing a new one with it."""

from portal.actions import links, recovery_codes
from portal.actions import passwords as verbs
from portal.actions.doing import Moment
from portal.actions.links import Purpose
from portal.doors import passwords
from portal.doors.sessions import Proof
from portal.models import User
from portal.screens import second
from portal.screens.asking import Asking
from portal.screens.entry import admit
from portal.screens.mail_links import put_away
from portal.screens.new_password import chosen
from portal.screens.pseudonyms import codes_page
from portal.web import Answer, Area, Visit, endpoint, page, redirect
from portal.web.cookies import carried, put_down
from portal.web.pages import problem
from portal.web.paths import onward

FORGOTTEN = Asking("/password/forgot", "passwords/forgot.html", "passwords/asked.html", "password", verbs.KIND)
PLACE = "/password/reset"


@endpoint.get(FORGOTTEN.place, area=Area.PUBLIC)
def forgot(visit: Visit) -> Answer:
    """The form; once it was sent, what to do now."""
    return FORGOTTEN.show(visit, visit.actor.email)


@endpoint.post(FORGOTTEN.place, area=Area.PUBLIC, own_units=True)
def ask(visit: Visit) -> Answer:
    """Ask for a link to the mailbox of an account."""
    return FORGOTTEN.take(visit)


@endpoint.get("/password/reset/{token:str}", area=Area.PUBLIC)
def arrive(visit: Visit, token: str) -> Answer:
    """From the mail: the token moves from the address into a short-lived cookie. Nothing is used up."""
    return put_away(visit, token, PLACE)


@endpoint.get(PLACE, area=Area.PUBLIC)
def new(visit: Visit) -> Answer:
    """The form for a new password, or why the link opens nothing any more."""
    link = links.opened(visit.db, visit.vault, visit.now, carried(visit, "link"), Purpose.PASSWORD)
    if link is None:
        return page(visit, "passwords/over.html", status=410)
    return form(visit, visit.db.get_one(User, link.user_id))


@endpoint.post(PLACE, area=Area.PUBLIC, own_units=True, hashes=True)
def choose(visit: Visit) -> Answer:
    """The new password counts, everybody who was signed in to this account is out, and its owner is in."""
    visit.form.allow("password")
    with visit.site.database.reading() as db:
        link = links.opened(db, visit.vault, visit.now, carried(visit, "link"), Purpose.PASSWORD)
        user = db.get_one(User, link.user_id) if link else None
    if link is None or user is None:
        return page(visit, "passwords/over.html", status=410)
    secret = chosen(visit, user)
    if secret is None:
        return form(visit, user, status=422)
    with visit.site.database.writing() as db:
        doing = Moment(db, visit.actor, visit.now, visit.vault, visit.stationery)
        owner = verbs.set_anew(doing, link, secret)
        if owner is not None:
            next_ = admit(
                visit, db, owner, owner.signs_in_as, onward(visit), proof=Proof("mail"), is_proven_by_mail=True
            )
            # Codes stand in for a second factor, too: whoever owes one gets no new ones before it is shown.
            owed = owner.email is not None or next_ == second.PLACE
            codes = [] if owed else recovery_codes.make(doing, owner.id)
    if owner is None:
        return page(visit, "passwords/over.html", status=410)
    put_down(visit, "link")
    if codes:
        return codes_page(visit, owner, codes, is_new=False)
    return redirect(visit, next_, "password_set")


def form(visit: Visit, user: User, *, status: int = 200) -> Answer:
    visit.place = PLACE
    params = {"limit": passwords.SHORTEST}
    errors = {name: problem(visit, code, params)[1] for name, code in visit.form.errors.items()}
    return page(
        visit, "passwords/new.html", status=status, email=user.signs_in_as, errors=errors, shortest=passwords.SHORTEST
    )
