"""The example program on trial: it starts, is bought and goes on without being told, and starts nobody else's trial."""

from collections.abc import Callable

from sqlalchemy import select

from portal.actions import demo_offers, demos, tickets
from portal.models import Activation, Article, Group, License, LicenseKey, Ticket, User
from tests.actions.estate import Estate
from tests.actions.test_demos import FREE, RULES
from tests.api.calling import Program
from tests.api.conftest import Desk
from tests.api.running import Running

Desks = Callable[[str], Desk]


def trial_of(estate: Estate, user: User, group: Group, article: Article) -> str:
    """A trial for this person; returns its ticket in writing."""
    offer = demo_offers.offer(estate.db, article.public_id)
    assert offer is not None
    started = demos.start(estate.doing(estate.actor(user)), user, group, offer, 14)
    assert started.license is not None
    fed = select(Ticket).join(LicenseKey, LicenseKey.ticket_id == Ticket.id)
    ticket = estate.db.execute(fed.where(LicenseKey.license_id == started.license.id)).scalar_one()
    return tickets.code_of(estate.vault, ticket)


def test_the_program_goes_on_with_what_was_bought_and_needs_no_new_key(running: Running, desk: Desks) -> None:
    with running.estate() as estate:
        group = estate.group("Eve")
        eve = estate.user("Eve", group, "admin")
        code = trial_of(estate, eve, group, estate.article("TRY", RULES, model="demo", days=30, options={"days": [14]}))
    pc = desk("DESK-1")
    assert pc.run("activate", code) == (0, "Activated on DESK-1.")
    with running.look() as db:
        before = db.execute(select(Activation.public_id)).scalar_one()
    with running.estate() as estate:
        vendor = estate.group("Tessel", kind="vendor")
        bought = estate.mint(estate.article("CADPRO-1", FREE), vendor)
        own = estate.db.get_one(Group, group.id)
        tickets.register(estate.doing(estate.actor(eve)), tickets.get(estate.doing(), bought.ticket.id), own)
    assert pc.run("check")[0] == 0
    assert pc.run("run") == (0, "Tessel CAD Pro runs on DESK-1.")
    with running.look() as db:
        after = db.execute(select(Activation)).scalar_one()
        assert (after.public_id, after.license_id) == (before, bought.license.id), "the machine keeps its id"
    answer = Program(running.url, code).call("GET", "/me").json
    assert answer["data"]["id"] == str(bought.license.public_id)
    assert pc.run("return")[0] == 0
    with running.look() as db:
        assert db.get_one(License, bought.license.id).used == 0


def test_another_persons_trial_does_not_start_on_the_same_pc(running: Running, desk: Desks) -> None:
    with running.estate() as estate:
        article = estate.article("TRY", RULES, model="demo", days=30, options={"days": [14], "per_company": 9})
        codes = []
        for name in ("Eve", "Adam"):
            group = estate.group(name)
            codes.append(trial_of(estate, estate.user(name, group, "admin"), group, article))
    pc = desk("DESK-1")
    assert pc.run("activate", codes[0])[0] == 0
    assert pc.run("return")[0] == 0
    code, said = pc.run("activate", codes[1])
    assert code != 0 and "trial of this product already" in said
    assert desk("DESK-2").run("activate", codes[1])[0] == 0
