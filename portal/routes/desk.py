"""The desk of the vendor and of each dealer: the queue, one request, and what is done about it."""

from uuid import UUID

from sqlalchemy import select

from portal.access import Forbidden, NotFound, canned_for, desk_of, desk_request_for, enter, may_grant
from portal.actions import desk as verbs
from portal.models import User
from portal.reports import desk as reports
from portal.screens import desk as screens
from portal.screens import uploads
from portal.tables.writing import written
from portal.web import Answer, Visit, done, endpoint, file

PLACE = "/desk/requests/{question_id:uuid}"
NOTICES = {"grant": "desk_granted", "answer": "desk_answered", "refuse": "desk_refused", "ask_back": "desk_asked_back"}
MOST_REASON = 200


@endpoint.get("/desk")
def index(visit: Visit) -> Answer:
    """What waits, and for how long."""
    enter(visit.actor)
    return screens.queue(visit)


@endpoint.get("/desk/queue.csv")
def export(visit: Visit) -> Answer:
    """The same list, whole, for a spreadsheet."""
    enter(visit.actor)
    heading, lines = screens.table(visit)
    return file(written(heading, lines, visit.lang.code), "queue.csv", "text/csv")


@endpoint.get(PLACE)
def show(visit: Visit, question_id: UUID) -> Answer:
    """One request with everything that an answer rests on."""
    return screens.show(visit, desk_request_for(visit.db, visit.actor, question_id))


@endpoint.post(f"{PLACE}/answer")
def answer(visit: Visit, question_id: UUID) -> Answer:
    """Grant it, grant it and see to the rule, refuse it or answer with words, or ask back."""
    form = visit.form
    form.allow("do", "words", "key", "canned")
    asked = desk_request_for(visit.db, visit.actor, question_id, answers=True)
    if (chosen := form.id("canned")) is not None:
        text = canned_for(visit.db, visit.actor, chosen).words
        return screens.show(visit, asked, canned=text, part="desk/_answer.html")
    said = form.one_of("do", ("answer", "ask_back", "refuse", "grant", "grant_rule"))
    does_grant = said in ("grant", "grant_rule")
    if does_grant and not may_grant(visit.actor, asked.desk):
        raise Forbidden
    needs_words = not does_grant or form.values.get("words", "").strip()
    words = uploads.words(visit) if needs_words else ""
    code = form.errors.get("words") or form.errors.get("do")
    if code is None:
        code = verbs.answer(
            visit, asked, "grant" if does_grant else said, words,
            by=desk_of(visit.actor, asked.desk), reason=reason(visit, words), key=form.id("key"),
        )  # fmt: skip
    if code:
        return screens.show(visit, asked, status=422, wrong="answer", code=code)
    if said == "grant_rule" and (draft := screens.draft_of(visit, asked.request)) is not None:
        return done(visit, draft, "desk_granted_rule", rule=asked.request.rule or "")
    return done(visit, visit.path.removesuffix("/answer"), NOTICES["grant" if does_grant else said])


@endpoint.post(f"{PLACE}/note")
def note(visit: Visit, question_id: UUID) -> Answer:
    """Write down what only the desk reads."""
    form = visit.form
    form.allow("words", "key")
    asked = desk_request_for(visit.db, visit.actor, question_id)
    words = uploads.words(visit)
    code = form.errors.get("words") or verbs.note(
        visit, asked, words, by=desk_of(visit.actor, asked.desk), key=form.id("key")
    )
    if code:
        return screens.show(visit, asked, status=422, wrong="note", code=code)
    return done(visit, visit.path.removesuffix("/note"), "desk_noted")


@endpoint.post(f"{PLACE}/assignment")
def assign(visit: Visit, question_id: UUID) -> Answer:
    """Take it, give it to somebody, or leave it to whoever comes first."""
    visit.form.allow("person")
    asked = desk_request_for(visit.db, visit.actor, question_id, answers=True)
    verbs.assign(visit, asked, colleague(visit, dict(reports.staff(visit.db, visit.actor, asked.desk))))
    return done(visit, visit.path.removesuffix("/assignment"), "desk_assigned")


@endpoint.post(f"{PLACE}/referral")
def refer(visit: Visit, question_id: UUID) -> Answer:
    """Leave the answer to the vendor."""
    visit.form.allow()
    asked = desk_request_for(visit.db, visit.actor, question_id, answers=True)
    if code := verbs.refer(visit, asked):
        return screens.show(visit, asked, status=422, wrong="refer", code=code)
    return done(visit, visit.path.removesuffix("/referral"), "desk_referred")


@endpoint.post(f"{PLACE}/reopening")
def reopen(visit: Visit, question_id: UUID) -> Answer:
    """Look at it once more."""
    visit.form.allow()
    asked = desk_request_for(visit.db, visit.actor, question_id, answers=True)
    if code := verbs.reopen(visit, asked):
        return screens.show(visit, asked, status=422, wrong="reopen", code=code)
    return done(visit, visit.path.removesuffix("/reopening"), "desk_reopened")


def colleague(visit: Visit, staff: dict[UUID, str]) -> User | None:
    """The person that the form names, out of those who work here."""
    chosen = visit.form.id("person")
    if chosen is None:
        return None
    if chosen not in staff:
        raise NotFound
    return visit.db.execute(select(User).where(User.public_id == chosen)).scalar_one()


def reason(visit: Visit, words: str) -> str:
    """What stands in the history of the license, for everybody who sees it."""
    return words[:MOST_REASON].strip() or visit.lang.gettext("asked for and granted")
