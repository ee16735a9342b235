"""Checks of an installation from outside: does the mail server let us in, does the address lead here."""

from __future__ import annotations

import socket
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPException
from smtplib import SMTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

from sqlalchemy.exc import OperationalError

from portal.cli.asking import said, shut
from portal.settings import Settings
from portal.settings_file import NAME

PATIENCE = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found, in a sentence; `is_well` says whether something is left to do."""

    is_well: bool
    sentence: str


class _StayHere(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def database(url: str) -> str | None:
    """Why the database at this address does not let us in, or None."""
    from portal.db import Database

    with closing(Database(url)) as tried:
        try:
            tried.reader.connect().close()
        except OperationalError as problem:
            return shut(problem)
    return None


def mail(settings: Settings) -> Found:
    """Whether the mail server talks to us and takes our password. Nothing is sent."""
    from portal.jobs.postman import connected

    smtp = settings.smtp
    if smtp is None:
        where = settings.data / NAME
        return Found(False, f"There is no mail server: mails wait until PORTAL_SMTP_HOST names one, in {where}.")
    place = f"{smtp.host}:{smtp.port}"
    try:
        server = connected(smtp)
    except (OSError, SMTPException) as problem:
        return Found(False, f"The mail server {place} does not let us in: {said(problem)}.")
    with suppress(OSError, SMTPException):
        server.quit()
    return Found(True, f"The mail server {place} lets us in.")


def address(settings: Settings) -> Found:
    """Whether the address that people type is known and leads to a portal."""
    parts = urlsplit(settings.url)
    host = parts.hostname or ""
    try:
        socket.getaddrinfo(host, parts.port or (443 if settings.secure else 80), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return Found(False, f"The name {host} is not known yet: enter it in your DNS.")
    try:
        with build_opener(_StayHere).open(f"{settings.url}/healthz", timeout=PATIENCE) as answer:
            leads_here = answer.read(100) == b"ok\n"
    except HTTPError:
        leads_here = False
    except (URLError, HTTPException, OSError) as problem:
        return Found(False, f"Nothing answers at {settings.url} yet: {said(problem)}.")
    if not leads_here:
        return Found(False, f"Something else than a portal answers at {settings.url}: look at the proxy.")
    return Found(True, f"A portal answers at {settings.url}.")
