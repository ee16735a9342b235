"""The floor of an activation: look the key up, decide by the rules, write one transaction, sign the answer.

The transaction writes what must be there afterwards: seat, device, activation, ledger, event, and the mail to the
holder in the outbox, sealed as it lies there.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import datetime

import msgspec
from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler

from benchmarks.floors.raw import Raw
from portal.actions.rule_sets import parsed
from portal.actions.tickets import key_lookup
from portal.db import new_id
from portal.files.signatures import sign_response
from portal.rules import ActorFacts, Case, DeviceFacts, LicenseFacts, decide
from portal.site import Site

FIND = """
SELECT l.id, l.group_id, l.quantity, l.ends_at, l.public_id, a.id, a.product_id, a.model, v.id, v.toml
FROM license_keys k JOIN licenses l ON l.id = k.license_id JOIN articles a ON a.id = l.article_id
JOIN rule_versions v ON v.rule_set_id = a.rule_set_id
WHERE k.lookup = ? ORDER BY v.number DESC LIMIT 1
"""
LIVE = "SELECT id, line, device_id FROM activations WHERE license_id = ? AND ended_at IS NULL"
LEDGER = "SELECT at, operation, line FROM operations WHERE license_id = ? ORDER BY at, id"
DEVICE = """
INSERT INTO devices (public_id, group_id, pool_license_id, kind, fingerprint, components, name, created_at, seen_at)
VALUES (?, ?, 0, 'computer', ?, ?, ?, ?, ?) RETURNING id
"""
TAKE = "UPDATE licenses SET used = used + 1, seen_at = ? WHERE id = ? AND used < quantity + overage"
ACTIVATION = """
INSERT INTO activations (public_id, license_id, device_id, line, generation, state, how, started_at, confirmed_at,
seen_at, seq) VALUES (?, ?, ?, ?, 1, 'active', 'online', ?, ?, ?, 0) RETURNING id
"""
OPERATION = """
INSERT INTO operations (license_id, group_id, product_id, article_id, at, operation, line, components, evidence,
actor, rule_version_id) VALUES (?, ?, ?, ?, ?, 'activate', ?, ?, 'online_ack', 'program', ?)
"""
EVENT = """
INSERT INTO events (public_id, at, kind, outcome, actor_kind, group_id, license_id, activation_id, rule_version_id,
details) VALUES (?, ?, 'device.activated', 'done', 'program', ?, ?, ?, ?, ?)
"""
HOLDER = """
SELECT u.id, u.name, u.email, u.language, u.verified_at FROM licenses l JOIN users u ON u.id = l.user_id WHERE l.id = ?
"""
MAIL = """
INSERT INTO mails (public_id, message_id, kind, user_id, recipient, language, facts, subject, is_secret, headers, state,
created_at, due_at, tries) VALUES (?, ?, 'activated', ?, ?, 'en', ?, '', ?, ?, 'ready', ?, ?, 0)
"""


def route(site: Site) -> HTTPRouteHandler:
    threads, own, turn = ThreadPoolExecutor(site.settings.threads), threading.local(), threading.Lock()

    def answer(key: str, host: str, body: bytes) -> Response[bytes]:
        attributes = msgspec.json.decode(body)["data"]["attributes"]
        raw = own.__dict__.setdefault("raw", None) or Raw(site.settings.database)
        own.raw, now = raw, site.clock()
        with turn if raw.is_sqlite else nullcontext():
            raw.begin(writes=True)
            content = _activated(raw, site, now, key, attributes["fingerprint"], attributes["name"])
            raw.commit()
        signed = sign_response(site.keyring, "POST", "/api/v1/machines", host, now, content)
        return Response(content, status_code=201, media_type="application/vnd.api+json", headers=signed)

    @post("/api/v1/machines", status_code=201)
    async def machines(request: Request) -> Response[bytes]:
        key, body = request.headers["authorization"].partition(" ")[2], await request.body()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads, answer, key, request.headers["host"], body)

    machines.fn.__annotations__["request"] = Request
    return machines


def _activated(raw: Raw, site: Site, now: datetime, key: str, fingerprint: str, name: str) -> bytes:
    found = raw.run(FIND, key_lookup(site.vault, key))[0]
    license_, group, quantity, ends_at, public_id, article, product, model, version, toml = found
    raw.run(f"UPDATE licenses SET used = used WHERE id = {license_}") if not raw.is_sqlite else None
    assert not raw.run(LIVE, license_) and not raw.run(LEDGER, license_)
    parts = {"fingerprint": fingerprint}
    case = Case(
        now=now, operation="activate", device=DeviceFacts(components=parts), actor=ActorFacts(role="program"),
        ledger=(), license=LicenseFacts(
            id=str(license_), quantity=quantity, state="active", term_end=ends_at, product=str(product),
            article=str(article), group=str(group), model=model,
        ),
        evidence="online_ack",
    )  # fmt: skip
    assert decide(parsed(toml), case).allowed
    raw.run(TAKE, now, license_)
    ((device,),) = raw.run(DEVICE, new_id(now), group, fingerprint, parts, name, now, now)
    line, id_ = new_id(now), new_id(now)
    ((activation,),) = raw.run(ACTIVATION, id_, license_, device, line, now, now, now)
    raw.run(OPERATION, license_, group, product, article, now, line, parts, version)
    raw.run(EVENT, new_id(now), now, group, license_, activation, version, {"device": name})
    _told(raw, site, now, license_, name)
    return msgspec.json.encode(
        {"data": {"type": "machines", "id": str(id_), "attributes": {"fingerprint": fingerprint, "name": name}}}
    )


def _told(raw: Raw, site: Site, now: datetime, license_: int, device: str) -> None:
    holder, person, email, _, verified_at = raw.run(HOLDER, license_)[0]
    assert verified_at
    mail = new_id(now)
    message_id = f"<{mail}@portal.example>"
    facts = msgspec.json.encode({"person": person, "device": device})
    sealed = site.vault.seal("mail-facts", facts, message_id.encode())
    raw.run(MAIL, mail, message_id, holder, email, sealed, False, {}, now, now)
