"""Who is told what by mail about a deed, in which language, and that nobody is told what did not happen."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal.access import Actor
from portal.actions import activations, assignments, letters, lost_tickets, personal_keys, transfers
from portal.actions.doing import Moment
from portal.brand import load_brand
from portal.brand.stationery import Letter, Stationery, Unwritten
from portal.files import papers
from portal.jobs import mail
from portal.models import Article, License, Mail, Membership, Product, User
from portal.settings import SHIPPED_BRAND
from tests.actions.estate import LONG_AGO, VENDOR, Estate, Minted, holder, pc, program
from tests.fixtures.device import Sneakers
from tests.fixtures.village import NOW

URL = "https://licenses.tessel.example"


@dataclass
class Writing(Estate):
    """An estate in which people are written to."""

    stationery: Stationery | None = None

    def doing(self, actor: Actor = VENDOR, **ago: float) -> Moment:
        return replace(super().doing(actor, **ago), stationery=self.stationery)

    def held_by(self, user: User, **more: object) -> Minted:
        minted = self.mint(self.sold(), self.group(f"Group of {user.name}"), **more)
        minted.license.user_id = user.id
        return minted

    def sold(self) -> Article:
        """The one article that there is."""
        return self.db.execute(select(Article)).scalar() or self.article()

    def mails(self) -> list[Mail]:
        self.db.flush()
        return list(self.db.execute(select(Mail).order_by(Mail.id)).scalars())

    def letter(self, number: int = -1) -> Letter:
        """What a mail says, as its reader will get it."""
        assert self.stationery is not None
        letter = mail.letter_of(self.vault, self.stationery, self.mails()[number])
        assert letter is not None
        return letter


@pytest.fixture(scope="module")
def stationery() -> Stationery:
    return Stationery(load_brand(SHIPPED_BRAND), URL)


@pytest.fixture
def town(estate: Estate, stationery: Stationery) -> Writing:
    return Writing(estate.db, estate.vault, estate.now, stationery)


@pytest.fixture
def eve(town: Writing) -> User:
    return town.user("Eve", town.group("Eve"))


def moved(town: Writing, minted: Minted, actor: Actor) -> None:
    """The program runs for long on PC 1; PC 2 waits; the license is moved there."""
    town.run_on(minted.license, pc(1), days=LONG_AGO.days)
    waiting = town.run_on(minted.license, pc(2)).waiting
    live = town.db.execute(select(License).where(License.id == minted.license.id)).scalar_one()
    seat = activations.seats.live(town.doing(), live)[0]
    assert activations.reactivate(town.doing(actor), live, seat, waiting, reason="lost").allowed


def test_the_holder_is_told_of_a_new_pc(town: Writing, eve: User) -> None:
    minted = town.held_by(eve)
    town.run_on(minted.license, pc(1))
    (told,) = town.mails()
    assert (told.kind, told.recipient, told.user_id) == ("activated", eve.email, eve.id)
    assert town.letter().subject == "CAD Pro runs on DESK-1 now"
    for text in (town.letter().text, town.letter().html):
        assert "DESK-1 has a seat of CAD Pro now." in text and "by the program" in text
        assert f"{URL}/licenses/{minted.license.public_id}" in text
        assert "You get this mail because the license belongs to your account at Tessel Works." in text
        assert "Tessel Works GmbH" in text and "Kufsteiner Straße 12" in text and "help@tessel.example" in text


def test_a_pc_that_asks_again_or_comes_back_is_no_news(town: Writing, eve: User) -> None:
    minted = town.held_by(eve)
    outcome = town.run_on(minted.license, pc(1), days=5)
    town.run_on(minted.license, pc(1), days=4)
    found = town.db.get_one(License, minted.license.id)
    activations.seats.end(town.doing(), found, outcome.activation, activations.ActivationState.RETURNED)
    town.run_on(minted.license, pc(1))
    assert len(town.mails()) == 1


def test_a_move_by_the_holder_is_confirmed_once(town: Writing, eve: User) -> None:
    minted = town.held_by(eve)
    moved(town, minted, town.actor(eve))
    told = [mail.kind for mail in town.mails()]
    assert told == ["activated", "moved"]
    assert town.letter().subject == "CAD Pro moved to DESK-2"
    assert "CAD Pro moved from DESK-1 to DESK-2." in town.letter().text
    assert "by you: lost or stolen" in town.letter().text


def test_a_move_by_somebody_else_is_told_to_both(town: Writing, eve: User) -> None:
    minted, cora = town.held_by(eve), town.user("Cora", town.group("Cora"))
    moved(town, minted, town.actor(cora))
    to_eve, to_cora = town.mails()[-2:]
    assert (to_eve.recipient, to_cora.recipient) == (eve.email, cora.email)
    assert "by Cora: lost" in town.letter(-2).text and "belongs to your account" in town.letter(-2).text
    assert "by you: lost" in town.letter(-1).text and "confirmation of what you did" in town.letter(-1).text


def test_a_seat_that_is_kept_says_so_and_tells_who_took_it(town: Writing, eve: User) -> None:
    minted = town.held_by(eve)
    town.run_on(minted.license, pc(1), days=LONG_AGO.days)
    seat = activations.seats.live(town.doing(), minted.license)[0]
    activations.reactivate(town.doing(town.actor(eve)), minted.license, seat, None, reason="lost")
    assert town.letter().subject == "A seat of CAD Pro is kept for your next PC"
    town.run_on(minted.license, pc(9))
    assert town.letter().subject == "CAD Pro runs on DESK-9 now"


def test_who_holds_only_a_ticket_cannot_be_written_to(town: Writing) -> None:
    minted = town.mint(town.article(), town.group())
    moved(town, minted, holder(minted))
    assert town.mails() == []


@pytest.mark.parametrize("what", ["unverified", "disabled", "no address"])
def test_only_verified_addresses_are_written_to(town: Writing, eve: User, what: str) -> None:
    match what:
        case "unverified":
            eve.verified_at = None
        case "disabled":
            eve.disabled_at = town.now
        case "no address":
            eve.email = "eve@example.com\r\nbcc: all@example.com"
    assert town.run_on(town.held_by(eve).license, pc(1)).allowed
    assert town.mails() == []


def test_a_refusal_tells_nobody(town: Writing, eve: User) -> None:
    minted = town.held_by(eve)
    town.run_on(minted.license, pc(1), days=3)
    before = len(town.mails())
    assert not town.run_on(minted.license, pc(2)).allowed
    seat = activations.seats.live(town.doing(), minted.license)[0]
    assert not activations.reactivate(town.doing(town.actor(eve)), minted.license, seat, None, reason="lost").allowed
    assert len(town.mails()) == before


def test_each_reader_has_the_own_language_and_time(town: Writing, eve: User) -> None:
    eve.language, eve.time_zone = "de", "America/New_York"
    cora = town.user("Cora", town.group("Cora"))
    cora.language = "xx"  # one that the brand does not speak
    moved(town, town.held_by(eve), town.actor(cora))
    german, english = town.mails()[-2:]
    assert (german.language, english.language) == ("de", "en")
    assert town.letter(-2).headers["Content-Language"] == "de" and '<html lang="de">' in town.letter(-2).html
    assert "20. November 2026, 03:12 (America/New_York)" in town.letter(-2).text
    assert "20 November 2026, 09:12 (Europe/Berlin)" in town.letter(-1).text
    assert "Registergericht Traunstein" in town.letter(-2).text and "/impressum" in town.letter(-2).html


def test_names_stay_text_and_on_their_line(town: Writing, eve: User) -> None:
    eve.name = "<b>Eve</b>\nBcc: x@y.example"
    name = "DESK<script>1</script>\r\nSubject: other"
    town.run_on(town.held_by(eve).license, pc(1, name=name))
    (told,) = town.mails()
    assert town.letter().subject == "CAD Pro runs on DESK<script>1</script> Subject: other now"
    html = town.letter().html
    assert "<script>" not in html and "&lt;script&gt;1&lt;/script&gt; Subject: other" in html
    assert "\nSubject:" not in town.letter().text and "\nBcc:" not in town.letter().text


def test_html_brings_nothing_from_elsewhere(town: Writing, eve: User) -> None:
    town.run_on(town.held_by(eve).license, pc(1))
    html = town.letter().html
    assert not [tag for tag in ("<link", "<script", "url(", "@import", "srcset=") if tag in html]
    assert re.findall(r"""(?:src|background)=["'](.{5})""", html) == ["cid:l"], "the logo comes with the mail"


