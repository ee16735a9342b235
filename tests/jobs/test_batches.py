"""Batches: one deed for many people, done line by line by the worker, stopped, and undone again."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import select, update

from portal.actions import assignments, batches, ledger, workers
from portal.actions.doing import Moment
from portal.jobs import worker as working
from portal.models import Assignment, Event, License, Membership, User
from portal.reports import batches as reports
from portal.reports.batches import Progress
from portal.site import Site
from tests.jobs.office import Office, email, open_office


@pytest.fixture
def office(site: Site) -> Office:
    return open_office(site, people=12, seats=10)


def table(*numbers: int) -> str:
    return "e-mail\n" + "".join(f"{email(n)}\n" for n in numbers)


@pytest.mark.timeout(300)
def test_four_hundred_seats_are_assigned_in_seconds_and_undone_again(site: Site) -> None:
    office = open_office(site, people=410, seats=400)
    busy = time.process_time()  # whatever else the machine does meanwhile is not our work
    batch = office.prepare(table(*range(400)))
    assert office.ask(batch, batches.start, "good") == "ok"
    office.work(4)
    assert 0 < office.batch(batch).done < 400, "progress can be seen while it goes on"
    office.work()
    busy = time.process_time() - busy
    done = office.batch(batch)
    assert (done.state, done.done, done.failed) == ("done", 400, 0)
    assert office.license().assigned == 400 and len(office.holders()) == 400
    assert office.mails("assigned") == 400
    assert busy < 5, f"it took {busy:.1f} s"
    assert office.ask(batch, batches.undo) == "ok"
    office.work()
    undone = office.batch(batch)
    assert (undone.state, undone.done, undone.undone) == ("undone", 400, 400)
    assert office.license().assigned == 0 and not office.holders()


def test_every_problem_is_named_by_its_line_and_the_good_lines_are_done(site: Site, office: Office) -> None:
    open_office(site, people=2, seats=1, name="Elsewhere Ltd")
    shut_out(office, 5, suspended_at=site.clock())
    shut_out(office, 6, ended_at=site.clock())
    given = office.prepare(table(7))
    office.ask(given, batches.start, "good")
    office.work()
    batch = office.prepare(
        "e-mail;seats;name\n"
        f"{email(1).upper()};1;Ida\n"
        f"{email(1)};1;Ida again\n"
        "p0@elsewhere.example;1;of another customer\n"
        "nobody@nowhere.example;1;\n"
        f"{email(5)};1;\n{email(6)};1;\n{email(7)};1;\n"
        f"{email(2)};two;\n{email(2)};0;\n{email(3)};9;\n{email(4)};8;\n;1;Nobody\n"
        "=cmd|' /C calc'!A0;1;=1+1\n"
    )
    assert office.lines(batch) == [
        (2, "waiting", None),
        (3, "skipped", "line_twice"),
        (4, "skipped", "person_unknown"),
        (5, "skipped", "person_unknown"),
        (6, "skipped", "person_suspended"),
        (7, "skipped", "person_left"),
        (8, "skipped", "line_has_seat"),
        (9, "skipped", "line_seats_invalid"),
        (10, "skipped", "line_seats_invalid"),
        (11, "skipped", "seats_too_few"),
        (12, "waiting", None),
        (13, "skipped", "line_without_person"),
        (14, "skipped", "person_unknown"),
    ]
    assert office.holders() == {email(7)}, "a preview changes nothing"
    assert office.ask(batch, batches.start, "all") == "batch_has_problems"
    assert office.ask(batch, batches.start, "good") == "ok"
    office.work()
    assert office.batch(batch).state == "done"
    assert office.holders() == {email(7), email(1), email(4)}
    assert office.license().assigned == 10


def test_personnel_numbers_mean_people_too(office: Office) -> None:
    batch = office.prepare("Personalnummer\nN-3\nN-99\n")
    assert [problem for _, _, problem in office.lines(batch)] == [None, "person_unknown"]
    office.ask(batch, batches.start, "good")
    office.work()
    assert office.holders() == {email(3)}


def test_a_seat_that_went_elsewhere_meanwhile_is_a_failed_line(site: Site, office: Office) -> None:
    batch = office.prepare(table(0, 1, 2))
    give(office, 1)
    assert office.ask(batch, batches.start, "good") == "ok"
    office.work()
    assert [(state, problem) for _, state, problem in office.lines(batch)] == [
        ("done", None), ("failed", "line_has_seat"), ("done", None),
    ]  # fmt: skip
    done = office.batch(batch)
    assert (done.done, done.failed) == (2, 1)
    assert office.ask(batch, batches.undo) == "ok"
    office.work()
    assert office.holders() == {email(1)}, "what the batch did not do it does not undo"


def test_all_or_none_leaves_nothing_behind_where_one_line_fails(office: Office) -> None:
    batch = office.prepare(table(0, 1, 2))
    give(office, 2)
    assert office.ask(batch, batches.start, "all") == "ok"
    office.work()
    done = office.batch(batch)
    assert (done.state, done.done, done.undone, done.failed) == ("undone", 2, 2, 1)
    assert office.holders() == {email(2)}


def test_of_two_who_start_it_one_comes_too_late(office: Office) -> None:
    batch = office.prepare(table(0, 1))
    assert office.ask(batch, batches.start, "good") == "ok"
    assert office.ask(batch, batches.start, "good") == "batch_not_now"
    assert office.ask(batch, batches.undo) == "batch_nothing_to_do"
    office.work()
    assert office.batch(batch).done == 2
    assert office.ask(batch, batches.stop) == "batch_not_now"
    assert office.ask(batch, batches.start, "good") == "batch_nothing_to_do"


def test_it_stops_between_two_lines_and_goes_on_later(site: Site) -> None:
    office = open_office(site, people=100, seats=100)
    batch = office.prepare(table(*range(100)))
    office.ask(batch, batches.start, "good")
    office.work(1)
    so_far = office.batch(batch).done
    assert 0 < so_far < 100
    assert office.ask(batch, batches.stop) == "ok"
    office.work()
    stopped = office.batch(batch)
    assert (stopped.state, stopped.done) == ("stopped", so_far)
    assert len(office.holders()) == so_far
    assert office.ask(batch, batches.start, "good") == "ok"
    office.work()
    assert (office.batch(batch).state, len(office.holders())) == ("done", 100)


def test_how_long_it_will_take_is_said_once_that_is_known(site: Site) -> None:
    office = open_office(site, people=100, seats=100)
    batch = office.prepare(table(*range(100)))
    office.ask(batch, batches.start, "good")
    assert progress(office, batch).seconds_left is None
    office.work(1)
    site.clock.advance(seconds=8)  # type: ignore[attr-defined]
    now = progress(office, batch)
    assert (now.at, now.of, now.seconds_left) == (40, 100, 12)
    office.work()
    done = progress(office, batch)
    assert (done.at, done.of, done.seconds_left, done.may_undo) == (100, 100, None, True)


def test_another_worker_goes_on_where_one_was_torn_away(site: Site, office: Office, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    batch = office.prepare(table(0, 1, 2))
    office.ask(batch, batches.start, "good")
    deed = assignments.assign

    def torn(*args: object, **named: object) -> object:
        if args[2].email == email(1):  # type: ignore[attr-defined]
            raise RuntimeError("the power went out")
        return deed(*args, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(assignments, "assign", torn)
        office.work()
    assert office.batch(batch).state == "running" and not office.holders(), "half a transaction is none"
    site.clock.advance(minutes=1)  # type: ignore[attr-defined]
    office.work()
    assert office.batch(batch).state == "done" and len(office.holders()) == 3


def test_seats_are_taken_back_and_given_again(office: Office) -> None:
    office.ask(office.prepare(table(0, 1, 2)), batches.start, "good")
    office.work()
    shut_out(office, 1, ended_at=office.site.clock())
    batch = office.prepare(table(0, 1, 4), "take_back")
    assert [problem for _, _, problem in office.lines(batch)] == [None, None, "line_no_seat"]
    office.ask(batch, batches.start, "good")
    office.work()
    assert office.holders() == {email(2)} and office.license().assigned == 1
    assert reason_of(office, 1) == "employee_left" and reason_of(office, 0) is None
    assert office.ask(batch, batches.undo) == "ok"
    office.work()
    assert office.holders() == {email(0), email(2)}, "who left meanwhile gets nothing again"
    assert [state for _, state, _ in office.lines(batch)] == ["undone", "done", "skipped"]


def test_whoever_is_no_admin_any_more_assigns_nothing(site: Site, office: Office) -> None:
    batch = office.prepare(table(0, 1))
    office.ask(batch, batches.start, "good")
    with site.database.writing() as db:
        db.execute(update(Membership).where(Membership.user_id == office.admin_id).values(role="member"))
    office.work()
    assert (office.batch(batch).state, office.holders()) == ("stopped", set())


def test_what_was_done_in_bulk_is_recorded_once_and_for_each(site: Site, office: Office) -> None:
    office.ask(office.prepare(table(0, 1)), batches.start, "good")
    office.work()
    with site.database.reading() as db:
        wanted = select(Event.kind, Event.actor_id).where(Event.license_id == office.license_id).order_by(Event.id)
        told = db.execute(wanted).all()
    assert [tuple(one) for one in told[1:]] == [
        ("batch.started", office.admin_id), ("seat.assigned", office.admin_id), ("seat.assigned", office.admin_id),
    ]  # fmt: skip


def test_the_bell_wakes_the_worker_at_once(site: Site, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "PAUSE", 60.0)
    worker = workers.worker_of(site)
    worker.start()
    try:
        wait_until(lambda: idle(site))
        office.ask(office.prepare(table(0)), batches.start, "good")
        site.bell.ring()
        wait_until(lambda: office.holders() == {email(0)})
    finally:
        worker.stop()


def idle(site: Site) -> bool:
    """Whether the worker has nothing left to do, and waits for the bell."""
    with site.database.reading() as db:
        due = db.execute(select(working.Job.id).where(working.Job.state == "ready", working.Job.run_at <= site.clock()))
        return due.first() is None and bool(db.execute(select(working.Job.id)).first())


def wait_until(holds, seconds: float = 20.0) -> None:  # type: ignore[no-untyped-def]
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not happen"
        threading.Event().wait(0.05)


def progress(office: Office, batch: int) -> Progress:
    with office.site.database.reading() as db:
        return reports.progress(db, batch, office.admin_id, office.site.clock())


def give(office: Office, number: int) -> None:
    """Somebody gives this person a seat, outside of any batch."""
    actor, site = office.admin(), office.site
    with site.database.writing() as db:
        license_ = db.get_one(License, office.license_id)
        ledger.hold(db, license_.id)
        user = db.execute(select(User).where(User.email == email(number))).scalar_one()
        assert assignments.assign(Moment(db, actor, site.clock(), site.vault), license_, user).allowed


def shut_out(office: Office, number: int, **values: object) -> None:
    with office.site.database.writing() as db:
        user = select(User.id).where(User.email == email(number)).scalar_subquery()
        db.execute(update(Membership).where(Membership.user_id == user).values(**values))


def reason_of(office: Office, number: int) -> str | None:
    with office.site.database.reading() as db:
        wanted = select(Assignment.end_reason).join(User, User.id == Assignment.user_id)
        return db.execute(wanted.where(User.email == email(number))).scalar_one()
