"""The commands that bring a rule file into the portal: put it in force, or first see what it would have changed."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal.cli.asking import opened, plainly
from portal.rules import RuleFileError, RuleSet, load

if TYPE_CHECKING:
    from portal.actions.what_if import Finding, Inquiry
    from portal.models import Article

MOST_SHOWN = 20


class Unusable(Exception):
    """A file, an article or a moment that cannot be worked with; the text is for the person at the terminal."""


def add_to(commands: Any) -> None:
    """Add `rules apply` and `rules replay` beside the commands that need no portal."""
    apply = commands.add_parser("apply", help="put a rule file in force for an article")
    apply.add_argument("file", type=Path, metavar="FILE")
    apply.add_argument("--article", required=True, metavar="SKU")
    apply.add_argument("--note", help="what the change is for; it stands in the history of the rules")
    apply.set_defaults(run=plainly(_told(apply_command)))
    replay = commands.add_parser("replay", help="decide the recorded history of an article again, and change nothing")
    replay.add_argument("--rules", required=True, type=Path, metavar="FILE")
    replay.add_argument("--article", required=True, metavar="SKU")
    replay.add_argument("--since", metavar="DAY", help="only what was done from this day on, such as 2026-01-01")
    replay.add_argument("--json", action="store_true", help="print JSON, with up to 1,000 single operations")
    replay.set_defaults(run=plainly(_told(replay_command)))


def _told(command: Any) -> Any:
    def run(options: Any) -> int:
        try:
            return int(command(options))
        except Unusable as problem:
            print(problem, file=sys.stderr)
            return 2

    return run


def apply_command(options: Any) -> int:
    """The rule set that the file names gets a new version, and the article follows it; the same text again is none."""
    from portal.access import Actor
    from portal.actions import publications
    from portal.actions.doing import Moment
    from portal.files import keyring
    from portal.settings import from_environment
    from portal.site import system_clock

    text, rules = _read(options.file)
    if options.note is not None and len(options.note) > publications.MOST_NOTE:
        raise Unusable(f"The note is longer than {publications.MOST_NOTE} characters.")
    with opened() as database, database.writing() as db:
        article = _article(db, options.article)
        vault = keyring.load(from_environment().keys).vault
        moment = Moment(db, Actor(kind="vendor"), system_clock(), vault)
        written = publications.apply(moment, text, article, options.note)
        if written.version is None and written.code != "rules_unchanged":
            raise Unusable(f"{options.file}: {written.code}")
        number = written.version.number if written.version else None
        followers = ", ".join(publications.followers(db, rules.name))
    for warning in rules.warnings:
        print(f"{options.file}:{warning.line}: warning: {warning.reason}", file=sys.stderr)
    if number is None:
        print(f"{rules.name}: nothing is different, no new version. In force for {followers}.")
    else:
        print(f"{rules.name}: version {number} is in force for {followers}.")
    return 0


def replay_command(options: Any) -> int:
    """Print what would have been decided differently: a table, or JSON; how far it is goes to the other output."""
    from portal.actions import what_if
    from portal.actions.clerk import Tally

    text, rules = _read(options.rules)
    since = _since(options.since, rules)
    tally, kept, seen = Tally(), [], 0
    with opened() as database:
        with database.reading() as db:
            inquiry: Inquiry = what_if.Inquiry(text, (_article(db, options.article).id,), since)
            total = what_if.count(db, inquiry)
        for step in what_if.replay(database, inquiry):
            seen += step.seen
            kept += [finding for finding in step.findings if tally.add(finding)]
            _progress(seen, total)
        _progress(seen, total, is_over=True)
        with database.reading() as db:
            told = [(finding, *names) for finding, names in zip(kept, _names(db, kept), strict=True)]
    if options.json:
        found = {"seen": seen, "differing": tally.counts.total(), **tally.result()}
        print(json.dumps(found | {"findings": [_written(*one) for one in told]}))
        return 0
    print(f"{tally.counts.total()} of {seen} would have been decided differently.")
    if tally.counts:
        print(f"{'operation':<10} {'then':<24} {'now':<32} {'times':>7} {'licenses':>8} {'people':>7}")
    for one in tally.result()["codes"]:
        now = f"{one['outcome']} {one['now']}"
        counts = f"{one['count']:>7} {one['licenses']:>8} {one['users']:>7}"
        print(f"{one['operation']:<10} {one['then']:<24} {now:<32} {counts}")
    for finding, license, user in told[:MOST_SHOWN]:
        print(f"{finding.at:%Y-%m-%dT%H:%M:%SZ} {license} {user or '-'} {finding.operation}: {finding.now.code}")
    return 0


def _read(file: Path) -> tuple[str, RuleSet]:
    try:
        text = file.read_text(encoding="utf-8-sig")
        return text, load(text, name=str(file))
    except RuleFileError as problem:
        raise Unusable(str(problem)) from None
    except OSError as problem:
        raise Unusable(f"{file}:1: cannot be read: {problem.strerror}") from None
    except ValueError:
        raise Unusable(f"{file}:1: is not UTF-8 text") from None


def _article(db: Any, sku: str) -> Article:
    from sqlalchemy import select

    from portal.models import Article

    found: Article | None = db.execute(select(Article).where(Article.sku == sku)).scalar()
    if found is None:
        raise Unusable(f"There is no article {sku!r}.")
    return found


def _since(text: str | None, rules: RuleSet) -> datetime | None:
    """The begin of a day in the time zone of the rules."""
    if text is None:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        raise Unusable(f"--since is {text!r}; write a day as 2026-01-01.") from None
    return day.replace(tzinfo=rules.zone)


def _progress(seen: int, total: int, *, is_over: bool = False) -> None:
    if sys.stderr.isatty() or is_over:
        print(f"\r{seen} of {total}", end="\n" if is_over else "", file=sys.stderr, flush=True)


def _names(db: Any, findings: list[Finding]) -> list[tuple[str, str | None]]:
    """The license of each finding by the id that people see, and who it was by what they sign in as."""
    from sqlalchemy import select

    from portal.models import License, User

    licenses, users = {one.license_id for one in findings}, {one.user_id for one in findings if one.user_id}
    ids = dict(db.execute(select(License.id, License.public_id).where(License.id.in_(licenses))).all())
    people = dict(db.execute(select(User.id, User.signs_in_as).where(User.id.in_(users))).all())
    return [(str(ids[one.license_id]), people.get(one.user_id or 0)) for one in findings]


def _written(finding: Finding, license: str, user: str | None) -> dict[str, Any]:
    next_ = finding.now.next_allowed_at
    return {
        "at": f"{finding.at:%Y-%m-%dT%H:%M:%SZ}",
        "operation": finding.operation,
        "license": license,
        "user": user,
        "then": {"outcome": finding.then_outcome, "code": finding.then_code},
        "now": {
            "outcome": finding.now.outcome,
            "code": finding.now.code,
            "rule": finding.now.rule,
            "next_allowed_at": f"{next_:%Y-%m-%dT%H:%M:%SZ}" if next_ else None,
        },
    }
