"""What a person or a script needs to know of the demo: who signs in with what, and which tickets there are."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from portal.demo import people
from portal.demo.world import World
from portal.settings import SettingsError

FILE_NAME = "demo.json"


def document(world: World, url: str, public_key: str) -> dict[str, object]:
    """The content of demo.json: address, public key (64 hex digits), people with a role, and tickets."""
    return {
        "url": url,
        "public_key": public_key,
        "users": [
            {"email": one.email, "password": one.password, "role": one.role}
            for one in world.people.values()
            if one.role != "neighbor"
        ],
        "tickets": [
            {"code": one.code, "product": one.product, "state": one.state, "free_seats": one.free_seats}
            for one in world.tickets.values()
        ],
    }


def write(folder: Path, content: dict[str, object]) -> Path:
    """Write demo.json whole or not at all, readable by its owner only; the same content is not written twice."""
    path, text = folder / FILE_NAME, json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    try:
        if path.exists() and path.stat().st_mode & 0o777 == 0o600 and path.read_text(encoding="utf-8") == text:
            return path
        folder.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=f".{FILE_NAME}.", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise SettingsError(f"{path} cannot be written: {problem.strerror}.") from None
    return path


def lines(world: World, url: str) -> Iterator[str]:
    """The same for people: a page of plain text."""
    yield f"Who can sign in at {url}"
    for one in world.people.values():
        if one.role != "neighbor":
            yield f"  {one.name:<15} {one.role:<9} {one.email:<42} {one.password}"
    colleagues = people.password(people.COLLEAGUES)
    yield f"  Cora's 59 colleagues, as in malte.anders@brandt-maschinenbau.example: {colleagues}"
    yield "  annika.gross@brandt-maschinenbau.example looks after the department Design"
    yield ""
    yield f"What they are mailed stands at {url}/dev/mail"
    yield ""
    yield "Tickets as they are now, and what each was made to show"
    for ticket in world.tickets.values():
        free = f"{ticket.free_seats} free"
        yield f"  {ticket.code:<29}  {ticket.product_name:<15} {ticket.state:<10} {free:>7}  {ticket.shows}"
    yield "A PC that waits for a seat does so for a day; `portal demo --fresh` starts over."
