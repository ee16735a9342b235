"""Refusal codes become a heading and a sentence, in the brand's words where it has its own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from portal.catalogs import LOCALES, SOURCE
from portal.language import Language
from portal.rules import Decision
from portal.words.texts import Sentences, Texts, Words, alternatives, fill

RULE_CODES = (
    "not_entitled license_revoked license_merged license_expired not_offered duration_not_offered "
    "condition_country condition_virtual_machine condition_role condition_left_device seats_exhausted "
    "no_activation cooldown allowance_exhausted evidence_missing approval_required same_product_on_device"
).split()
PORTAL_CODES = (
    "ticket_malformed ticket_unknown ticket_registered ticket_revoked ticket_already_yours "
    "too_many_attempts wrong_password session_expired form_stale waiting_device_gone device_invalid "
    "no_waiting_device confirm_needed name_invalid too_many_tickets no_ticket_found body_too_large page_gone "
    "not_found forbidden account_needed bad_request form_unreadable too_busy internal_error outage "
    "field_missing field_too_long choice_missing email_missing password_missing password_too_short "
    "password_too_long password_known sign_in_name_missing recovery_code_missing recovery_code_wrong "
    "sign_in_link_needless sign_in_link_elsewhere address_unverified password_not_current email_unchanged "
    "registration_closed "
    "document_empty document_too_long document_foreign document_malformed document_version document_not_genuine "
    "document_other_product document_other_license document_other_file document_license_unknown document_from_future "
    "table_empty table_too_long table_unreadable table_without_people table_column_twice person_unknown "
    "person_suspended person_left line_without_person line_seats_invalid line_twice line_has_seat "
    "line_no_seat seats_too_few nobody_selected batch_has_problems batch_nothing_to_do batch_not_now "
    "license_missing "
    "membership_over last_admin suspend_yourself member_already member_suspended membership_suspended membership_ended "
    "invitation_gone invitation_just_sent invitation_domain invitation_other_address department_misplaced "
    "department_too_deep department_exists department_unknown email_invalid role_unknown line_without_email "
    "line_without_name person_came_in person_holds successor_unknown domains_invalid uses_invalid "
    "document_reused document_for_program receipt_mismatch receipt_needed transfer_over return_under_way no_device_key "
    "not_offered_here seat_already request_answered no_free_seat keep_free_invalid already_reminded too_many_addresses "
    "no_seat_to_assign license_has_holder license_is_assigned seat_taken_back seats_handed_on seats_invalid "
    "reminder_gone "
    "document_reused document_for_program receipt_mismatch receipt_needed transfer_over return_under_way no_device_key "
    "rules_invalid rules_stale rules_unchanged rule_name_taken rule_set_unpublished draft_stale replay_under_way "
    "company_unknown company_start_again company_declined company_unreachable company_untrusted "
    "company_address_missing company_address_unverified company_address_foreign company_connect_first "
    "company_closed company_identity_taken company_not_anew company_only issuer_invalid domain_invalid "
    "domain_yours domain_just_asked domain_code_wrong domain_taken too_many_domains provider_not_tried "
    "provider_needs_domain provider_is_off provider_not_yours "
    "passkey_refused passkey_unnamed passkey_is_there too_many_passkeys passkey_copied code_missing code_wrong "
    "app_not_begun app_is_there factor_asked_for proof_wanted "
    "demo_had demo_company demo_unverified demo_without_address demo_device_had "
    "device_stolen device_not_in_use undo_too_late undo_in_use "
    "allowed_now ask_otherwise too_many_files file_too_large file_kind thread_full "
    "too_many_questions too_many_canned_words nothing_to_grant "
    "override_invalid no_such_license number_invalid moment_invalid"
).split()
CODES = frozenset([*RULE_CODES, *PORTAL_CODES])
OPERATIONS = frozenset("activate return repair rehost reassign demo emergency register".split())

PROOFS = frozenset("declaration mail_code receipt online_ack".split())

_DURATIONS = frozenset({"duration", "period"})


def is_code(key: str) -> bool:
    """Whether words may stand under `key`: a code, or a code with an operation or proof: cooldown-return."""
    code, dash, kind = key.partition("-")
    return code in CODES and (not dash or kind in OPERATIONS | PROOFS)


def heading(
    lang: Language,
    words: Words,
    code: str,
    params: Mapping[str, object],
    *,
    zone: ZoneInfo | None = None,
    now: datetime | None = None,
) -> str:
    """A short heading for a refusal, such as "The next move is possible from 3 May 2027".

    `params` takes the facts as they are: moments and days, whole numbers, ISO durations, names, lists of
    these, and None for what is not known. `as`, `operation` or `proof` picks the words for that kind, if any.
    Moments are shown in `zone`, else in their own; with `now`, a `date` of today also gives {clock}.
    Raises KeyError for a code that does not exist.
    """
    return _say("headings", lang, words, code, params, zone, now)


def sentence(
    lang: Language,
    words: Words,
    code: str,
    params: Mapping[str, object],
    *,
    zone: ZoneInfo | None = None,
    now: datetime | None = None,
) -> str:
    """The sentence below the heading: what stands in the way and what helps. Parameters as for `heading`."""
    return _say("refusals", lang, words, code, params, zone, now)


def facts(decision: Decision) -> dict[str, object]:
    """What the words about a decision may need: its own parameters, the rule, the next date, what it amounts to."""
    return {
        **decision.params,
        "rule": decision.rule,
        "date": decision.next_allowed_at,
        "as": decision.as_,
    }


@cache
def stock(code: str) -> Texts:
    """The texts that come with the portal in a language; English where a language has none."""
    path = LOCALES / code / "words.toml"
    if not path.exists():
        return stock(SOURCE)
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return Texts(**{name: {key: alternatives(told) for key, told in tables[name].items()} for name in tables})


def _say(
    table: str,
    lang: Language,
    words: Words,
    code: str,
    params: Mapping[str, object],
    zone: ZoneInfo | None,
    now: datetime | None,
) -> str:
    if code not in CODES:
        raise KeyError(code)
    values = {**words.constants, **dict(_values(lang, params, zone, now))}
    kinds = [kind for kind in map(params.get, ("as", "operation", "proof")) if kind]
    for texts in (words.texts.get(lang.code, Texts()), stock(lang.code)):
        for text in _candidates(getattr(texts, table), code, kinds):
            if (filled := fill(text, values)) is not None:
                return filled
    raise KeyError(f"{code} has no words in {lang.code} that do without a value")


def _candidates(sentences: Sentences, code: str, kinds: list[object]) -> Iterator[str]:
    for kind in kinds:
        yield from sentences.get(f"{code}-{kind}", ())
    yield from sentences.get(code, ())


def _values(
    lang: Language, params: Mapping[str, object], zone: ZoneInfo | None, now: datetime | None
) -> Iterator[tuple[str, str]]:
    for name, value in params.items():
        if value is None or value == "":
            continue
        yield name, _shown(lang, name, value, zone)
        if name == "date" and isinstance(value, datetime) and now:
            # A bare date that is today would read as "possible from today" while it is still refused.
            shown_in = zone or value.tzinfo
            if value.astimezone(shown_in).date() == now.astimezone(shown_in).date():
                yield "clock", lang.clock(value, shown_in)


def _shown(lang: Language, name: str, value: object, zone: ZoneInfo | None) -> str:
    if isinstance(value, datetime):
        return lang.date(value, zone or value.tzinfo)
    if isinstance(value, date):
        return lang.date(value, zone)
    if isinstance(value, list | tuple | set | frozenset):
        return lang.list(_shown(lang, name.removesuffix("s"), item, zone) for item in value)
    if name in _DURATIONS:
        return lang.duration(str(value))
    if name == "wait":
        return lang.duration(f"PT{value}S" if value < 60 else f"PT{-(-value // 60)}M")
    return lang.number(value) if isinstance(value, int) else str(value)
