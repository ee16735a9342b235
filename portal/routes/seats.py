"""Seats: who of a customer's people has one of a license, giving seats to many at once, and taking them back."""

import re
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from portal.actions import batch_work, batches
from portal.actions.batch_lines import Judged, handed_on, left_for
from portal.models import BatchKind, BatchMode, Group, License
from portal.reports import seating
from portal.reports.seating import Wanted
from portal.screens import seats as screens
from portal.screens.departments import department_asked
from portal.tables.writing import written
from portal.web import Answer, Visit, done, endpoint, file, lists, page

SMALL = 20  # so many are done at once; nobody should have to watch a bar for them
_PERSON = re.compile(r"person-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FILTERS = ("search", "department", "seat", "order", "page")


@endpoint.get("/licenses/{license_id:uuid}/seats")
def index(visit: Visit, license_id: UUID) -> Answer:
    """People with and without a seat, and how many seats there are."""
    license_, group = screens.license_to_look_at(visit, license_id)
    department_asked(visit, group)
    context = screens.shown(visit, license_, group, seating.wanted(lists.asked(visit)))
    return page(visit, "seats/index.html", part="seats/_list.html", **context)


@endpoint.get("/licenses/{license_id:uuid}/seats.csv")
def export(visit: Visit, license_id: UUID) -> Answer:
    """The same list, whole, for a spreadsheet."""
    license_, group = screens.license_to_look_at(visit, license_id)
    department_asked(visit, group)
    found = screens.seated(visit, license_, group, seating.wanted(visit.query), size=None)
    lang = visit.lang
    heading = [
        lang.gettext("Name"), lang.gettext("E-mail"), lang.gettext("Department"), lang.gettext("Seat"),
        lang.gettext("PC"), lang.gettext("Last check-in"), lang.gettext("Assigned since"),
    ]  # fmt: skip
    lines = (
        [
            one.name, one.email, one.department, screens.seat_word(lang, one), ", ".join(one.pcs),
            _day(visit, one.seen_at), _day(visit, one.since),
        ]
        for one in found.rows
    )  # fmt: skip
    return file(written(heading, lines, lang.code), "seats.csv", "text/csv")


@endpoint.post("/licenses/{license_id:uuid}/assignments")
def change(visit: Visit, license_id: UUID) -> Answer:
    """Give a seat to everybody who is ticked and has none, or take the seats of those who have one back."""
    form = visit.form
    ticked = [name for name in form.values if _PERSON.fullmatch(name)]
    form.allow("what", "all", *FILTERS, *ticked)
    license_, group = screens.license_to_assign(visit, license_id)
    what = form.one_of("what", (BatchKind.ASSIGN.value, BatchKind.TAKE_BACK.value))
    asked = seating.wanted(dict(form.values))
    ids = None if form.yes("all") else [UUID(name.removeprefix("person-")) for name in ticked]
    chosen = seating.selected(visit.db, license_.id, group.path, asked, ids)
    gives = what == BatchKind.ASSIGN
    ends = None if gives else handed_on(visit, license_)
    wanted = [one for one in chosen if (one.live_id is None) == gives and (ends is None or one.live_id in ends)]
    free = left_for(visit, license_).total
    if form.errors:
        return refused(visit, license_, group, asked, form.errors["what"])
    if license_.user_id is not None:
        return refused(visit, license_, group, asked, "license_has_holder")
    if ids is None and not seating.is_understood(dict(form.values)):
        return refused(visit, license_, group, asked, "choice_missing")
    if not chosen:
        return refused(visit, license_, group, asked, "nobody_selected")
    if len(chosen) > seating.MOST:
        return refused(visit, license_, group, asked, "table_too_long")
    if not wanted:
        return refused(visit, license_, group, asked, "line_has_seat" if gives else "line_no_seat")
    if gives and len(wanted) > free:
        return refused(visit, license_, group, asked, "seats_too_few", remaining=free, quantity=len(wanted))
    judged = [
        Judged(number, {"email": one.email, "name": one.name}, user_id=one.user_id, assignment_id=one.live_id)
        for number, one in enumerate(wanted, 1)
    ]
    batch = batches.prepare(visit, group, what, license_, judged)
    is_small = batch.total <= SMALL
    batches.start(visit, batch, BatchMode.GOOD, queued=not is_small)
    if is_small:
        batch_work.work_off(visit, batch)
        notice, params = ("seats_given" if gives else "seats_taken"), {"count": batch.done, "failed": batch.failed}
    else:
        visit.after.append(visit.site.bell.ring)
        notice, params = "batch_started", {"count": batch.total}
    return done(visit, address(license_, asked), notice, **params)


def refused(visit: Visit, license_: License, group: Group, asked: Wanted, code: str, **facts: object) -> Answer:
    """Nothing was done: the list again, with the reason beside the button."""
    context = screens.refused(visit, screens.shown(visit, license_, group, asked), code, **facts)
    return page(visit, "seats/index.html", **context)


def address(license_: License, asked: Wanted) -> str:
    """The list as it was asked for."""
    values = {name: getattr(asked, name) for name in FILTERS}
    kept = {name: value for name, value in values.items() if value and (name, value) not in KEPT_OUT}
    return f"/licenses/{license_.public_id}/seats" + (f"?{urlencode(kept)}" if kept else "")


KEPT_OUT = (("order", "name"), ("page", 1))


def _day(visit: Visit, moment: datetime | None) -> str:
    return moment.astimezone(visit.zone).date().isoformat() if moment else ""
