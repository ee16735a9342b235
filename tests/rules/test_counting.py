"""Windows, durations and accruals against a slow way to say the same."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from portal.rules.accrual import balance
from portal.rules.durations import parse_duration
from portal.rules.sets import Accrual
from portal.rules.windows import Calendar, Frame, Rolling
from tests.rules.strategies import AWKWARD, NOW, examples, moments, periods, zones

many = st.lists(moments, max_size=20).map(sorted)
units = st.sampled_from(["day", "week", "month", "quarter", "year"])
SECOND = timedelta(seconds=1)


def local_key(unit, moment, zone):
    local = moment.astimezone(zone)
    return {
        "day": local.date(),
        "week": local.isocalendar()[:2],
        "month": (local.year, local.month),
        "quarter": (local.year, (local.month - 1) // 3),
        "year": local.year,
    }[unit]


def opens_slowly(count, limit, now, ends):
    """The first of `now` and the moments at which something may end that counts fewer than `limit`."""
    return next((at for at in sorted({now, *ends}) if at >= now and count(at) < limit), None)


@given(many, periods, zones, st.integers(1, 4), moments)
@examples(1.5)
def test_a_rolling_window_counts_what_has_not_ended(times, period, zone, limit, now):
    times = [at for at in times if at <= now]
    period, frame = parse_duration(period), Frame(ZoneInfo(zone), None)
    ends = [period.after(at, frame.zone) for at in times]

    def count(moment):
        return sum(moment < end for end in ends)

    window = Rolling(period)
    assert list(window.counting(times, now, frame)) == [at for at, end in zip(times, ends, strict=True) if now < end]
    assert window.opens(times, limit, now, frame) == opens_slowly(count, limit, now, ends)


@given(many, units, zones, st.integers(1, 4), moments)
@examples(1.5)
def test_a_calendar_window_counts_what_shares_the_unit(times, unit, zone, limit, now):
    times = [at for at in times if at <= now]
    frame, window = Frame(ZoneInfo(zone), None), Calendar(unit)
    key = local_key(unit, now, frame.zone)
    expected = [at for at in times if local_key(unit, at, frame.zone) == key]
    assert list(window.counting(times, now, frame)) == expected
    opening = window.opens(times, limit, now, frame)
    if len(expected) < limit:
        assert opening == now
    else:
        assert local_key(unit, opening, frame.zone) != key
        assert local_key(unit, opening - SECOND, frame.zone) == key


def test_a_day_that_begins_twice_or_not_at_midnight_still_begins_once():
    once = [datetime(2018, 11, 3, 15, tzinfo=UTC)]
    sao_paulo = Frame(ZoneInfo("America/Sao_Paulo"), None)
    # On 4 November 2018 the clock there went from midnight to one.
    assert Calendar("day").opens(once, 1, once[0], sao_paulo) == datetime(2018, 11, 4, 3, tzinfo=UTC)
    samoa = Frame(ZoneInfo("Pacific/Apia"), None)
    before = [datetime(2011, 12, 30, 9, tzinfo=UTC)]
    # There was no 30 December 2011 in Samoa.
    assert Calendar("day").opens(before, 1, before[0], samoa) == datetime(2011, 12, 30, 10, tzinfo=UTC)
    newfoundland = Frame(ZoneInfo("America/St_Johns"), None)
    second_pass = [datetime(2010, 11, 7, 2, 45, tzinfo=UTC)]
    # At one minute past midnight the clock there went back to the day before.
    assert Calendar("day").opens(second_pass, 1, second_pass[0], newfoundland) == datetime(
        2010, 11, 7, 3, 30, tzinfo=UTC
    )


@given(st.sampled_from(AWKWARD), zones, st.integers(0, 40), st.integers(-3, 3))
def test_months_keep_the_wall_clock_or_step_over_a_gap(begin, zone, months, seconds):
    begin, zone = begin + timedelta(seconds=seconds), ZoneInfo(zone)
    end = parse_duration(f"P{months}M").after(begin, zone)
    before, after = begin.astimezone(zone), end.astimezone(zone)
    if months == 0:
        assert end == begin
        return
    assert (after.year * 12 + after.month) - (before.year * 12 + before.month) == months
    assert after.day in (before.day, 28, 29, 30) and after.day <= before.day
    gap = after.replace(tzinfo=None, hour=0, minute=0, second=0) - before.replace(
        tzinfo=None, hour=0, minute=0, second=0
    )
    moved = (after.replace(tzinfo=None) - before.replace(tzinfo=None)) - gap
    assert moved in (timedelta(0), timedelta(minutes=30), timedelta(hours=1)) and after.fold == 0


@given(st.integers(0, 2), st.integers(0, 2), periods, st.integers(2, 3), many, moments, moments, zones, st.booleans())
@examples(1.5)
def test_an_accrual_is_what_a_patient_accountant_would_write(
    initial, grant, every, most, times, anchor, now, zone, restarts
):
    accrual = Accrual(initial, grant, parse_duration(every), most, "last_use" if restarts else "first_activation")
    zone, now = ZoneInfo(zone), max(now, anchor)
    times = [at for at in times if at <= now]
    if every == "PT1S":
        anchor = max(anchor, now - timedelta(seconds=90))
    left, base, tick = initial, anchor, 1
    for at in [*[at for at in times if at >= anchor], None]:
        until = now if at is None else at
        while accrual.every.after(base, zone, tick) <= until:
            left, tick = min(most, left + grant), tick + 1
        if at is not None:
            left = max(0, left - 1)
            if restarts:
                base, tick = at, 1
    found = balance(accrual, 1, anchor, times, now, zone)
    assert found.left == left
    assert found.next_tick == (accrual.every.after(base, zone, tick) if grant else None)


def test_a_long_past_of_short_periods_is_reckoned_at_once():
    accrual = Accrual(0, 1, parse_duration("PT1S"), 10**12, "first_activation")
    anchor = datetime(2000, 1, 1, tzinfo=UTC)
    found = balance(accrual, 1, anchor, [NOW], NOW, ZoneInfo("UTC"))
    assert found.left == (NOW - anchor).total_seconds() - 1
