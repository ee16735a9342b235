"""`portal init`: from an empty folder to a portal that its first administrator can sign in to."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from portal import settings_file
from portal.brand import BrandError
from portal.cli import checks
from portal.cli.asking import opened, plainly, said
from portal.cli.questions import Check, Question, Unanswered, answered
from portal.cli.users import add_admin, address_of, password_for
from portal.demo.card import FILE_NAME as DEMO
from portal.settings import Settings, SettingsError, from_environment


def _is_address(typed: str) -> str | None:
    return None if address_of(typed) else "That is no e-mail address."


# What stands in the settings file, by the name of the setting. The question explains the line there, too.
PLACE = {
    "PORTAL_URL": Question("--url", "The address that people type, such as https://licenses.acme.example"),
    "PORTAL_DATABASE": Question("--database", "The address of a PostgreSQL database; nothing for SQLite", ""),
    "PORTAL_SMTP_HOST": Question("--smtp-host", "The mail server; nothing for none yet", ""),
}
MAIL = {
    "PORTAL_SMTP_TLS": Question("--smtp-tls", "How to talk to it: starttls, tls or none", "starttls"),
    "PORTAL_SMTP_PORT": Question("--smtp-port", "Its port; nothing for the usual one", ""),
    "PORTAL_MAIL_FROM": Question("--mail-from", "The address that mails come from; nothing for that of support", ""),
    "PORTAL_SMTP_USER": Question("--smtp-user", "The account there; nothing for none", ""),
}
PASSWORD = Question("PORTAL_SMTP_PASSWORD", "The password of the account there", is_secret=True)
BRAND = {
    "name": Question("--name", "What people call you, such as Acme"),
    "company": Question("--company", "The legal name, such as Acme Software GmbH"),
    "support_email": Question("--support", "The e-mail address of your support", check=_is_address),
    "color": Question("--color", "Your color as # and six digits; nothing for the portal's", ""),
}
ADMIN = {
    "email": Question("--admin", "The e-mail address of the first administrator", check=_is_address),
    "name": Question("--admin-name", "Their name"),
}


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "init",
        help="set a new portal up: settings, keys, brand, tables, first administrator",
        description="What no flag says is asked for at the terminal. Run again, it goes on where it stopped and "
        "changes nothing that is there. The passwords of the mail account (PORTAL_SMTP_PASSWORD) and of the "
        "administrator (the first line of standard input) never stand in a flag.",
    )
    parser.add_argument("folder", nargs="?", help="the data folder (PORTAL_DATA, else ./data)")
    for question in (*PLACE.values(), *MAIL.values(), *BRAND.values(), *ADMIN.values()):
        parser.add_argument(question.flag, help=question.text)
    parser.set_defaults(run=plainly(init))


def init(options: Namespace) -> int:
    """Every step says what it did or found. Exit 2: an answer is missing or cannot be used; what was done stays."""
    folder = Path(options.folder or os.environ.get("PORTAL_DATA") or "data").resolve()
    os.environ["PORTAL_DATA"] = str(folder)
    try:
        _made(folder)
        settings = _settings(folder, options)
        _keys(settings)
        _admin(settings, options)
    except Unanswered as problem:
        print(problem, file=sys.stderr)
        return 2
    _left(settings)
    return 0


def _made(folder: Path) -> None:
    """Before anything is asked: a folder for its owner alone, in which we may write and nobody plays the demo."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(0, "it is not ours to write in")
    except OSError as error:
        raise Unanswered(f"{folder} cannot be used: {said(error)}. Name another: portal init FOLDER") from error
    if (folder / DEMO).exists():
        raise Unanswered(f"{folder} holds the demo. Name another: portal init FOLDER")


