"""The attacks to expect, and mistakes that comparable products made: each has tests that carry its name here."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.tree import PORTAL, ROOT

ATTACKS = {
    "1: guessing tickets": (
        "tests/doors/test_a_million_guesses.py::test_a_million_guesses_find_a_shut_door_and_the_holder_an_open_one",
        "tests/doors/test_limits.py::test_wrong_tickets_wait_longer_and_longer_and_a_right_one_opens_from_elsewhere",
        "tests/doors/test_limits.py::test_a_browser_that_a_ticket_came_in_with_waits_for_no_guesses_from_the_same_office",
        "tests/doors/test_limits.py::test_guesses_from_everywhere_raise_one_alarm",
        "tests/files/test_tickets_in_the_browser.py::test_a_ticket_is_followed_while_it_is_typed",
    ),
    "2: a ticket as bearer": (
        "tests/security/test_leaks.py::test_no_ticket_stands_in_an_address_of_any_page",
        "tests/security/test_leaks.py::test_the_holder_of_a_ticket_reads_no_names_of_people",
        "tests/routes/test_printed_tickets.py::"
        "test_it_carries_the_ticket_and_a_code_whose_address_keeps_it_from_the_server",
        "tests/security/test_copied_cookies.py::test_a_ticket_session_ends_after_half_an_hour_however_busy_it_is",
    ),
    "3: claiming somebody else's ticket, accounts opened in advance": (
        "tests/routes/test_redemption.py::test_an_account_whose_address_nobody_confirmed_registers_nothing",
        "tests/routes/test_redemption.py::test_whoever_looks_after_a_pool_learns_by_mail_who_took_tickets_from_it",
        "tests/routes/test_passwords.py::"
        "test_who_proves_an_address_gets_an_account_that_somebody_else_had_opened_for_it",
        "tests/oidc/test_coming_in.py::test_when_its_owner_arrives_what_opened_it_before_dies",
        "tests/security/test_sessions.py::test_a_ticket_session_dies_when_its_ticket_is_registered",
    ),
    "4: cloning by offline return": (
        "tests/actions/test_offline_returns.py::test_a_copy_that_returns_a_second_time_is_a_case",
        "tests/actions/test_transfers.py::test_a_copy_that_goes_on_from_an_old_state_is_a_case_and_loses_nothing",
    ),
    "5: replay of offline requests": (
        "tests/actions/test_transfers.py::test_the_same_request_a_hundred_times_is_one_seat_and_one_answer",
        "tests/concurrency/test_carried_request.py::test_fifty_times_at_once",
    ),
    "6: turning back the clock": (
        "tests/files/test_certificates.py::test_a_file_is_good_until_the_second_it_expires",
    ),
    "7 and 8: races": (
        "tests/concurrency/test_last_seat.py::test_exactly_one_wins",
        "tests/concurrency/test_budgets.py::test_fifty_programs_on_one_budget",
        "tests/concurrency/test_same_thing_twice.py::test_a_ticket_registered_by_fifty_accounts_has_one_owner",
        "tests/concurrency/test_assigning.py::test_fifty_people_and_one_free_seat",
    ),
    "9: trials by other spellings, devices and colleagues": (
        "tests/concurrency/test_demos.py::test_fifty_spellings_of_one_mailbox_at_once_are_one_license",
        "tests/actions/test_demos.py::test_one_device_with_five_addresses_runs_one_trial",
        "tests/concurrency/test_demos.py::test_a_company_gets_as_many_as_it_may",
    ),
    "11: foreign ids": (
        "tests/security/test_replay.py::test_no_id_of_the_other_customer_does_or_tells_anything",
        "tests/security/test_matrix.py::test_sid_finds_nothing_at_any_address_with_any_id",
    ),
    "12: forged requests": (
        "tests/security/test_forgery.py::test_a_post_that_a_browser_says_is_from_elsewhere_is_refused",
        "tests/security/test_forgery.py::test_signing_somebody_in_from_elsewhere_is_refused",
        "tests/security/test_forgery.py::test_nothing_changes_by_looking",
    ),
    "13: company sign-in linked by an address": (
        "tests/oidc/test_coming_in.py::test_an_address_alone_connects_nobody",
        "tests/oidc/test_coming_in.py::test_nor_another_subject_with_the_same_address",
        "tests/oidc/test_wrong_answers.py::test_a_wrong_answer_lets_nobody_in",
    ),
    "14: open redirects, poisoned links": (
        "tests/security/test_redirects.py::test_an_address_that_leads_away_leads_home",
        "tests/security/test_redirects.py::test_no_answer_leads_to_the_host_that_a_visitor_claims",
    ),
    "15: stored script": (
        "tests/security/test_leaks.py::test_markup_in_names_is_text_on_every_page",
        "tests/security/test_headers.py::test_a_file_that_is_opened_by_itself_runs_nothing",
    ),
    "16: formulas, headers, templates": (
        "tests/tables/test_writing.py::test_what_a_spreadsheet_would_run_is_text",
        "tests/jobs/test_mail.py::test_nothing_gets_into_the_headers",
        "tests/language/test_refusals.py::test_placeholders_are_text_put_in_once",
    ),
    "17: fixed, stolen and surviving sessions": (
        "tests/security/test_copied_cookies.py::test_a_cookie_that_was_copied_before_is_dead",
        "tests/security/test_copied_cookies.py::test_no_door_adopts_a_session_that_was_planted",
        "tests/security/test_copied_cookies.py::test_a_session_ends_at_its_limit_and_not_before",
        "tests/routes/test_passkeys.py::"
        "test_a_factor_that_comes_or_goes_ends_every_other_sign_in_and_every_copy_of_the_cookie",
    ),
    "18: fields that were not offered": (
        "tests/security/test_forgery.py::test_no_form_takes_a_field_that_it_does_not_have",
        "tests/security/test_forgery.py::test_a_field_that_is_repeated_unknown_or_broken_is_refused",
    ),
    "19: being made to call others": (
        "tests/doors/test_outside.py::test_a_host_inside_is_asked_only_where_the_operator_named_it",
        "tests/doors/test_outside.py::test_a_name_is_looked_up_once_and_cannot_lead_elsewhere_later",
        "tests/doors/test_outside.py::test_a_redirect_is_not_followed",
    ),
    "20: telling by text or time, exhaustion": (
        "tests/security/test_same_answers.py::test_a_door_answers_everybody_alike_at_the_same_cost",
        "tests/concurrency/test_a_rush_at_the_door.py::test_two_hundred_wrong_sign_ins_at_once_slow_nobody_down",
        "tests/security/test_bad_requests.py::test_ten_megabytes_are_too_much",
    ),
}  # fmt: skip

MISTAKES = {
    "a reset mail sent to the submitted address or to a list of addresses": (
        "tests/routes/test_passwords.py::test_the_mail_goes_to_the_address_on_file_and_to_no_other",
    ),
    "the return value of a passkey check ignored": (
        "tests/routes/test_passkeys.py::test_the_result_of_the_check_is_used",
        "tests/routes/test_passkeys.py::test_a_wrong_answer_opens_nothing",
    ),
    "an invited but unconfirmed admin who may act": (
        "tests/routes/test_second_factors.py::test_an_invited_admin_who_has_not_confirmed_may_do_nothing",
        "tests/security/test_sessions.py::test_a_membership_that_is_not_in_force_gives_nothing",
    ),
    "a check missing only in the partial route": (
        "tests/security/test_matrix.py::test_sid_finds_nothing_at_any_address_with_any_id",
    ),
    "str.format with objects in mail templates": (
        "tests/security/test_known_mistakes.py::test_no_text_is_formatted_with_objects",
        "tests/language/test_brand.py::test_sentences_in_the_brands_words_are_text_and_nothing_else",
    ),
    "a foreign id accepted in a body field": (
        "tests/security/test_replay.py::test_no_id_of_the_other_customer_does_or_tells_anything",
        "tests/routes/test_redemption.py::test_nothing_is_registered_into_a_group_of_others",
    ),
    "a token's own jwk or alg trusted": (
        "tests/oidc/test_wrong_answers.py::test_a_wrong_answer_lets_nobody_in",
    ),
    "cached OAuth state not bound to the browser": (
        "tests/oidc/test_wrong_answers.py::test_the_state_of_another_browser_opens_nothing",
        "tests/oidc/test_wrong_answers.py::test_an_answer_counts_once_even_with_a_copied_cookie",
    ),
    "a local web socket or helper without Origin check": (
        "tests/security/test_known_mistakes.py::test_nothing_listens_but_the_portals_own_routes",
        "tests/security/test_forgery.py::test_a_post_that_a_browser_says_is_from_elsewhere_is_refused",
    ),
    "a limit checked without a lock": (
        "tests/concurrency/test_last_seat.py::test_without_the_guards_the_same_check_fails",
        "tests/concurrency/test_last_seat.py::test_each_guard_alone_holds",
    ),
    "rate limits by a client-sent header": (
        "tests/doors/test_limits.py::test_an_address_that_a_stranger_claims_is_ignored",
        "tests/concurrency/test_shared_limits.py::test_guesses_at_two_servers_count_as_many",
    ),
}  # fmt: skip


def functions(name: str) -> set[str]:
    """The tests of a file, those in classes included."""
    file = ROOT / name
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else ast.Module([], [])
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def gone(nodes: tuple[str, ...]) -> list[str]:
    """Those of these tests that do not exist."""
    return [node for node in nodes if node.partition("::")[2] not in functions(node.partition("::")[0])]


@pytest.mark.parametrize("what", [*ATTACKS, *MISTAKES])
def test_it_has_a_test_of_its_own(what: str) -> None:
    nodes = (ATTACKS | MISTAKES)[what]
    assert nodes and not gone(nodes), gone(nodes)


def test_a_test_that_does_not_exist_would_be_seen() -> None:
    assert gone(("tests/security/test_known_mistakes.py::test_nothing_of_this_name", "tests/nowhere.py::test_it"))


def test_no_attack_is_left_out_but_those_on_what_the_portal_cannot_do() -> None:
    """Number 10 is on what resellers pass on: whoever builds that finds this test."""
    numbers = {int(number) for name in ATTACKS for number in re.findall(r"\d+", name.partition(":")[0])}
    assert numbers == set(range(1, 21)) - {10}
    rooms = [file for room in ("actions", "routes") for file in (PORTAL / room).rglob("*.py")]
    assert not [file.name for file in rooms if re.search(r"\bGrant\(", file.read_text(encoding="utf-8"))]


def test_no_text_is_formatted_with_objects() -> None:
    """`"{0.__class__}".format(thing)` reaches everything from anything: format strings are constants of the source."""
    wrong = []
    for file in PORTAL.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if named and node.func.attr in ("format", "format_map") and not isinstance(node.func.value, ast.Constant):
                wrong.append(f"{file.name}:{node.lineno}")
    wrong += [
        template.name
        for template in (PORTAL / "templates").rglob("*.*")
        if re.search(r"\.format(_map)?\(|\|\s*format\b", template.read_text(encoding="utf-8"))
    ]
    assert not wrong, wrong


def test_nothing_listens_but_the_portals_own_routes() -> None:
    """No web socket, and no helper on anybody's PC that a page from elsewhere could talk to."""
    listening = re.compile(r"websocket|create_server|socketserver|http\.server|\bbind\(", re.IGNORECASE)
    found = {
        file.relative_to(ROOT).as_posix()
        for folder in ("portal", "examples")
        for file in (ROOT / folder).rglob("*.py")
        if listening.search(file.read_text(encoding="utf-8"))
    }
    assert found <= {"portal/cli/serving.py"}, "only the command that serves the portal opens a port"
