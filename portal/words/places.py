"""Where somebody signed in from, as far as an address tells without asking anybody."""

from __future__ import annotations

import ipaddress

from portal.language import Language

_SELF = ipaddress.ip_network("::/48")  # ::1 and what it is kept as


def place(lang: Language, network: str, here: str) -> str:
    """A network in words. `here` is the one that the reader is in; which town another one is in, nobody is asked."""
    try:
        known = ipaddress.ip_network(network)
    except ValueError:
        return lang.gettext("An unknown network")
    if known.is_loopback or known == _SELF:
        return lang.gettext("On the PC that the portal runs on")
    if network == here:
        return lang.gettext("In the network you are in now, %(network)s") % {"network": network}
    if known.is_private:
        return lang.gettext("In a company's or home's own network, %(network)s") % {"network": network}
    return lang.gettext("Over the internet, network %(network)s") % {"network": network}
