"""The browser reads tickets as the server does: one list of texts, read by both."""

import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from portal.files import tickets

SCRIPT = Path(__file__).parents[2] / "portal" / "static" / "ticket.js"
NODE = shutil.which("node")


def read_by_node(function: str, texts: list[str]) -> list[list[dict]]:
    if NODE is None:
        if os.environ.get("CI"):
            pytest.fail("node is missing; it is needed to prove that browser and server read tickets alike")
        pytest.skip("node is missing")
    program = (
        f"const {{ {function} }} = require({json.dumps(str(SCRIPT))});"
        f"const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        f"console.log(JSON.stringify(texts.map({function})));"
    )
    done = subprocess.run(
        [NODE, "-e", program], input=json.dumps(texts), capture_output=True, text=True, timeout=60, check=True
    )
    return json.loads(done.stdout)


def texts_to_read() -> list[str]:
    chance = random.Random(20261122)
    code = "L48HF-DU2AW-KZNNT-UJDBG-2TCCY"
    pieces = [code, code.lower(), code.replace("-", " "), code.replace("-", ""), code[:-1] + "X", code[:-1]]
    pieces += [code[:9], "KZN0T", "Eve", "hello", "world", "ABC-1234-XYZ", "2026-11-22"]
    pieces += ["Straße", "ﬁne", "e\u0301", "𝟜𝟠", "🎟", "ıſ"]
    pieces += [";", ",", " ", "\n", "-", " – ", "\u00a0", "\u200b", "-\r\n", "#", "(", ")", "."]
    pieces += ["\t", "\x0b", "\x1c", "\x85", "\u1680", "\u2028"]
    texts = ["".join(chance.choices(pieces, k=chance.randint(1, 9))) for _ in range(3000)]
    for at in range(25):
        bare = list(code.replace("-", ""))
        bare[at] = chance.choice(tickets.ALPHABET + "IO01")
        texts.append(tickets.written("".join(bare)))
    return texts + [tickets.mint() for _ in range(50)]


def test_browser_and_server_find_the_same():
    texts = texts_to_read()
    for text, candidates in zip(texts, read_by_node("find", texts), strict=True):
        ours = [(c.raw, c.code, c.problem, c.wrong_at) for c in tickets.find(text)]
        assert [(c["raw"], c["code"], c["problem"], c["at"]) for c in candidates] == ours, repr(text)


@pytest.mark.parametrize(
    ("text", "problem", "at"),
    [
        ("l48hf du2", "length", None),
        ("l48hfdu2aw", "length", None),
        ("l48hf du0", "characters", 7),
        ("l48hf du2aw kznnt ujdbg 2tccy", None, None),
        ("l48hf du2aw kznnt ujdbg 2tccx", "check", None),
    ],
)
def test_a_ticket_is_followed_while_it_is_typed(text, problem, at):
    (reading,) = read_by_node("read", [text])[0]
    assert (reading["problem"], reading["at"]) == (problem, at)