def test_a_waiting_transfer_says_what_is_left_to_do(town: Writing, eve: User) -> None:
    minted = town.held_by(eve)
    seat = town.run_on(minted.license, pc(1)).activation
    letters.transfer_waiting(town.doing(program(minted.license)), minted.license, seat)
    assert town.letter().subject == "The transfer of CAD Pro to DESK-1 waits for its last step"
    assert f"Continue transfer: {URL}/transfers" in town.letter().text


def test_a_carried_request_tells_of_its_transfer_once(town: Writing, eve: User) -> None:
    minted = town.held_by(eve)
    paper = papers.read(Sneakers(pc(1), minted.code, town.now).request())
    for _ in range(2):
        doing = town.doing(holder(minted))
        taken = transfers.take_request(doing, minted.license, paper)
        if taken.is_new and taken.transfer:
            transfers.keep(doing, taken.transfer, "a file")
    assert [told.kind for told in town.mails()] == ["transfer_waiting"]


def test_lost_tickets_list_all_of_the_account_and_no_others(town: Writing, eve: User) -> None:
    mine = [town.held_by(eve, order_number=f"A-{number}") for number in range(3)]
    others = town.mint(town.sold(), town.group("Others"))
    home = town.db.execute(select(Membership).where(Membership.user_id == eve.id)).scalar_one()
    for minted in mine:
        minted.ticket.user_id, minted.ticket.group_id = eve.id, home.group_id
    mine[2].ticket.revoked_at = town.now
    lost_tickets.mail_all(town.stationery, town.db, town.now, town.vault, eve.email)
    (told,) = town.mails()
    assert (told.kind, told.recipient, told.is_secret) == ("lost_tickets", eve.email, True)
    for text in (town.letter().text, town.letter().html):
        assert all(minted.code in text for minted in mine[:2]) and "A-1" in text
        assert mine[2].code not in text and others.code not in text
        assert "You get this mail because somebody asked at Tessel Works for the tickets of this address." in text
    assert not [part for part in (town.letter().subject, *town.letter().headers.values()) if mine[0].code in part]


