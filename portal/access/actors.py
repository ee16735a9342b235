"""Who asks, in which groups they have a place, and the three ways in which they are told no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.models import GroupKind, Role


class Stop(Exception):
    """Ends a request and undoes everything it did; `code` names the sentence that people read."""

    status = 400

    def __init__(self, code: str = "bad_request", **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class NotFound(Stop):
    """It does not exist, or the actor must not learn that it does."""

    status = 404

    def __init__(self, code: str = "not_found") -> None:
        super().__init__(code)


class Forbidden(Stop):
    """The actor sees the thing, but this is not theirs to do."""

    status = 403

    def __init__(self, code: str = "forbidden") -> None:
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Place:
    """A group the actor belongs to, and as what."""

    group_id: int
    public_id: UUID
    name: str
    kind: str
    path: str
    role: str
    is_person: bool

    @property
    def is_inside_customer(self) -> bool:
        """Resellers and the vendor see what hangs below them, but a customer's PCs are the customer's to move."""
        return self.kind in (GroupKind.CUSTOMER, GroupKind.DEPARTMENT)

    def rules_over(self, path: str) -> bool:
        """Whether an admin here is an admin of the group with this path: it is this one or below it."""
        return self.role == Role.ADMIN and path.startswith(self.path)


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks: nobody known, a person, the holder of tickets, or a program with a license key.

    `acting_id` is the group that a person chose to look at alone; it narrows what lists show, never what they may do.
    A program that came with a person's own key has the `assignment_id` it belongs to. `how`, `provider`, `proved_at`
    and `factor_at` say how the person came in, as their session has it, and `lists` what they asked of lists last.
    """

    kind: str = "anonymous"
    user_id: int | None = None
    public_id: UUID | None = None
    name: str = ""
    email: str = ""
    language: str | None = None
    time_zone: str | None = None
    places: tuple[Place, ...] = ()
    ticket_ids: tuple[int, ...] = ()
    license_id: int | None = None
    assignment_id: int | None = None
    session_id: int | None = None
    expires_at: datetime | None = None
    seen_at: datetime | None = None
    acting_id: int | None = None
    how: str | None = None
    proved_at: datetime | None = None
    factor_at: datetime | None = None
    provider: str | None = None
    has_shortcuts: bool = False
    lists: bytes | None = None

    @property
    def signed_in(self) -> bool:
        return self.kind in ("user", "ticket")

    @property
    def acting(self) -> Place | None:
        """The place they look at alone, if they chose one and still have it."""
        return next((place for place in self.places if place.group_id == self.acting_id), None)

    @property
    def oversees(self) -> bool:
        """Whether they look after other people's licenses, as the vendor and resellers do."""
        return any(place.role == Role.ADMIN and not place.is_inside_customer for place in self.places)

    @property
    def reads_rules(self) -> bool:
        """Whether they belong to the vendor, whose rules these are."""
        return self.kind == "user" and any(place.kind == GroupKind.VENDOR for place in self.places)

    @property
    def writes_rules(self) -> bool:
        """Whether they decide for the vendor."""
        return self.kind == "user" and any(
            place.kind == GroupKind.VENDOR and place.role == Role.ADMIN for place in self.places
        )

    def role_over(self, path: str) -> str:
        """The role the rules speak of, in the group that a license belongs to."""
        if self.kind != "user":
            return self.kind
        return "admin" if any(place.rules_over(path) and not place.is_person for place in self.places) else "member"


ANONYMOUS = Actor()
