"""The worker of a portal: all its chores, the answers it owes, and a postman where there is a mail server."""

from __future__ import annotations

from functools import partial

from portal.actions import lost_tickets
from portal.actions.chores import CHORES
from portal.jobs.postman import Postman
from portal.jobs.worker import Kind, Worker
from portal.site import Site


def worker_of(site: Site) -> Worker:
    kinds = CHORES | {lost_tickets.KIND: Kind(partial(lost_tickets.answer, site.stationery))}
    return Worker(site, kinds, Postman(site, site.settings.smtp) if site.settings.smtp else None)
