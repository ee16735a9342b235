"""Documents: one form each, one meaning each; whatever else comes is refused without harm."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from portal.files import canonical, papers
from portal.files.canonical import NotCanonical
from portal.files.documents import ActivationReceipt, BlockList, ReturnRequest, Type
from portal.files.papers import DocumentRefused, Flaw
from tests.actions.estate import pc
from tests.fixtures.device import Sneakers, flips, resealed, said

NOW = datetime(2026, 11, 20, 8, 12, tzinfo=UTC)
CODE = "L48HF-DU2AW-KZNNT-UJDBG-2TCCY"


@pytest.fixture
def device() -> Sneakers:
    return Sneakers(pc(1), CODE, NOW)


def refused(text: str) -> Flaw:
    with pytest.raises(DocumentRefused) as caught:
        papers.read(text)
    return caught.value.flaw


def test_what_was_written_is_read_again(device: Sneakers) -> None:
    paper = papers.read(device.request())
    assert paper.document.fingerprint == "fp-1" and paper.document.components == pc(1).components
    assert paper.is_signed_by(device.public) and not paper.is_signed_by(b"x" * 32) and not paper.is_signed_by(None)


def test_each_type_is_written_and_read() -> None:
    key = Ed25519PrivateKey.generate()
    documents = (
        ActivationReceipt(uuid4(), uuid4(), 1, 2, b"h" * 32, b"k" * 8, NOW),
        ReturnRequest("CADPRO", uuid4(), uuid4(), 1, 2, b"n" * 16, NOW, NOW),
        BlockList(NOW, {str(uuid4()): 3}),
    )
    for document in documents:
        paper = papers.read(papers.write(document, key.sign))
        assert paper.document == document and paper.is_signed_by(key.public_key().public_bytes_raw())


def test_mail_and_editors_may_change_line_ends_and_the_blanks_around(device: Sneakers) -> None:
    text = device.request()
    digest = papers.read(text).digest
    for changed in (text.replace("\n", "\r\n"), f"\n\n  {text}\n\n", text.rstrip("\n")):
        assert papers.read(changed).digest == digest


def test_no_bit_can_be_turned(device: Sneakers) -> None:
    text = device.request()
    for changed in flips(text, Type.ACTIVATION_REQUEST):
        try:
            paper = papers.read(changed)
        except DocumentRefused as wrong:
            assert wrong.flaw in (Flaw.MALFORMED, Flaw.VERSION) and wrong.digest
        else:
            assert not paper.is_signed_by(device.public)


def test_what_is_signed_as_one_type_is_no_other(device: Sneakers) -> None:
    renamed = device.request().replace("ACTIVATION REQUEST", "ACTIVATION RECEIPT")
    assert refused(renamed) is Flaw.MALFORMED
    device_public = device.public
    told = resealed(
        device.request(), Type.ACTIVATION_REQUEST, lambda it: it.replace(b"activation-request", b"activation-receipt")
    )
    assert refused(told) is Flaw.MALFORMED and device_public


def with_content(device: Sneakers, **changes: object) -> str:
    content = said(device.request(), Type.ACTIVATION_REQUEST) | changes
    return resealed(device.request(), Type.ACTIVATION_REQUEST, lambda _: canonical.encode(content))


WRONG: dict[str, object] = {
    "request_id": "no id", "fingerprint": "f" * 301, "components": ["board"], "device_name": "a\nb", "platform": 7,
    "device_public_key": "AB" * 32, "created": "2026-11-20", "license": "00", "imported": {"seq": 1}, "product": "",
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_field_of_another_kind_is_refused(device: Sneakers, name: str) -> None:
    assert refused(with_content(device, **{name: WRONG[name]})) is Flaw.MALFORMED


def test_one_field_more_or_less_is_refused(device: Sneakers) -> None:
    assert refused(with_content(device, more=1)) is Flaw.MALFORMED
    less = said(device.request(), Type.ACTIVATION_REQUEST)
    del less["platform"]
    text = resealed(device.request(), Type.ACTIVATION_REQUEST, lambda _: canonical.encode(less))
    assert refused(text) is Flaw.MALFORMED
    assert refused(with_content(device, v=2)) is Flaw.VERSION


NOT_CANONICAL = (
    b"", b"[]", b"1", b'"a"', b"null", b'{"b":1,"a":1}', b'{"a": 1}', b'{"a":1,"a":1}', b'{"a":1.0}', b'{"a":NaN}',
    b'{"a":"\\u0041"}', b'{"a":"\\ud800"}', b'{"a":1}\n', b"\xef\xbb\xbf{}", b'{"a":"\xff"}', b'{"a":9007199254740993}',
    b'{"a":' * 5000 + b"1" + b"}" * 5000, b"[" * 5000, b'{"a":' + b"9" * 5000 + b"}", b'{"a":"' + b"x" * 40_000 + b'"}',
    b'{"a":[[[[1]]]]}', b"{" * 100_000,
)  # fmt: skip


@pytest.mark.parametrize("content", NOT_CANONICAL, ids=range(len(NOT_CANONICAL)))
def test_what_is_not_canonical_is_refused(content: bytes) -> None:
    with pytest.raises(NotCanonical):
        canonical.decode(content)


values = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8"))
tables = st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=20), values, max_size=8)


@given(tables)
def test_canonical_json_is_json_and_comes_back(table: dict[str, object]) -> None:
    content = canonical.encode(table)
    assert canonical.decode(content) == table == json.loads(content)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    for candidate in (text, f"-----BEGIN RETURN RECEIPT-----\n{text}\n-----END RETURN RECEIPT-----\n"):
        assert isinstance(refused(candidate), Flaw)


def test_a_license_is_named_without_its_key() -> None:
    assert papers.hint_of("ABC") == papers.hint_of("ABC") != papers.hint_of("ABD")
