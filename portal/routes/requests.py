"""Requests for a seat: asking for one, answering, taking it back, and the rules that answer in advance."""

from uuid import UUID

from sqlalchemy import select

from portal.access import GroupPermission, NotFound, group_for, request_for
from portal.actions import requests
from portal.models import Product, Request, RequestState, User
from portal.screens import requests as screens
from portal.web import Answer, Area, Visit, done, endpoint

LONGEST = 1000
MOST_KEPT = 100_000


@endpoint.get("/requests", area=Area.ACCOUNT)
def mine(visit: Visit) -> Answer:
    """What one may ask for, and asked for."""
    return screens.own(visit)


@endpoint.post("/requests/seat", area=Area.ACCOUNT)
def ask(visit: Visit) -> Answer:
    """I need one."""
    form = visit.form
    form.allow("product", "group", "words")
    words = optional(visit, "words")
    group_id = form.id("group")
    if group_id is None:
        raise NotFound
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.ASK)
    product = product_named(visit)
    if form.errors:
        return screens.own(visit, status=422, wrong=product.public_id, code=form.errors["words"], words=words)
    request, code = requests.ask(visit, group, product, words)
    if request is None:
        return screens.own(visit, status=422, wrong=product.public_id, code=code or "", words=words)
    notice = "seat_given" if request.state == RequestState.GRANTED else "seat_asked"
    return done(visit, "/requests", notice, product=product.name)


@endpoint.post("/requests/{request_id:uuid}/withdrawal", area=Area.ACCOUNT)
def withdraw(visit: Visit, request_id: UUID) -> Answer:
    """I do not need it any more."""
    visit.form.allow()
    _, request = request_for(visit.db, visit.actor, request_id, GroupPermission.ASK)
    requests.withdraw(visit, request)
    return done(visit, "/requests", "request_withdrawn", undo=f"/requests/{request_id}/restoration")


@endpoint.post("/requests/{request_id:uuid}/restoration", area=Area.ACCOUNT)
def restore(visit: Visit, request_id: UUID) -> Answer:
    """I need it after all."""
    visit.form.allow()
    _, request = request_for(visit.db, visit.actor, request_id, GroupPermission.ASK)
    return done(visit, "/requests", "request_restored" if requests.restore(visit, request) else "undo_over")


@endpoint.get("/groups/{group_id:uuid}/requests", area=Area.ACCOUNT)
def waiting(visit: Visit, group_id: UUID) -> Answer:
    """What waits for an answer."""
    return screens.of_group(visit, group_for(visit.db, visit.actor, group_id, GroupPermission.MANAGE))


@endpoint.post("/requests/{request_id:uuid}/answer", area=Area.ACCOUNT)
def answer(visit: Visit, request_id: UUID) -> Answer:
    """Yes with one click, or no with a few words."""
    form = visit.form
    form.allow("answer", "words", "page")
    group, request = request_for(visit.db, visit.actor, request_id, GroupPermission.MANAGE)
    shown = screens.page_of(visit, group, form.id("page"))
    words, said = optional(visit, "words"), form.one_of("answer", ("yes", "no"))
    if form.errors:
        code = form.errors.get("answer") or form.errors["words"]
    elif said == "yes":
        code = requests.grant(visit, group, request) or ""
    else:
        code = requests.refuse(visit, request, words) or ""
    if code:
        return screens.of_group(visit, shown, status=422, wrong=request_id, code=code, words=words)
    return screens.answered(
        visit, shown, "request_granted" if said == "yes" else "request_declined", **told(visit, request)
    )


@endpoint.post("/groups/{group_id:uuid}/standing-rules", area=Area.ACCOUNT)
def rule(visit: Visit, group_id: UUID) -> Answer:
    """Have requests for a product answered at once, or not any more."""
    form = visit.form
    form.allow("product", "keep_free", "is_on")
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.MANAGE)
    product, is_on = product_named(visit), form.yes("is_on")
    typed = form.values.get("keep_free", "").strip() or "0"
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 6 and int(typed) <= MOST_KEPT):
        return screens.of_group(visit, group, status=422, wrong=product.public_id, code="keep_free_invalid")
    requests.set_standing_rule(visit, group, product, int(typed), is_on=is_on)
    return done(visit, screens.path_of(group), "standing_rule_set", product=product.name)


def product_named(visit: Visit) -> Product:
    product = visit.db.execute(select(Product).where(Product.public_id == visit.form.id("product"))).scalar()
    if product is None:
        raise NotFound
    return product


def optional(visit: Visit, name: str) -> str:
    """A text that may be missing."""
    return visit.form.text(name, most=LONGEST) if visit.form.values.get(name, "").strip() else ""


def told(visit: Visit, request: Request) -> dict[str, str]:
    return {
        "person": visit.db.get_one(User, request.user_id).name,
        "product": visit.db.get_one(Product, request.product_id).name,
    }
