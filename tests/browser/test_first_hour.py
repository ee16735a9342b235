"""The first hour of a vendor, typed as the README prints it, from an empty folder to the first moved license."""

from __future__ import annotations

import re
import socket
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.browser.terminal import Terminal
from tests.fixtures.browser import OpenPage
from tests.house.tree import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
HOUR = README.partition("## The first hour of a vendor\n")[2].partition("\n## ")[0]
SECRET = "four wooden ducks, late"
ANSWERS = {
    "The address that people type": "http://127.0.0.1:8000",
    "The address of a PostgreSQL database": "",
    "The mail server": "",
    "What people call you": "Acme",
    "The legal name": "Acme Software GmbH",
    "The e-mail address of your support": "help@acme.example",
    "Your color": "",
    "The e-mail address of the first administrator": "vera@acme.example",
    "Their name": "Vera Holt",
    "Password for": SECRET,
    "Passphrase": SECRET,
    "Once more": SECRET,
}


def commands(hour: str) -> list[str]:
    """The printed commands in their order, without remarks, each on one line."""
    printed = "\n".join(re.findall(r"^    (.*)", hour, re.MULTILINE))
    joined = re.sub(r"\\\n\s*", "", printed)
    return [re.sub(r"\s{2,}#.*", "", line) for line in joined.splitlines()]


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


@pytest.mark.timeout(600)  # it makes a demo to preview the brand over, and another one to check it
def test_each_command_of_the_first_hour_does_what_it_should(tmp_path: Path, open_page: OpenPage) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for name, text in zip(("draw.toml", "products.toml"), re.findall(r"```toml\n(.*?)```", HOUR, re.S), strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    hour = HOUR.replace("8000", port).replace("/tmp/desk", f"{tmp_path}/desk")
    answers = {asked: answer.replace("8000", port) for asked, answer in ANSWERS.items()}
    first, second = Terminal(tmp_path, answers), Terminal(tmp_path, answers)
    at, told, refused = first, {}, []
    try:
        for line in commands(hour):
            if line.startswith("make "):  # brings packages; that the goal exists is enough here
                assert f"\n{line.split()[1]}:" in (ROOT / "Makefile").read_text(encoding="utf-8")
            elif line.startswith("portal brand preview"):
                at.begin(f"{line} --port {free_port()}", until=r"The gallery is at http://\S+\n")
                assert at.stop() == 0
            elif line.startswith("portal serve"):
                at.begin(line, until=f"The portal answers at {url}")
                at = second  # the first terminal is busy from now on
            else:
                code, told[line] = at.type(line)
                refused += [line] if code else []
                assert code in (0, 3), f"{line}\n{told[line]}"
        last = refused.pop()
        assert not refused and "DESK-2" in last, refused
        assert "No free seat. DESK-2 is waiting" in told[last]
        with urlopen(f"{url}/readyz") as answer:
            assert answer.read() == b"ready\n"
        tickets = (tmp_path / "tickets.txt").read_text().split()
        assert len(tickets) == 3
        move(open_page, url, tickets[0])
        assert at.type(last) == (0, "Activated on DESK-2.\n")
        code, left = at.type("portal init")
        assert code == 0 and f"A portal answers at {url}." in left and "stands already" in left
    finally:
        first.close()
        second.close()


def move(open_page: OpenPage, url: str, ticket: str) -> None:
    """What the customer does in the browser."""
    page = open_page(url)
    page.goto(f"/sign-in#{ticket}")
    page.get_by_role("button", name="Open with ticket").click()
    page.get_by_label("Broken, or it no longer starts").check()
    page.get_by_label("I can no longer use Acme Draw on DESK-1.").check()
    page.get_by_role("button", name="Move to DESK-2").click()
    page.get_by_text("Moved to DESK-2.").wait_for()
