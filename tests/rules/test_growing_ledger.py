"""A ledger that is kept and grows answers as one that is read anew for each request, whoever's it is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules import Case, CaseError, Entry, History, Ledger, LicenseFacts, decide
from tests.rules.strategies import NOW, cases, entries, examples, overrides, rule_sets
from tests.rules.world import rules

ME = "L1"
GROUPS = {"L2": "g1", "L3": "g2"}
PLACING = frozenset({"activate", "repair", "rehost", "return", "lapse", "refresh"})


@st.composite
def pasts(draw):
    """What licenses of two groups did, as a portal records it: with all keys, and each activation one license's. One of
    them has changed its group.
    """
    found = []
    for entry in draw(st.lists(st.one_of(entries, entries, overrides), max_size=16)):
        license = draw(st.sampled_from([ME, *GROUPS]))
        line = f"{license}-{entry.activation or 'a1'}" if entry.operation in PLACING else None
        group = draw(st.sampled_from(["g1", "g2"])) if license == ME else GROUPS[license]
        found.append(replace(entry, license=license, activation=line, group=group, product=entry.product or "p1"))
    return sorted(found, key=lambda entry: entry.at)


@given(rule_sets(), pasts(), cases(st.just(())), st.integers(0, 16))
@examples(3)
def test_a_growing_ledger_answers_as_one_read_anew(rule_set, past, case, part):
    """Asked in the middle and at the end, for one license that sees its group, and for one that sees itself alone."""
    history = History(rule_set, lambda entry: entry.license)
    latest = past[-1].at if past else NOW
    facts = replace(case.license, id=ME, group="g1")
    case = replace(case, now=max(case.now, latest), license=facts, activation=case.activation and f"{ME}-a1")
    for seen in (past[:part], past):
        history.add(seen[len(history.entries) :])
        reached = [entry for entry in seen if entry.license == ME or entry.group == "g1"]
        own = [entry for entry in seen if entry.license == ME]
        for kept, carried in ((Ledger(history, ME, "g1"), reached), (Ledger(history, ME), own)):
            anew = decide(rule_set, replace(case, ledger=tuple(carried)))
            assert decide(rule_set, replace(case, ledger=()), kept) == anew


def test_a_growing_ledger_does_not_know_the_future():
    history = History(rules(), lambda entry: entry.license)
    history.add([Entry(NOW, "activate", "a1", license="L1")])
    case = Case(NOW - timedelta(seconds=1), "return", LicenseFacts("L1"))
    with pytest.raises(CaseError, match="after now"):
        decide(rules(), case, Ledger(history, "L1"))
