"""What people ask the desks: exceptions, questions with something to look at, and the answers that they got."""

from __future__ import annotations

from sqlalchemy import select

from portal.access import desk_of, desk_request_for
from portal.actions import canned_words, cases, desk, exceptions, support
from portal.actions.doing import Doing
from portal.actions.ledger import hold
from portal.actions.threads import Upload
from portal.demo.deeds import OutOfPlot
from portal.demo.history import Stage, Story
from portal.demo.orders import NUMBERS
from portal.models import Activation, ActivationState, Device, License, Request, User

CANNED = (
    ("vera", "en", "Which PC", "Which PC is it about? Its name stands on the license page, under Seats and PCs."),
    ("vera", "en", "Granted this once", "Gladly, this once. You can move the license now, on its page."),
    ("vera", "de", "Welcher PC", "Um welchen PC geht es? Sein Name steht auf der Seite der Lizenz."),
    ("vera", "de", "Dieses eine Mal", "Gern, dieses eine Mal. Sie können die Lizenz jetzt auf ihrer Seite übertragen."),
    ("rhea", "en", "More seats", "All seats are in use. We gladly make you an offer for more."),
)


def kept(on: Stage) -> Story:
    """What the desks have at hand."""
    yield on.day(-100, "09:00")
    for who, language, title, words in CANNED:
        doing = on.person(who)
        if code := canned_words.keep(doing, doing.actor.places[0], language, title, words):
            raise OutOfPlot(code)


def granted(on: Stage) -> Story:
    """Merle's replacement PC arrived broken, a day after the move to it."""
    yield on.day(-1, "14:05")
    license_ = _license(on, "kept")
    seat = on.db.execute(
        select(Activation).where(Activation.license_id == license_.id, Activation.ended_at.is_(None))
    ).scalar_one()
    words = "The replacement PC arrived broken, and goes back. The next one comes on Friday."
    request = _exception(on.person("merle"), license_, words, seat)
    yield on.day(-1, "15:20")
    reason = "The replacement PC arrived broken."
    _answer(on, request, "grant", "Gladly, this once. You can move the license now, on its page.", reason)


def waiting(on: Stage) -> Story:
    """The PC that was left on a train had a license that is too young to move."""
    yield on.ago(hours=1, minutes=40)
    license_ = _license(on, "office_lost_cad")
    seat = on.db.execute(
        select(Activation).where(
            Activation.license_id == license_.id, Activation.ended_at.is_(None),
            Activation.state == ActivationState.ACTIVE,
        )
    ).scalar_one()  # fmt: skip
    words = "I left the notebook on the train this morning. The drawings for the bridge are due on Monday."
    log = b"10:52:07 license CAD\n10:52:08 MACHINE_LIMIT_EXCEEDED (1 of 1)\n"
    _exception(on.person("merle"), license_, words, seat, [Upload("program.log", log)])


def questions(on: Stage) -> Story:
    """A classroom that grew, and a window that stays black."""
    yield on.day(-5, "10:31")
    eve = on.person("eve")
    viewer = _license(on, "eve_viewer")
    black = _asked(eve, viewer, "Since the last update the preview stays black on STUDIO-1.", "eve")
    yield on.day(-5, "14:02")
    _answer(on, black, "ask_back", "Which graphics card is in it, and which driver?")
    yield on.day(-4, "08:47")
    if code := support.reply(on.person("eve"), black, "It was the driver. With the new one it works, thank you!"):
        raise OutOfPlot(code)
    yield on.day(-4, "09:15")
    _answer(on, black, "answer", "Glad to hear it. We warn of that driver in the next version.")
    yield on.day(-1, "16:44")
    picture = Upload("lab-25.txt", b"LAB-25: all seats of this license are in use (24 of 24)\n")
    words = "We bought six more PCs for the lab. LAB-25 says that all seats are in use, but we have thirty."
    lab = _asked(on.person("anton"), _license(on, "school_viewer"), words, "anton", picture)
    yield on.ago(hours=5)
    rhea = on.person("rhea")
    asked = desk_request_for(on.db, rhea.actor, lab.public_id, answers=True)
    desk.assign(rhea, asked, on.db.get_one(User, rhea.actor.user_id))
    desk.note(rhea, asked, "Looks like the old image of the lab. Call Anton after school.", by=rhea.actor.places[0])


def case(on: Stage) -> Story:
    """A PC of the lab was set back to an old image."""
    yield on.day(-1, "08:12")
    license_ = _license(on, "school_viewer")
    hold(on.db, license_.id)
    seat = on.db.execute(
        select(Activation)
        .join(Device, Device.id == Activation.device_id)
        .where(Activation.license_id == license_.id, Device.name == "LAB-07", Activation.ended_at.is_(None))
    ).scalar_one()
    cases.open_(on.person("anton"), license_, seat, "sequence", b"o" * 32)


def _exception(
    doing: Doing, license_: License, words: str, seat: Activation, uploads: list[Upload] | None = None
) -> Request:
    hold(doing.db, license_.id)
    request, code = exceptions.ask(doing, license_, "rehost", words, uploads or [], activation=seat, language="en")
    if request is None:
        raise OutOfPlot(code)
    return request


def _asked(doing: Doing, license_: License, words: str, who: str, *uploads: Upload) -> Request:
    request, code = support.ask(doing, license_, words, uploads, language="en")
    if request is None:
        raise OutOfPlot(f"{who} cannot ask: {code}")
    return request


def _answer(on: Stage, request: Request, said: str, words: str, reason: str = "") -> None:
    vera = on.person("vera")
    asked = desk_request_for(on.db, vera.actor, request.public_id, answers=True)
    if code := desk.answer(vera, asked, said, words, by=desk_of(vera.actor, asked.desk), reason=reason):
        raise OutOfPlot(code)


def _license(on: Stage, key: str) -> License:
    return on.db.execute(select(License).where(License.order_number == NUMBERS[key])).scalar_one()


STORIES = (kept, granted, waiting, questions, case)
