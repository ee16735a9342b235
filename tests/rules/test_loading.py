"""Reading rule sets: what is refused, in which line and why, and that nothing wrong slips through."""

import pytest

from portal.rules import RuleFileError, load
from portal.rules.durations import parse_duration
from portal.rules.windows import Calendar, Rolling
from tests.rules.world import HEAD

EXAMPLE = """\
name = "CAD Pro node-locked"
time_zone = "Europe/Berlin"          # calendar windows and dates are the vendor's

[seats]
overage = "0%"                       # or a number; extra seats beyond the quantity
overage_grace = "P0D"

[[allowance]]
name = "moves per year"
operations = ["rehost"]
evidence = "unproved"
scope = "license"
per_quantity = false
limit = 2
window = "rolling P365D"

[[allowance]]
operations = ["rehost"]
accrual = { initial = 0, grant = 1, every = "P1Y", max_balance = 2, anchor = "first_activation" }

[[cooldown]]
before = "return"
after = "activate"
period = "P30D"
scope = "license"
exempt_reasons = ["hardware_failure", "employee_left"]

[binding]
match = "score"
score = 5
components = { board = 3, disk = 2, cpu = 1, mac = 1 }

[[condition]]
operations = ["activate", "rehost"]
countries = ["DE", "AT", "CH"]
virtual_machine = false
roles = ["admin", "member", "ticket", "program"]
never_back_to_left_device = true

[evidence]
return_online  = { proof = "online_ack" }
return_offline = { proof = "receipt", credit = "now" }
rehost         = { proof = "declaration" }

[lease]
ttl = "P30D"
grace = "P14D"

[demo]
durations = ["P7D", "P14D", "P30D"]
per = "product"
approval = "none"

[emergency]
duration = "P7D"
limit = 1
window = "rolling P90D"

[ticket_sign_in]
after_registration = "refuse"

[escalation]
exhausted = "review"
offer_emergency = true
"""


def problems(text):
    with pytest.raises(RuleFileError) as refused:
        load(text)
    return [(problem.line, problem.reason) for problem in refused.value.problems]


def test_the_whole_schema_is_read():
    rules = load(EXAMPLE)
    assert (rules.name, rules.time_zone, rules.warnings) == ("CAD Pro node-locked", "Europe/Berlin", ())
    assert [allowance.rule for allowance in rules.allowances] == ["moves per year", "allowance 2"]
    assert rules.allowances[0].window == Rolling(parse_duration("P365D"))
    assert rules.allowances[1].accrual.max_balance == 2
    assert rules.cooldowns[0].exempt_reasons == ("hardware_failure", "employee_left")
    assert rules.binding.weights == {"board": 3, "disk": 2, "cpu": 1, "mac": 1}
    assert rules.conditions[0].countries == ("DE", "AT", "CH")
    assert rules.evidence["rehost"].proof == "declaration"
    assert (rules.lease.ttl.text, rules.lease.grace.text) == ("P30D", "P14D")
    assert [duration.text for duration in rules.demo.durations] == ["P7D", "P14D", "P30D"]
    assert (rules.emergency.duration.text, rules.emergency.allowance.limit) == ("P7D", 1)
    assert rules.after_registration == "refuse"
    assert (rules.escalation.exhausted, rules.escalation.offer_emergency) == ("review", True)


def test_an_absent_table_means_its_plain_default():
    rules = load(HEAD)
    assert (rules.allowances, rules.cooldowns, rules.conditions) == ((), (), ())
    assert (rules.demo, rules.emergency, rules.lease.ttl) == (None, None, None)
    assert (rules.binding.match, rules.seats.overage(100), rules.escalation.exhausted) == ("exact", 0, "deny")


