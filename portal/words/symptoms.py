"""What programs and the portal say when something does not work, what it means, and the page where it is mended."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from portal.language import Language
from portal.words import refusals
from portal.words.texts import Words

MOST = 8
# What a long text must have in common with the words of an answer: half of what was typed.
ENOUGH = 0.5

# What people say themselves; no program does.
OUR_OWN = frozenset({"PC_LOST", "FORGOT_PASSWORD", "LOST_TICKET"})

LICENSES, TRANSFERS, LOST, SUPPORT = "/licenses", "/transfers", "/tickets/lost", "/support"


class Answer(NamedTuple):
    """What one error means: a heading, a sentence, and where to go. `key` is what the program says, if it does."""

    key: str
    heading: str
    sentence: str
    path: str


class _Known(NamedTuple):
    answer: Answer
    codes: tuple[str, ...]
    words: str  # everything that finds it, in all languages, as `plain` makes it


# Where the refusals of the rules and of the portal's own forms are mended; the sentences stand in words.toml.
_REFUSALS = {
    LICENSES: (
        "license_merged", "seats_exhausted", "no_activation", "cooldown", "allowance_exhausted",
        "condition_left_device", "condition_virtual_machine", "condition_country", "condition_role",
        "evidence_missing", "same_product_on_device", "waiting_device_gone", "no_waiting_device",
    ),
    SUPPORT: ("license_revoked", "not_entitled", "approval_required", "ticket_revoked", "outage"),
    TRANSFERS: (
        "document_malformed", "document_not_genuine", "document_version", "document_other_product",
        "document_other_license", "document_other_file", "document_from_future", "document_reused",
        "receipt_mismatch", "receipt_needed", "return_under_way", "no_device_key",
    ),
    LOST: ("ticket_unknown", "ticket_malformed"),
    "/sign-in": ("ticket_registered", "wrong_password", "session_expired", "too_many_attempts"),
    "/password/forgot": ("password_not_current",),
}  # fmt: skip


def _spoken(lang: Language) -> Iterator[tuple[tuple[str, ...], str, str, str]]:
    """What programs say: codes, heading, sentence, page."""
    _ = lang.gettext
    yield (
        ("MACHINE_LIMIT_EXCEEDED", "TOO_MANY_MACHINES"),
        _("All seats are in use"),
        _("The PC waits for a seat for a day. Open the license and move it here, or return it on another PC."),
        LICENSES,
    )
    yield (
        ("NO_MACHINE", "NO_MACHINES", "NOT_ACTIVATED"),
        _("This PC is not activated"),
        _("The license is good, but has no seat on this PC yet. Type your ticket in the program, or open the license."),
        LICENSES,
    )
    yield (
        ("EXPIRED", "LICENSE_EXPIRED"),
        _("The license has ended"),
        _("Your licenses say since when, and how to go on."),
        LICENSES,
    )
    yield (
        ("SUSPENDED", "LICENSE_SUSPENDED"),
        _("The license does not count any more"),
        _("It was withdrawn, merged into another one, or your seat was taken back. Its history says which."),
        LICENSES,
    )
    yield (
        ("LICENSE_INVALID", "NOT_FOUND"),
        _("The ticket or license key is not known"),
        _("It may be mistyped. We send all your tickets to your e-mail address."),
        LOST,
    )
    yield (
        ("FINGERPRINT_TAKEN",),
        _("This PC has the license already"),
        _("Nothing is lost: start the program again. The license shows its PCs."),
        LICENSES,
    )
    yield (
        ("PRODUCT_SCOPE_MISMATCH",),
        _("The license is for another product"),
        _("Your licenses say for which product each ticket is."),
        LICENSES,
    )
    yield (
        ("ENTITLEMENTS_MISSING",),
        _("The license does not include this function"),
        _("Ask us what it takes."),
        SUPPORT,
    )
    yield (
        ("LICENSE_NOT_ALLOWED",),
        _("The rules of the license do not allow this PC"),
        _("The license page says what the rules are, and what else you can do."),
        LICENSES,
    )
    yield (
        ("TOO_MANY_REQUESTS",),
        _("Too many tries"),
        _("Wait a quarter of an hour, then start the program again."),
        SUPPORT,
    )
    yield (
        ("UNAVAILABLE", "INTERNAL_ERROR", "CONNECTION_REFUSED", "TIMEOUT"),
        _("The program does not reach the portal"),
        _("Without a network, or behind a firewall, a PC is activated with a file that you carry there."),
        TRANSFERS,
    )
    yield (
        ("FILE_INVALID", "SIGNATURE_INVALID"),
        _("The license file is not accepted"),
        _("It may be for another PC or too old. Download it again."),
        TRANSFERS,
    )
    yield (
        ("PC_LOST",),
        _("My PC is broken, lost or stolen"),
        _("Open the license and say that the old PC is gone; the next one gets its seat."),
        LICENSES,
    )
    yield (
        ("FORGOT_PASSWORD",),
        _("I forgot my password"),
        _("We send a link with which you choose a new one."),
        "/password/forgot",
    )
    yield (
        ("LOST_TICKET",),
        _("I lost my ticket"),
        _("We send all tickets of your account to your e-mail address."),
        LOST,
    )


def plain(text: str) -> str:
    """Letters and digits alone, small and without accents, one blank between the words."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return " ".join("".join(one if one.isalnum() else " " for one in bare).split())


