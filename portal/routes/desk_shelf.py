"""What a desk keeps: canned words, the cases to look at, and the figures of what people ask."""

from uuid import UUID

from portal.access import canned_for, case_for, desks, enter
from portal.actions import canned_words
from portal.actions import desk as verbs
from portal.actions.threads import MOST_WORDS
from portal.screens import desk_shelf as screens
from portal.tables.writing import written
from portal.web import Answer, Visit, done, endpoint, file

MOST_CASE_WORDS = 1000


@endpoint.get("/desk/words")
def words(visit: Visit) -> Answer:
    """The answers that are given often."""
    enter(visit.actor)
    return screens.words(visit)


@endpoint.post("/desk/words")
def keep(visit: Visit) -> Answer:
    """Keep one more, or change what one says."""
    enter(visit.actor)
    form = visit.form
    form.allow("language", "title", "words")
    language = form.one_of("language", visit.site.brand.languages)
    title, said = form.text("title", most=canned_words.MOST_TITLE), form.text("words", most=MOST_WORDS)
    if not form.errors and (code := canned_words.keep(visit, desks(visit.actor)[0], language, title, said)):
        form.errors["title"] = code
    if form.errors:
        return screens.words(visit, status=422)
    return done(visit, "/desk/words", "canned_kept", title=title)


@endpoint.post("/desk/words/{words_id:uuid}/removal")
def remove(visit: Visit, words_id: UUID) -> Answer:
    """Not needed any more."""
    visit.form.allow()
    canned_words.remove(visit, canned_for(visit.db, visit.actor, words_id))
    return done(visit, "/desk/words", "canned_removed")


@endpoint.get("/desk/cases")
def cases(visit: Visit) -> Answer:
    """What devices say that does not fit."""
    enter(visit.actor)
    return screens.cases(visit)


@endpoint.post("/desk/cases/{case_id:uuid}/closing")
def close(visit: Visit, case_id: UUID) -> Answer:
    """Somebody looked at it, and says what it was."""
    visit.form.allow("words")
    case = case_for(visit.db, visit.actor, case_id)
    said = visit.form.text("words", most=MOST_CASE_WORDS)
    if visit.form.errors:
        return screens.cases(visit, status=422, wrong=case_id)
    verbs.close_case(visit, case, said)
    return done(visit, "/desk/cases", "case_closed")


@endpoint.get("/desk/figures")
def figures(visit: Visit) -> Answer:
    """What people ask for, by rule, by product, by month."""
    enter(visit.actor)
    return screens.figures(visit)


@endpoint.get("/desk/figures.csv")
def export(visit: Visit) -> Answer:
    """The same, for a spreadsheet."""
    enter(visit.actor)
    heading, lines = screens.table(visit)
    return file(written(heading, lines, visit.lang.code), "requests.csv", "text/csv")
