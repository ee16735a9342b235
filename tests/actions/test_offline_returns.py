"""Returns by receipt: credited once if everything fits; otherwise a case, and neither a credit nor a lock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from portal.actions import chores, offline_returns, proofs, returns, transfers
from portal.files import keyring as keyrings
from portal.files import papers
from portal.files.documents import Type
from portal.files.papers import DocumentRefused
from portal.models import Activation, Conflict, Transfer
from tests.actions.estate import Estate, holder, pc, program
from tests.actions.test_transfers import install, take
from tests.actions.traces import events, everything, hold_counters, last_event, ledger, newest, told
from tests.fixtures.device import Sneakers, flips, resealed

LATER = """
name = "Later"
time_zone = "Europe/Berlin"
[evidence]
return_offline = { proof = "receipt", credit = "after P14D" }
"""
TOLERANT = 'name = "Tolerant"\ntime_zone = "Europe/Berlin"\n[binding]\nmatch = "two"\n'


@pytest.fixture
def ring(keys):
    return keyrings.load(keys)


class Scene:
    """A license on one PC without a network, which has its file and has said so."""

    def __init__(self, estate: Estate, ring, **article: object) -> None:
        self.estate, self.ring = estate, ring
        self.minted = estate.mint(estate.article(**article), estate.group())
        self.device = Sneakers(pc(1), self.minted.code, estate.now)
        taken = take(estate, self.minted, self.device.request())
        install(self.device, taken)
        self.doing = estate.doing(holder(self.minted))
        self.license, self.activation = self.minted.license, taken.outcome.activation
        proofs.take_receipt(self.doing, self.license, papers.read(self.device.receipt()))

    def ask(self) -> str:
        _, transfer = offline_returns.ask(self.doing, self.license, self.activation, self.ring)
        assert transfer
        return transfers.text_of(self.doing, transfer)

    def bring(self, text: str):
        """Bring a receipt, whatever it looks like."""
        try:
            paper = papers.read(text)
        except DocumentRefused as wrong:
            return proofs.not_fitting(self.doing, self.license, wrong.digest)
        if paper.type is Type.RETURN_RECEIPT:
            return offline_returns.take_receipt(self.doing, self.license, paper)
        return proofs.take_receipt(self.doing, self.license, paper)

    def cases(self) -> list[str]:
        return list(self.estate.db.execute(select(Conflict.reason).order_by(Conflict.id)).scalars())


@pytest.fixture
def scene(estate: Estate, ring) -> Scene:
    return Scene(estate, ring)


def test_asking_changes_no_seat_and_asking_again_gives_the_same_file(scene: Scene) -> None:
    first = scene.ask()
    assert (scene.activation.state, scene.license.used) == ("returning", 1)
    before, since = everything(scene.estate.db), newest(scene.estate.db)
    assert scene.ask() == first
    assert everything(scene.estate.db) == before and not events(scene.estate.db, since)
    assert papers.read(first).is_signed_by(scene.ring.current.public.public_bytes_raw())


def test_the_receipt_returns_the_seat_once(scene: Scene) -> None:
    receipt = scene.device.give_back(scene.ask())
    assert scene.bring(receipt).allowed
    assert (scene.activation.state, scene.license.used) == ("returned", 0)
    entry = ledger(scene.estate.db, scene.license)[-1]
    assert (entry.operation, entry.evidence, entry.line) == ("return", "receipt", scene.activation.line)
    assert told(last_event(scene.estate.db)) == ("device.returned", "done", None, "ticket")
    before, since = everything(scene.estate.db), newest(scene.estate.db)
    assert scene.bring(receipt).again
    assert everything(scene.estate.db) == before and not events(scene.estate.db, since) and not scene.cases()
    hold_counters(scene.estate.db)


def test_a_second_receipt_for_the_same_request_is_a_case(scene: Scene) -> None:
    request = scene.ask()
    assert scene.bring(scene.device.give_back(request)).allowed
    assert not scene.bring(scene.device.give_back(request, tombstone_digest=b"u" * 32)).allowed
    assert scene.cases() == ["ended"] and scene.license.used == 0


VARIANTS: dict[str, tuple[str, Callable[[Scene, str], str]]] = {
    "another activation": ("foreign", lambda scene, ask: scene.device.give_back(ask, activation_id=uuid4())),
    "another license": ("foreign", lambda scene, ask: scene.device.give_back(ask, license_id=uuid4())),
    "a later generation": ("foreign", lambda scene, ask: scene.device.give_back(ask, generation=2)),
    "generation none": ("foreign", lambda scene, ask: scene.device.give_back(ask, generation=0)),
    "a nonce of its own": ("nonce_unknown", lambda scene, ask: scene.device.give_back(ask, request_nonce=b"n" * 16)),
    "an older sequence": ("sequence", lambda scene, ask: scene.device.give_back(ask, seq=0)),
    "a later sequence": ("sequence", lambda scene, ask: scene.device.give_back(ask, seq=2)),
    "another head": ("sequence", lambda scene, ask: scene.device.give_back(ask, prev_head=b"h" * 32)),
    "other parts": (
        "components", lambda scene, ask: scene.device.give_back(ask, components={"board": b"b" * 32}),
    ),
    "no parts": ("components", lambda scene, ask: scene.device.give_back(ask, components={})),
    "another key's number": ("not_genuine", lambda scene, ask: scene.device.give_back(ask, device_key_id=b"k" * 8)),
    "another key": ("not_genuine", lambda scene, ask: with_key(scene.device).give_back(ask)),
    "no signature": ("not_genuine", lambda scene, ask: with_key(scene.device, None).give_back(ask)),
}  # fmt: skip


def with_key(device: Sneakers, key: Ed25519PrivateKey | None | str = "new") -> Sneakers:
    device.secret = Ed25519PrivateKey.generate() if key == "new" else key  # type: ignore[assignment]
    return device


@pytest.mark.parametrize("what", VARIANTS)
def test_what_does_not_fit_is_a_case(scene: Scene, what: str) -> None:
    reason, make = VARIANTS[what]
    request = scene.ask()
    receipt = make(scene, request)
    outcome = scene.bring(receipt)
    assert (outcome.decision.code, scene.cases()) == ("receipt_mismatch", [reason])
    assert (scene.activation.state, scene.license.used) == ("returning", 1)
    assert [one.operation for one in ledger(scene.estate.db, scene.license)] == ["activate"]
    assert not scene.bring(receipt).allowed and scene.cases() == [reason]


def test_no_bit_of_a_receipt_can_be_turned(scene: Scene, request: pytest.FixtureRequest) -> None:
    """Each of some seven thousand; on the slower database every seventeenth."""
    receipt = scene.device.give_back(scene.ask())
    stride = 17 if "postgresql" in request.node.callspec.id else 1
    tried = 0
    for text in list(flips(receipt, Type.RETURN_RECEIPT))[::stride]:
        assert scene.bring(text).decision.code == "receipt_mismatch"
        tried += 1
    assert tried > 300
    assert (scene.activation.state, scene.license.used) == ("returning", 1)
    assert scene.estate.db.execute(select(Transfer.closed_at).where(Transfer.kind == "return")).scalar() is None
    assert set(scene.cases()) <= {"unreadable", "foreign", "not_genuine"}
    assert scene.bring(receipt).allowed, "and the true one is still good"


def test_a_receipt_of_one_kind_is_none_of_the_other(scene: Scene) -> None:
    receipt = scene.device.give_back(scene.ask())
    renamed = receipt.replace("RETURN RECEIPT", "ACTIVATION RECEIPT")
    assert scene.bring(renamed).decision.code == "receipt_mismatch"
    content = resealed(receipt, Type.RETURN_RECEIPT, lambda told: told.replace(b"return-receipt", b"return-request"))
    assert scene.bring(content).decision.code == "receipt_mismatch"
    assert scene.license.used == 1


def test_a_receipt_comes_too_late_after_two_weeks(scene: Scene) -> None:
    receipt = scene.device.give_back(scene.ask())
    scene.doing = scene.estate.later(days=14, seconds=1).doing(holder(scene.minted))
    assert not scene.bring(receipt).allowed and scene.cases() == ["late"]
    assert (scene.activation.state, scene.license.used) == ("returning", 1)


def test_after_a_move_the_old_pc_returns_nothing(scene: Scene) -> None:
    receipt = scene.device.give_back(scene.ask())
    returns.give_back(scene.estate.doing(program(scene.license)), scene.license, scene.activation)
    since = len(ledger(scene.estate.db, scene.license))
    assert not scene.bring(receipt).allowed and scene.cases() == ["ended"]
    assert len(ledger(scene.estate.db, scene.license)) == since


def test_a_copy_that_returns_a_second_time_is_a_case(scene: Scene) -> None:
    """A snapshot from before the return has the key again; its generation is over."""
    request = scene.ask()
    assert scene.bring(scene.device.give_back(request)).allowed
    fresh = Sneakers(pc(1), scene.minted.code, scene.estate.now)
    taken = take(scene.estate, scene.minted, fresh.request())
    assert taken.outcome.allowed and taken.outcome.activation.line != scene.activation.line
    assert not scene.bring(scene.device.give_back(request, tombstone_digest=b"v" * 32)).allowed
    assert scene.cases() == ["ended"] and scene.license.used == 1


def test_the_parts_may_differ_as_far_as_the_rules_tolerate(estate: Estate, ring) -> None:
    scene = Scene(estate, ring, rules=TOLERANT)
    hashes = {name: papers.component_hash(value) for name, value in pc(1).parts.items()}
    receipt = scene.device.give_back(scene.ask(), components=hashes | {"mac": b"m" * 32})
    assert scene.bring(receipt).allowed


def test_a_plain_program_cannot_return_by_receipt(estate: Estate, ring) -> None:
    minted = estate.mint(estate.article(), estate.group())
    plain = Sneakers(pc(1), minted.code, estate.now, signs=False)
    activation = take(estate, minted, plain.request()).outcome.activation
    outcome, transfer = offline_returns.ask(estate.doing(holder(minted)), minted.license, activation, ring)
    assert (outcome.decision.code, transfer) == ("no_device_key", None)


def test_a_seat_that_is_credited_later_stays_used_until_then(estate: Estate, ring) -> None:
    scene = Scene(estate, ring, rules=LATER)
    assert scene.bring(scene.device.give_back(scene.ask())).allowed
    assert (scene.activation.state, scene.license.used) == ("returned", 1)
    assert scene.activation.held_until == estate.now + timedelta(days=14)
    hold_counters(estate.db)
    other = Sneakers(pc(2), scene.minted.code, estate.now)
    assert take(estate, scene.minted, other.request()).outcome.decision.code == "seats_exhausted"
    vault = estate.vault
    chores.credit(estate.db, estate.now + timedelta(days=13, hours=23), vault, {})
    assert scene.license.used == 1
    later = estate.later(days=14)
    chores.credit(estate.db, later.now, vault, {})
    assert (scene.license.used, scene.activation.held_until) == (0, None)
    assert told(last_event(estate.db)) == ("seat.credited", "done", None, "portal")
    hold_counters(estate.db)
    assert take(later, scene.minted, other.request()).outcome.allowed


def test_what_is_never_credited_stays_used(estate: Estate, ring) -> None:
    scene = Scene(estate, ring, rules=LATER.replace("after P14D", "never"))
    assert scene.bring(scene.device.give_back(scene.ask())).allowed
    chores.credit(estate.db, estate.now + timedelta(days=3650), estate.vault, {})
    assert scene.license.used == 1
    assert estate.db.execute(select(Activation.held_until)).scalar().year == 9999
