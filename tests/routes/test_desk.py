"""The desk: questions with files, who sees and answers them, notes that nobody else reads, and what the desk keeps."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from portal.actions.threads import MOST_SIZE
from portal.models import Attachment, CannedWords, Conflict, Event, Mail, Message, Request
from tests.fixtures.client import Client, Portal, Served
from tests.fixtures.homes import NOTE
from tests.fixtures.mail import MailServer
from tests.fixtures.page import Page
from tests.routes.mailbox import delivered, worked

WORDS = "The preview stays black."


def send(client: Client, place: str, fields: dict[str, str], files: dict[str, tuple[str, bytes]]) -> Page:
    """A form with files, as a browser sends it."""
    uploads = {name: (called, content, "application/octet-stream") for name, (called, content) in files.items()}
    data = {"csrf": client.token(), **fields}
    parts = {**{name: (None, value) for name, value in data.items()}, **uploads}
    return client.ask("POST", place, files=parts)


def rows(served: Served, model: Any) -> list[Any]:
    with served.database.reading() as db:
        return list(db.execute(select(model).order_by(model.id)).scalars())


def question(served: Served, place: str = "brandt") -> str:
    return f"/desk/requests/{served.village.homes[place].question_id}"


def test_a_question_with_files_reaches_the_desk_and_its_files_are_kept_sealed(served: Served) -> None:
    eve, before = served.as_("eve"), len(rows(served, Attachment))
    content = b"\x89PNG <script>alert(1)</script>"
    done = send(eve, "/support", {"words": WORDS, "code": "NO_MACHINE"}, {
        "file_1": ("../../..\\screen\u200bshot.png", content), "file_2": ("program.log", b"log"),
    })  # fmt: skip
    assert done.status == 303
    first, second = rows(served, Attachment)[before:]
    assert (first.name, first.media_type, first.size) == ("screenshot.png", "image/png", len(content))
    assert content not in first.cipher and b"script" not in first.cipher
    page = served.as_("vera").get(f"/desk{done.headers['location']}")
    assert WORDS in page.text and "screenshot.png" in page.text
    for who in ("eve", "vera"):
        file = served.as_(who).get(f"/attachments/{first.public_id}")
        assert file.response.content == content
        assert file.headers["content-type"].startswith("application/octet-stream")
        disposition = file.headers["content-disposition"]
        assert disposition.startswith("attachment") and disposition.endswith('.png"')
        assert file.headers["x-content-type-options"] == "nosniff"
    for who in ("sid", "cora", "rhea"):
        served.as_(who).get(f"/attachments/{second.public_id}", status=404)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"file_1": ("a.png", b"x" * (MOST_SIZE + 1))}, "too large"),
        ({"file_1": ("a.exe", b"MZ")}, "kind"),
        ({"file_1": ("png", b"x")}, "kind"),
        ({"file_1": ("a.html", b"<b>")}, "kind"),
    ],
)
def test_files_that_cannot_be_sent_are_told_and_nothing_is_asked(
    served: Served, files: dict[str, tuple[str, bytes]], said: str
) -> None:
    before = len(rows(served, Request))
    page = send(served.as_("eve"), "/support", {"words": WORDS}, files)
    assert page.status == 422 and said in page.root.one(id="files-error").text
    assert WORDS in page.root.one("textarea", id="field-words").text, "what was typed stays"
    assert len(rows(served, Request)) == before


def test_more_than_the_form_holds_is_not_read(served: Served) -> None:
    before = len(rows(served, Request))
    page = send(served.as_("eve"), "/support", {"words": WORDS}, {
        f"file_{number}": ("a.zip", b"x" * (MOST_SIZE + 50_000)) for number in range(1, 6)
    })  # fmt: skip
    assert page.status == 413 and len(rows(served, Request)) == before
    page = send(served.as_("eve"), "/support", {"words": WORDS}, {"file_6": ("a.zip", b"x")})
    assert page.status in (400, 422) and len(rows(served, Request)) == before


@pytest.mark.parametrize("wrong", [{"words": ""}, {"words": "x" * 4001}, {"license": "nonsense", "words": WORDS}])
def test_a_question_that_makes_no_sense_is_not_asked(served: Served, wrong: dict[str, str]) -> None:
    before = len(rows(served, Request))
    page = served.as_("eve").post("/support", wrong)
    assert page.status in (404, 422) and len(rows(served, Request)) == before


def test_a_license_of_somebody_else_does_not_come_along(served: Served) -> None:
    foreign = str(served.village.thing("brandt", "active").id)
    eve = served.as_("eve")
    assert eve.post("/support", {"words": WORDS, "license": foreign}).status == 404
    assert eve.get(f"/support?license={foreign}", status=404)
    own = served.village.thing("eve", "active").id
    page = eve.get(f"/support?license={own}&code=NO_MACHINE")
    assert "Chisel CAD" in page.text and "NO_MACHINE" in page.text


def test_sent_twice_it_is_one_question(served: Served) -> None:
    eve, before = served.as_("eve"), len(rows(served, Request))
    form = eve.get("/support").form("/support")
    places = {eve.submit(form, words=WORDS, status=303).headers["location"] for _ in range(2)}
    assert len(places) == 1 and len(rows(served, Request)) == before + 1
    again = eve.get(places.pop()).forms("/messages")[0]
    for _ in range(2):
        eve.submit(again, words="And one more thing.", status=303)
    assert [one.words for one in rows(served, Message)].count("And one more thing.") == 1


def test_nobody_asks_without_end(served: Served) -> None:
    eve = served.as_("eve")
    statuses = [eve.post("/support", {"words": f"{number}"}).status for number in range(22)]
    assert statuses == [303] * 20 + [422] * 2


def test_whoever_is_not_signed_in_reads_how_to_reach_us(served: Served) -> None:
    page = served.browser().get("/support?code=NO_MACHINE")
    assert "help@tessel.example" in page.text and not page.forms("/support")
    assert served.browser().post("/support", {"words": WORDS}, token="x" * 43).status in (303, 403)


def test_what_the_desk_says_among_itself_is_read_by_nobody_who_asked(served: Served) -> None:
    """A canary stands in the note of the vendor; whoever is not the vendor's never meets it."""
    place = question(served)
    assert NOTE in served.as_("vera").get(place).text and NOTE in served.as_("vito").get(place).text
    assert NOTE not in served.as_("rhea").get(place).text, "a dealer does not read what the vendor says among itself"
    own = place.removeprefix("/desk")
    max_ = served.as_("max")
    page = max_.get(own)
    assert "canary-brandt question" in page.text and NOTE not in page.body
    rhea = served.as_("rhea")
    rhea.submit(rhea.get(place).forms("/note")[0], words="canary-nord note of the dealer", status=303)
    assert "canary-nord note of the dealer" in served.as_("vera").get(place).text
    assert "canary-nord note" not in max_.get(own).body
    with served.database.reading() as db:
        told = db.execute(select(Mail).where(Mail.kind == "desk_answered")).scalars().all()
    assert told == [], "a note is no mail"
    log = served.as_("cora").get(f"/groups/{served.village.groups['brandt']}/activity")
    assert "note" not in log.root.one(id="log").text.lower()


