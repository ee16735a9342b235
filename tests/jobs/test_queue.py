"""The queue: what was promised is done once, by one worker, and tried again when it failed."""

import threading
from collections import Counter
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import select

from portal.db import Database
from portal.jobs import queue
from portal.jobs.queue import MOST_TRIES
from portal.jobs.worker import Kind, Worker
from portal.models import Fact, Job
from portal.site import Site
from tests.fixtures.clock import Clock
from tests.jobs.conftest import Ground


def put(ground: Ground, *, kind: str = "work", many: int = 1, **in_: float) -> None:
    with ground.database.writing() as db:
        for number in range(many):
            queue.later(db, kind, ground.clock() + timedelta(**in_), number=number)


def jobs(ground: Ground) -> list[Job]:
    with ground.database.reading() as db:
        return list(db.execute(select(Job).order_by(Job.id)).scalars())


def write(db, _now, _vault, payload) -> None:
    """Leaves a trace in the transaction of the job."""
    db.add(Fact(name=f"done {payload.get('number', 0)}", value="yes"))


def traces(ground: Ground) -> list[str]:
    with ground.database.reading() as db:
        return sorted(db.execute(select(Fact.name)).scalars())


def test_a_due_job_is_done_once(ground: Ground, site: Site) -> None:
    put(ground)
    worker = Worker(site, {"work": Kind(write)})
    assert [worker.step(), worker.step()] == [True, False]
    assert traces(ground) == ["done 0"]
    assert [(job.state, job.tries, job.problem) for job in jobs(ground)] == [("done", 0, None)]


def test_a_job_waits_for_its_moment(ground: Ground, site: Site) -> None:
    put(ground, minutes=5)
    worker = Worker(site, {"work": Kind(write)})
    ground.clock.advance(minutes=4, seconds=59)
    assert not worker.step()
    ground.clock.advance(seconds=1)
    assert worker.step()


def test_what_a_request_undoes_is_never_done(ground: Ground, site: Site) -> None:
    with suppress(ZeroDivisionError), ground.database.writing() as db:
        queue.later(db, "work", ground.clock())
        db.flush()
        raise ZeroDivisionError
    assert not Worker(site, {"work": Kind(write)}).step()


def test_two_workers_never_do_one_job_twice(ground: Ground, site: Site) -> None:
    """Each holds its job while the other claims; a job done twice would break the unique name of its trace."""
    put(ground, many=20)
    done: list[int] = []

    def work() -> None:
        worker = Worker(site, {"work": Kind(lambda db, *rest: (write(db, *rest), done.append(rest[-1]["number"])))})
        while worker.step():
            pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Counter(done) == dict.fromkeys(range(20), 1)
    assert {job.state for job in jobs(ground)} == {"done"} and len(traces(ground)) == 20


def test_a_claimed_job_is_passed_over(postgresql_database: Database, clock: Clock) -> None:
    """The second worker does not even wait for the first. (SQLite has one writer at a time anyway.)"""
    with postgresql_database.writing() as db:
        for number in range(2):
            queue.later(db, "work", clock(), number=number)
    with postgresql_database.writing() as one, postgresql_database.writing() as other:
        first, second = queue.claim(one, clock()), queue.claim(other, clock())
        assert first and second and first.id != second.id
        with postgresql_database.writing() as third:
            assert queue.claim(third, clock()) is None


def test_a_failure_leaves_only_its_problem_and_is_tried_again(ground: Ground, site: Site) -> None:
    put(ground)
    fails = True

    def run(db, *rest) -> None:
        write(db, *rest)
        db.flush()
        if fails:
            raise ConnectionError("the mail server is away")

    worker = Worker(site, {"work": Kind(run)})
    assert worker.step() and not traces(ground)
    [job] = jobs(ground)
    assert (job.state, job.tries, job.problem) == ("ready", 1, "ConnectionError: the mail server is away")
    assert job.run_at > ground.clock() and not worker.step()
    fails = False
    ground.clock.now = job.run_at
    assert worker.step() and traces(ground) == ["done 0"]
    assert [(job.state, job.problem) for job in jobs(ground)] == [("done", None)]


def test_it_waits_longer_each_time_and_in_the_end_somebody_has_to_look(ground: Ground, site: Site) -> None:
    put(ground, kind="unknown")
    worker, waits = Worker(site, {}), []
    for _ in range(MOST_TRIES):
        assert worker.step()
        [job] = jobs(ground)
        waits.append(job.run_at - ground.clock())
        ground.clock.now = job.run_at
    assert waits == sorted(waits) and waits[0] < timedelta(minutes=1) and waits[-1] <= timedelta(hours=1)
    assert (job.state, job.tries) == ("failed", MOST_TRIES) and "unknown" in job.problem
    ground.clock.advance(days=1)
    assert not worker.step()


def test_recurring_work_stands_in_the_queue_once_and_comes_again(ground: Ground, site: Site) -> None:
    kinds = {"nightly": Kind(lambda *_: None, timedelta(hours=24))}
    for worker in (Worker(site, kinds), Worker(site, kinds)):
        worker.enlist()
        worker.enlist()
    assert [(job.name, job.kind) for job in jobs(ground)] == [("nightly", "nightly")]
    worker = Worker(site, kinds)
    assert [worker.step(), worker.step()] == [True, False]
    assert [(job.state, job.run_at) for job in jobs(ground)] == [("ready", ground.clock() + timedelta(hours=24))]


def test_recurring_work_never_gives_up(ground: Ground, site: Site) -> None:
    def run(*_: object) -> None:
        raise ValueError("again")

    worker = Worker(site, {"nightly": Kind(run, timedelta(hours=24))})
    worker.enlist()
    for _ in range(MOST_TRIES + 2):
        assert worker.step()
        ground.clock.now = jobs(ground)[0].run_at
    assert jobs(ground)[0].state == "ready"


def test_the_worker_of_a_running_portal_does_what_is_due(ground: Ground, site: Site) -> None:
    put(ground)
    done = threading.Event()
    worker = Worker(site, {"work": Kind(lambda *_: done.set())})
    worker.start()
    assert done.wait(20)
    worker.stop()
    assert {job.state for job in jobs(ground)} == {"done"}
