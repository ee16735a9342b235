"""Groups: those a person belongs to, the one they look at alone, the page of one, its name and departments."""

from uuid import UUID

from portal.access import GroupPermission, group_for, may_in, where_is
from portal.actions import departments, switching
from portal.actions import groups as actions
from portal.models import Group, GroupKind
from portal.reports import groups, people
from portal.reports.filters import page_of
from portal.web import Answer, Area, Visit, done, endpoint, page, redirect
from portal.web.pages import problem


@endpoint.get("/groups", area=Area.ACCOUNT)
def index(visit: Visit) -> Answer:
    """The groups that the reader belongs to."""
    return page(visit, "groups/index.html", places=visit.actor.places)


@endpoint.post("/groups/current", area=Area.ACCOUNT)
def switch(visit: Visit) -> Answer:
    """Look at this group alone, or at all of them."""
    visit.form.allow("group")
    wanted = visit.form.values.get("group", "")
    id_ = visit.form.id("group")
    if wanted and id_ is None:
        visit.form.errors["group"] = "choice_missing"
        visit.place = "/groups"
        told = problem(visit, "choice_missing", {})[1]
        return page(visit, "groups/index.html", status=422, places=visit.actor.places, problem_sentence=told)
    switching.switch(visit, id_)
    name = next((place.name for place in visit.actor.places if place.public_id == id_), "")
    return done(visit, "/licenses", "switched", group=name)


@endpoint.get("/groups/{group_id:uuid}", area=Area.ACCOUNT)
def show(visit: Visit, group_id: UUID) -> Answer:
    """One group: who looks after it, and what is below it."""
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.SEE)
    return shown(visit, group)


@endpoint.get("/groups/{group_id:uuid}/name", area=Area.ACCOUNT)
def name(visit: Visit, group_id: UUID) -> Answer:
    """What it is called."""
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.NAME)
    return page(visit, "groups/name.html", group=group, name=group.name, error=None)


@endpoint.post("/groups/{group_id:uuid}/name", area=Area.ACCOUNT)
def rename(visit: Visit, group_id: UUID) -> Answer:
    """Call it something else."""
    visit.form.allow("name")
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.NAME)
    name, code = name_typed(visit)
    code = code or actions.rename(visit, group, name)
    if code is not None:
        error = problem(visit, code, {})[1]
        return page(visit, "groups/name.html", status=422, group=group, name=name, error=error)
    return done(visit, f"/groups/{group.public_id}", "group_renamed", group=name)


@endpoint.post("/groups/{group_id:uuid}/departments", area=Area.ACCOUNT)
def add(visit: Visit, group_id: UUID) -> Answer:
    """A new department."""
    visit.form.allow("name")
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.MANAGE)
    name, code = name_typed(visit)
    if code is None:
        department, code = departments.add(visit, group, name)
    if code is not None:
        return shown(visit, group, status=422, name=name, code=code)
    return redirect(visit, f"/groups/{group.public_id}", "department_added", department=name)


def name_typed(visit: Visit) -> tuple[str, str | None]:
    """A name on one line, and the code of what is wrong with it."""
    name = " ".join(visit.form.text("name", most=200).split())
    return name, next(iter(visit.form.errors.values()), None)


def shown(visit: Visit, group: Group, *, status: int = 200, name: str = "", code: str = "") -> Answer:
    visit.place = f"/groups/{group.public_id}"
    where = where_is(visit.db, group)
    looks = may_in(visit.actor, GroupPermission.LOOK, where)
    above = groups.above(visit.db, group)
    sees_above = above is not None and may_in(visit.actor, GroupPermission.SEE, where_is(visit.db, above))
    search = visit.query.get("search", "").strip()[:200]
    return page(
        visit,
        "groups/show.html",
        status=status,
        group=group,
        above=above if sees_above else None,
        place=next((one for one in visit.actor.places if one.group_id == group.id), None),
        counts=people.counts(visit.db, group.path) if looks else None,
        branches=groups.branches(visit.db, group, search, page_of(visit.query)) if looks else None,
        is_inside=group.kind in (GroupKind.CUSTOMER, GroupKind.DEPARTMENT),
        may_ask=may_in(visit.actor, GroupPermission.ASK, where),
        may_manage=may_in(visit.actor, GroupPermission.MANAGE, where),
        may_invite=may_in(visit.actor, GroupPermission.INVITE, where),
        may_name=may_in(visit.actor, GroupPermission.NAME, where),
        name=name,
        error=problem(visit, code, {})[1] if code else None,
    )
