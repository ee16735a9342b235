"""What the license page says of the rules, as statements and as plain sentences."""

import pytest
from hypothesis import given

from portal.language import load_language
from portal.rules import PRESETS, explain, load, preset, read_case
from portal.rules.sets import OPERATIONS
from portal.words.rules import sentences
from tests.rules.strategies import examples, situations
from tests.rules.test_loading import EXAMPLE
from tests.rules.world import DESK_42, DESK_77, cooldown, entry, limit, override, request, rules

BEGUN = entry("2025-05-03 12:00", "activate", "a1", on=DESK_42)
ENGLISH = load_language("en")


def said(rule_set, now, ledger=(), **more):
    case = read_case(request("rehost", now, ledger, **more))
    return sentences(ENGLISH, explain(rule_set, case), rule_set.zone)


def test_the_seed_default_on_the_license_page():
    granted = [BEGUN, override("2026-02-01", "rehost"), entry("2026-02-12", "rehost", "a1", on=DESK_77)]
    assert said(preset("seed_default"), "2026-11-21", granted) == [
        "You can return this license from the program at any time, and activate it on another PC right away.",
        "If your PC is gone you can move the license once a year."
        " You have 1 of 1 move left; the next one is added on 3 May 2027.",
        "A reinstalled PC is the same PC. It takes no move.",
        "You can set up the same PC again 3 times within 365 days. 3 of 3 left.",
        "The program checks in every 30 days and runs 14 days longer without a network.",
        "When nothing else helps there is an emergency license for 7 days, once within 90 days. 1 of 1 left.",
        "When nothing is left you can ask for an exception; the vendor answers.",
    ]


def test_what_is_used_up_says_when_it_comes_back():
    used = [BEGUN, entry("2026-08-14", "rehost", "a1")]
    assert (
        "If your PC is gone you can move the license once a year."
        " You have 0 of 1 move left; the next one is added on 3 May 2027."
    ) in said(preset("seed_default"), "2026-11-21", used)
    yearly = rules(limit("rehost", 2, "rolling P365D"))
    assert (
        "If your PC is gone you can move the license 2 times within 365 days."
        " You have 1 of 2 moves left; the next one is free again on 14 August 2027."
    ) in said(yearly, "2026-11-21", used)


def test_before_the_first_activation_nothing_is_promised():
    assert "You have 0 of 1 move left." in " ".join(said(preset("seed_default"), "2026-11-21"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "If your PC is gone you can move the license to another one at any time."),
        (limit("rehost", 0), "Moves are possible only when the vendor grants one."),
        (limit("rehost", 1, "calendar quarter"),
         "If your PC is gone you can move the license once a quarter. You have 1 of 1 move left."),
        (limit("rehost", 2, "term", "per_quantity = true"),
         "If your PC is gone you can move the license 2 times in each term. You have 2 of 2 moves left."),
        (limit("rehost", 3, "lifetime", 'evidence = "unproved"'),
         "If your PC is gone and cannot prove a return you can move the license 3 times in all."
         " You have 3 of 3 moves left."),
        ('[[allowance]]\noperations = ["rehost", "return"]\nlimit = 2\n',
         "Returns and moves count together: 2 times in all. 2 of 2 left."),
        (cooldown("return", "activate", "P30D", 'exempt_reasons = ["hardware_failure", "house_move"]'),
         "A return is possible 30 days after the last activation. At present: from 2 June 2025."
         " Nobody has to wait where one of these is the reason: the PC is broken; house move."),
        ('[evidence]\nreturn_offline = { credit = "after P14D" }\n',
         "After a return without a network the seat is free 14 days later."),
        ('[evidence]\nreturn_online = { credit = "never" }\n', "A return does not free the seat."),
        ('[lease]\nttl = "P30D"\n[evidence]\nreturn_online = { credit = "lease_end" }\n',
         "After a return the seat is free when the license file of that PC has run out."),
        ('[evidence]\nrehost = { proof = "mail_code" }\n', "Moves need a code that we send you by e-mail."),
        ('[[condition]]\noperations = ["activate"]\ncountries = ["DE", "AT"]\nvirtual_machine = false\n'
         'roles = ["admin"]\n',
         "Activations are possible only in these countries: DE, AT. Activations are not possible on a virtual"
         " machine. Activations are open only to: administrators."),
        ('[[condition]]\noperations = ["activate"]\nnever_back_to_left_device = true\n',
         "A PC that gave this license away does not get it again."),
        ('[seats]\noverage = 2\noverage_grace = "P10D"\n',
         "2 seats more than the license has can be used for at most 10 days."),
        ("[seats]\noverage = 1\n", "1 seat more than the license has can be used."),
        ('[lease]\nttl = "P1M"\n', "The program checks in once a month."),
        ('[demo]\ndurations = ["P7D", "P14D"]\napproval = "vendor"\n',
         "You can try the product once. A trial can last: 7 days, 14 days. The vendor approves each trial."),
    ],
)  # fmt: skip
def test_each_rule_has_a_plain_sentence(text, sentence):
    assert sentence in said(rules(text), "2025-05-10", [BEGUN])


def test_a_return_that_is_limited_is_not_called_free():
    for text in (limit("return", 5), cooldown("return", "activate", "P1D")):
        assert not any("at any time" in line and "return" in line for line in said(rules(text), "2026-01-01", [BEGUN]))
    slow = said(rules(cooldown("activate", "return", "P1D")), "2026-01-01", [BEGUN])
    assert "You can return this license from the program at any time." in slow


def test_a_limit_on_repairs_and_moves_together_does_not_call_repairs_free():
    shared = rules('[[allowance]]\noperations = ["rehost", "repair"]\nlimit = 2\n')
    assert not any("takes no move" in line for line in said(shared, "2026-01-01", [BEGUN]))


def test_the_whole_schema_can_be_explained():
    assert len(said(load(EXAMPLE), "2026-01-01", [BEGUN])) >= 10


@given(situations())
@examples(1)
def test_any_rule_set_is_explained_in_every_language(situation):
    rule_set, case = situation
    statements = explain(rule_set, case)
    for code in ("en", "de", "fr", "ja"):
        lines = sentences(load_language(code), statements, rule_set.zone)
        assert len(lines) == len(statements)
        assert all(line and "%(" not in line and line[0] == line[0].upper() for line in lines)


@pytest.mark.parametrize("name", PRESETS)
def test_the_presets_read_well(name):
    lines = said(preset(name), "2026-11-21", [BEGUN])
    assert all(line.endswith(".") for line in lines)
    assert len(set(lines)) == len(lines)


def test_every_operation_has_its_words():
    every = "".join(
        limit(one, 1, more='scope = "product"') + cooldown(one, one, "P1D")
        + f'[[condition]]\noperations = ["{one}"]\nvirtual_machine = true\n' for one in OPERATIONS
    )  # fmt: skip
    assert len(said(rules(every), "2026-01-01", [BEGUN])) >= 3 * len(OPERATIONS) - 6
