"""`portal init`: from an empty folder to a portal that its first administrator can sign in to."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portal import settings_file
from portal.cli import checks
from portal.cli.asking import opened, plainly
from portal.cli.questions import Question, Unanswered, answered
from portal.cli.users import add_admin, address_of, unfit
from portal.settings import Settings, from_environment


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
        settings = _settings(folder, options)
        _keys(settings)
        _admin(settings, options)
    except Unanswered as problem:
        print(problem, file=sys.stderr)
        return 2
    _left(settings)
    return 0


def _settings(folder: Path, options: Namespace) -> Settings:
    path = folder / settings_file.NAME
    if path.exists():
        settings = from_environment()
        print(f"Settings: {path} stands already and stays as it is.")
        return settings
    wanted = _asked(PLACE, options)
    if wanted["PORTAL_SMTP_HOST"]:
        wanted |= _asked(MAIL, options)
        if wanted["PORTAL_SMTP_USER"]:
            wanted["PORTAL_SMTP_PASSWORD"] = answered(PASSWORD, os.environ.get(PASSWORD.flag))
    wanted = {name: value for name, value in wanted.items() if value}
    from_environment({"PORTAL_DATA": str(folder), **wanted})
    wanted["PORTAL_BRAND"] = str(_brand(folder / "brand", wanted["PORTAL_URL"], options))
    questions = PLACE | MAIL | {PASSWORD.flag: PASSWORD, "PORTAL_BRAND": Question("", "Names, color, logo and words")}
    settings_file.write(folder, wanted, {name: questions[name].text for name in wanted})
    print(f"Settings: written to {path}.")
    return from_environment()


def _asked(questions: dict[str, Question], options: Namespace) -> dict[str, str]:
    flags = {name: question.flag.removeprefix("--").replace("-", "_") for name, question in questions.items()}
    return {name: answered(question, getattr(options, flags[name])) for name, question in questions.items()}


def _brand(folder: Path, url: str, options: Namespace) -> Path:
    from portal.brand.starting import begin

    if folder.exists():
        print(f"Brand: {folder} stands already and stays as it is.")
        return folder
    told = _asked(BRAND, options)
    color = told.pop("color")
    host = urlsplit(url).netloc
    begin(folder, told["name"], {**told, "host": host}, {"--primary": color} if color else {})
    print(f"Brand: begun in {folder}.")
    return folder


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
    told = _asked(ADMIN, options)
    email = address_of(told["email"]) or ""
    asked = Question(
        "The password on standard input", f"Password for {email}",
        check=lambda password: unfit(settings, email, told["name"], password), is_secret=True,
    )  # fmt: skip
    password = answered(asked, None if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n"))
    add_admin(settings, email, told["name"], password)
    print(f"Administrator: {email} can sign in.")


def _left(settings: Settings) -> None:
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
    ]:
        print(f"- {line}")
