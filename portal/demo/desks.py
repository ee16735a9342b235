"""Who of Cora's colleagues sits at which PC of the pool, and who does not have one yet."""

from __future__ import annotations

from portal.demo.staff import STAFF

# The others who have a seat got the next PCs of the row.
_KNOWN = {
    "Malte Anders": ("WS-1107",), "Selin Aydın": ("WS-1132",), "Wei Chen": ("WS-1204", "LT-0381"),
    "Klaus Eberle": ("WS-1018",), "Annika Groß": ("WS-1140",), "Omar Haddad": ("LT-0377",),
}  # fmt: skip
WITHOUT = (
    "Jonas Bauer", "Ida Brückner", "Luc Fontaine", "Daria Ivanova", "Amélie Roux", "Kofi Sarpong", "Marek Zieliński",
)  # fmt: skip
# They got a seat of late and have not started the program: most in one go, one by asking for it.
LATE = ("Petra Dvořák", *(one.name for one in STAFF[-19:] if one.name not in (*WITHOUT, "Marie Vogel")))[:16]
ASKED = "Marie Vogel"


def desks() -> dict[str, tuple[str, ...]]:
    """The PCs of everybody who works with a seat of their own."""
    seated = [one.name for one in STAFF if one.name not in (*WITHOUT, *LATE, ASKED, *_KNOWN)]
    return _KNOWN | {name: (f"WS-{1206 + 4 * at}",) for at, name in enumerate(seated)}