def test_a_file_at_an_internal_note_is_the_desks(served: Served) -> None:
    home = served.village.homes["brandt"]
    with served.database.writing() as db:
        note = db.execute(select(Message).where(Message.words == NOTE)).scalars().first()
        attachment = db.execute(select(Attachment).where(Attachment.public_id == home.attachment_id)).scalar_one()
        attachment.message_id = note.id
    served.as_("max").get(f"/attachments/{home.attachment_id}", status=404)
    served.as_("rhea").get(f"/attachments/{home.attachment_id}", status=404)
    assert served.as_("vito").get(f"/attachments/{home.attachment_id}").response.content == b"canary-brandt file"


def test_a_dealer_answers_what_lies_on_its_desk_or_leaves_it_to_the_vendor(served: Served) -> None:
    cora = served.as_("cora")
    done = cora.post("/support", {"words": WORDS}, status=303)
    place = f"/desk{done.headers['location']}"
    rhea = served.as_("rhea")
    page = rhea.get(place)
    assert page.forms("/answer") and "Grant it once" not in page.text
    rhea.submit(page.forms("/assignment")[1], status=303)
    assert "canary-nord Rhea" in rhea.get("/desk?assigned=me").root.one(id="queue").text
    rhea.submit(page.forms("/referral")[0], status=303)
    page = rhea.get(place)
    assert not page.forms("/answer") and "answers this one" in page.text
    assert rhea.post(f"{place}/answer", {"do": "answer", "words": "x"}).status == 403
    vito = served.as_("vito")
    vito.submit(vito.get(place).forms("/answer")[0], do="answer", words="Try the other driver.", status=303)
    shown = cora.get(done.headers["location"])
    assert "Try the other driver." in shown.text and "Vito" not in shown.body
    assert "Tessel Works" in shown.text or "Chisel Works" in shown.text


