"""Two servers at one database count failures together, and a guess at one of them shuts the door of the other."""

from __future__ import annotations

import re

import httpx

from portal.doors import limits
from portal.files.tickets import mint
from tests.api.running import Running
from tests.fixtures.server import Serve


class Guesser:
    """A program at one of the servers."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url)
        self.token = re.search(r'name="csrf" value="([^"]+)"', self.http.get("/sign-in").text)[1]

    def guess(self, path: str, **fields: str) -> int:
        # No server believes who the program says it is.
        claimed = {"x-forwarded-for": "192.0.2.77", "forwarded": "for=192.0.2.78", "x-real-ip": "192.0.2.79"}
        return self.http.post(path, data={"csrf": self.token, **fields}, headers=claimed).status_code


def test_guesses_at_two_servers_count_as_many(running: Running, serve: Serve) -> None:
    other = serve(PORTAL_DATABASE=running.portal.settings.database)
    guessers = [Guesser(running.url), Guesser(other.url)]
    wrong = {"email": "eve@people.example", "password": "a wrong guess at it"}
    told = [guessers[n % 2].guess("/sign-in", **wrong) for n in range(limits.ACCOUNT.most + 2)]
    assert told == [422] * limits.ACCOUNT.most + [429] * 2
    half = "\n".join(mint() for _ in range(limits.ONE_PASTE * -(-limits.TICKET_ADDRESS.most // 2)))
    told = [guessers[n % 2].guess("/sign-in/ticket", tickets=mint()) for n in range(limits.TICKET_ADDRESS.free - 1)]
    assert told == [422] * (limits.TICKET_ADDRESS.free - 1)
    assert guessers[0].guess("/sign-in/ticket", tickets=half) == 422
    assert [one.guess("/sign-in/ticket", tickets=mint()) for one in guessers] == [429, 429]
