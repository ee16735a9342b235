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
        company,
        demos,
        desk,
        desk_shelf,
        dev,
        emergencies,
        exceptions,
        groups,
        health,
        help,
        holdings,
        home,
        invitations,
        licenses,
        losses,
        lost_tickets,
        mail_choices,
        members,
        passwords,
        pool,
        printed_tickets,
        providers,
        pseudonyms,
        registration,
        reminders,
        requests,
        seats,
        second_factors,
        security,
        sessions,
        shortcuts,
        support,
        tickets,
        transfers,
    )
    from portal.routes import overrides as license_overrides
    from portal.routes.api import blocklist
    from portal.routes.api import licenses as api_licenses
    from portal.routes.api import machines as api_machines
    from portal.routes.vendor import drafts, insights, replays, rule_sets, trials
    from portal.routes.vendor import emergencies as vendor_emergencies
    from portal.web import assets

    modules: list[Any] = [home, sessions, passwords, registration, account, licenses, activations, tickets]
    modules += [pseudonyms]
    modules += [lost_tickets, mail_choices, transfers, health]
    modules += [license_overrides]
    modules += [demos]
    modules += [api_licenses, api_machines, blocklist, assets]
    modules += [assignments]
    modules += [activity, certificates, printed_tickets, reminders, requests]
    modules += [batches, holdings, pool, seats]
    modules += [groups, members, invitations, acceptance]
    modules += [company, providers, second_factors, security]
    modules += [rule_sets, drafts, trials, replays, insights]
    modules += [help, shortcuts, exceptions, support, desk, desk_shelf]
    modules += [emergencies, losses, vendor_emergencies]
    if demo:
        modules.append(dev)
    return [one for module in modules for one in vars(module).values() if isinstance(one, HTTPRouteHandler)]