def test_answered_it_can_be_opened_again_and_answered_once_more(served: Served) -> None:
    vera, place = served.as_("vera"), question(served)
    form = vera.get(place).forms("/answer")[0]
    assert vera.submit(form, do="grant", words="").status == 422, "there is nothing to grant"
    vera.submit(form, do="answer", words="Like this.", status=303)
    assert vera.submit(form, do="answer", words="Or like that.").status == 422, "answered in the meantime"
    page = vera.get(place)
    vera.submit(page.forms("/reopening")[0], status=303)
    vera.submit(vera.get(place).forms("/answer")[0], do="answer", words="Or like that.", status=303)
    text = served.as_("max").get(place.removeprefix("/desk")).text
    assert text.index("Like this.") < text.index("Or like that.")


def test_only_who_works_at_the_desk_looks_after_something(served: Served) -> None:
    vera, place = served.as_("vera"), question(served)
    form = vera.get(place).forms("/assignment")[0]
    for nobody in (UUID(int=7), served.village.homes["brandt"].user_id):
        assert vera.submit(form, person=str(nobody)).status == 404
    options = {one.text for one in form.all("option")}
    assert {"Nobody", "Vera Vendorson", "Vito Vendorson"} == options
    vera.submit(form, person="", status=303)
    assert len([one for one in rows(served, Event) if one.kind == "desk.assigned"]) == 0, "nobody was nobody before"


def test_the_queue_shows_what_is_asked_for_and_no_more(served: Served, htmx: bool) -> None:
    vera = served.as_("vera")

    def found(query: str) -> str:
        page = vera.get(f"/desk?{query}", htmx=htmx)
        return page.root.one(id="queue").text

    assert "canary-brandt machines" in found("") and "canary-linde machines" in found("")
    assert "canary-linde machines" not in found("search=CANARY-BRANDT%20mach")
    assert "Nothing matches." in found("kind=exception") and "Nothing matches." in found("state=refused")
    assert "Nothing matches." in found("age=week") and "Nothing matches." in found("assigned=me")
    assert "canary-brandt" in found("age=day") and "canary-brandt" in found("assigned=nobody&kind=support")
    assert "canary-brandt" in found("kind=nonsense&state=x&age=x&page=99999999999&assigned=%00")
    assert "Nothing matches." in found("search=100%25_nobody")


def test_a_long_queue_comes_in_pages(served: Served) -> None:
    vera = served.as_("vera")
    with served.database.writing() as db:
        first = db.execute(select(Request).where(Request.kind == "support")).scalars().first()
        for number in range(70):
            db.add(
                Request(
                    public_id=UUID(int=number + 1), kind="support", group_id=first.group_id, user_id=first.user_id,
                    desk_group_id=first.desk_group_id, words=f"No. {number}", state="open", created_at=first.created_at,
                )
            )  # fmt: skip
    page = vera.get("/desk?page=3")
    assert "73 requests" in page.text and len(page.root.one("tbody").all("tr")) == 13


