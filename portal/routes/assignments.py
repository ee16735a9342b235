"""Assignments: taking one seat back, keeping seats for a department or for nobody, and giving whole licenses away."""

from uuid import UUID

from portal.access import GroupPermission, NotFound, Permission, assignment_for, group_for, license_for, may, owned
from portal.actions import assignments, handovers, reservations
from portal.actions.ledger import hold
from portal.models import AssignmentKind, Group, License, User
from portal.rules import Decision
from portal.screens.license import moved_on, shown
from portal.web import Answer, Visit, endpoint, page
from portal.web.pages import problem
from portal.words import refusals

MOST_SEATS = 1_000_000


@endpoint.post("/assignments/{assignment_id:uuid}/return")
def take_back(visit: Visit, assignment_id: UUID) -> Answer:
    """Take a person's seat back; where it runs, its program gives it back at its next check."""
    visit.form.allow("why")
    reason = _reason(visit)
    license_, assignment = assignment_for(visit.db, visit.actor, assignment_id, Permission.ASSIGN)
    if assignment.kind != AssignmentKind.PERSON:
        raise NotFound
    if visit.form.errors:
        return mend(visit, license_)
    hold(visit.db, license_.id)
    given = assignments.take_back(visit, license_, assignment, reason=reason)
    if not given.allowed:
        return refused(visit, license_, given.decision)
    person = visit.db.get_one(User, assignment.user_id).name
    return moved_on(visit, license_, "seat_going" if assignment.used else "seat_taken", person=person)


@endpoint.post("/licenses/{license_id:uuid}/assignment")
def hand_over(visit: Visit, license_id: UUID) -> Answer:
    """Give the whole license, or its whole ticket, to a person; an empty address takes it back."""
    form = visit.form
    form.allow("person", "why", "ticket", "stay")
    license_ = license_to_assign(visit, license_id)
    reason, email = _reason(visit), form.values.get("person", "").strip().lower()
    user = _person(visit, email) if email else None
    if form.errors:
        return mend(visit, license_)
    licenses = handovers.of_ticket(visit, license_) if form.yes("ticket") else [license_]
    for one in licenses:
        if not may(visit.actor, Permission.ASSIGN, owned(visit.db, one, visit.actor)):
            raise NotFound
        hold(visit.db, one.id)
    decision = handovers.hand_over(visit, licenses, user, reason=reason, pcs_stay=form.yes("stay"))
    if not decision.allowed:
        return refused(visit, license_, decision)
    if user is None:
        return moved_on(visit, license_, "license_taken_back")
    return moved_on(visit, license_, "license_handed_over", person=user.name)


@endpoint.post("/licenses/{license_id:uuid}/visibility")
def share(visit: Visit, license_id: UUID) -> Answer:
    """Let everybody in the group use the license, or not any more."""
    visit.form.allow("shared")
    license_ = license_to_assign(visit, license_id)
    hold(visit.db, license_.id)
    handovers.share(visit, license_, is_visible=visit.form.yes("shared"))
    return moved_on(visit, license_, "license_shared" if license_.visible_to_group else "license_not_shared")


@endpoint.post("/licenses/{license_id:uuid}/reservations")
def keep(visit: Visit, license_id: UUID) -> Answer:
    """Keep so many seats for a department, or for nobody; 0 frees them."""
    form = visit.form
    form.allow("department", "seats", "note")
    license_ = license_to_assign(visit, license_id)
    department = _department(visit, license_, form.values.get("department", ""))
    written, note = form.values.get("seats", "").strip(), form.values.get("note", "").strip()
    if not (written.isascii() and written.isdigit() and len(written) <= 7 and int(written) <= MOST_SEATS):
        form.errors["seats"] = "seats_invalid"
    if len(note) > 200:
        form.errors["note"] = "field_too_long"
    if form.errors:
        return mend(visit, license_)
    hold(visit.db, license_.id)
    kept = reservations.keep(visit, license_, department, int(written), note=note or None)
    if not kept.allowed:
        return refused(visit, license_, kept.decision)
    name = department.name if department is not None else ""
    return moved_on(visit, license_, "seats_kept", group=name, count=written)


def license_to_assign(visit: Visit, license_id: UUID) -> License:
    """The license, for an admin of the group that owns it: who looks after a department hands on single seats only."""
    license_ = license_for(visit.db, visit.actor, license_id, Permission.ASSIGN)
    group = visit.db.get_one(Group, license_.group_id)
    group_for(visit.db, visit.actor, group.public_id, GroupPermission.MANAGE)
    return license_


def refused(visit: Visit, license_: License, decision: Decision) -> Answer:
    """It was not done: why, and from when it will be possible, beside the form."""
    context = shown(visit, license_)
    facts = {**refusals.facts(decision), "operation": "reassign", "product": context["sheet"].row.product}
    heading, sentence = problem(visit, decision.code, facts)
    context |= {"assigning_heading": heading, "assigning_sentence": sentence, "form": dict(visit.form.values)}
    return page(visit, "licenses/show.html", status=422, **context)


def mend(visit: Visit, license_: License) -> Answer:
    """The form again, with what was typed and what is wrong with it."""
    context = shown(visit, license_, form=dict(visit.form.values))
    context["errors"] = {name: problem(visit, code, {"limit": 200})[1] for name, code in visit.form.errors.items()}
    if "why" in visit.form.errors:
        context["assigning_heading"], context["assigning_sentence"] = problem(visit, visit.form.errors["why"], {})
    return page(visit, "licenses/show.html", status=422, **context)


def _reason(visit: Visit) -> str | None:
    reason = visit.form.values.get("why", "")
    if reason and reason not in assignments.REASONS:
        visit.form.errors["why"] = "choice_missing"
        return None
    return reason or None


def _person(visit: Visit, email: str) -> User | None:
    """Somebody with this address; whether they belong here is the verb's to say, in the same words as for nobody."""
    found = handovers.person_at(visit, email)
    if found is None:
        visit.form.errors["person"] = "person_unknown"
    return found


def _department(visit: Visit, license_: License, id_: str) -> Group | None:
    """A department below the owner of the license, or None to block seats."""
    if not id_:
        return None
    try:
        group = group_for(visit.db, visit.actor, UUID(id_), GroupPermission.MANAGE)
    except ValueError:
        raise NotFound from None
    owner = visit.db.get_one(Group, license_.group_id)
    if group.id == owner.id or not group.path.startswith(owner.path):
        raise NotFound
    return group
