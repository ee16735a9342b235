"""The worker of a portal: all its chores, the answers it owes, a clerk, and a postman where there is a mail server."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from portal.actions import (
    asked,
    batch_work,
    batches,
    demo_letters,
    demo_links,
    lost_tickets,
    morning,
    passwords,
    registration,
    reminders,
    threads,
)
from portal.actions.chores import CHORES
from portal.actions.clerk import Clerk
from portal.jobs.postman import Postman
from portal.jobs.worker import Kind, Worker
from portal.site import Site


def worker_of(site: Site) -> Worker:
    verbs = (lost_tickets, passwords, registration, demo_links)
    kinds = CHORES | {verb.KIND: Kind(asked.answering(verb.answer, site.stationery)) for verb in verbs}
    kinds[reminders.KIND] = Kind(partial(reminders.remind, site.stationery), timedelta(hours=1))
    kinds[demo_letters.KIND] = Kind(partial(demo_letters.announce, site.stationery), timedelta(hours=1))
    kinds[morning.KIND] = Kind(partial(morning.tell, site.stationery), timedelta(minutes=30))
    kinds[morning.WARN_KIND] = Kind(partial(morning.warn, site.stationery), timedelta(hours=1))
    kinds[batches.KIND] = Kind(partial(batch_work.run, site.stationery))
    kinds[threads.KIND] = Kind(partial(threads.forget_files, site.settings.files_kept), timedelta(hours=1))
    postman = Postman(site, site.settings.smtp) if site.settings.smtp else None
    return Worker(site, kinds, postman, Clerk(site))