def test_what_lies_in_a_group_that_somebody_left_is_not_sent_to_them(town: Writing, eve: User) -> None:
    minted = town.held_by(eve)
    home = town.db.execute(select(Membership).where(Membership.user_id == eve.id)).scalar_one()
    minted.ticket.user_id, minted.ticket.group_id = eve.id, home.group_id
    home.ended_at = town.now
    lost_tickets.mail_all(town.stationery, town.db, town.now, town.vault, eve.email)
    assert minted.code not in town.letter().text and town.mails()[0].subject == "There are no tickets for this address"


def test_an_account_without_tickets_is_told_so(town: Writing, eve: User) -> None:
    lost_tickets.mail_all(town.stationery, town.db, town.now, town.vault, eve.email)
    assert town.letter(0).subject == "There are no tickets for this address"
    assert "No ticket is registered to your account." in town.letter().text


def test_lost_tickets_are_mailed_once_an_hour(town: Writing, eve: User) -> None:
    for minutes, count in ((0, 1), (59, 1), (60, 2), (61, 2)):
        later = town.later(minutes=minutes)
        lost_tickets.mail_all(town.stationery, town.db, later.now, town.vault, eve.email)
        assert len(town.mails()) == count, minutes


@pytest.mark.parametrize("what", ["unknown", "unverified", "disabled"])
def test_lost_tickets_go_to_verified_addresses_only(town: Writing, eve: User, what: str) -> None:
    eve.verified_at = None if what == "unverified" else town.now
    eve.disabled_at = town.now if what == "disabled" else None
    email = "nobody@example.com" if what == "unknown" else eve.email
    lost_tickets.mail_all(town.stationery, town.db, town.now, town.vault, email)
    assert town.mails() == []


@pytest.fixture
def own_brand(tmp_path: Path) -> Path:
    """A brand folder of one's own."""
    brand = tmp_path / "brand"
    (brand / "templates/mail/lost_tickets").mkdir(parents=True)
    (brand / "templates/mail/activated").mkdir()
    for file in SHIPPED_BRAND.iterdir():
        if file.is_file():
            (brand / file.name).write_bytes(file.read_bytes())
    return brand


def test_a_template_that_breaks_stops_no_deed(estate: Estate, own_brand: Path) -> None:
    (own_brand / "templates/mail/activated/subject.txt").write_text("{{ nothing.of.this }}")
    town = Writing(estate.db, estate.vault, estate.now, Stationery(load_brand(own_brand), URL))
    minted = town.held_by(town.user("Eve", town.group("Eve")))
    assert town.run_on(minted.license, pc(1)).allowed
    with pytest.raises(Unwritten, match="'activated' in 'en' cannot be written"):
        town.letter()


