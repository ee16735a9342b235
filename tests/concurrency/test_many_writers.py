"""Sixty people write at the same moment: everybody is answered, and everything they did is there."""

from collections import Counter
from collections.abc import Callable
from functools import partial

from sqlalchemy import select

from portal.models import Event
from tests.actions.estate import Estate, pc
from tests.api.calling import Reply, Visitor, at_once
from tests.api.running import Running

OF_EACH_KIND = 15


def test_sixty_different_writers_are_all_answered(running: Running) -> None:
    with running.estate() as estate:
        article = estate.article()
        ways = (registers_a_ticket, sends_a_pc_away, asks_for_a_return, comes_in_with_a_ticket)
        wanted = [way(estate, article, number, running.url) for way in ways for number in range(OF_EACH_KIND)]
    ready = [prepare() for prepare in wanted]
    replies = at_once(ready)
    assert Counter(reply.status for reply in replies) == {200: OF_EACH_KIND, 303: 3 * OF_EACH_KIND}
    with running.look() as db:
        done = Counter(db.execute(select(Event.kind).where(Event.outcome == "done")).scalars())
    for kind in ("license.registered", "device.dismissed", "return.asked", "session.opened"):
        assert done[kind] == OF_EACH_KIND


# Each way writes what it needs, and answers what opens its page, which in turn answers what presses the button.
Ready = Callable[[], Reply]


def registers_a_ticket(estate: Estate, article, number: int, url: str) -> Callable[[], Ready]:
    person = estate.user(f"Registrant{number}", estate.group(f"Registrant {number}"))
    code = estate.mint(article, estate.group(f"Pool {number}")).code
    visitor = Visitor(url, {"session": estate.session(person)})
    return partial(on, visitor, "/tickets/redemption", "/tickets/redemption", tickets=code, confirmed="yes")


def sends_a_pc_away(estate: Estate, article, number: int, url: str) -> Callable[[], Ready]:
    visitor, license_ = owner(estate, article, f"Dismisser{number}", url)
    estate.run_on(license_, pc(f"d{number}"), days=3)
    waiting = estate.run_on(license_, pc(f"stranger-{number}")).waiting
    assert waiting
    place = f"/licenses/{license_.public_id}"
    return partial(on, visitor, place, f"{place}/waiting/{waiting.public_id}/dismissal")


def asks_for_a_return(estate: Estate, article, number: int, url: str) -> Callable[[], Ready]:
    visitor, license_ = owner(estate, article, f"Returner{number}", url)
    activation = estate.run_on(license_, pc(f"r{number}"), days=3).activation
    assert activation
    return partial(on, visitor, f"/licenses/{license_.public_id}", f"/activations/{activation.public_id}/return")


def comes_in_with_a_ticket(estate: Estate, article, number: int, url: str) -> Callable[[], Ready]:
    code = estate.mint(article, estate.group(f"Shelf {number}")).code
    return partial(on, Visitor(url), "/sign-in", "/sign-in/ticket", tickets=code)


def owner(estate: Estate, article, name: str, url: str):
    group = estate.group(name)
    person = estate.user(name, group, role="admin")
    return Visitor(url, {"session": estate.session(person)}), estate.mint(article, group).license


def on(visitor: Visitor, page: str, action: str, **fields: str) -> Ready:
    assert visitor.get(page).status == 200
    return partial(visitor.post, action, **fields)
