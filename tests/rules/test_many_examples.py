"""The promises of the rules, each asked of thousands of cases; what holds for the calendar is worked out twice."""

import ast
import calendar
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

import tests.rules
from portal.rules import Entry, decide
from portal.rules.accrual import balance
from portal.rules.durations import parse_duration
from portal.rules.sets import Accrual
from portal.rules.windows import Calendar, Frame, Rolling
from tests.rules.seeded import PERIODS, ZONES, moment, situations, without_overrides

SECOND = timedelta(seconds=1)
MOST_DAYS = 4_000
numbers = st.integers(0, 2**40)


@given(situations)
@settings(max_examples=3_000)
def test_promise_allowed_at_the_next_date_and_not_one_second_earlier(situation):
    rules, case = situation
    now = decide(rules, case)
    at = now.next_allowed_at
    if now.allowed or at is None:
        assert at is None
        return
    assert decide(rules, replace(case, now=at)).allowed
    assert not decide(rules, replace(case, now=at - SECOND)).allowed


@given(situations)
@settings(max_examples=1_500)
def test_promise_without_a_date_time_alone_never_helps(situation):
    rules, case = situation
    now = decide(rules, case)
    if not now.allowed and now.next_allowed_at is None:
        for days in (1, 31, 366, MOST_DAYS):
            assert not decide(rules, replace(case, now=case.now + timedelta(days=days))).allowed


@given(situations, numbers)
@settings(max_examples=2_000)
def test_the_order_in_which_entries_come_does_not_matter(situation, seed):
    rules, case = situation
    first = {entry.at: entry for entry in case.ledger}  # ties are read as they stand
    entries = list(first.values())
    expected = decide(rules, replace(case, ledger=tuple(entries)))
    Random(seed).shuffle(entries)
    assert decide(rules, replace(case, ledger=tuple(entries))) == expected


@given(situations, st.integers(1, 5))
@settings(max_examples=1_500)
def test_refusals_never_consume(situation, times):
    """Asked again and again, and at every moment until it is allowed: nothing that was left is gone."""
    rules, case = situation
    before = decide(rules, case)
    for _ in range(times):
        assert decide(rules, case) == before
    at = before.next_allowed_at
    if at is not None:
        once = decide(rules, replace(case, now=at))
        assert once.allowed and all(left >= 1 for left in once.remaining.values())


@given(situations)
@settings(max_examples=2_000)
def test_overrides_are_used_up_before_anything_else(situation):
    """What an override paid for counts in no allowance: with it and the operation, as much is left as without both."""
    rules, case = situation
    case = without_overrides(replace(case, device=None))
    operation = decide(rules, case).as_ or case.operation
    if operation not in ("reassign", "register", "emergency"):  # the others move devices, and with them scopes
        operation = "reassign"
    case = replace(case, operation=operation)
    before = decide(rules, case)
    override = Entry(case.now, "override", license="L1", grants=operation, amount=1)
    done = Entry(case.now, operation, license="L1", product="p1", group="g1", user="u1", evidence=case.evidence)
    lifted = decide(rules, replace(case, ledger=(*case.ledger, override)))
    assert lifted.code not in ("cooldown", "allowance_exhausted")
    assert lifted.remaining == {rule: left + 1 for rule, left in before.remaining.items()}
    after = decide(rules, replace(case, ledger=(*case.ledger, override, done)))
    assert after.remaining == before.remaining


@given(situations)
@settings(max_examples=2_000)
def test_monotony_one_more_operation_leaves_no_more_and_ends_no_wait(situation):
    rules, case = situation
    operation = case.operation if case.operation in ("reassign", "register", "emergency") else "register"
    case = without_overrides(replace(case, operation=operation))
    done = Entry(case.now, operation, license="L1", product="p1", group="g1", user="u1", evidence=case.evidence)
    before, after = decide(rules, case), decide(rules, replace(case, ledger=(*case.ledger, done)))
    assert all(after.remaining[rule] <= left for rule, left in before.remaining.items())
    assert before.code != "cooldown" or after.code == "cooldown"


@given(situations, st.integers(1, 3))
@settings(max_examples=1_500)
def test_monotony_a_higher_limit_or_a_shorter_wait_forbids_no_more(situation, more):
    rules, case = situation
    mild = replace(
        rules,
        allowances=tuple(replace(rule, limit=rule.limit + more) for rule in rules.allowances),
        cooldowns=tuple(replace(rule, period=parse_duration("PT1S")) for rule in rules.cooldowns),
    )
    if decide(rules, case).allowed:
        assert decide(mild, case).allowed


