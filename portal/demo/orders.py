"""The orders of the demo: one ticket each, known by name here and found again by its order number."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Order:
    """A ticket to be: what it is called in the stories and tests, and what it is there to show."""

    key: str
    number: str
    shows: str


# Scripts take the first ticket that fits, so the plain ones come first.
ORDERS = (
    Order("dead_pc", "20977", "never registered; DESK-42, its only PC, is dead, and one move is left"),
    Order("dead_pc_waiting", "20978", "the same, and DESK-77 already waits for the seat"),
    Order("last_seat", "20881", "registered, exactly one seat free"),
    Order("boxed", "21310", "never registered, never used"),
    Order("trial", "21311", "a 30-day demo, not begun"),
    Order("imported", "TW-OLD-4711", "from the vendor's older system, in its own format"),
    Order("cadhaus_pool", "21288", "in the pool of the reseller CAD-Haus Nord"),
    Order("reinhardt_pool", "21289", "in the pool of Reinhardt Systems, a reseller below CAD-Haus Nord"),
    Order("full", "20655", "registered, all seats in use"),
    Order("kept", "20702", "moved away from a dead PC; the seat is kept for the next one"),
    Order("exhausted", "20590", "Cora's own: no move left before next year, and a PC waits"),
    Order("expired", "20544", "a subscription that has ended"),
    Order("recalled", "21102", "recalled; it is taken away at the next check"),
    Order("revoked", "21077", "revoked"),
    Order("nfr", "20810", "the reseller's own, not for resale"),
    Order("eve_cad", "20418", "Eve: DESK-77 waits for the seat of DESK-42"),
    Order("eve_mill", "20733", "Eve: moved to SHOP-03, which has no network and has not answered"),
    Order("eve_subscription", "20914", "Eve: a subscription that was prolonged"),
    Order("eve_viewer", "20566", "Eve: 2 of 3 seats in use"),
    Order("eve_mill_90", "21203", "Eve: ends in 12 days"),
    Order("eve_mill_365", "21044", "Eve: asked back from STUDIO-1"),
    Order("eve_ready", "21321", "Eve: ready, 365 days from first use"),
    Order("eve_demo", "20999", "Eve: a demo that has ended"),
    Order("eve_merged", "20871", "Eve: merged into the subscription"),
    Order("brandt_pool", "20301", "Brandt Maschinenbau: a pool of 400 seats, 361 of them in use and 17 assigned"),
    Order("brandt_mill", "20760", "Brandt Maschinenbau: the pool of Toolmaking"),
    Order("school_viewer", "20688", "the school's lab: 24 PCs"),
    Order("school_cad", "21150", "its PC is dead, no move yet, and an emergency license stands in for it"),
    Order("office_lost_viewer", "20644", "its PC was left on a train this morning; the seat is kept for the next"),
    Order("office_lost_cad", "21260", "on the same PC, and too young to move"),
)
NUMBERS = {order.key: order.number for order in ORDERS}
