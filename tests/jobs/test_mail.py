"""Mails leave once, whatever happens to server and workers; what comes twice is the same mail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.files import keyring
from portal.fitting import samples
from portal.jobs import mail
from portal.models import Mail, User
from portal.settings import SHIPPED_BRAND
from tests.jobs.conftest import Outbox, empty, letter


def test_a_mail_leaves_as_it_was_written(outbox: Outbox) -> None:
    outbox.post(subject="Größe", text="Grüße\n", html="<p>Grüße</p>\n")
    empty(outbox.postman())
    (message,), (row,) = outbox.server.mails, outbox.rows()
    assert outbox.server.took[0][0] == message["To"] == "eve@people.example"
    assert message["Message-ID"] == row.message_id and row.message_id.endswith("@tessel.example>")
    assert message["From"] == "Tessel Works <help@tessel.example>"
    assert message["Subject"] == "Größe" and message["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(message["Date"]) == outbox.clock()
    assert message.get_body(("plain",)).get_content().strip() == "Grüße"
    assert message.get_body(("html",)).get_content().strip() == "<p>Grüße</p>"
    assert (row.state, row.sent_at, row.problem, row.claim) == ("sent", outbox.clock(), None, None)


def test_a_mail_carries_the_logo_of_its_brand_and_stays_the_same_mail(outbox: Outbox) -> None:
    stationery = outbox.site().stationery
    html = samples.write(stationery, "moved", "en", outbox.clock()).html
    outbox.post(html=html)
    outbox.post(html="<p>Without a picture.</p>")
    empty(outbox.postman())
    message, plain = outbox.server.mails
    logo = stationery.brand.mail_picture
    (picture,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == f"<{logo.cid}>" and f'src="cid:{logo.cid}"' in html
    assert picture.get_content() == (SHIPPED_BRAND / "mail-logo.png").read_bytes()
    assert picture.get_content_disposition() == "inline"
    assert message.get_body(("html",)).get_content().splitlines() == html.splitlines()
    assert message.get_body(("plain",)) is not None
    assert not [part for part in plain.walk() if part.get_content_maintype() == "image"]
    vault, (row, _) = outbox.site().vault, outbox.rows()
    assert bytes(mail.message(vault, stationery, row)) == bytes(mail.message(vault, stationery, row))


def test_what_was_not_committed_never_leaves(outbox: Outbox) -> None:
    outbox.post()
    with pytest.raises(RuntimeError), outbox.database.writing() as db:
        user = db.execute(select(User)).scalar_one()
        mail.post(db, outbox.site().vault, outbox.clock(), user, letter(subject="Never"))
        raise RuntimeError("and everything is undone")
    empty(outbox.postman())
    assert [message["Subject"] for message in outbox.server.mails] == ["Number 0"]


def test_everything_is_delivered_once_when_the_server_is_back(outbox: Outbox) -> None:
    outbox.server.stop()
    outbox.post(5)
    postman = outbox.postman()
    for _ in range(4):
        empty(postman)
        outbox.clock.advance(minutes=7)
    assert outbox.states() == ["ready"] * 5
    assert [bool(row.problem) for row in outbox.rows()].count(True) >= 1
    outbox.server.start()
    empty(postman)
    assert sorted(outbox.server.ids) == sorted(outbox.ids())
    assert outbox.states() == ["sent"] * 5


def test_while_the_server_is_away_it_is_not_asked_for_each_mail(outbox: Outbox) -> None:
    outbox.server.stop()
    outbox.post(3)
    postman = outbox.postman()
    assert not postman.deliver() and not postman.deliver()
    assert [row.tries for row in outbox.rows()] == [1, 0, 0]


@pytest.mark.parametrize("workers", [2, 4])
def test_several_workers_send_each_mail_once(outbox: Outbox, workers: int) -> None:
    outbox.post(40)
    postmen = [outbox.postman() for _ in range(workers)]
    gate = threading.Barrier(workers)

    def work(number: int) -> None:
        gate.wait()
        empty(postmen[number])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Counter(outbox.server.ids) == Counter(outbox.ids()) and len(set(outbox.ids())) == 40
    assert outbox.states() == ["sent"] * 40


def test_two_processes_send_each_mail_once(outbox: Outbox) -> None:
    outbox.clock.now = datetime.now(UTC).replace(microsecond=0)
    outbox.post(30)
    processes = [worker(outbox) for _ in range(2)]
    try:
        until(lambda: len(outbox.server.took) >= 30)
        until(lambda: set(outbox.states()) == {"sent"})
    finally:
        for process in processes:
            ended(process, signal.SIGTERM)
    assert Counter(outbox.server.ids) == Counter(outbox.ids())


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_a_killed_worker_loses_nothing(outbox: Outbox, step: str) -> None:
    """Killed before the server has the mail, and killed when the server has it and the worker does not know."""
    outbox.clock.now = datetime.now(UTC).replace(microsecond=0)
    outbox.post(3)
    outbox.server.holds = step
    process = worker(outbox)
    try:
        assert outbox.server.holding.wait(30), "the worker never came to this"
    finally:
        ended(process, signal.SIGKILL)
    outbox.server.holds = ""
    outbox.server.goes_on.set()
    empty(outbox.postman())
    assert sorted(outbox.states()) == ["ready", "sent", "sent"], "what the dead one held is left alone for a while"
    outbox.clock.advance(seconds=mail.HELD.total_seconds() + 5)
    empty(outbox.postman())
    assert outbox.states() == ["sent"] * 3
    times = Counter(outbox.server.ids)
    assert set(times) == set(outbox.ids())
    assert sum(times.values()) == (4 if step == "DATA" else 3)
    twice = [content for _, content in outbox.server.took if times_of(content, times) == 2]
    assert len(set(twice)) <= 1, "what came twice is the same mail, byte for byte"


def times_of(content: bytes, times: Counter[str]) -> int:
    return next(count for message_id, count in times.items() if message_id.encode() in content)


def test_secret_bodies_are_gone_once_sent_and_others_stay(outbox: Outbox) -> None:
    outbox.post(is_secret=True, text="L48HF-DU2AW-KZNNT-UJDBG-2TCCY\n")
    outbox.post(text="plain\n")
    vault = keyring.load(outbox.data / "keys").vault
    sealed, _ = outbox.rows()
    assert b"L48HF" not in sealed.body
    empty(outbox.postman())
    secret, plain = outbox.rows()
    assert "L48HF-DU2AW-KZNNT-UJDBG-2TCCY" in outbox.server.mails[0].get_body(("plain",)).get_content()
    assert secret.body is None and mail.body(vault, secret) is None
    assert mail.body(vault, plain).text == "plain\n"


def test_a_recipient_that_the_server_refuses_for_good_is_given_up(outbox: Outbox) -> None:
    outbox.server.answers["RCPT"] = lambda address: "550 no such person" if address.startswith("gone") else "250 OK"
    outbox.post(to="gone@people.example", is_secret=True)
    outbox.post()
    empty(outbox.postman())
    gone, arrived = outbox.rows()
    assert (gone.state, gone.body, arrived.state) == ("failed", None, "sent")
    assert "550" in gone.problem


def test_a_mail_that_is_refused_for_now_comes_again_ever_later_and_not_for_ever(outbox: Outbox) -> None:
    outbox.server.answers["RCPT"] = lambda _: "451 come back later"
    outbox.post(is_secret=True)
    postman, waits = outbox.postman(), []
    start = outbox.clock()
    while outbox.states() == ["ready"]:
        empty(postman)
        (row,) = outbox.rows()
        waits.append(row.due_at - outbox.clock())
        outbox.clock.now = row.due_at
    assert waits[:3] == [timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8)]
    assert max(waits) == mail.LATEST and outbox.clock() - start > mail.GIVEN_UP
    (row,) = outbox.rows()
    assert (row.state, row.body) == ("failed", None) and not outbox.server.took


def test_without_a_server_mails_wait_three_days_and_are_forgotten_after_a_month(outbox: Outbox) -> None:
    outbox.post(is_secret=True)

    def tidied(**by: float) -> list[tuple[str, bool]]:
        outbox.clock.advance(**by)
        with outbox.database.writing() as db:
            mail.give_up(db, outbox.clock())
        return [(row.state, row.body is None) for row in outbox.rows()]

    assert tidied(days=2, hours=23) == [("ready", False)]
    assert tidied(hours=1) == [("failed", True)]
    empty(outbox.postman())
    assert not outbox.server.took
    assert tidied(days=28) == []


def test_a_body_that_cannot_be_opened_stops_no_other_mail(outbox: Outbox) -> None:
    outbox.post(2)
    with outbox.database.writing() as db:
        db.execute(select(Mail).order_by(Mail.id)).scalars().first().body = b"\x00\x01" + bytes(60)
    empty(outbox.postman())
    assert outbox.states() == ["failed", "sent"]


def test_a_mail_is_written_when_it_leaves_and_comes_again_as_it_was(outbox: Outbox, tmp_path: Path) -> None:
    outbox.server.answers["RCPT"] = lambda _: "451 come back later"
    outbox.note()
    empty(outbox.postman())
    (row,) = outbox.rows()
    assert (row.state, row.facts, row.subject) == ("ready", None, "CAD Pro runs on DESK-1 now")
    # In the meantime the vendor's mails look otherwise.
    brand = branded(tmp_path, "{{ 'Something else' }}")
    outbox.server.answers.clear()
    outbox.clock.now = row.due_at
    empty(outbox.postman(PORTAL_BRAND=str(brand)))
    (message,), (row,) = outbox.server.mails, outbox.rows()
    assert (row.state, message["Subject"]) == ("sent", "CAD Pro runs on DESK-1 now")
    assert message["Message-ID"] == row.message_id and row.message_id.endswith("@tessel.example>")
    assert "DESK-1 has a seat of CAD Pro now." in message.get_body(("plain",)).get_content()


def test_a_mail_that_cannot_be_written_is_given_up_and_stops_no_other(
    outbox: Outbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.note()
    outbox.post()
    empty(outbox.postman(PORTAL_BRAND=str(branded(tmp_path, "{{ nothing.of.this }}"))))
    broken, whole = outbox.rows()
    assert (broken.state, whole.state) == ("failed", "sent")
    assert "'activated' in 'en' cannot be written" in broken.problem and broken.message_id in caplog.text


def test_facts_that_are_secret_are_gone_once_the_mail_is_given_up(outbox: Outbox) -> None:
    outbox.note(is_secret=True)
    outbox.clock.advance(days=4)
    with outbox.database.writing() as db:
        mail.give_up(db, outbox.clock())
    (row,) = outbox.rows()
    assert (row.state, row.facts, row.body) == ("failed", None, None)


def branded(folder: Path, subject: str) -> Path:
    """The shipped brand with another subject of the mail about a new PC."""
    brand = folder / "brand"
    (brand / "templates/mail/activated").mkdir(parents=True)
    for file in SHIPPED_BRAND.iterdir():
        if file.is_file():
            (brand / file.name).write_bytes(file.read_bytes())
    (brand / "templates/mail/activated/subject.txt").write_text(subject)
    return brand


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Hello\r\nBcc: all@people.example"},
        {"subject": "Hello\nX: y"},
        {"subject": "Hello\x00"},
        {"headers": {"From": "a@b.example\nBcc: c@d.example"}},
        {"headers": {"From": "a@b.example", "X\nBcc": "c@d.example"}},
        {"headers": {"From": "a@b.example", "X: y": "z"}},
        {"to": "eve@people.example\r\nBcc: all@people.example"},
        {"to": "eve@people.example, all@people.example"},
        {"to": "eve@people.example\u2028RCPT TO:<x@y.example>"},
        {"to": "<eve@people.example>"},
        {"to": "eve"},
    ],
)
def test_nothing_gets_into_the_headers(outbox: Outbox, changes: dict[str, object]) -> None:
    with pytest.raises(mail.Misshapen):
        outbox.post(**changes)  # type: ignore[arg-type]
    assert outbox.rows() == []


def test_whoever_was_too_slow_does_not_undo_what_another_did(outbox: Outbox) -> None:
    """A claim that ended belongs to the next worker; the first one's late news of a failure changes nothing."""
    outbox.post()
    site = outbox.site()
    with outbox.database.writing() as db:
        first = mail.claim(db, site.vault, site.stationery, outbox.clock())
    later = outbox.clock.advance(minutes=11)
    with outbox.database.writing() as db:
        second = mail.claim(db, site.vault, site.stationery, later)
        assert first and second and first.message_id == second.message_id and first.claim != second.claim
        mail.refused(db, later, first, "too late", for_good=True)
        mail.released(db, later, first, "too late", later)
    (row,) = outbox.rows()
    assert (row.state, row.claim, row.problem) == ("ready", second.claim, None)
    with outbox.database.writing() as db:
        assert mail.claim(db, site.vault, site.stationery, later) is None
        mail.sent(db, later, first)
    assert outbox.states() == ["sent"]


def worker(outbox: Outbox) -> subprocess.Popen[bytes]:
    """A worker in a process of its own, with the real clock."""
    environ = {"PATH": os.environ["PATH"], **outbox.environ}
    return subprocess.Popen([sys.executable, "-m", "portal", "worker"], env=environ, stderr=subprocess.DEVNULL)


def ended(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    process.send_signal(how)
    process.wait(20)


def until(is_so: object, patience: float = 40) -> None:
    deadline = time.monotonic() + patience
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.1)
