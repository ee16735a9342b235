"""Requests as an admin of a customer sends them, recorded from the table of all routes, and what ids stand in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.security.matrix import FIELDS, MATRIX

SIDES = {"brandt": ("cora", "max"), "linde": ("lena", "lars")}  # the admin and a member of each

# Requests with ids where the table has none: in queries, in the names of fields, and in fields that may be empty.
MORE: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("GET /licenses/{license_id}?gone={activation_id}", "active", {}),
    ("GET /licenses/{license_id}/seats?department={department_id}", "home", {}),
    ("GET /licenses/{license_id}/seats.csv?department={department_id}", "home", {}),
    ("GET /groups/{group_id}/members?department={department_id}", "home", {}),
    ("GET /groups/{group_id}/assignments?department={department_id}", "home", {}),
    ("GET /groups/{group_id}/assignments.csv?department={department_id}", "home", {}),
    ("POST /licenses/{license_id}/assignments", "home", {"what": "take_back", "person-{user_id}": "yes"}),
    ("POST /licenses/{license_id}/assignments", "home", {
        "what": "take_back", "department": "{department_id}", "all": "yes",
    }),
    ("POST /licenses/{license_id}/assignment", "quiet pool", {"person": "{email}"}),
    ("POST /licenses/{license_id}/reservations", "home", {"department": "{department_id}", "seats": "2"}),
    ("POST /groups/{group_id}/members", "home", {
        "name": "New", "email": "new@people.example", "role": "member", "language": "en",
        "department": "{department_id}", "external_id": "",
    }),
    ("GET /groups/{department_id}/name", "home", {}),
    ("POST /groups/{department_id}/name", "home", {"name": "Paint shop"}),
    ("POST /requests/{request_id}/answer", "home", {"answer": "no", "page": "{group_id}"}),
    ("POST /groups/{group_id}/members/{membership_id}/department", "home", {"department": "{department_id}"}),
    ("POST /tickets/redemption", "home", {"tickets": "{free}", "confirmed": "yes", "group": "{group_id}"}),
    ("POST /groups/{group_id}/members/{membership_id}/removal", "home", {
        "held-{assignment_id}": "give", "successor": "{admin_email}",
    }),
)  # fmt: skip

@dataclass(frozen=True)
class Recorded:
    """One request of an admin, or, where it is about something of theirs, of a member."""

    by: str
    method: str
    path: str
    fields: dict[str, str] = field(default_factory=dict)

    def send(self, browser: Client, token: str, *, htmx: bool = False) -> Page:
        if self.method == "GET":
            return browser.get(self.path, status=None, htmx=htmx)
        return browser.post(self.path, self.fields, token=token, htmx=htmx)

    def with_other(self, own: list[str], other: str) -> Iterator[Recorded]:
        """The same with another id in each place where one of one's own stands, one place at a time."""
        for id_ in own:
            if ("@" in id_) != ("@" in other):
                continue  # an address in the place of an id is nonsense, not somebody else's
            for found in re.finditer(re.escape(id_), self.path):
                path = self.path[: found.start()] + other + self.path[found.end() :]
                yield Recorded(self.by, self.method, path, self.fields)
            for name, value in self.fields.items():
                if value == id_:
                    yield Recorded(self.by, self.method, self.path, self.fields | {name: other})
                if id_ in name:
                    kept = {key: said for key, said in self.fields.items() if key != name}
                    yield Recorded(self.by, self.method, self.path, kept | {name.replace(id_, other): value})


def ids_of(served: Served, place: str) -> dict[str, str]:
    """What routes and fields call the ids of a customer: of its home, its department and one of its members."""
    village = served.village
    admin, member = SIDES[place]
    return village.homes[place].names | {
        "department_id": str(village.groups[f"{place}-design"]),
        "email": village.people[member].email, "admin_email": village.people[admin].email,
        "free": village.codes["free"],
    }  # fmt: skip


def things_of(served: Served, place: str) -> dict[str, str]:
    """The ids of all licenses of a customer with what belongs to them, each under a name of its own."""
    return {
        f"{kind} {name}": id_
        for (owner, kind), thing in served.village.things.items()
        if owner == place
        for name, id_ in thing.names.items()
        if id_ != "None"
    }


# What only whoever asked may do.
ASKERS = ("/requests/{request_id}/withdrawal", "/requests/{request_id}/restoration")
# What nobody at a customer may do, so that there is nothing to record; departments they do rename themselves.
VENDORS = frozenset(
    {"POST /licenses/{license_id}/override", "GET /groups/{group_id}/name", "POST /groups/{group_id}/name"}
)


def requests_of(served: Served, place: str) -> list[Recorded]:
    """Every request about something of this customer's."""
    admin, member = SIDES[place]
    found = []
    home = ids_of(served, place)
    rows = [(name, kind, FIELDS.get(name, {})) for name, (kind, _) in MATRIX.items()] + list(MORE)
    for name, kind, fields in rows:
        method, path = name.split()
        if not kind or path.startswith(("/api/", "/desk/")) or name in VENDORS:
            continue
        own = kind in ("home", "quiet pool")
        names = home if own else served.village.thing(place, kind).names
        if kind == "quiet pool":
            names = names | {"license_id": str(served.village.thing(place, "unused").id)}
        said = {key.format(**names): value.format(**names) for key, value in fields.items()}
        asks = path in ASKERS or "{question_id}" in path or "{attachment_id}" in path
        by = member if asks else admin
        found.append(Recorded(by, method, path.format(**names), said))
    return found
