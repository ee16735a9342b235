"""Second factors for tests of screens: a person gets a passkey or an app, and shows it at the door."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pyotp

from portal.doors.totp import STEP
from tests.fixtures.authenticator import Device
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page

SECURITY = "/account/security"


def asked(browser: Client, path: str = "/sign-in/passkey/options") -> dict[str, Any]:
    """What the browser is asked to make or to show."""
    found: dict[str, Any] = json.loads(browser.ask("POST", path, status=200, lint=False, **posted(browser)).body)
    return found


def posted(browser: Client) -> dict[str, Any]:
    content = urlencode({"csrf": token_of(browser)}).encode()
    return {"content": content, "headers": {"content-type": "application/x-www-form-urlencoded"}}


def token_of(browser: Client) -> str:
    page = browser.get(SECURITY, status=None)
    page = browser.get("/sign-in") if page.status == 303 else page
    return page.root.all("input", name="csrf")[0].attrs["value"]


def add_passkey(browser: Client, device: Device, name: str = "Laptop", *, status: int | None = None) -> Page:
    answer = device.make(asked(browser, "/account/passkeys/options"))
    fields = {"name": name, "credential": answer}
    return browser.post("/account/passkeys", fields, status=status, token=token_of(browser))


def show_passkey(browser: Client, device: Device, *, status: int | None = None, **wrong: Any) -> Page:
    """Sign in with a passkey."""
    answer = device.show(asked(browser), **wrong)
    fields = {"credential": answer, "next": "/licenses"}
    return browser.post("/sign-in/passkey", fields, status=status, token=token_of(browser))


def add_app(served: Served, browser: Client) -> tuple[pyotp.TOTP, list[str]]:
    """Set up an authenticator app; returns it, and the recovery codes that came with it."""
    page = browser.follow(browser.submit(browser.get(SECURITY).form("/account/authenticator"), status=303))
    app = pyotp.TOTP("".join(page.root.one("p", id="secret").text.split()))
    done = browser.submit(page.form("/account/authenticator/confirmation"), code=app.at(served.clock()))
    assert done.status in (200, 303), done.text
    codes = [one.text for one in done.root.all("li", class_="code")] if done.status == 200 else []
    served.clock.advance(seconds=STEP)
    return app, codes


def enter(browser: Client, email: str, password: str) -> Page:
    """The password alone; returns what answers."""
    return browser.submit(browser.get("/sign-in").form("/sign-in"), email=email, password=password)


def show_code(browser: Client, code: str, *, status: int | None = None) -> Page:
    return browser.submit(browser.get("/sign-in/second").form("/sign-in/second"), status=status, code=code)
