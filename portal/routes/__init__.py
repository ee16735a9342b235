"""The routes: the same nouns as the actions, translated from and to HTTP."""

from typing import Any

from litestar.handlers import HTTPRouteHandler


def all_routes(*, demo: bool) -> list[Any]:
    """Every route handler; the pages for developers only where the portal is a demo."""
    from portal.routes import (
        acceptance,
        account,
        activations,
        activity,
        assignments,
        batches,
        certificates,
        dev,
        groups,
        health,
        holdings,
        home,
        invitations,
        licenses,
        lost_tickets,
        members,
        passwords,
        pool,
        registration,
        reminders,
        requests,
        seats,
        sessions,
        tickets,
        transfers,
    )
    from portal.routes import overrides as license_overrides
    from portal.routes.api import blocklist
    from portal.routes.api import licenses as api_licenses
    from portal.routes.api import machines as api_machines
    from portal.routes.vendor import drafts, insights, replays, rule_sets, trials
    from portal.web import assets

    modules: list[Any] = [home, sessions, passwords, registration, account, licenses, activations, tickets]
    modules += [lost_tickets, transfers, health]
    modules += [license_overrides]
    modules += [api_licenses, api_machines, blocklist, assets]
    modules += [assignments]
    modules += [activity, certificates, reminders, requests]
    modules += [batches, holdings, pool, seats]
    modules += [groups, members, invitations, acceptance]
    modules += [rule_sets, drafts, trials, replays, insights]
    if demo:
        modules.append(dev)
    return [one for module in modules for one in vars(module).values() if isinstance(one, HTTPRouteHandler)]
