"""The routes: the same nouns as the actions, translated from and to HTTP."""

from typing import Any

from litestar.handlers import HTTPRouteHandler


def all_routes(*, demo: bool) -> list[Any]:
    """Every route handler; the pages for developers only where the portal is a demo."""
    from portal.routes import activations, dev, health, home, licenses, lost_tickets, sessions, tickets, transfers
    from portal.routes.api import blocklist
    from portal.routes.api import licenses as api_licenses
    from portal.routes.api import machines as api_machines
    from portal.web import assets

    modules: list[Any] = [home, sessions, licenses, activations, tickets, lost_tickets, transfers, health]
    modules += [api_licenses, api_machines, blocklist, assets]
    if demo:
        modules.append(dev)
    return [one for module in modules for one in vars(module).values() if isinstance(one, HTTPRouteHandler)]