def _settings(folder: Path, options: Namespace) -> Settings:
    path = folder / settings_file.NAME
    if path.exists():
        settings = from_environment()
        print(f"Settings: {path} stands already and stays as it is.")
        return settings
    wanted: dict[str, str] = {}
    for questions in (PLACE, MAIL):
        for name, question in questions.items():
            check = _fits(name, {"PORTAL_DATA": str(folder), **wanted})
            if value := _asked(replace(question, check=check), options):
                wanted[name] = value
        if "PORTAL_SMTP_HOST" not in wanted:
            break
    if "PORTAL_SMTP_USER" in wanted:
        wanted["PORTAL_SMTP_PASSWORD"] = answered(PASSWORD, os.environ.get(PASSWORD.flag))
    from_environment({"PORTAL_DATA": str(folder), **wanted})
    wanted["PORTAL_BRAND"] = str(_brand(folder / "brand", wanted["PORTAL_URL"], options))
    questions = PLACE | MAIL | {PASSWORD.flag: PASSWORD, "PORTAL_BRAND": Question("", "Names, color, logo and words")}
    settings_file.write(folder, wanted, {name: questions[name].text for name in wanted})
    print(f"Settings: written to {path}.")
    return from_environment()


def _asked(question: Question, options: Namespace) -> str:
    return answered(question, getattr(options, question.flag.removeprefix("--").replace("-", "_")))


def _fits(name: str, others: dict[str, str]) -> Check:
    """What the settings, and the database that they name, say to this answer."""

    def check(value: str) -> str | None:
        # An account needs a password, which is asked for after it.
        beside = {"PORTAL_SMTP_PASSWORD": "asked for"} if name == "PORTAL_SMTP_USER" and value else {}
        try:
            settings = from_environment({**others, **beside, name: value})
        except SettingsError as problem:
            return str(problem)
        return checks.database(settings.database) if name == "PORTAL_DATABASE" and value else None

    return check


def _brand(folder: Path, url: str, options: Namespace) -> Path:
    from portal.brand.starting import begin

    if folder.exists():
        print(f"Brand: {folder} stands already and stays as it is.")
        return folder
    told = {key: _asked(replace(one, check=_suits(key, one.check)), options) for key, one in BRAND.items()}
    color = told.pop("color")
    host = urlsplit(url).netloc
    begin(folder, told["name"], {**told, "host": host}, {"--primary": color} if color else {})
    print(f"Brand: begun in {folder}.")
    return folder


def _suits(key: str, own: Check) -> Check:
    """What a brand says to this answer: one is begun with it, and thrown away."""
    from portal.brand.starting import begin

    def check(value: str) -> str | None:
        if reason := own(value):
            return reason
        told, style = ({}, {"--primary": value} if value else {}) if key == "color" else ({key: value}, {})
        with TemporaryDirectory() as place:
            try:
                begin(Path(place) / "brand", told.get("name", "Name"), told, style)
            except BrandError as problem:
                return str(problem)
        return None

    return check


def _keys(settings: Settings) -> None:
    from portal.files import keyring

    try:
        keys, found = keyring.load(settings.keys), "there already"
    except keyring.KeysMissing:
        keys, found = keyring.create(settings.keys), "made"
    print(f"Keys: {found}. Programs are built with the public key {keys.public_hex}")


def _admin(settings: Settings, options: Namespace) -> None:
    from portal.actions.founding import has_admin

    with opened() as database, database.reading() as db:
        is_there = has_admin(db)
    print(f"Tables: up to date in {settings.database.partition('://')[0].partition('+')[0]}.")
    if is_there:
        print("Administrator: there is one already. Further ones: portal user add")
        return
    told = {key: _asked(question, options) for key, question in ADMIN.items()}
    email = address_of(told["email"]) or ""
    add_admin(settings, email, told["name"], password_for(settings, email, told["name"]))
    print(f"Administrator: {email} can sign in.")


def _left(settings: Settings) -> None:
    from portal.brand import load_brand
    from portal.brand.starting import examples_in

    examples = examples_in(load_brand(settings.brand))
    found = [checks.mail(settings), checks.address(settings)]
    for one in found:
        if one.is_well:
            print(one.sentence)
    print("What is left:")
    for line in [
        *(one.sentence for one in found if not one.is_well),
        f"Copy the keys to a safe place: PORTAL_DATA={settings.data} portal keys export FILE",
        f"Serve: PORTAL_DATA={settings.data} portal serve, behind a proxy that speaks https (docs/operator.md).",
        "Write the rules, say what you sell, mint tickets: docs/vendor.md.",
        f"Make it yours in {settings.brand}: docs/branding.md.",
        *([f"In its brand.toml are examples still: {', '.join(examples)}."] if examples else []),
    ]:
        print(f"- {line}")
