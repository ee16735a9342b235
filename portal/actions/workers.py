"""The worker of a portal: all its chores, the answers it owes, a clerk, and a postman where there is a mail server."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from portal.actions import batch_work, batches, lost_tickets, passwords, registration, reminders
from portal.actions.chores import CHORES
from portal.actions.clerk import Clerk
from portal.jobs.postman import Postman
from portal.jobs.worker import Kind, Worker
from portal.site import Site


def worker_of(site: Site) -> Worker:
    asked = (lost_tickets, passwords, registration)
    kinds = CHORES | {verb.KIND: Kind(partial(verb.answer, site.stationery)) for verb in asked}
    kinds[reminders.KIND] = Kind(partial(reminders.remind, site.stationery), timedelta(hours=1))
    kinds[batches.KIND] = Kind(partial(batch_work.run, site.stationery))
    postman = Postman(site, site.settings.smtp) if site.settings.smtp else None
    return Worker(site, kinds, postman, Clerk(site))
