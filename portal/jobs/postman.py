"""The postman: carries what is in the outbox to the mail server, one mail at a time, outside of any transaction."""

from __future__ import annotations

import logging
import ssl
from contextlib import suppress
from datetime import datetime, timedelta
from smtplib import (
    SMTP,
    SMTP_SSL,
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from portal.jobs import mail
from portal.jobs.mail import Claimed
from portal.settings import Smtp
from portal.site import Site

log = logging.getLogger("portal.mail")

TIMEOUT = 30.0  # seconds for each answer of the server
REST = timedelta(seconds=30)


class Postman:
    """Sends with one connection as long as there is something to send. Each worker has one of its own."""

    def __init__(self, site: Site, smtp: Smtp) -> None:
        self._site, self._smtp = site, smtp
        self._server: SMTP | None = None
        self._rests_until: datetime | None = None

    def deliver(self) -> bool:
        """Send the next mail that is due; False when there is none, or no server to take it.

        A mail that the server took but whose row could not be written leaves again later, under its Message-ID.
        """
        now = self._site.clock()
        if self._rests_until is not None and now < self._rests_until:
            return False
        held = self._claim(now)
        if held is None:
            self.rest()
            return False
        try:
            server = self._server or self._connected()
        except (OSError, SMTPException) as problem:
            return self._away(held, problem)
        try:
            server.send_message(held.message, to_addrs=[held.recipient])
        except (SMTPRecipientsRefused, SMTPResponseException, SMTPNotSupportedError) as problem:
            return self._refused(held, problem)
        except (OSError, SMTPException) as problem:
            return self._away(held, problem)
        except Exception as problem:
            log.exception("this mail cannot be sent: %s", held.message_id)
            return self._refused(held, problem)
        with self._site.database.writing() as db:
            mail.sent(db, self._site.clock(), held)
        return True

    def rest(self) -> None:
        """Say goodbye to the server; the next mail begins a new conversation."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError, SMTPException):
                server.quit()

    def _claim(self, now: datetime) -> Claimed | None:
        with self._site.database.reading() as db:
            if not mail.has_due(db, now):
                return None
        with self._site.database.writing() as db:
            return mail.claim(db, self._site.vault, self._site.stationery, now)

    def _connected(self) -> SMTP:
        self._server = connected(self._smtp)
        return self._server

    def _away(self, held: Claimed, problem: Exception) -> bool:
        """No server, or none that lets us in: whatever else is due would fare no better now."""
        log.warning("the mail server does not take mails, trying again in %s: %s", REST, problem)
        self.rest()
        now = self._site.clock()
        self._rests_until = now + REST
        with self._site.database.writing() as db:
            mail.released(db, now, held, f"{type(problem).__name__}: {problem}", self._rests_until)
        return False

    def _refused(self, held: Claimed, problem: Exception) -> bool:
        """The server does not take this one; the others may still go, in a new conversation."""
        log.warning("the mail server refused %s: %s", held.message_id, problem)
        self.rest()
        with self._site.database.writing() as db:
            mail.refused(
                db, self._site.clock(), held, f"{type(problem).__name__}: {problem}", for_good=is_for_good(problem)
            )
        return True


def connected(smtp: Smtp) -> SMTP:
    """A conversation with the mail server, let in where it asks who we are. Raises OSError or SMTPException."""
    context = ssl.create_default_context()
    if smtp.tls == "tls":
        server: SMTP = SMTP_SSL(smtp.host, smtp.port, timeout=TIMEOUT, context=context)
    else:
        server = SMTP(smtp.host, smtp.port, timeout=TIMEOUT)
    try:
        if smtp.tls == "starttls":
            server.starttls(context=context)
        if smtp.user and smtp.password:
            server.login(smtp.user, smtp.password)
    except BaseException:
        server.close()
        raise
    return server


def is_for_good(problem: Exception) -> bool:
    """Whether trying again could only bring the same answer. What an operator can mend is tried again."""
    if isinstance(problem, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in problem.recipients.values())
    if isinstance(problem, SMTPDataError):
        return problem.smtp_code >= 500
    return isinstance(problem, SMTPNotSupportedError | UnicodeError)
