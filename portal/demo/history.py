"""How the demo's past is played: every story waits for its moments, and the stage calls them in the order of time.

Deeds are done by the portal's own actions, each at its moment and under the rules of that day, so that ledger,
audit trail and states are what years of real use would have left.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.actions.doing import Moment
from portal.brand.stationery import Stationery
from portal.demo.carried import Counter
from portal.files.keyring import Keyring
from portal.files.vault import Vault
from portal.jobs import mail
from portal.models import Article, Group, User

ZONE = ZoneInfo("Europe/Berlin")
VENDOR = Actor(kind="vendor")
PORTAL = Actor(kind="portal")

Story = Generator[datetime, None, None]
"""Yields the moment it waits for, and goes on when the stage has reached it."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who and what the stories are about, by the names they go by."""

    people: Mapping[str, User]
    actors: Mapping[str, Actor]
    groups: Mapping[str, Group]
    articles: Mapping[str, Article]


class Calendar:
    """Moments as stories count them: back from now, in the vendor's local time."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def day(self, days: int, clock: str) -> datetime:
        """That time of day, so many days from today: negative ones are past."""
        local = (self.now.astimezone(ZONE) + timedelta(days=days)).date()
        return datetime.combine(local, time.fromisoformat(clock), ZONE).astimezone(self.now.tzinfo)

    def ago(self, **by: float) -> datetime:
        """So long before now, in what `timedelta` takes."""
        return self.now - timedelta(**by)

    def month(self, months: int) -> datetime:
        """The beginning of a month, so many months from this one."""
        local = self.now.astimezone(ZONE)
        year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
        return datetime(year, month + 1, 1, tzinfo=ZONE).astimezone(self.now.tzinfo)


class Stage(Calendar):
    """Where the stories play; `time` is the moment that they have reached. On `stationery` people are written to about
    what happened of late; what they were told before is forgotten. Where files are carried, `keyring` signs them, and
    `url` is the portal that they name.
    """

    def __init__(
        self, db: Session, vault: Vault, now: datetime, cast: Cast, stationery: Stationery | None = None,
        keyring: Keyring | None = None, url: str = "",
    ) -> None:  # fmt: skip
        super().__init__(now)
        self.db, self.vault, self.cast, self.stationery = db, vault, cast, stationery
        self.keyring, self.url = keyring, url
        self.time = now

    def doing(self, actor: Actor) -> Moment:
        """This moment, in the hands of this actor."""
        is_late = self.time > self.now - mail.KEPT
        return Moment(self.db, actor, self.time, self.vault, self.stationery if is_late else None)

    def person(self, who: str) -> Moment:
        """This moment, in the hands of the person of this name."""
        return self.doing(self.cast.actors[who])

    def counter(self, who: str) -> Counter:
        """Where this person has brought a file, at this moment."""
        if self.keyring is None:
            raise ValueError("no file is signed without keys")
        return Counter(self.person(who), self.keyring, self.url)

    def play(self, stories: Iterable[Story]) -> None:
        """Play them all to their ends; raises ValueError for a story that goes back in time, or beyond now."""
        stories = list(stories)
        waiting = [(moment, at) for at, story in enumerate(stories) if (moment := next(story, None)) is not None]
        heapq.heapify(waiting)
        self.time = min(moment for moment, _ in waiting)
        while waiting:
            moment, at = heapq.heappop(waiting)
            if not self.time <= moment <= self.now:
                raise ValueError(f"{stories[at].__name__} waits for {moment}, at {self.time}")
            self.time = moment
            if (following := next(stories[at], None)) is not None:
                heapq.heappush(waiting, (following, at))
        self.db.flush()
