"""What the pages about licenses are given: plain frozen facts, no sentences and no database rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class State(StrEnum):
    """What a license, a seat or a ticket is like now. Each has a shape, a word and a color on every page."""

    ACTIVE = "active"
    WAITING = "waiting"  # a PC was refused for lack of a seat and waits
    KEPT = "kept"  # moved away from a lost PC; the seat is kept for the next one that asks
    TRANSFER = "transfer"  # a file or a seat was handed out and the program has not confirmed it
    RETURNING = "returning"
    ENDS_SOON = "ends_soon"
    DECISION = "decision"
    EMERGENCY = "emergency"
    READY = "ready"
    EXPIRED = "expired"
    RECALLED = "recalled"
    REVOKED = "revoked"
    REFUSED = "refused"
    REPLACED = "replaced"
    RETURNED = "returned"
    LAPSED = "lapsed"
    MERGED = "merged"


class Way(StrEnum):
    """The one thing a row or page offers first."""

    MOVE = "move"  # a PC waits: move the license there
    GIVE = "give"  # a PC waits and a seat is free: give it the seat
    SEE = "see"  # something is under way: see what is missing
    ACTIVATE = "activate"  # how to activate on a PC
    MANAGE = "manage"  # look at the seats and PCs
    BUY = "buy"
    HISTORY = "history"


class Term(NamedTuple):
    """How long a license runs. `ends_at` None and `starts_on_use_days` None: no end date."""

    ends_at: datetime | None = None
    starts_on_use_days: int | None = None
    maintenance_until: datetime | None = None


class Row(NamedTuple):
    """One license in the overview. A page makes fifty of them, and a tuple is made in a third of the time."""

    id: UUID
    product: str
    kind: str  # "seats" | "subscription" | "days" | "demo": what the second line of the row says
    days: int | None  # for kind "days" and "demo"
    quantity: int
    used: int
    code: str | None  # the ticket in full, or None where the reader may not see it
    masked: str | None  # "L48HF … 2TCCY"
    state: State
    waiting: str | None  # name of the waiting PC
    days_left: int | None
    devices: tuple[str, ...]  # names of the PCs it runs on, at most three
    more_devices: int  # how many beyond these
    seen_at: datetime | None  # last check-in of the latest PC
    asked_at: datetime | None  # when a return was asked for
    term: Term
    way: Way
    group: str  # "waiting" | "in_use" | "not_in_use"
    holder: str | None = None  # whose it is, where the reader looks after others
    merged_into: str | None = None  # masked ticket


@dataclass(frozen=True, slots=True)
class Overview:
    """The page of licenses: what was asked for and what was found."""

    rows: tuple[Row, ...]
    total: int  # licenses that match
    waiting: int  # of these, waiting for the reader
    counts: dict[str, int]  # matching licenses per group, over all pages
    page: int
    pages: int
    products: tuple[tuple[str, str], ...]  # (code, name) the reader can filter by
    query: dict[str, str]  # search, product, state, order as they were asked for
    owns_any: bool  # False: the reader has no license at all


@dataclass(frozen=True, slots=True)
class Seat:
    """One line of the table of seats and PCs, newest first."""

    id: UUID | None  # the activation, or the waiting device
    name: str | None  # None: a seat that is kept for the next PC
    platform: str | None
    generation: int | None
    state: State
    seen_at: datetime | None
    file_until: datetime | None  # its license file is good until then
    waits_until: datetime | None
    since: datetime | None
    until: datetime | None
    may_return: bool = False  # offer "Ask to return"
    may_keep: bool = False  # offer "Keep it" (a return was asked for and is not done)
    may_dismiss: bool = False  # offer "Not mine" (waiting PC)
    may_move: bool = False  # offer "My old PC is gone"
    this_is_gone: bool = False  # the decision panel is about this PC
    transfer: UUID | None = None  # what is under way to or from it without a network
    may_return_offline: bool = False  # offer "Return without a network"
    held_until: datetime | None = None  # returned, and its seat is free only from then on
    person: str | None = None  # whom this seat was assigned to
    device: UUID | None = None  # the PC, where it can be reported as gone with all that runs on it


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history."""

    at: datetime
    kind: str
    outcome: str  # "done" | "refused"
    shape: State | None  # None: a plain filled dot
    params: dict[str, str]
    actor: str  # "you" | "program" | "ticket" | "vendor" | "person" | "portal"
    actor_name: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """The decision the page offers: before the click, what the rules say of it.

    kind: "move" (a seat's PC is gone; to the waiting PC or to the next one that asks), "give" (a seat is free for the
    waiting PC), "refused" (not now: why, from when, what else), "activate" (nothing waits and a seat is free: how),
    "returning" (what is missing), "kept" (moved; start the program on the new PC), "receipt" (a license file was
    handed out for a PC without a network, and its receipt is missing).
    """

    kind: str
    activation: UUID | None = None  # the seat it is about
    gone: Seat | None = None  # the PC that is gone
    choices: tuple[Seat, ...] = ()  # more than one PC could be the one that is gone
    target: Seat | None = None  # the waiting PC
    outcome: str = "allow"
    code: str = "ok"
    rule: str | None = None
    params: dict[str, object] = field(default_factory=dict)
    allowance: str | None = None  # the allowance that is the scarcest for a move
    left: int | None = None  # moves left before; None: not limited
    of: int | None = None
    next_at: datetime | None = None  # when one more is added
    next_allowed_at: datetime | None = None  # refused: when it will be possible
    last_move: Event | None = None  # refused: what used it up
    transfer: UUID | None = None  # kind "receipt": what waits for its receipt
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pool:
    """How the seats of a license are handed out, for the one who does it."""

    assigned: int  # to people, or kept for departments or nobody
    free: int
    holder: str | None  # e-mail address of the person who has the whole license
    is_shared: bool  # every member of the group may use it
    ticket_licenses: int  # how many licenses its ticket carries
    kept: tuple[tuple[UUID | None, str | None, int, int], ...]  # department or none: blocked; its name, seats, used
    departments: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The license page."""

    row: Row
    owner: str  # name of the group that owns it
    seats: tuple[Seat, ...]
    more_seats: int
    search: str  # what the table of seats was searched for
    panel: Panel | None
    statements: tuple[object, ...]  # what the rules say, as portal.rules.Statement
    rules_name: str
    rules_version: int
    rules_since: datetime
    events: tuple[Event, ...]
    more_events: int
    key: str | None  # license key where it is not the ticket's code
    cases: tuple[object, ...] = ()  # what did not fit lately, as sentences with their moments
    may_transfer: bool = False  # offer "Activate a PC without a network"
    names_people: bool = False  # the reader looks after the people who have its seats
    is_part: bool = False  # the reader sees only their own seats of it
    pool: Pool | None = None  # how its seats are handed out, for who may hand them out
    standing: tuple[object, ...] = ()  # emergency licenses that stand in for it now
    stands_for: object | None = None  # what it stands in for, if it is an emergency license
    may_take_emergency: bool = False  # offer an emergency license beside what did not fit
