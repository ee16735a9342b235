"""Tickets: what their check character catches, and which of them are found in pasted text."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.files import tickets
from portal.files.pasted import Candidate, TooMuch

EXAMPLE = "L48HF-DU2AW-KZNNT-UJDBG-2TCCY"
OTHER = "H8FWK-5AMLS-WCSQK-XQLMR-BHJ56"
LISTED = [EXAMPLE, OTHER]


def found(text: str) -> list[tuple[str | None, str | None]]:
    return [(candidate.code, candidate.problem) for candidate in tickets.find(text)]


def test_a_minted_ticket_is_five_groups_of_five_and_right():
    minted = {tickets.mint() for _ in range(200)}
    assert len(minted) == 200
    for code in minted:
        assert [len(group) for group in code.split("-")] == [5] * 5
        assert set(code) <= {*tickets.ALPHABET, "-"}
        assert tickets.is_ours(code) and tickets.is_ours(code.lower())


def test_the_alphabet_leaves_out_what_is_easily_confused():
    assert len(set(tickets.ALPHABET)) == 32
    assert not set(tickets.ALPHABET) & set("IO01")


@pytest.mark.parametrize("code", LISTED)
def test_every_single_wrong_character_is_caught(code):
    bare = tickets.normalize(code)
    for at in range(25):
        for character in set(tickets.ALPHABET) - {bare[at]}:
            assert not tickets.is_ours(bare[:at] + character + bare[at + 1 :])


def test_any_two_characters_that_change_places_are_caught():
    bare = list(tickets.normalize(EXAMPLE))
    for first in range(24):
        for second in range(first + 1, 25):
            changed = bare.copy()
            changed[first], changed[second] = changed[second], changed[first]
            assert tickets.is_ours("".join(changed)) == (bare[first] == bare[second])


def test_neighbors_that_change_places_are_caught_for_all_pairs_of_characters():
    # The sum is linear, so what stands around the two does not matter: zeros ("2") do.
    for at in range(24):
        for one, two in itertools.combinations(tickets.ALPHABET, 2):
            assert tickets._sum("2" * at + one + two) != tickets._sum("2" * at + two + one)


def test_a_row_of_the_first_character_is_no_ticket():
    assert not tickets.is_ours("2" * 25)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (EXAMPLE, Candidate(EXAMPLE, EXAMPLE)),
        ("L48HF-DU2AW-KZNNT-UJDBG-2TCCX", Candidate("L48HF-DU2AW-KZNNT-UJDBG-2TCCX", None, "check")),
        ("l48hf-du2aw-kznnt-ujdbg", Candidate("l48hf-du2aw-kznnt-ujdbg", None, "length")),
        ("L48HF-DU2AW-KZNOT", Candidate("L48HF-DU2AW-KZNOT", None, "characters", 13)),
        ("", Candidate("", None, "length")),
    ],
)
def test_judging(raw, expected):
    assert tickets.judge(raw) == expected


RIGHT = (EXAMPLE, None)
BOTH = [RIGHT, (OTHER, None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (EXAMPLE, [RIGHT]),
        ("l48hf du2aw kznnt ujdbg 2tccy", [RIGHT]),
        ("l48hfdu2awkznntujdbg2tccy", [RIGHT]),
        ("L48HF – DU2AW – KZNNT — UJDBG ‑ 2TCCY", [RIGHT]),
        ("L48HF\u00a0DU2AW\u00a0KZNNT\u00a0UJDBG\u00a02TCCY", [RIGHT]),
        ("Ｌ４８ＨＦ－ＤＵ２ＡＷ－ＫＺＮＮＴ－ＵＪＤＢＧ－２ＴＣＣＹ", [RIGHT]),
        ("L48 HFDU2AW KZNNT UJDBG 2TCCY", [RIGHT]),
        ("L48HF-DU2AW-KZNNT-\r\n  UJDBG-2TCCY", [RIGHT]),
        (f"{EXAMPLE};{OTHER}", BOTH),
        (f"{EXAMPLE},{OTHER}", BOTH),
        (f"{EXAMPLE} {OTHER}", BOTH),
        (f"{EXAMPLE}\n\n{OTHER}\n", BOTH),
        (f"{EXAMPLE}\t{OTHER.lower()}", BOTH),
        (f"{EXAMPLE} {EXAMPLE.lower()}", [RIGHT]),
        (" ".join(LISTED).replace("-", " "), BOTH),
        (f"Dear Eve,\nyour ticket is {EXAMPLE}. Keep it well!\nKind regards", [RIGHT]),
        ("Hello l48hf du2aw kznnt ujdbg 2tccy thank you", [RIGHT]),
        (f"Open https://portal.example/t#{EXAMPLE} in the browser", [RIGHT]),
        (f"“{EXAMPLE}” (CAD Pro), bought 2026-11-22", [RIGHT]),
        ("L48HF-DU2AW-KZNNT-UJDBG-2TCCX", [(None, "check")]),
        ("l48hf du2aw kznnt ujdbg 2tccx", [(None, "check")]),
        ("L48HF-DU2AW-KZNNT-UJDBG-2TCC", [(None, "length")]),
        ("l48hf du2a kznnt ujdbg 2tccy", [(None, "length")]),
        ("L48HF-DU2AW-KZNNT-UJDBG-2TCCYY", [(None, "length")]),
        ("L48HF-DU2AW-KZN0T-UJDBG-2TCCY", [(None, "characters")]),
        ("L48HF-DU2AW-KZN?T-UJDBG-2TCCY", [(None, "characters")]),
        (f"{EXAMPLE} L48HF-DU2AW-KZNNT-UJDBG-2TCCX", [RIGHT, (None, "check")]),
        ("ABC-1234-XYZ", [("ABC1234XYZ", "foreign")]),
        ("ABCDEF\nGHIJKL", [("ABCDEF", "foreign"), ("GHIJKL", "foreign")]),
        ("1234 5678 9012", [("123456789012", "foreign")]),
        ("AB123-CD456", [("AB123CD456", "foreign")]),
        (f"{EXAMPLE}; ABC-1234-XYZ", [RIGHT, ("ABC1234XYZ", "foreign")]),
        ("3f2504e0-4f89-11d3-9a0c-0305e82c3301", [("3F2504E04F8911D39A0C0305E82C3301", "foreign")]),
        ("These words might stand there again today", []),
        ("I lost my ticket, please help", []),
    ],
)
def test_finding(text, expected):
    assert found(text) == expected


@given(st.lists(st.builds(tickets.mint), min_size=1, max_size=8, unique=True), st.sampled_from(";,\n \t"))
def test_whatever_was_minted_is_found(minted, separator):
    assert found(separator.join(minted)) == [(code, None) for code in minted]


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(text):
    for candidate in tickets.find(text):
        assert (candidate.code is None) == (candidate.problem in ("check", "characters", "length"))


HOSTILE = ["A", "-", "- ", "AAAAA ", "a1-", "12345 ", "\t-\t", "L48HF-", "\ufdfa", "-\n", "((", "."]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_is_read_quickly(piece):
    text = (piece * 20_000)[:20_000]
    start = time.process_time()
    try:
        tickets.find(text)
    except TooMuch:
        pass
    assert time.process_time() - start < 2


def test_two_hundred_tickets_are_read_and_more_are_refused():
    minted = [tickets.mint() for _ in range(201)]
    assert len(tickets.find("\n".join(minted[:200]))) == 200
    with pytest.raises(TooMuch):
        tickets.find("\n".join(minted))
    with pytest.raises(TooMuch):
        tickets.find("A" * 20_001)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (EXAMPLE, "L48HF … 2TCCY"),
        (EXAMPLE.lower(), "L48HF … 2TCCY"),
        ("ABC-1234-XYZ", "AB … YZ"),
        ("12345", "1 … 5"),
    ],
)
def test_masking(code, expected):
    assert tickets.masked(code) == expected


def test_the_written_form_and_the_normal_form_belong_together():
    assert tickets.written("l48hfdu2awkznntujdbg2tccy") == EXAMPLE
    assert tickets.normalize(" l48hf-DU2AW kznnt-ujdbg-2tccy\n") == EXAMPLE.replace("-", "")