def find(search: str, lang: Language, languages: Mapping[str, Language], words: Words) -> tuple[Answer, ...]:
    """What may be meant by what somebody typed or pasted, the likeliest first; a code counts most."""
    asked = plain(search)
    if not asked:
        return ()
    ranked = sorted(
        ((-rank, at, known.answer) for at, known in enumerate(_all(lang, languages, words))
         if (rank := _rank(asked, known)) > 0),
        key=lambda one: one[:2],
    )  # fmt: skip
    best = -ranked[0][0] if ranked else 0.0
    # Beside an answer that fits, those that have a word or two in common are noise.
    return tuple(answer for rank, _, answer in ranked[:MOST] if -rank > best / 2)


def _rank(asked: str, known: _Known) -> float:
    codes = [plain(code) for code in known.codes]
    if asked in codes:
        return 4.0
    if any(f" {code} " in f" {asked} " for code in codes if " " in code):
        return 3.0
    squeezed = asked.replace(" ", "")
    if len(squeezed) >= 3 and any(code.replace(" ", "").startswith(squeezed) for code in codes):
        return 2.5
    typed = [word for word in asked.split() if len(word) > 2] or asked.split()
    there = [word for word in known.words.split() if not word[0].isdecimal()]  # how long to wait says nothing
    met = sum(any(word.startswith(one) for word in there) for one in typed)
    return 2.0 * met / len(typed) if met >= ENOUGH * len(typed) else 0.0


def _all(lang: Language, languages: Mapping[str, Language], words: Words) -> Iterator[_Known]:
    yield from _of_brand(lang, words)
    others = [list(_spoken(other)) for other in languages.values()]
    for at, (codes, heading, sentence, path) in enumerate(_spoken(lang)):
        told = (text for other in others for text in (*other[at][0], *other[at][1:3]))
        key = "" if codes[0] in OUR_OWN else codes[0]
        yield _Known(Answer(key, heading, sentence, path), codes, _found_by(told))
    for path, refused in _REFUSALS.items():
        for code in refused:
            told = (code, *(text for other in languages.values() for text in _said(other, words, code)))
            heading, sentence = _said(lang, words, code)
            yield _Known(Answer(code, heading, sentence, path), (code,), _found_by(told))


def _of_brand(lang: Language, words: Words) -> Iterator[_Known]:
    """What the vendor's own programs say, before everything else."""
    own = words.texts.get(lang.code)
    for said, (sentence, path) in (own.errors if own else {}).items():
        yield _Known(Answer(said, said, sentence, path), (said,), _found_by((said, sentence)))


def _said(lang: Language, words: Words, code: str) -> tuple[str, str]:
    return refusals.heading(lang, words, code, {}), refusals.sentence(lang, words, code, {})


def _found_by(texts: Iterable[str]) -> str:
    return plain(" ".join(texts))
