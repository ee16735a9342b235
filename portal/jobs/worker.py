"""The worker: a thread of the portal, or a process of its own, that does what is due."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.files.vault import Vault
from portal.jobs import queue
from portal.jobs.postman import Postman
from portal.models import Job
from portal.site import Site

log = logging.getLogger("portal.worker")
PAUSE = 1.0  # for work that another process left; what this one leaves rings the bell

Run = Callable[[Session, datetime, Vault, Mapping[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of job runs, and how often it comes again; None is once."""

    run: Run
    every: timedelta | None = None


class Aside(Protocol):
    """Somebody with longer work, who does it piece by piece and in transactions of their own."""

    def work(self) -> bool: ...
    def rest(self) -> None: ...


class Worker:
    """Empties the queue, and lets the postman and the clerk go on between two jobs. What each kind of job means is told
    by whoever starts it.
    """

    def __init__(
        self, site: Site, kinds: Mapping[str, Kind], postman: Postman | None = None, clerk: Aside | None = None
    ) -> None:
        self._site, self._kinds, self._postman, self._clerk = site, kinds, postman, clerk
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self.run, name="portal-worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._site.bell.ring()
        if self._thread:
            self._thread.join(10)

    def run(self) -> None:
        """Work until stopped; a database that is away is tried again."""
        while not self._stopped.is_set():
            try:
                self.enlist()
                while not self._stopped.is_set() and self.round():
                    pass
            except SQLAlchemyError:
                log.exception("the database is away; trying again")
            self._site.bell.wait(PAUSE)
        if self._postman is not None:
            self._postman.rest()
        if self._clerk is not None:
            self._clerk.rest()

    def round(self) -> bool:
        """One job, one mail and one piece of longer work; False when there was none of them."""
        worked = self.step()
        delivered = self._postman is not None and self._postman.deliver()
        decided = self._clerk is not None and self._clerk.work()
        return worked or delivered or decided

    def enlist(self) -> None:
        """See that all recurring work stands in the queue."""
        with self._site.database.reading() as db:
            known = {name for (name,) in db.query(Job.name).filter(Job.name.is_not(None))}
        missing = [name for name, kind in self._kinds.items() if kind.every and name not in known]
        if missing:
            with self._site.database.writing() as db:
                for name in missing:
                    queue.regularly(db, name, self._site.clock())

    def step(self) -> bool:
        """Do one due job; False when none is due. A job that fails leaves nothing but its problem behind."""
        now = self._site.clock()
        with self._site.database.reading() as db:
            if not db.query(Job.id).filter(Job.state == "ready", Job.run_at <= now).limit(1).first():
                return False
        failed: tuple[int, str] | None = None
        try:
            with self._site.database.writing() as db:
                job = queue.claim(db, now)
                if job is None:
                    return False
                failed = (job.id, "")
                kind = self._kinds[job.kind]
                kind.run(db, now, self._site.vault, job.payload)
                queue.finish(job, now, kind.every)
        except Exception as problem:
            if failed is None:
                raise
            log.exception("job %s failed", failed[0])
            with self._site.database.writing() as db:
                queue.fail(db.get_one(Job, failed[0]), now, f"{type(problem).__name__}: {problem}")
        return True