def later(at: datetime, period: str, zone: ZoneInfo, times: int = 1) -> datetime:
    """`times` periods later, worked out on the calendar: months on the wall clock, the rest exactly."""
    duration = parse_duration(period)
    if duration.months:
        wall = at.astimezone(zone)
        months = wall.year * 12 + wall.month - 1 + duration.months * times
        year, month = divmod(months, 12)
        day = min(wall.day, calendar.monthrange(year, month + 1)[1])
        at = wall.replace(year=year, month=month + 1, day=day, fold=0).astimezone(UTC)
    return at + duration.exact * times


def times_of(random: Random) -> list[datetime]:
    return sorted(moment(random) for _ in range(random.randint(0, 8)))


@given(numbers)
@settings(max_examples=2_500)
def test_rolling_windows_across_summer_time_leap_days_and_years_ends(seed):
    random = Random(seed)
    zone, period, times = ZoneInfo(random.choice(ZONES)), random.choice(PERIODS), times_of(random)
    now, limit = max([moment(random), *times[-1:]]), random.randint(1, 3)
    window, frame = Rolling(parse_duration(period)), Frame(zone, None)
    assert list(window.counting(times, now, frame)) == [at for at in times if now < later(at, period, zone)]
    opens = window.opens(times, limit, now, frame)
    ends = sorted(end for end in (later(at, period, zone) for at in times) if end > now)
    assert opens == (now if len(ends) < limit else ends[len(ends) - limit])


def begin(unit: str, day: date) -> date:
    """The first day of the unit that a day lies in."""
    first = {
        "day": day,
        "week": day - timedelta(days=day.isoweekday() - 1),
        "month": day.replace(day=1),
        "quarter": day.replace(month=(1, 4, 7, 10)[(day.month - 1) // 3], day=1),
        "year": day.replace(month=1, day=1),
    }
    return first[unit]


@given(numbers, st.sampled_from(["day", "week", "month", "quarter", "year"]))
@settings(max_examples=2_500)
def test_calendar_windows_are_the_vendors_local_days_weeks_months_and_years(seed, unit):
    random = Random(seed)
    zone, times = ZoneInfo(random.choice(ZONES)), times_of(random)
    now = max([moment(random), *times[-1:]])
    window, frame = Calendar(unit), Frame(zone, None)
    here = begin(unit, now.astimezone(zone).date())
    counting = [at for at in times if begin(unit, at.astimezone(zone).date()) == here]
    assert list(window.counting(times, now, frame)) == counting
    opens = window.opens(times, max(1, len(counting)), now, frame)
    if not counting:
        assert opens == now
        return
    assert opens is not None
    assert begin(unit, opens.astimezone(zone).date()) > here
    assert begin(unit, (opens - SECOND).astimezone(zone).date()) == here


@given(numbers)
@settings(max_examples=2_000)
def test_an_accrual_ticks_on_the_vendors_wall_clock(seed):
    """Against the balance second by second: every tick and every operation, in order, ticks first."""
    random = Random(seed)
    zone, period = ZoneInfo(random.choice(ZONES)), random.choice(PERIODS[3:])
    most = random.randint(1, 3)
    accrual = Accrual(random.randint(0, most), random.randint(1, 2), parse_duration(period), most, "first_activation")
    anchor, times = moment(random), times_of(random)
    now = max([moment(random), anchor, *times[-1:]])
    happened = sorted(
        [(at, 1) for at in times if at >= anchor] + [(tick, 0) for tick in ticks(anchor, period, zone, now)]
    )
    left = accrual.initial
    for _, is_use in happened:
        left = max(0, left - 1) if is_use else min(most, left + accrual.grant)
    found = balance(accrual, 1, anchor, times, now, zone)
    assert found.left == left
    assert found.next_tick is not None and found.next_tick > now


def ticks(anchor: datetime, period: str, zone: ZoneInfo, now: datetime) -> Iterator[datetime]:
    number = 1
    while (tick := later(anchor, period, zone, number)) <= now:
        yield tick
        number += 1


def test_there_are_at_least_20_000_examples():
    """Counted in the source: what each property asks for, out of all files of this folder."""
    total = 0
    for file in Path(tests.rules.__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "max_examples" and isinstance(node.value, ast.Constant):
                total += node.value.value
    assert total >= 20_000
