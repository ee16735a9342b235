"""Rule sets, ledgers and cases at random, thick with the moments at which calendars and clocks are awkward."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from portal.rules import ActorFacts, Case, DeviceFacts, Entry, LicenseFacts, RunningLicense, load
from portal.rules.sets import EVIDENCE_GROUPS, OPERATIONS, PROOFS, SCOPES


def examples(share: float) -> settings:
    """Settings with a share of the examples that the profile asks for, so that a profile can raise them all."""
    return settings(max_examples=round(settings.default.max_examples * share))


# Leap day, both changes of the clock in Berlin, ends of months, quarters, ISO weeks and years.
AWKWARD = [
    datetime(2028, 2, 29, 12, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    datetime(2026, 1, 30, 12, tzinfo=UTC),
    datetime(2026, 1, 31, 8, tzinfo=UTC),
    datetime(2026, 12, 31, 23, tzinfo=UTC),
    datetime(2027, 1, 3, 23, tzinfo=UTC),
    datetime(2027, 3, 31, 22, tzinfo=UTC),
]
NOW = datetime(2028, 3, 1, tzinfo=UTC)

moments = st.one_of(
    st.builds(lambda at, by: at + timedelta(seconds=by), st.sampled_from(AWKWARD), st.integers(-2, 2)),
    st.builds(lambda days: NOW - timedelta(days=days), st.integers(0, 900)),
    st.builds(lambda seconds: NOW - timedelta(seconds=seconds), st.integers(0, 80_000_000)),
)
periods = st.sampled_from(["PT1S", "P1D", "P30D", "P1M", "P3M", "P1Y", "P1MT12H", "P1W", "P365D", "P13M"])
windows = st.one_of(
    periods.map(lambda period: f"rolling {period}"),
    st.sampled_from(["calendar day", "calendar week", "calendar month", "calendar quarter", "calendar year"]),
    st.sampled_from(["term", "lifetime"]),
)
zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Pacific/Apia"])
operations = st.sampled_from(OPERATIONS)
components = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(["1", "2"]) for name in ("board", "disk", "cpu")}
)


@st.composite
def allowance(draw, of=operations):
    names = ", ".join(f'"{name}"' for name in draw(st.lists(of, min_size=1, max_size=3, unique=True)))
    text = f'[[allowance]]\noperations = [{names}]\nscope = "{draw(st.sampled_from(SCOPES))}"\n'
    text += f'evidence = "{draw(st.sampled_from(list(EVIDENCE_GROUPS)))}"\n'
    text += f"per_quantity = {draw(st.sampled_from(['true', 'false']))}\n"
    if draw(st.booleans()):
        return text + f'limit = {draw(st.integers(0, 4))}\nwindow = "{draw(windows)}"\n'
    most = draw(st.integers(1, 3))
    initial, grant = draw(st.integers(0, most)), draw(st.integers(1, 2))
    anchor = draw(st.sampled_from(["first_activation", "last_use"]))
    return text + (
        f'accrual = {{ initial = {initial}, grant = {grant}, every = "{draw(periods)}", '
        f'max_balance = {most}, anchor = "{anchor}" }}\n'
    )


@st.composite
def cooldown(draw, of=operations):
    exempt = draw(st.sampled_from(["", 'exempt_reasons = ["hardware_failure"]\n']))
    return (
        f'[[cooldown]]\nbefore = "{draw(of)}"\nafter = "{draw(of)}"\n'
        f'period = "{draw(periods)}"\nscope = "{draw(st.sampled_from(SCOPES))}"\n{exempt}'
    )


TABLES = [
    '[seats]\noverage = 1\noverage_grace = "P30D"\n',
    '[seats]\noverage = "50%"\n',
    '[binding]\nmatch = "most"\n',
    '[binding]\nmatch = "score"\nscore = 3\ncomponents = { board = 2, disk = 1, cpu = 1 }\n',
    '[[condition]]\noperations = ["activate", "rehost"]\nnever_back_to_left_device = true\n',
    '[lease]\nttl = "P30D"\ngrace = "P14D"\n[evidence]\nreturn_offline = { credit = "lease_end", proof = "none" }\n',
    '[evidence]\nreturn_offline = { credit = "after P1M" }\nrehost = { proof = "declaration" }\n',
    '[demo]\ndurations = ["P7D"]\n',
    '[emergency]\nlimit = 1\nwindow = "rolling P90D"\n',
    '[escalation]\nexhausted = "review"\noffer_emergency = true\n',
]


@st.composite
def rule_sets(draw, limits=None):
    text = f'name = "Any"\ntime_zone = "{draw(zones)}"\n'
    tables = draw(st.lists(st.sampled_from(TABLES), max_size=5, unique_by=lambda table: table.split("\n")[0]))
    if sum("[evidence]" in table for table in tables) > 1:
        tables = [table for table in tables if not table.startswith("[evidence]")]
    rules = draw(limits if limits is not None else st.lists(st.one_of(allowance(), cooldown()), max_size=4))
    return load("".join([text, *rules, *tables]))


devices = st.builds(
    DeviceFacts,
    components,
    licenses=st.lists(
        st.builds(
            RunningLicense,
            st.sampled_from(["L1", "L2"]),
            st.sampled_from(["cad", "cam"]),
            st.just("subscription"),
            st.one_of(st.none(), moments, moments.map(lambda at: at + timedelta(days=700))),
        ),
        max_size=1,
    ).map(tuple),
)
optional_devices = st.one_of(st.none(), devices)


def _ids(name):
    return st.sampled_from([None, None, f"{name}1", f"{name}2"])


entries = st.builds(
    Entry,
    at=moments,
    operation=st.sampled_from([*OPERATIONS, "activate", "return", "rehost", "refresh", "lapse"]),
    activation=st.sampled_from([None, "a1", "a2", "a3"]),
    device=optional_devices,
    evidence=st.sampled_from([None, *PROOFS]),
    license=st.sampled_from([None, "L1", "L1", "L2"]),
    product=_ids("p"),
    group=_ids("g"),
    user=_ids("u"),
)
overrides = st.builds(
    Entry,
    at=moments,
    operation=st.just("override"),
    grants=operations,
    amount=st.integers(1, 2),
    license=st.sampled_from([None, "L1", "L2"]),
)
ledgers = st.lists(st.one_of(entries, entries, entries, overrides), max_size=14).map(tuple)


@st.composite
def situations(draw):
    """A rule set and a case that have to do with each other: the rules speak of what happened and is asked."""
    asked = draw(operations)
    focus = st.sampled_from([asked, asked, "activate", "rehost", "repair"])
    rules = draw(rule_sets(st.lists(st.one_of(allowance(of=focus), cooldown(of=focus)), min_size=1, max_size=3)))
    begun = st.builds(Entry, st.just(AWKWARD[4]), st.just("activate"), st.sampled_from(["a1", "a2"]), devices)
    done = st.builds(
        Entry, moments, focus, st.sampled_from([None, "a1"]), optional_devices, st.sampled_from([None, *PROOFS])
    )
    ledger = st.tuples(
        st.lists(begun, max_size=2), st.lists(st.one_of(done, done, entries, overrides), max_size=8)
    ).map(lambda parts: tuple(parts[0] + parts[1]))
    return rules, draw(cases(ledger, st.just(asked)))


@st.composite
def cases(draw, ledger=ledgers, operation=operations):
    entries = draw(ledger)
    latest = max((entry.at for entry in entries), default=NOW)
    return Case(
        now=max(latest, draw(moments)),
        operation=draw(operation),
        license=LicenseFacts(
            id=draw(st.sampled_from([None, "L1", "L1"])),
            quantity=draw(st.integers(1, 4)),
            term_begin=draw(st.one_of(st.none(), moments)),
            term_end=draw(st.one_of(st.none(), moments.map(lambda at: at + timedelta(days=800)))),
            product=draw(st.sampled_from([None, "cad", "p1"])),
            group=draw(_ids("g")),
            model=draw(st.sampled_from([None, "subscription", "perpetual"])),
        ),
        device=draw(optional_devices),
        actor=ActorFacts(user=draw(_ids("u"))),
        ledger=entries,
        activation=draw(st.sampled_from([None, None, "a1", "a2"])),
        reason=draw(st.sampled_from([None, "hardware_failure"])),
        evidence=draw(st.sampled_from([None, *PROOFS])),
    )
