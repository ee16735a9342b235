"""Passkeys: what a browser is asked for, and what of its answer counts. The library is loaded when first needed."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

MOST = 20  # of one person
LONGEST_ANSWER = 20_000
TIME = 5 * 60  # seconds for an answer


class Refused(Exception):
    """An answer that proves nothing; its text is for the log."""


@dataclass(frozen=True, slots=True)
class Party:
    """This portal, as browsers tell one party from another: by its host, and the origin of its pages."""

    id: str
    origin: str
    name: str

    @property
    def is_named(self) -> bool:
        """Passkeys belong to names; under a bare number there are none."""
        try:
            ipaddress.ip_address(self.id)
        except ValueError:
            return True
        return False


@dataclass(frozen=True, slots=True)
class Made:
    """A new passkey, as its device described it."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    is_backed_up: bool
    transports: list[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A passkey that was shown: its signature is right, and its owner unlocked it."""

    sign_count: int
    is_backed_up: bool


def party(url: str, name: str) -> Party:
    """Only the configured address counts, never what a request calls itself."""
    parts = urlsplit(url)
    return Party(parts.hostname or "", f"{parts.scheme}://{parts.netloc}", name)


def wanted_new(party: Party, challenge: bytes, *, handle: bytes, called: str, name: str, has: list[bytes]) -> bytes:
    """What a browser is told to make a passkey; as JSON."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_registration_options(
        rp_id=party.id, rp_name=party.name, user_id=handle, user_name=called, user_display_name=name,
        challenge=challenge, timeout=TIME * 1000,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one) for one in has],
    )  # fmt: skip
    return webauthn.options_to_json(options).encode()


def wanted(party: Party, challenge: bytes) -> bytes:
    """What a browser is told to show any passkey of this portal; as JSON."""
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    options = webauthn.generate_authentication_options(
        rp_id=party.id, challenge=challenge, timeout=TIME * 1000,
        user_verification=UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return webauthn.options_to_json(options).encode()


def credential_of(answer: str) -> tuple[dict[str, Any], bytes, bytes | None]:
    """What the browser sent, the passkey it names, and whom the device takes for its owner. Raises Refused."""
    from webauthn.helpers import base64url_to_bytes

    try:
        credential = json.loads(answer)
        handle = credential["response"].get("userHandle")
        return credential, base64url_to_bytes(credential["id"]), base64url_to_bytes(handle) if handle else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Refused("unreadable") from error


def made(party: Party, challenge: bytes, answer: str) -> Made:
    """The passkey in a browser's answer. Raises Refused."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    credential, _, _ = credential_of(answer)
    try:
        found = webauthn.verify_registration_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=party.id,
            expected_origin=party.origin, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refused(str(error)) from error
    if not found.user_verified:
        raise Refused("the owner was not asked for")
    told = credential["response"].get("transports") or []
    transports = [one for one in told if isinstance(one, str) and len(one) <= 20] if isinstance(told, list) else []
    return Made(
        found.credential_id, found.credential_public_key, found.sign_count, found.credential_backed_up, transports[:8]
    )


def shown(party: Party, challenge: bytes, answer: str, *, credential_id: bytes, public_key: bytes) -> Shown:
    """What an answer proves about this passkey. Raises Refused.

    Whether its count went back is left to whoever knows the count: that is no forgery of this answer, but a copy of
    the device.
    """
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    credential, _, _ = credential_of(answer)
    try:
        found = webauthn.verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=party.id,
            expected_origin=party.origin, credential_public_key=public_key, credential_current_sign_count=0,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refused(str(error)) from error
    if found.credential_id != credential_id or not found.user_verified:
        raise Refused("another passkey, or its owner was not asked for")
    return Shown(found.new_sign_count, found.credential_backed_up)
