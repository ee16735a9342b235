"""Tokens that a sign-in provider signs: verified with its own published keys, and then claim by claim."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

# What a provider may sign with. The token's own word about it only picks one of these.
KINDS: dict[str, tuple[type[Key], frozenset[str]]] = {
    "RS256": (RSAKey, frozenset()),
    "PS256": (RSAKey, frozenset()),
    "ES256": (ECKey, frozenset({"P-256"})),
    "EdDSA": (OKPKey, frozenset({"Ed25519"})),
}
LEEWAY = 60
OLDEST = 600  # seconds between the making of a token and our reading it
LONGEST = 16_000
LONGEST_NAME = 255
MOST_KEYS = 50
_SHORTEST_RSA = 342  # letters of a modulus of 2048 bits
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
# A token that brings its own key, or says where one lies, is not looked at any further.
_STRONG = frozenset({"mfa", "hwk", "otp", "sc", "fpt", "face"})  # RFC 8176
_OWN_KEYS = frozenset({"jwk", "jku", "x5c", "x5u", "crit", "b64"})


class Untrusted(Exception):
    """A token, or what came with it, that is not what it should be; its text is for the log and the test page."""


class UnknownKey(Untrusted):
    """The token was signed with a key that is not among those that are known."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says of a person."""

    issuer: str
    subject: str
    email: str | None = None
    is_verified: bool = False
    name: str = ""
    sid: str | None = None
    signed_in_at: int | None = None
    is_strong: bool = False  # they showed more than a password there


def read_object(text: bytes | str) -> dict[str, Any]:
    """A JSON object from elsewhere, in which no name stands twice. Raises Untrusted."""
    try:
        found = json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as problem:
        raise Untrusted("it cannot be read as JSON") from problem
    if not isinstance(found, dict):
        raise Untrusted("it is no JSON object")
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def read_keys(document: bytes) -> KeySet:
    """The public keys of a provider that tokens can be verified with. Raises Untrusted."""
    listed = read_object(document).get("keys")
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise Untrusted("there are no keys")
    found = [key for one in listed if (key := _public(one)) is not None]
    if not found:
        raise Untrusted("there is no key that tokens can be verified with")
    return KeySet(found)


def _public(listed: Any) -> Key | None:
    if not isinstance(listed, dict) or listed.get("use", "sig") != "sig" or not isinstance(listed.get("kid", ""), str):
        return None
    told = {name: value for name, value in listed.items() if name in ("kty", "kid", "n", "e", "crv", "x", "y")}
    kinds: dict[Any, type[RSAKey | ECKey | OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
    kind = kinds.get(listed.get("kty")) if isinstance(listed.get("kty"), str) else None
    if kind is None or (kind is RSAKey and len(str(told.get("n"))) < _SHORTEST_RSA):
        return None
    try:
        key = kind.import_key(told)
        is_weak = isinstance(key, RSAKey) and key.public_key.key_size < 2048
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None if is_weak else key


def verified(token: object, keys: KeySet) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token that one of these keys has signed. Raises UnknownKey or Untrusted."""
    if not isinstance(token, str) or not token.isascii() or len(token) > LONGEST or token.count(".") != 2:
        raise Untrusted("it is no signed token")
    header = read_object(_part(token.split(".")[0]))
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in KINDS:
        raise Untrusted("the algorithm is none of those that count")
    if _OWN_KEYS & header.keys():
        raise Untrusted("the token brings its own key")
    key = _fitting(keys, header.get("kid"), algorithm)
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    try:
        opened = jws.deserialize_compact(token, key, algorithms=[algorithm], registry=registry)
    except (JoseError, ValueError, TypeError, RecursionError) as problem:
        raise Untrusted("the signature is not good") from problem
    return header, read_object(opened.payload or b"")


def _fitting(keys: KeySet, kid: object, algorithm: str) -> Key:
    kind, curves = KINDS[algorithm]
    fitting = [key for key in keys.keys if type(key) is kind and (not curves or key.curve_name in curves)]  # type: ignore[union-attr]
    if kid is not None:
        fitting = [key for key in fitting if key.kid == kid]
    if len(fitting) != 1:
        raise UnknownKey("no key fits the token")
    return fitting[0]


def _part(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as problem:
        raise Untrusted("it is no signed token") from problem


def peeked(token: object) -> dict[str, Any]:
    """What a token says before anybody has verified it: good for finding out whose it would be, for nothing else."""
    if not isinstance(token, str) or not token.isascii() or len(token) > LONGEST or token.count(".") != 2:
        raise Untrusted("it is no signed token")
    return read_object(_part(token.split(".")[1]))


def of_person(
    token: object, keys: KeySet, now: datetime, *, issuer: str, client_id: str, nonce: str, access_token: object = None
) -> Claims:
    """What an id_token says, if it is for us, from them, of now, and an answer to our question. Raises Untrusted."""
    header, said = verified(token, keys)
    if header.get("typ", "JWT") not in ("JWT", "jwt"):
        raise Untrusted("it is another kind of token")
    _from_and_for(said, issuer, client_id)
    _of_now(said, now)
    answered = said.get("nonce")
    if not isinstance(answered, str) or not hmac.compare_digest(answered.encode(), nonce.encode()):
        raise Untrusted("it does not answer our question")
    if "at_hash" in said and not _is_hash(said["at_hash"], access_token, str(header["alg"])):
        raise Untrusted("it belongs to another access token")
    return claims(said)


def claims(said: dict[str, Any]) -> Claims:
    """What is said of a person, as far as it is of use. Raises Untrusted where it does not say whom it is about."""
    sid, signed_in_at, ways = said.get("sid"), said.get("auth_time"), said.get("amr")
    email = _line(said.get("email"), 254)
    if said.get("email") is not None and not email:
        raise Untrusted("email is no address")
    return Claims(
        issuer=_text(said, "iss"),
        subject=_text(said, "sub"),
        email=email or None,
        is_verified=said.get("email_verified") is True,
        name=_line(said.get("name"), 200),
        sid=_text(said, "sid") if sid is not None else None,
        signed_in_at=signed_in_at if type(signed_in_at) is int else None,
        is_strong=isinstance(ways, list) and any(isinstance(one, str) and one in _STRONG for one in ways),
    )


@dataclass(frozen=True, slots=True)
class Farewell:
    """What a verified logout token says: whose sign-ins end, and the token's own id."""

    id: str
    subject: str | None
    sid: str | None


def of_farewell(token: object, keys: KeySet, now: datetime, *, issuer: str, client_id: str) -> Farewell:
    """What a logout token says. Raises Untrusted."""
    header, said = verified(token, keys)
    if str(header.get("typ", "logout+jwt")).lower() not in ("logout+jwt", "application/logout+jwt", "jwt"):
        raise Untrusted("it is another kind of token")
    _from_and_for(said, issuer, client_id)
    _of_now(said, now, needs_end=False)
    events = said.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT), dict):
        raise Untrusted("it is no logout token")
    if "nonce" in said:
        raise Untrusted("a logout token must not carry a nonce")
    subject = _text(said, "sub") if said.get("sub") is not None else None
    sid = _text(said, "sid") if said.get("sid") is not None else None
    if subject is None and sid is None:
        raise Untrusted("it does not say whose sign-ins end")
    return Farewell(_text(said, "jti"), subject, sid)


