"""The conversation with a sign-in provider: what it publishes, its keys, and what it gives for the code of a person."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx2
from authlib.common.errors import AuthlibBaseError
from joserfc.jwk import KeySet

from portal.doors import id_tokens, outside
from portal.doors.companies import Provider
from portal.doors.id_tokens import Claims, Farewell, UnknownKey, Untrusted
from portal.doors.outside import Unreachable
from portal.doors.outside_rules import is_allowed_address

KNOWN_FOR = timedelta(minutes=10)  # what a provider publishes changes rarely
MISSED_FOR = timedelta(seconds=20)  # nobody asks again at once where there was no answer
KEYS_ANEW = timedelta(minutes=1)  # for a key that is not known the keys are read again, at most so often
MOST_KNOWN = 200
AT_ONCE = 3  # conversations with one provider: a slow one keeps nobody else waiting
SCOPE = "openid email profile"

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Published:
    """What a provider says of itself, as far as it is of use."""

    issuer: str
    authorization: str
    token: str
    keys: str
    person: str | None
    end: str | None
    names_itself: bool  # in the answer that the browser brings
    auth: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a browser is sent away with; the answer must fit it."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Said:
    """What came back about a person, and the token that says so."""

    claims: Claims
    id_token: str


class OpenId:
    """Talks with providers under the operator's rules, and remembers for a while what they publish."""

    def __init__(self, reachable: tuple[str, ...]) -> None:
        self._reachable = reachable
        self._guard = threading.Lock()
        self._talking: Counter[str] = Counter()
        self._known: dict[str, tuple[datetime, Any]] = {}

    def published(self, issuer: str, now: datetime, *, anew: bool = False) -> Published:
        """What stands at the well-known address of this issuer. Raises Unreachable or Untrusted."""
        place = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        age = timedelta(0) if anew else KNOWN_FOR
        return self._kept(place, now, age, issuer, lambda: self._described(issuer, self._fetched(place)))

    def begin(
        self, provider: Provider, place: str, now: datetime, *, hint: str = "", asks_anew: bool = False
    ) -> Question:
        """Where to send the browser, and what its answer will have to fit. `place` is our address for answers."""
        published = self.published(provider.issuer, now)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        more = {"login_hint": hint} if hint else {}
        more |= {"prompt": "login", "max_age": "0"} if asks_anew else {}
        with closing(self._client(provider, published, place)) as asking:
            address, _ = asking.create_authorization_url(
                published.authorization, state=state, code_verifier=verifier, nonce=nonce, **more
            )
        return Question(address, state, nonce, verifier)

    def ask(
        self, provider: Provider, place: str, now: datetime, *, code: str, nonce: str, verifier: str,
        said_issuer: str | None,
    ) -> Said:  # fmt: skip
        """Who the person is that came back with this code. Raises Unreachable or Untrusted."""
        published = self.published(provider.issuer, now)
        if said_issuer is None and published.names_itself or said_issuer not in (None, provider.issuer):
            raise Untrusted("the answer comes from another provider")
        with closing(self._client(provider, published, place)) as asking:
            with self._turn(provider.issuer):
                given = _given(asking, published, code, verifier)
            id_token, access = given.get("id_token"), given.get("access_token")

            def read(keys: KeySet) -> Claims:
                return id_tokens.of_person(
                    id_token, keys, now, issuer=provider.issuer, client_id=provider.client_id, nonce=nonce,
                    access_token=access,
                )  # fmt: skip

            claims = self._with_keys(published, now, read)
            if claims.email is None and published.person is not None and isinstance(access, str):
                with self._turn(provider.issuer):
                    claims = _of_their_page(asking, published.person, access, claims)
        return Said(claims, str(id_token))

    def farewell(self, provider: Provider, token: object, now: datetime) -> Farewell:
        """What a logout token of this provider says. Raises Unreachable or Untrusted."""
        published = self.published(provider.issuer, now)

        def read(keys: KeySet) -> Farewell:
            return id_tokens.of_farewell(token, keys, now, issuer=provider.issuer, client_id=provider.client_id)

        return self._with_keys(published, now, read)

    def _with_keys(self, published: Published, now: datetime, read: Callable[[KeySet], Read]) -> Read:
        try:
            return read(self._keys(published, now, KNOWN_FOR))
        except UnknownKey:
            return read(self._keys(published, now, KEYS_ANEW))

    def _keys(self, published: Published, now: datetime, age: timedelta) -> KeySet:
        def fetched() -> KeySet:
            return id_tokens.read_keys(self._fetched(published.keys))

        return self._kept(published.keys, now, age, published.issuer, fetched)

    def _described(self, issuer: str, document: bytes) -> Published:
        told = id_tokens.read_object(document)
        if told.get("issuer") != issuer:
            raise Untrusted("what is published there belongs to another issuer")
        needed = (self._address(told, name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"))
        more = (
            self._address(told, name) if told.get(name) is not None else None
            for name in ("userinfo_endpoint", "end_session_endpoint")
        )
        return Published(
            issuer, *needed, *more,
            names_itself=told.get("authorization_response_iss_parameter_supported") is True,
            auth=_auth(told.get("token_endpoint_auth_methods_supported")),
        )  # fmt: skip

    def _address(self, told: Mapping[str, Any], name: str) -> str:
        address = told.get(name)
        if not is_allowed_address(address, self._reachable):
            raise Untrusted(f"{name} is missing, or no address that may be asked")
        return str(address)

    def _fetched(self, address: str) -> bytes:
        with closing(outside.client(self._reachable)) as asking:
            return outside.get(asking, address)

    def _client(self, provider: Provider, published: Published, place: str) -> Any:
        return outside.client(
            self._reachable, client_id=provider.client_id, client_secret=provider.client_secret or None, scope=SCOPE,
            redirect_uri=place, code_challenge_method="S256",
            token_endpoint_auth_method=published.auth if provider.client_secret else "none",
        )  # fmt: skip

    def _kept(self, place: str, now: datetime, age: timedelta, issuer: str, read: Callable[[], Read]) -> Read:
        """What was read there lately, else what is there now. That nothing was there is remembered, too."""
        with self._guard:
            at, kept = self._known.get(place, (now - 2 * KNOWN_FOR, None))
        missed = isinstance(kept, Unreachable | Untrusted)
        if kept is not None and at > now - (min(age, MISSED_FOR) if missed else age):
            if missed:
                raise kept
            return kept  # type: ignore[return-value]
        try:
            with self._turn(issuer):
                found: Any = read()
        except (Unreachable, Untrusted) as problem:
            found = problem
        with self._guard:
            self._known.pop(place, None)
            self._known[place] = (now, found)
            while len(self._known) > MOST_KNOWN:
                del self._known[next(iter(self._known))]
        if isinstance(found, Unreachable | Untrusted):
            raise found
        return found  # type: ignore[no-any-return]

    @contextmanager
    def _turn(self, issuer: str) -> Iterator[None]:
        with self._guard:
            if self._talking[issuer] >= AT_ONCE:
                raise Unreachable("too many ask this provider at the moment")
            self._talking[issuer] += 1
        try:
            yield
        finally:
            with self._guard:
                self._talking[issuer] -= 1
                if not self._talking[issuer]:
                    del self._talking[issuer]


def _auth(supported: object) -> str:
    """How the secret is shown: in the header, unless the provider says that it wants it in the form."""
    wants_form = isinstance(supported, list) and "client_secret_basic" not in supported
    return "client_secret_post" if wants_form and "client_secret_post" in supported else "client_secret_basic"


def _given(asking: Any, published: Published, code: str, verifier: str) -> Mapping[str, Any]:
    try:
        given = asking.fetch_token(
            published.token, code=code, code_verifier=verifier, grant_type="authorization_code"
        )
    except (httpx2.HTTPError, AuthlibBaseError, ValueError, TypeError, RecursionError) as problem:
        raise Untrusted(f"it gives nothing for the code: {type(problem).__name__}") from problem
    if not isinstance(given, Mapping) or given.get("id_token") is None:
        raise Untrusted("it gives no id_token")
    return given


def _of_their_page(asking: Any, address: str, access: str, claims: Claims) -> Claims:
    """The address of the person from the provider's own page about them, where the token has none."""
    told = id_tokens.read_object(outside.get(asking, address, {"authorization": f"Bearer {access}"}))
    more = id_tokens.claims({**told, "iss": claims.issuer})
    if more.subject != claims.subject:
        raise Untrusted("the page about the person is about somebody else")
    return replace(claims, email=more.email, is_verified=more.is_verified, name=claims.name or more.name)