@pytest.mark.parametrize("line", range(1, EXAMPLE.count("\n") + 1))
def test_an_unknown_key_is_refused_in_its_line(line):
    lines = EXAMPLE.splitlines()
    key, equals, _ = lines[line - 1].partition("=")
    if not equals:
        return
    lines[line - 1] = lines[line - 1].replace(key.strip(), key.strip() + "_x", 1)
    assert (line, f"unknown key '{key.strip()}_x'") in [
        (at, why.split(" in ")[0]) for at, why in problems("\n".join(lines))
    ]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("[[allowance]]\noperations = ['rehost']\nlimit = -1", 5, "limit is negative: -1"),
        ("[[allowance]]\noperations = ['rehost']\nlimit = 1.5", 5, "limit must be a whole number, not a fraction"),
        ("[[allowance]]\noperations = ['rehost']\nlimit = true", 5, "limit must be a whole number, not true or false"),
        ("[[allowance]]\noperations = ['rehost']", 3, "[[allowance]] needs limit or accrual"),
        ("[[allowance]]\nlimit = 1", 3, "[[allowance]] needs operations"),
        ("[[allowance]]\noperations = ['move']\nlimit = 1", 4, "operations holds 'move'"),
        ("[[allowance]]\noperations = ['rehost', 'rehost']\nlimit = 1", 4, "operations holds 'rehost' twice"),
        ("[[allowance]]\noperations = 'rehost'\nlimit = 1", 4, "operations must be a list, not text"),
        ("[[allowance]]\noperations = [\n  'rehost',\n  7,\n]\nlimit = 1", 4, "operations holds 7, which is no text"),
        ("[[allowance]]\noperations = ['rehost']\nlimit = 1\nwindow = 'rolling'", 6, "window is 'rolling'"),
        ("[[allowance]]\noperations = ['rehost']\nlimit = 1\nwindow = 'rolling P0D'", 6, "window: 'P0D' is no time"),
        ("[[allowance]]\noperations = ['rehost']\nlimit = 1\nwindow = 'rolling 1Y'", 6, "window: '1Y' is no duration"),
        ("[[allowance]]\noperations = ['rehost']\nlimit = 1\nwindow = 'calendar decade'", 6, "window is"),
        ("[[allowance]]\noperations = ['rehost']\nlimit = 1\nscope = 'galaxy'", 6, "scope is 'galaxy'"),
        ("[[allowance]]\noperations = ['rehost']\nlimit = 1\nevidence = 'proved'", 6, "evidence is 'proved'"),
        (
            "[[allowance]]\noperations = ['rehost']\nlimit = 1\naccrual = { every = 'P1Y', max_balance = 1 }",
            5,
            "limit and",
        ),
        (
            "[[allowance]]\noperations = ['rehost']\naccrual = { max_balance = 1 }",
            5,
            "[[allowance]] accrual needs every",
        ),
        (
            "[[allowance]]\noperations = ['rehost']\naccrual = { every = 'P0D', max_balance = 1 }",
            5,
            "every: 'P0D' is no",
        ),
        (
            "[[allowance]]\noperations = ['rehost']\naccrual = { every = 'P1Y' }",
            5,
            "[[allowance]] accrual needs max_balance",
        ),
        ("[allowance]\noperations = ['rehost']\nlimit = 1", 3, "allowance is one thing, but there can be several"),
        ("[[cooldown]]\nbefore = 'return'\nafter = 'lapse'\nperiod = 'P1D'", 5, "after is 'lapse'"),
        ("[[cooldown]]\nbefore = 'return'\nafter = 'activate'\nperiod = 'P-1D'", 6, "period: 'P-1D' is no duration"),
        ("[[cooldown]]\nbefore = 'return'\nafter = 'activate'\nperiod = 'P99999Y'", 6, "period: the duration"),
        ("[[cooldown]]\nbefore = 'return'\nafter = 'activate'\nperiod = 'P9999999D'", 6, "period: the duration"),
        (
            "[[cooldown]]\nbefore = 'return'\nafter = 'activate'\nperiod = 2026-01-01",
            6,
            "period must be text, not a date",
        ),
        ("[[cooldown]]\nbefore = 'return'", 3, "[[cooldown]] needs after"),
        ("[binding]\nmatch = 'score'\ncomponents = { board = 1 }", 3, "[binding] needs score"),
        ("[binding]\nmatch = 'score'\nscore = 1", 3, "[binding] needs components with their weights"),
        ("[binding]\nmatch = 'score'\nscore = 1\ncomponents = { board = -1 }", 6, "board is negative"),
        ("[binding]\nmatch = 'fuzzy'", 4, "match is 'fuzzy'"),
        ("[[condition]]\ncountries = ['DE']", 3, "[[condition]] needs operations"),
        ("[[condition]]\noperations = ['activate']\ncountries = ['Germany']", 5, "countries holds 'Germany'"),
        ("[[condition]]\noperations = ['activate']\nroles = ['boss']", 5, "roles holds 'boss'"),
        (
            "[[condition]]\noperations = ['activate']\nvirtual_machine = 'no'",
            5,
            "virtual_machine must be true or false",
        ),
        ("[seats]\noverage = -1", 4, "overage is -1"),
        ("[seats]\noverage = '-1%'", 4, "overage is '-1%'"),
        ("[seats]\noverage = 0.5", 4, "overage is 0.5"),
        ("[evidence]\nrehost = { proof = 'oath' }", 4, "proof is 'oath'"),
        ("[evidence]\nreturn = { proof = 'receipt' }", 4, "unknown key 'return' in [evidence]"),
        ("[evidence]\nreturn_offline = { credit = 'tomorrow' }", 4, "credit is 'tomorrow'"),
        ("[evidence]\nreturn_offline = { credit = 'after 3' }", 4, "credit: '3' is no duration"),
        ("[evidence]\nrehost = 'declaration'", 4, "rehost must be a table, not text"),
        ("[lease]\nttl = 'never'", 4, "ttl: 'never' is no duration"),
        ("[lease]\nttl = 'P0D'", 4, "ttl: 'P0D' is no time"),
        ("[demo]\ndurations = ['P7D', 'P0D']", 4, "durations: 'P0D' is no time"),
        ("[demo]\nper = 'galaxy'", 4, "per is 'galaxy'"),
        ("[emergency]\nlimit = 'one'", 4, "limit must be a whole number, not text"),
        ("[ticket_sign_in]\nafter_registration = 'maybe'", 4, "after_registration is 'maybe'"),
        ("[escalation]\nexhausted = 'shrug'", 4, "exhausted is 'shrug'"),
        ("[escalation]\noffer_emergency = 1", 4, "offer_emergency must be true or false"),
        ("[seat]\noverage = 1", 3, "unknown key 'seat' in the rule set; did you mean seats?"),
    ],
)
def test_each_mistake_is_refused_with_line_and_reason(text, line, reason):
    assert any((at, why[: len(reason)]) == (line, reason) for at, why in problems(HEAD + text))


