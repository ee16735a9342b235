"""Passkeys between browser and portal: the question with its challenge, and the answer that is good once."""

from __future__ import annotations

import secrets

from portal.actions import passkeys as verbs
from portal.actions import used_once
from portal.actions.doing import Doing
from portal.doors import passkeys
from portal.doors.passkeys import Made, Party, Refused
from portal.models import User
from portal.web import Visit
from portal.web.cookies import hidden, hide, put_down

COOKIE = "challenge"


def party(visit: Visit) -> Party:
    """This portal as browsers know it: by the configured address."""
    return passkeys.party(visit.settings.url, visit.site.brand.name)


def question(visit: Visit) -> bytes:
    """What the browser is to show: any passkey of this portal."""
    return passkeys.wanted(party(visit), _challenge(visit, "show"))


def question_for_new(visit: Visit, user: User) -> bytes:
    """What the browser is to make: a passkey of this person, on a device that has none yet."""
    has = [one.credential_id for one in verbs.mine(visit)]
    return passkeys.wanted_new(
        party(visit), _challenge(visit, "make"), handle=user.public_id.bytes, called=user.signs_in_as, name=user.name,
        has=has,
    )  # fmt: skip


def made(visit: Visit, doing: Doing, answer: str) -> Made:
    """The passkey that the browser made. Raises Refused."""
    return passkeys.made(party(visit), _asked(visit, doing, "make"), answer)


def owner(visit: Visit, doing: Doing, answer: str) -> User:
    """Whose passkey was shown, after everything about it was found right. Raises Refused."""
    challenge = _asked(visit, doing, "show")
    _, credential_id, handle = passkeys.credential_of(answer)
    found = verbs.of_credential(doing, credential_id, handle)
    if found is None:
        raise Refused("unknown")
    passkey, user = found
    shown = passkeys.shown(
        party(visit), challenge, answer, credential_id=passkey.credential_id, public_key=passkey.public_key
    )
    if not verbs.used(doing, passkey, shown):
        raise Refused("copied")
    return user


def _challenge(visit: Visit, purpose: str) -> bytes:
    challenge = secrets.token_bytes(32)
    hide(visit, COOKIE, f"{purpose} {visit.actor.user_id or 0} {challenge.hex()}", passkeys.TIME)
    return challenge


def _asked(visit: Visit, doing: Doing, purpose: str) -> bytes:
    """What this browser was asked, the same person and for the same purpose; it is used up. Raises Refused."""
    kept = hidden(visit, COOKIE) or ""
    put_down(visit, COOKIE)
    what, _, rest = kept.partition(" ")
    whose, _, challenge = rest.partition(" ")
    if (what, whose) != (purpose, str(visit.actor.user_id or 0)) or not used_once.use(doing, "passkey", challenge):
        raise Refused("nothing was asked")
    return bytes.fromhex(challenge)