def test_canned_words_are_kept_put_into_an_answer_and_removed(served: Served, htmx: bool) -> None:
    vera = served.as_("vera")
    form = vera.get("/desk/words").form("/desk/words")
    for words in ("Once more.", "Twice more."):
        vera.submit(form, language="en", title="Again", words=words, status=204 if htmx else 303, htmx=htmx)
    again = next(one for one in rows(served, CannedWords) if one.title == "Again")
    assert again.words == "Twice more.", "the same title says something else now"
    answer = vera.get(question(served)).forms("/answer")[0]
    page = vera.submit(answer, words="Hello.", canned=str(again.public_id), status=200, htmx=htmx)
    assert page.root.one("textarea", id="field-answer").text.split() == ["Hello.", "Twice", "more."]
    assert [one.state for one in rows(served, Request) if one.kind == "support"] == ["open"] * 3
    vera.post(f"/desk/words/{again.public_id}/removal", status=303)
    assert vera.submit(answer, words="x", canned=str(again.public_id)).status == 404


def test_words_of_another_desk_are_not_at_hand(served: Served) -> None:
    rhea, canned = served.as_("rhea"), served.village.canned
    assert "Reinstall" not in rhea.get("/desk/words").text
    assert rhea.post(f"/desk/words/{canned}/removal").status == 404
    assert rhea.post(f"{question(served)}/answer", {"canned": str(canned)}).status in (403, 404)


@pytest.mark.parametrize("wrong", [{"title": ""}, {"words": ""}, {"title": "x" * 101}, {"language": "es"}])
def test_words_that_make_no_sense_are_not_kept(served: Served, wrong: dict[str, str]) -> None:
    before = len(rows(served, CannedWords))
    fields = {"language": "en", "title": "Again", "words": "Once more."} | wrong
    assert served.as_("vera").post("/desk/words", fields).status == 422
    assert len(rows(served, CannedWords)) == before


def test_a_case_is_looked_at_and_closed_with_words(served: Served) -> None:
    vera, case = served.as_("vera"), served.village.homes["brandt"].case_id
    page = vera.get("/desk/cases")
    [form] = [one for one in page.forms("/closing") if str(case) in one.attrs["action"]]
    assert vera.submit(form, words="").status == 422
    for _ in range(2):
        vera.submit(form, words="An old image of the PC.", status=303)
    page = vera.get("/desk/cases")
    assert "An old image of the PC." in page.root.one(id="closed").text
    closed = next(one for one in rows(served, Conflict) if one.public_id == case)
    assert closed.closed_at and closed.words == "An old image of the PC."
    with served.database.reading() as db:
        events = select(func.count()).select_from(Event).where(Event.kind == "case.closed")
        assert db.execute(events).scalar_one() == 1


def test_figures_count_what_was_asked_and_how_long_it_took(served: Served) -> None:
    vera = served.as_("vera")
    vera.submit(vera.get(question(served)).forms("/answer")[0], do="answer", words="So.", status=303)
    page = vera.get("/desk/figures")
    kinds = page.root.one(id="kinds")
    assert [cell.text for cell in kinds.one("tbody").all("td")] == ["3", "1", "1 day"]
    lines = list(csv.reader(io.StringIO(vera.get("/desk/figures.csv").response.content.decode("utf-8-sig"))))
    assert ["Kind", "Question", "3", "1", "24.0"] in lines
    rhea = served.as_("rhea").get("/desk/figures")
    assert [cell.text for cell in rhea.root.one(id="kinds").one("tbody").all("td")][:2] == ["2", "1"]