@pytest.mark.parametrize("zone", ["Europe/Berlni", "", "../../etc/passwd", "Europe", "/etc/localtime", "CET+1x"])
def test_an_unknown_time_zone_is_refused(zone):
    [(line, reason)] = problems(f'name = "x"\ntime_zone = "{zone}"\n')[:1]
    assert line == 2 and "time_zone" in reason


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name = ", 1),
        ('name = "x"\nname = "y"', 2),
        ("\n\n[[allowance", 3),
        ('name = "x', 1),
        ("a = " + "[" * 9_999, 1),
    ],
)
def test_what_is_no_toml_is_refused_with_its_line(text, line):
    [(found, _)] = problems(text)
    assert found == line


def test_all_problems_come_at_once_and_in_order():
    found = problems('time_zone = "x"\nfoo = 1\n[seats]\noverage = -1\n[demo]\nper = "x"\n')
    assert [line for line, _ in found] == sorted(line for line, _ in found)
    assert len(found) == 5


def test_the_message_names_file_line_and_reason():
    with pytest.raises(RuleFileError, match=r"(?m)^mine\.toml:4: limit is negative: -1$"):
        load(HEAD + "[emergency]\nlimit = -1\n", name="mine.toml")


AWKWARD = '''\
# a comment with [table] and key = 1
"name" = """a = 1
[not a table]
"""
'time_zone' = 'Europe/Berlin' # [x]
demo.durations = [ # one
    "P7D", # two ]
    "P0D",
]
evidence.rehost.proof = "oath"
[[allowance]]
operations = [
    "rehost" ]
limit = 1
[[ allowance ]]
  "operations" = ['re\\host']
  limit = 2
  accrual = { every = 'P1Y', max_balance = 0 }
'''


def test_lines_are_found_in_awkward_documents():
    assert [line for line, _ in problems(AWKWARD)] == [6, 10, 16, 17, 18]
    windows_ends = AWKWARD.replace("\n", "\r\n")
    assert [line for line, _ in problems(windows_ends)] == [6, 10, 16, 17, 18]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("[seats]\noverage_grace = 'P1D'", 4, "overage_grace has no effect"),
        ("[lease]\ngrace = 'P1D'", 4, "grace has no effect"),
        ("[escalation]\noffer_emergency = true", 4, "offer_emergency has no effect"),
        ("[evidence]\nrehost = { credit = 'never' }", 4, "credit has no effect"),
        ("[evidence]\nreturn_offline = { proof = 'online_ack' }", 4, "an offline return never brings"),
        ("[binding]\nmatch = 'any'\nscore = 3", 5, "score has no effect"),
        ("[binding]\ncomponents = ['board']", 4, "components have no effect"),
        ("[binding]\nmatch = 'score'\nscore = 0\ncomponents = { board = 1 }", 5, "with a score of 0"),
        ("[[condition]]\noperations = ['activate']", 3, "this condition asks for nothing"),
        ("[[cooldown]]\nbefore = 'return'\nafter = 'activate'\nperiod = 'P0D'", 6, "a period of no time"),
        ("[[cooldown]]\nbefore = 'demo'\nafter = 'demo'\nperiod = 'P1D'\nscope = 'activation'", 7, "nothing counts"),
        ("[[allowance]]\noperations = ['activate']\nlimit = 1\nscope = 'activation'", 6, "nothing counts"),
    ],
)
def test_what_is_legal_but_doubtful_passes_with_a_warning(text, line, reason):
    [warning] = load(HEAD + text).warnings
    assert (warning.line, warning.reason[: len(reason)]) == (line, reason)


def test_calendar_units_are_read():
    for unit in ("day", "week", "month", "quarter", "year"):
        text = f"[[allowance]]\noperations = ['rehost']\nlimit = 1\nwindow = 'calendar {unit}'\n"
        assert load(HEAD + text).allowances[0].window == Calendar(unit)
