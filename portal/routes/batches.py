"""Batches: bringing a table of people, seeing what it would come to, and starting, stopping and undoing it."""

from uuid import UUID

from portal.access import Forbidden, GroupPermission, NotFound, Permission, batch_for, group_for, license_for, may_with
from portal.actions import batch_people, batches
from portal.actions.batch_lines import Judged, judge
from portal.models import Batch, BatchKind, BatchMode, Group, License
from portal.reports import batches as reports
from portal.reports.tally import tally
from portal.screens import batches as screens
from portal.tables.reading import MOST_BYTES, Line, TableRefused, read
from portal.web import Answer, Visit, done, endpoint, page

ROOM = 64 * 1024  # what a form needs beside the table it carries


@endpoint.get("/groups/{group_id:uuid}/batches")
def index(visit: Visit, group_id: UUID) -> Answer:
    """A table to bring, and what was done so far."""
    return screens.index(visit, group_for(visit.db, visit.actor, group_id, GroupPermission.LOOK))


@endpoint.post("/groups/{group_id:uuid}/batches", limit=MOST_BYTES + ROOM)
def bring(visit: Visit, group_id: UUID) -> Answer:
    """A table: what each of its lines would come to. Nothing is done yet."""
    form = visit.form
    form.allow("kind", "license", "table", "pasted")
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.MANAGE)
    kind = form.one_of("kind", tuple(BatchKind))
    license_ = None if kind == BatchKind.PEOPLE else license_of(visit)
    if form.errors:
        return screens.index(visit, group, status=422)
    try:
        lines = read(form.files.get("table") or form.values.get("pasted", "").encode())
    except TableRefused as wrong:
        form.errors["table"] = wrong.code
        return screens.index(visit, group, status=422, line=wrong.line)
    batch = batches.prepare(visit, group, kind, license_, judged(visit, group, kind, license_, lines))
    return done(visit, f"/batches/{batch.public_id}", "batch_prepared", count=batch.total)


@endpoint.get("/batches/{batch_id:uuid}")
def show(visit: Visit, batch_id: UUID) -> Answer:
    """One batch; while it is at work htmx asks how far it is."""
    group, batch = batch_for(visit.db, visit.actor, batch_id, GroupPermission.LOOK)
    return polled(visit, group, batch) if visit.htmx else screens.show(visit, group, batch)


@endpoint.post("/batches/{batch_id:uuid}/start")
def start(visit: Visit, batch_id: UUID) -> Answer:
    """Let it happen: all lines or none, or the good ones."""
    visit.form.allow("mode")
    group, batch = batch_to_change(visit, batch_id)
    mode = visit.form.values.get("mode", batch.mode)
    code = batches.start(visit, batch, mode) if mode in tuple(BatchMode) else "choice_missing"
    return moved_on(visit, group, batch, code, "batch_started")


@endpoint.post("/batches/{batch_id:uuid}/stop")
def stop(visit: Visit, batch_id: UUID) -> Answer:
    """No more lines; those that are done stay done."""
    visit.form.allow()
    group, batch = batch_to_change(visit, batch_id)
    return moved_on(visit, group, batch, batches.stop(visit, batch), "batch_stopping")


@endpoint.post("/batches/{batch_id:uuid}/undo")
def undo(visit: Visit, batch_id: UUID) -> Answer:
    """Take back what the lines did."""
    visit.form.allow()
    group, batch = batch_to_change(visit, batch_id)
    return moved_on(visit, group, batch, batches.undo(visit, batch), "batch_undoing")


def batch_to_change(visit: Visit, batch_id: UUID) -> tuple[Group, Batch]:
    """The batch, and where it is about a license, that the reader may still hand its seats out."""
    group, batch = batch_for(visit.db, visit.actor, batch_id, GroupPermission.MANAGE)
    if batch.license_id is not None:
        license_for(visit.db, visit.actor, visit.db.get_one(License, batch.license_id).public_id, Permission.ASSIGN)
    return group, batch


def license_of(visit: Visit) -> License | None:
    """The license whose seats it is about, if there is one that the reader may hand out."""
    id_ = visit.form.id("license")
    try:
        return license_for(visit.db, visit.actor, id_ or UUID(int=0), Permission.ASSIGN)
    except (NotFound, Forbidden):
        visit.form.errors["license"] = "license_missing"
        return None


def judged(visit: Visit, group: Group, kind: str, license_: License | None, lines: list[Line]) -> list[Judged]:
    if license_ is None:
        return batch_people.judge(visit, group, lines)
    return judge(visit, group.path, kind, license_, lines)


def polled(visit: Visit, group: Group, batch: Batch) -> Answer:
    """How far it is; once it has ended, htmx is told to show the whole page again."""
    progress = reports.progress(visit.db, batch.id, visit.actor.user_id, visit.now)
    on_seats = visit.query.get("on") == "seats" and batch.license_id is not None
    may_change = may_with(visit.db, visit.actor, GroupPermission.MANAGE, group)
    context = {"batch": progress, "on_seats": on_seats, "may_change": may_change}
    if on_seats:
        license_ = visit.db.get_one(License, batch.license_id)
        context |= {"license_id": license_.public_id, "tally": tally(visit.db, license_, visit.now)}
    answer = page(visit, "batches/_polled.html", **context)
    if not progress.is_at_work:
        answer.headers["HX-Refresh"] = "true"
    return answer


def moved_on(visit: Visit, group: Group, batch: Batch, code: str, notice: str) -> Answer:
    if code != "ok":
        return screens.show(visit, group, batch, code)
    visit.after.append(visit.site.bell.ring)
    return done(visit, f"/batches/{batch.public_id}", notice)
