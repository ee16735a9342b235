"""Support: asking for help, and one's own questions with what was said about them."""

from uuid import UUID

from portal.access import attachment_for, own_request_for
from portal.actions import support, threads
from portal.models import RequestKind
from portal.screens import support as screens
from portal.screens import uploads
from portal.screens.demos import OWN
from portal.web import Answer, Area, Visit, about, done, endpoint, file


@endpoint.get("/support", area=Area.PUBLIC)
def new(visit: Visit) -> Answer:
    """The form; whoever is not signed in reads how else to reach us."""
    told = about.read(visit.query)
    license_ = screens.license_asked_about(visit, visit.query.get("license", ""), told)
    return screens.form(visit, license_, told)


@endpoint.post("/support", limit=uploads.LIMIT)
def ask(visit: Visit) -> Answer:
    """Ask for help, with files to look at."""
    form = visit.form
    form.allow("license", "contact", *about.FIELDS, *uploads.FIELDS)
    told = about.read(form.values)
    license_ = screens.license_asked_about(visit, form.values.get("license", ""), told)
    words, files, contact = uploads.words(visit), uploads.uploads(visit), uploads.contact(visit)
    if form.errors:
        return screens.form(visit, license_, told, status=422)
    request, problem = support.ask(
        visit, license_, words, files, code=told.code or None, about=told.place, key=form.id("key"), contact=contact,
        language=visit.lang.code,
    )  # fmt: skip
    if request is None:
        form.errors["words"] = problem or ""
        return screens.form(visit, license_, told, status=422)
    return done(visit, f"/requests/{request.public_id}", "support_asked")


@endpoint.get("/requests/{question_id:uuid}")
def show(visit: Visit, question_id: UUID) -> Answer:
    """How it stands, and what was said."""
    return screens.show(visit, own_request_for(visit.db, visit.actor, question_id))


@endpoint.post("/requests/{question_id:uuid}/messages", limit=uploads.LIMIT)
def reply(visit: Visit, question_id: UUID) -> Answer:
    """Say more about it."""
    form = visit.form
    form.allow(*uploads.FIELDS)
    request = own_request_for(visit.db, visit.actor, question_id)
    words, files = uploads.words(visit), uploads.uploads(visit)
    if not form.errors and (code := support.reply(visit, request, words, files, key=form.id("key"))):
        form.errors["words"] = code
    if form.errors:
        return screens.show(visit, request, status=422)
    return done(visit, f"/requests/{question_id}", "support_added")


@endpoint.post("/requests/{question_id:uuid}/closing")
def close(visit: Visit, question_id: UUID) -> Answer:
    """It is solved, or not needed any more."""
    visit.form.allow()
    request = own_request_for(visit.db, visit.actor, question_id)
    support.close(visit, request)
    if request.kind == RequestKind.DEMO:
        return done(visit, OWN, "request_withdrawn")
    return done(visit, f"/requests/{question_id}", "support_closed")


@endpoint.get("/attachments/{attachment_id:uuid}")
def attachment(visit: Visit, attachment_id: UUID) -> Answer:
    """A file that came with a message, to be kept and never shown: nobody knows what is in it."""
    found = attachment_for(visit.db, visit.actor, attachment_id)
    name = f"attachment-{str(attachment_id)[-8:]}.{threads.kind_of(found.name)}"
    return file(threads.content_of(visit.vault, found), name, "application/octet-stream")
