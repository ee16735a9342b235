"""Rule sets and cases out of one number: made without a search, so that a property can be asked of thousands."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from random import Random

from hypothesis import strategies as st

from portal.rules import ActorFacts, Case, DeviceFacts, Entry, LicenseFacts, RuleSet, load
from tests.rules.strategies import AWKWARD, NOW, TABLES

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Pacific/Apia", "Africa/Cairo")
PERIODS = ("PT1S", "PT36H", "P1D", "P30D", "P1M", "P3M", "P1Y", "P1MT12H", "P1W", "P365D", "P13M")
WINDOWS = (
    *(f"rolling {period}" for period in PERIODS),
    *(f"calendar {unit}" for unit in ("day", "week", "month", "quarter", "year")),
    "term", "lifetime",
)  # fmt: skip
SCOPES = ("activation", "device", "license", "license", "product", "group", "user")
ASKED = ("activate", "return", "repair", "rehost", "rehost", "reassign", "register", "emergency")
POOL = 600


@cache
def rule_set(number: int) -> RuleSet:
    """One of a few hundred rule sets, each with one to three limits and some tables."""
    random = Random(number)
    asked = ASKED[number % len(ASKED)]
    text = f'name = "Set {number}"\ntime_zone = "{random.choice(ZONES)}"\n'
    for _ in range(random.randint(1, 3)):
        text += _limit(random, asked)
    tables = {table.split("\n")[0]: table for table in random.sample(TABLES, random.randint(0, 4))}
    if asked == "emergency":
        tables["[emergency]"] = '[emergency]\nlimit = 2\nwindow = "rolling P90D"\n'
    chosen = [table for key, table in tables.items() if key != "[evidence]" or "[lease]" not in tables]
    return load(text + "".join(chosen))


def asked_of(number: int) -> str:
    """The operation that the limits of this rule set speak of."""
    return ASKED[number % len(ASKED)]


def _limit(random: Random, asked: str) -> str:
    scope = random.choice(SCOPES)
    if random.random() < 0.3:
        return (
            f'[[cooldown]]\nbefore = "{asked}"\nafter = "{random.choice([asked, "activate", "rehost"])}"\n'
            f'period = "{random.choice(PERIODS)}"\nscope = "{scope}"\n'
        )
    text = f'[[allowance]]\noperations = ["{asked}"]\nscope = "{scope}"\n'
    text += f"per_quantity = {random.choice(['true', 'false'])}\n"
    if random.random() < 0.65:
        return text + f'limit = {random.randint(0, 3)}\nwindow = "{random.choice(WINDOWS)}"\n'
    most = random.randint(1, 3)
    return text + (
        f'accrual = {{ initial = {random.randint(0, most)}, grant = {random.randint(1, 2)}, '
        f'every = "{random.choice(PERIODS[1:])}", max_balance = {most}, '
        f'anchor = "{random.choice(["first_activation", "last_use"])}" }}\n'
    )


def moment(random: Random) -> datetime:
    """Thick around changes of the clock, leap days and the ends of months and years."""
    if random.random() < 0.4:
        return random.choice(AWKWARD) + timedelta(seconds=random.randint(-2, 2))
    if random.random() < 0.5:
        return NOW - timedelta(seconds=random.randint(0, 3_000_000))
    return NOW - timedelta(seconds=random.choice((86_400 * random.randint(0, 900), random.randint(0, 80_000_000))))


def situation(seed: int) -> tuple[RuleSet, Case]:
    """A rule set and a case that have to do with each other."""
    random = Random(seed)
    number = random.randrange(POOL)
    asked = asked_of(number)
    ledger = [Entry(AWKWARD[4], "activate", "a1", _device(random), license="L1", product="p1", group="g1", user="u1")]
    ledger += [_entry(random, asked) for _ in range(random.randint(0, 9))]
    latest = max(entry.at for entry in ledger)
    term = moment(random) if random.random() < 0.5 else None
    return rule_set(number), Case(
        now=max(latest, moment(random)),
        operation=asked,
        license=LicenseFacts("L1", random.randint(1, 3), term_begin=term, product="p1", group="g1"),
        device=_device(random) if random.random() < 0.7 else None,
        actor=ActorFacts(user="u1"),
        ledger=tuple(ledger),
        evidence=random.choice((None, "declaration", "receipt", "online_ack", "online_ack")),
    )


def _device(random: Random) -> DeviceFacts:
    return DeviceFacts({name: random.choice("12") for name in ("board", "disk", "cpu")})


def _entry(random: Random, asked: str) -> Entry:
    operation = random.choice((asked, asked, asked, "activate", "return", "rehost", "repair", "lapse", "override"))
    if operation == "override":
        return Entry(moment(random), "override", license="L1", grants=asked, amount=random.randint(1, 2))
    return Entry(
        moment(random), operation, random.choice(("a1", "a1", "a2", None)),
        _device(random) if random.random() < 0.5 else None, random.choice((None, "declaration", "online_ack")),
        license=random.choice(("L1", "L1", "L1", "L2")), product="p1", group=random.choice(("g1", "g2")), user="u1",
    )  # fmt: skip


def without_overrides(case: Case) -> Case:
    return replace(case, ledger=tuple(entry for entry in case.ledger if entry.operation != "override"))


situations = st.integers(0, 2**40).map(situation)