def test_while_the_mail_is_down_nothing_is_lost_and_everything_leaves_when_it_is_back(
    portal: Portal, mail_server: MailServer
) -> None:
    served = portal(**mail_server.settings)
    mail_server.stop()
    eve = served.as_("eve")
    thing = served.village.thing("eve", "refused")
    place = eve.submit(eve.get(thing.page).forms("/exceptions")[0], words=WORDS, status=303).headers["location"]
    eve.post("/support", {"words": "One more thing."}, status=303)
    delivered(served)
    vera = served.as_("vera")
    vera.submit(vera.get(f"/desk{place}").forms("/answer")[0], do="grant", words="Gladly.", status=303)
    assert eve.get(thing.page).forms("/reactivation"), "nobody waits for a mail"
    assert mail_server.took == []
    mail_server.start()
    served.clock.advance(minutes=20)
    delivered(served)
    subjects = sorted(mail["Subject"] for mail in mail_server.mails if "sign" not in mail["Subject"].lower())
    assert subjects == [
        "Your request is granted", "canary-eve home asks for an exception", "canary-eve home has a question",
    ]  # fmt: skip
    assert len(mail_server.ids) == len(set(mail_server.ids))


# The queue as a file, and files that have served their purpose.


def test_the_queue_is_a_table_that_follows_the_filters_and_runs_nothing(served: Served) -> None:
    eve, vera = served.as_("eve"), served.as_("vera")
    send(eve, "/support", {"words": "=HYPERLINK(\"https://evil.example\")"}, {})
    assert served.with_(served.village.codes["free"]).post("/support", {"words": WORDS, "contact": "a@b.example"})
    table = vera.get("/desk/queue.csv?kind=support").response.content.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(table)))
    assert {"canary-eve home", "canary-brandt machines"} <= {line["From"] for line in lines}
    mine = next(line for line in lines if line["Words"].startswith("'=HYPERLINK"))
    assert (mine["Kind"], mine["Person"], mine["State"]) == ("Question", "canary-eve Eve", "Waits for an answer")
    assert mine["Asked"] == "2026-11-20 09:12" and mine["Answered"] == ""
    assert any(line["Person"] == "a@b.example" for line in lines)
    assert len(lines) == len(rows_of(vera, "/desk?kind=support"))
    found = vera.get("/desk/queue.csv?search=hyperlink").response.content.decode("utf-8-sig").splitlines()
    assert len(found) == 2
    assert "canary-linde" not in served.as_("rhea").get("/desk/queue.csv?state=all").response.text
    [way] = [one for one in vera.get("/desk?kind=support").root.all("a") if one.text == "Export list (CSV)"]
    assert way.attrs["href"] == "/desk/queue.csv?kind=support&state=waiting"


def rows_of(client: Client, place: str) -> list[Any]:
    return client.get(place).root.one("table", class_="queue").all("tr")[1:]


def test_files_go_a_while_after_the_answer_and_words_stay(portal: Portal) -> None:
    served = portal(PORTAL_FILES_KEPT="30")
    eve, vera, before = served.as_("eve"), served.as_("vera"), len(rows(served, Attachment))
    place = send(eve, "/support", {"words": WORDS}, {"file_1": ("screen.png", b"PNG")}).headers["location"]
    other = send(eve, "/support", {"words": "Still open."}, {"file_1": ("open.png", b"PNG")}).headers["location"]
    served.clock.advance(days=40)
    worked(served)
    assert len(rows(served, Attachment)) == before + 2, "a file goes while the question waits"
    eve, vera = served.as_("eve"), served.as_("vera")
    [form] = vera.get(f"/desk{place}").forms("/answer")
    vera.submit(form, do="answer", words="Mended.", status=303)
    served.clock.advance(days=29)
    worked(served)
    assert "screen.png" in served.as_("eve").get(place).text
    served.clock.advance(days=2)
    worked(served)
    eve = served.as_("eve")
    assert "screen.png" not in eve.get(place).text and WORDS in eve.get(place).text
    assert "open.png" in eve.get(other).text
