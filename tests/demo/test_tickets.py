"""What each ticket of the demo is there to show, shown."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import ANONYMOUS, Actor, Permission, may, owned, transfer_for
from portal.actions import activations, proofs, rule_sets, seats, tickets
from portal.actions import transfers as acts
from portal.actions.doing import Moment
from portal.actions.ledger import Question
from portal.demo.machines import pc
from portal.demo.orders import ORDERS
from portal.doors import sessions
from portal.files import certificates
from portal.files import tickets as codes
from portal.models import License, Ticket, User
from portal.reports import overview, transfers
from portal.reports.history import history
from portal.reports.shapes import Row, State
from portal.rules import Decision
from tests.demo.conftest import NOW, Demo


def actor(db: Session, demo: Demo, who: str) -> Actor:
    """Somebody, signed in."""
    token = sessions.open_for_user(db, db.get_one(User, demo.world.people[who].id), NOW, agent="", address="")
    db.flush()
    return sessions.actor_of(db, token, NOW)


def overview_of(db: Session, demo: Demo, who: str) -> list[Row]:
    found = overview.overview(db, demo.keys.vault, actor(db, demo, who), overview.Wanted(), NOW)
    return list(found.rows)


def license_of(db: Session, demo: Demo, key: str) -> License:
    return db.get_one(License, demo.world.licenses[key].id)


def move(db: Session, demo: Demo, key: str) -> Decision:
    """What moving the one seat of this license from its PC would come to."""
    license_ = license_of(db, demo, key)
    doing = Moment(db, ANONYMOUS, NOW, demo.keys.vault)
    (seat,) = seats.live(doing, license_)
    return Question(doing, license_, None, activation=seat, evidence="declaration").decide("rehost")


def test_every_ticket_is_there_and_reads_as_written(demo: Demo) -> None:
    assert list(demo.world.tickets) == [order.key for order in ORDERS]
    with demo.database.reading() as db:
        doing = Moment(db, ANONYMOUS, NOW, demo.keys.vault)
        for one in demo.world.tickets.values():
            ticket = tickets.find(doing, one.code.lower())
            assert ticket is not None and ticket.id == one.id
            (found,) = codes.find(one.code)
            assert (found.problem == "foreign") == (one.key == "imported")


def test_the_dead_pc_leaves_one_move(demo: Demo) -> None:
    with demo.database.reading() as db:
        for key in ("dead_pc", "dead_pc_waiting"):
            license_, decision = license_of(db, demo, key), move(db, demo, key)
            assert demo.world.tickets[key].state == "issued" and (license_.quantity, license_.used) == (1, 1)
            assert decision.allowed and decision.remaining["moves"] == 1
            assert license_.seen_at is not None and 1 <= (NOW - license_.seen_at).days <= 2
        assert license_of(db, demo, "dead_pc").waiting_until is None
        assert license_of(db, demo, "dead_pc_waiting").waiting_until is not None


def test_one_license_is_out_of_moves_until_a_day_to_come(demo: Demo) -> None:
    with demo.database.reading() as db:
        decision = move(db, demo, "exhausted")
        assert decision.code == "allowance_exhausted"
        assert decision.next_allowed_at is not None and decision.next_allowed_at > NOW


def test_the_last_seat_goes_to_the_first_program_only(demo: Demo) -> None:
    with demo.database.writing() as db:
        license_ = license_of(db, demo, "last_seat")
        assert license_.ends_at is None and license_.waiting_until is None
        program = Moment(db, Actor(kind="program", license_id=license_.id), NOW, demo.keys.vault)
        assert activations.activate(program, license_, pc("NEW-1")).allowed
        late = activations.activate(program, license_, pc("NEW-2"))
        assert not late.allowed and late.decision.code == "seats_exhausted"


def test_whatever_is_said_to_be_free_can_be_taken(demo: Demo) -> None:
    """Free seats are promised to scripts: none may turn out to be refused, whichever ticket they pick."""
    with demo.database.writing() as db:
        for key, ticket in demo.world.tickets.items():
            license_ = license_of(db, demo, key)
            program = Moment(db, Actor(kind="program", license_id=license_.id), NOW, demo.keys.vault)
            outcome = activations.activate(program, license_, pc("NEWCOMER"))
            # A kept seat waits for exactly such a newcomer, and counts as taken until it comes.
            assert outcome.allowed == (ticket.free_seats > 0 or key in ("kept", "office_lost_viewer")), key


def test_doors_and_owners(demo: Demo) -> None:
    with demo.database.reading() as db:
        doing = Moment(db, ANONYMOUS, NOW, demo.keys.vault)
        for key, one in demo.world.tickets.items():
            ticket = db.get_one(Ticket, one.id)
            wanted = {"issued": "ok", "registered": "ticket_registered", "revoked": "ticket_revoked"}[one.state]
            assert tickets.opens_door(doing, ticket) == wanted, key
        pools = {
            "cadhaus_pool": "cadhaus",
            "reinhardt_pool": "reinhardt",
            "brandt_mill": "toolmaking",
            "boxed": "vendor",
        }
        for key, group in pools.items():
            assert db.get_one(Ticket, demo.world.tickets[key].id).group_id == demo.world.groups[group].id


def test_eve_sees_her_nine(demo: Demo) -> None:
    with demo.database.writing() as db:
        rows = overview_of(db, demo, "eve")
    states = sorted(row.state for row in rows)
    assert states == sorted(
        [
            State.WAITING,
            State.TRANSFER,
            State.ACTIVE,
            State.ACTIVE,
            State.ENDS_SOON,
            State.RETURNING,
            State.READY,
            State.EXPIRED,
            State.MERGED,
        ]
    )
    by_state = {row.state: row for row in rows}
    assert by_state[State.WAITING].waiting == "DESK-77" and by_state[State.WAITING].devices == ("DESK-42",)
    assert by_state[State.ENDS_SOON].days_left == 12
    assert by_state[State.READY].term.starts_on_use_days == 365
    assert any((row.used, row.quantity) == (2, 3) for row in rows)
    assert all(row.code for row in rows), "her own tickets, in full"
    longer = next(row for row in rows if row.kind == "subscription" and row.state is State.ACTIVE)
    assert by_state[State.MERGED].merged_into == codes.masked(longer.code or "")


def test_a_pc_without_a_network_can_be_continued_to_its_end(demo: Demo) -> None:
    """The file that waits for its receipt is a real one: carried back, it closes the transfer."""
    with demo.database.writing() as db:
        who = actor(db, demo, "eve")
        (carried,) = transfers.under_way(db, who)
        assert (carried.kind, carried.device, carried.closed) == ("activation", "SHOP-03", None)
        license_, transfer = transfer_for(db, who, carried.id, Permission.USE)
        assert license_.id == demo.world.licenses["eve_mill"].id
        doing = Moment(db, who, NOW, demo.keys.vault)
        text = acts.text_of(doing, transfer)
        certificates.open_file(
            demo.keys, certificates.Kind.MACHINE, text,
            secret=certificates.secret_of(demo.world.tickets["eve_mill"].code, pc("SHOP-03").fingerprint),
        )  # fmt: skip
        assert proofs.declare(doing, license_, text, transfer).allowed
        assert transfers.under_way(db, who) == ()
        db.rollback()


def test_eves_oldest_license_tells_its_story(demo: Demo) -> None:
    with demo.database.writing() as db:
        who = actor(db, demo, "eve")
        events, more = history(db, who, demo.world.licenses["eve_cad"].id)
    told = [(event.kind, event.params.get("device"), event.actor, event.reason) for event in reversed(events)]
    assert more == 0 and told == [
        ("license.issued", None, "vendor", None),
        ("license.registered", None, "you", None),
        ("device.activated", "DESK-19", "program", None),
        ("device.waiting", "DESK-42", "program", None),
        ("device.moved", "DESK-42", "you", "hardware_failure"),
        ("device.confirmed", "DESK-42", "program", None),
        ("device.waiting", "DESK-77", "program", None),
    ]
    first = next(event for event in events if event.kind == "device.activated")
    assert first.params["first"] is True


def test_nobody_sees_beside_or_above(demo: Demo) -> None:
    with demo.database.writing() as db:
        seen = {who: {row.id for row in overview_of(db, demo, who)} for who in demo.world.people}
        ids = {key: license_.public_id for key, license_ in demo.world.licenses.items()}
        assert seen["sid"] == set() and len(seen["eve"]) == 9
        assert seen["cora"] == {ids["brandt_pool"], ids["brandt_mill"], ids["exhausted"]}
        assert ids["last_seat"] in seen["rhea"], "a customer of the reseller below her"
        assert not seen["rhea"] & (seen["eve"] | seen["cora"])
        assert seen["vera"] == set(db.execute(select(License.public_id)).scalars()) > set(ids.values())
        pool = license_of(db, demo, "brandt_pool")
        cora, vera = actor(db, demo, "cora"), actor(db, demo, "vera")
        assert may(cora, Permission.USE, owned(db, pool, cora))
        assert not may(vera, Permission.USE, owned(db, pool, vera)), "a customer's PCs are the customer's to move"


def test_the_stricter_product_has_rules_of_its_own(demo: Demo) -> None:
    with demo.database.reading() as db:
        names = {
            key: rule_sets.in_force(db, license_of(db, demo, key).article_id).name for key in ("boxed", "brandt_mill")
        }
        assert names == {"boxed": "Default", "brandt_mill": "CAM Mill"}
        assert db.scalar(select(License.id).where(License.state == "merged")) is not None