def _from_and_for(said: dict[str, Any], issuer: str, client_id: str) -> None:
    if said.get("iss") != issuer:
        raise Untrusted("it comes from somebody else")
    heard = said.get("aud")
    named = heard if isinstance(heard, list) else [heard]
    if client_id not in named or not all(isinstance(one, str) for one in named):
        raise Untrusted("it is meant for somebody else")
    if len(named) > 1 and "azp" not in said:
        raise Untrusted("it is meant for several, and does not say who asked")
    if "azp" in said and said["azp"] != client_id:
        raise Untrusted("somebody else asked for it")


def _of_now(said: dict[str, Any], now: datetime, *, needs_end: bool = True) -> None:
    at = int(now.timestamp())
    made, ends, begins = (_moment(said, name) for name in ("iat", "exp", "nbf"))
    if made is None or (ends is None and needs_end):
        raise Untrusted("it does not say from when to when it counts")
    if ends is not None and ends <= at - LEEWAY:
        raise Untrusted("its time is over")
    if made > at + LEEWAY or (begins is not None and begins > at + LEEWAY):
        raise Untrusted("its time has not come")
    if made < at - OLDEST - LEEWAY:
        raise Untrusted("it was made too long ago")


def _moment(said: dict[str, Any], name: str) -> float | None:
    value = said.get(name)
    if value is None:
        return None
    if type(value) not in (int, float):
        raise Untrusted(f"{name} is no moment")
    return float(value) if abs(value) < 1e15 else 1e15


def _is_hash(told: object, access_token: object, algorithm: str) -> bool:
    """Half of the hash of the access token, by the hash function of the signature."""
    if not isinstance(told, str) or not isinstance(access_token, str) or not access_token.isascii():
        return False
    made = hashlib.sha512 if algorithm == "EdDSA" else hashlib.sha256
    digest = made(access_token.encode()).digest()
    expected = base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")
    return told.isascii() and hmac.compare_digest(told.rstrip("="), expected)


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_NAME or not value.isprintable():
        raise Untrusted(f"{name} is missing or strange")
    return value


def _line(value: object, most: int) -> str:
    """A text that is of use as one line, or nothing."""
    is_fit = isinstance(value, str) and value.isprintable() and len(value.strip()) <= most
    return " ".join(str(value).split()) if is_fit else ""
