"""Licenses: the overview, its export, the page of one license, and giving a waiting PC a seat."""

from uuid import UUID

from portal.access import Permission, license_for, waiting_for
from portal.actions import activations, devices
from portal.reports import filters, overview
from portal.screens.license import device_name, license_to_use, moved_on, refused, shown
from portal.screens.table import license_columns, license_line
from portal.tables.writing import written
from portal.web import Answer, Visit, done, endpoint, file, lists, page


@endpoint.get("/licenses")
def index(visit: Visit) -> Answer:
    """What the reader owns, in which state, and what can be done now."""
    asked = filters.wanted(lists.asked(visit))
    found = overview.overview(visit.db, visit.vault, visit.actor, asked, visit.now)
    return page(visit, "licenses/index.html", part="licenses/_list.html", overview=found)


@endpoint.get("/licenses.csv")
def export(visit: Visit) -> Answer:
    """The same list, whole, for a spreadsheet: with nothing in it that a spreadsheet would run."""
    asked = filters.wanted(visit.query)
    found = overview.overview(visit.db, visit.vault, visit.actor, asked, visit.now, size=None)
    lines = (license_line(visit.lang, visit.zone, row) for row in found.rows)
    return file(written(license_columns(visit.lang), lines, visit.lang.code), "licenses.csv", "text/csv")


@endpoint.get("/licenses/{license_id:uuid}")
def show(visit: Visit, license_id: UUID) -> Answer:
    """One license: its state, what the rules allow, its seats and its history."""
    license_ = license_for(visit.db, visit.actor, license_id, Permission.VIEW)
    return page(visit, "licenses/show.html", **shown(visit, license_))


@endpoint.post("/licenses/{license_id:uuid}/activations")
def give(visit: Visit, license_id: UUID) -> Answer:
    """Give a waiting PC a free seat."""
    visit.form.allow("target")
    license_ = license_to_use(visit, license_id)
    waiting = waiting_for(visit.db, visit.actor, license_, visit.form.id("target") or license_id)
    outcome = activations.give(visit, license_, waiting)
    if not outcome.allowed:
        return refused(visit, license_, outcome.decision, "activate")
    return moved_on(visit, license_, "given", to=device_name(visit, outcome))


@endpoint.post("/licenses/{license_id:uuid}/waiting/{waiting_id:uuid}/dismissal")
def dismiss(visit: Visit, license_id: UUID, waiting_id: UUID) -> Answer:
    """ "Not mine": the PC does not wait any more."""
    visit.form.allow()
    license_ = license_to_use(visit, license_id)
    waiting = waiting_for(visit.db, visit.actor, license_, waiting_id)
    name = devices.name_of(visit, waiting.device_id)
    if not devices.dismiss(visit, license_, waiting):
        return moved_on(visit, license_, "dismissed", device=name)
    return moved_on(visit, license_, "dismissed", device=name, undo=f"{visit.path.rpartition('/')[0]}/restoration")


@endpoint.post("/licenses/{license_id:uuid}/waiting/{waiting_id:uuid}/restoration")
def restore(visit: Visit, license_id: UUID, waiting_id: UUID) -> Answer:
    """Mine after all: the PC waits again."""
    visit.form.allow()
    license_ = license_to_use(visit, license_id)
    waiting = waiting_for(visit.db, visit.actor, license_, waiting_id)
    name = devices.name_of(visit, waiting.device_id)
    is_back = devices.restore(visit, license_, waiting)
    return done(visit, f"/licenses/{license_id}", "waits_again" if is_back else "undo_over", device=name)
