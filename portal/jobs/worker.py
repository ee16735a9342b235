"""The worker: a thread of the portal, or a process of its own, that does what is due."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.files.vault import Vault
from portal.jobs import queue
from portal.jobs.postman import Postman
from portal.models import Job
from portal.site import Site

log = logging.getLogger("portal.worker")
PAUSE = 5.0

Run = Callable[[Session, datetime, Vault, Mapping[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of job runs, and how often it comes again; None is once."""

    run: Run
    every: timedelta | None = None


class Worker:
    """Empties the queue, and lets the postman go between two jobs. What each kind of job means is told by whoever
    starts it.
    """

    def __init__(self, site: Site, kinds: Mapping[str, Kind], postman: Postman | None = None) -> None:
        self._site, self._kinds, self._postman = site, kinds, postman
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self.run, name="portal-worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
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
            self._stopped.wait(PAUSE)
        if self._postman is not None:
            self._postman.rest()

    def round(self) -> bool:
        """One job and one mail; False when there was neither."""
        worked = self.step()
        delivered = self._postman is not None and self._postman.deliver()
        return worked or delivered

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