def test_a_mail_tells_the_facts_of_the_deed_whatever_happens_until_it_leaves(town: Writing, eve: User) -> None:
    minted = town.held_by(eve)
    device = town.run_on(minted.license, pc(1)).device
    eve.name, eve.email, eve.language, eve.time_zone = "Eva", "eva@people.example", "de", "Asia/Tokyo"
    device.name = "DESK-RENAMED"
    town.db.execute(update(Product).values(name="CAD Amateur"))
    town.db.flush()
    (told,) = town.mails()
    assert (told.recipient, told.language) == ("eve@example.com", "en")
    assert town.letter().subject == "CAD Pro runs on DESK-1 now"
    assert "Eve" in town.letter().text and "20 November 2026, 09:12 (Europe/Berlin)" in town.letter().text


def test_what_a_mail_will_say_is_sealed(town: Writing, eve: User) -> None:
    town.run_on(town.held_by(eve).license, pc(1))
    (told,) = town.mails()
    assert told.facts and b"DESK-1" not in told.facts and b"Eve" not in told.facts
    assert (told.subject, told.body, told.headers) == ("", None, {})


def test_a_brand_puts_its_own_words_colors_and_templates_into_mails(own_brand: Path) -> None:
    brand = own_brand
    card = (brand / "brand.toml").read_text().replace('name = "Tessel Works"', 'name = "Chisel, Ltd"')
    (brand / "brand.toml").write_text(card)
    (brand / "tokens.css").write_text(":root { --primary: #8a1c4a; }")
    (brand / "templates/mail/lost_tickets/subject.txt").write_text("Found again")
    stationery = Stationery(load_brand(brand), URL, "portal@chisel.example")
    found = stationery.write("lost_tickets", "en", stationery.brand.zone, NOW, person="Eve", tickets=[], more=0)
    assert found.subject == "Found again" and "#8a1c4a" in found.html and "at Chisel, Ltd for" in found.text
    assert found.headers["From"] == '"Chisel, Ltd" <portal@chisel.example>'
    assert found.headers["Reply-To"] == "help@tessel.example"


def test_who_gets_a_seat_is_told_where_the_key_is_and_by_whom(town: Writing) -> None:
    brandt = town.group("Brandt Werkzeugbau")
    cora, ada = town.user("Cora", brandt, "admin"), town.user("Ada", brandt)
    minted = town.mint(town.article(quantity=2), brandt)
    given = assignments.assign(town.doing(town.actor(cora)), minted.license, ada)
    (told,) = town.mails()
    assert (told.kind, told.recipient, told.is_secret) == ("assigned", ada.email, False)
    key = personal_keys.of(town.doing(), given.assignment)
    for text in (town.letter().text, town.letter().html):
        assert "Brandt Werkzeugbau" in text and "Cora" in text and f"/licenses/{minted.license.public_id}" in text
        assert key not in text and minted.code not in text, "the key stays on the page"
    assignments.take_back(town.doing(town.actor(cora)), minted.license, given.assignment)
    assert [mail.kind for mail in town.mails()] == ["assigned", "taken_back"]
    assert "It ran on no PC" in town.letter().text


def test_the_one_whose_seat_it_is_is_told_of_a_new_pc_on_it(town: Writing) -> None:
    brandt = town.group("Brandt Werkzeugbau")
    ada, ben = town.user("Ada", brandt), town.user("Ben", brandt)
    minted = town.mint(town.article(quantity=2), brandt)
    seats = [assignments.assign(town.doing(), minted.license, user, tell=False).assignment for user in (ada, ben)]
    caller = Actor("program", license_id=minted.license.id, assignment_id=seats[0].id)
    activations.activate(town.doing(caller), minted.license, pc(1), through=seats[0])
    assert [(mail.kind, mail.recipient) for mail in town.mails()] == [("activated", ada.email)]
    assignments.take_back(town.doing(), minted.license, seats[0])
    assert "it ends at its next check" in town.letter().text


def test_who_cannot_be_written_to_gets_the_seat_all_the_same(town: Writing) -> None:
    brandt = town.group("Brandt Werkzeugbau")
    ada = town.user("Ada", brandt)
    ada.verified_at = None
    minted = town.mint(town.article(quantity=2), brandt)
    assert assignments.assign(town.doing(), minted.license, ada).allowed and not town.mails()
