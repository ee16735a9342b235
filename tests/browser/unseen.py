"""Which pages of the portal a tour has not seen, and why some addresses are in no picture."""

from __future__ import annotations

import re
from collections.abc import Iterable

from portal.routes import all_routes
from portal.web.endpoint import Area

# For programs, and not for eyes.
FOR_PROGRAMS = {Area.MACHINE, Area.PROGRAM, Area.PROVIDER}
# Addresses without a page of their own, each with what one gets there instead.
PAGELESS = {
    "/": "leads on, to the licenses or to the sign-in",
    "/t": "leads on, with the ticket of a code for cameras",
    "/vendor": "leads on, to the rules",
    "/sign-in/sso/{key:str}": "leads on, to the sign-in of a company",
    "/sign-in/sso/again": "leads on, to the sign-in of a company",
    "/register/name": "not with the brands of the house, who all know their people by address",
    "/password/recovery": "not with the brands of the house, who all know their people by address",
    "/static/{name:path}": "a file that pages load",
    "/licenses.csv": "a table",
    "/licenses/{license_id:uuid}/seats.csv": "a table",
    "/groups/{group_id:uuid}/activity.csv": "a table",
    "/groups/{group_id:uuid}/assignments.csv": "a table",
    "/vendor/insights.csv": "a table",
    "/vendor/rules/{rule_set_id:uuid}/replays/{replay_id:uuid}/findings.csv": "a table",
    "/desk/figures.csv": "a table",
    "/desk/queue.csv": "a table",
    "/account/mails": "leads on, to the account",
    "/transfers/{transfer_id:uuid}/file": "a file for a program",
    "/attachments/{attachment_id:uuid}": "a file of somebody who asked",
}
_KINDS = {"uuid": "[0-9a-f-]{36}", "int": r"\d+", "str": "[^/]+", "path": ".+"}


def unseen(visited: Iterable[str]) -> list[str]:
    """The addresses of pages that none of these visits led to, and those listed above that the portal does not have."""
    addresses = {
        path
        for route in all_routes(demo=True)
        if "GET" in route.http_methods and route.opt["area"] not in FOR_PROGRAMS
        for path in route.paths
    }
    patterns = {address: re.compile(_PARAMETER.sub(_pattern, re.escape(address))) for address in addresses}
    seen = {
        # Of "/demo/start" and "/demo/{token:str}" the first is meant.
        min(fitting, key=lambda address: address.count("{"))
        for path in visited
        if (fitting := [address for address, pattern in patterns.items() if pattern.fullmatch(path)])
    }
    return sorted((addresses - seen - set(PAGELESS)) | (set(PAGELESS) - addresses))


_PARAMETER = re.compile(r"\\{\w+:(\w+)\\}")


def _pattern(parameter: re.Match[str]) -> str:
    return _KINDS[parameter[1]]
