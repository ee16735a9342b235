"""The fine print, 29: the command line, with its exit codes and nothing else on standard output."""

import argparse
import json
import subprocess
import sys

import pytest

from portal.cli.rules import add_parser
from tests.rules.world import HEAD, limit, request

ONCE = HEAD + limit("rehost", 1)
MOVED = [("2026-01-01", "activate", "a1"), ("2026-01-02", "rehost", "a1")]
REFUSED = {
    "outcome": "deny",
    "code": "allowance_exhausted",
    "rule": "allowance 1",
    "remaining": {"allowance 1": 0},
    "next_allowed_at": None,
    "as": "rehost",
    "alternatives": [],
}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run `portal rules …` in a folder of its own: the exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "once.toml").write_text(ONCE, encoding="utf-8")
    (tmp_path / "case.json").write_text(json.dumps(request("rehost", "2026-02-01", MOVED)), encoding="utf-8")
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())

    def run(line):
        args = parser.parse_args(line.split())
        code = args.run(args)
        return code, *capsys.readouterr()

    run.folder = tmp_path
    return run


def test_fine_print_29_every_decision_exits_with_0(run):
    code, out, err = run("rules decide --rules once.toml --case case.json")
    assert (code, json.loads(out), err) == (0, REFUSED, "")
    assert list(json.loads(out)) == list(REFUSED)


@pytest.mark.parametrize(
    ("rules", "case"),
    [
        (ONCE, "no json"),
        (ONCE, "[]"),
        (ONCE, '{"now": "2026-01-01T00:00:00Z", "operation": "fly"}'),
        (ONCE, "[" * 100_000),
        (ONCE, json.dumps(request("rehost", "2026-01-01", MOVED))),
        (ONCE, json.dumps(request("rehost", "2026-02-01") | {"rules": "missing.toml"})),
        (ONCE, json.dumps(request("rehost", "2026-02-01") | {"rules": "\0"})),
        (ONCE, json.dumps(request("rehost", "2026-02-01") | {"rules": 7})),
        ("name = 7", json.dumps(request("rehost", "2026-02-01"))),
        ("[", json.dumps(request("rehost", "2026-02-01"))),
    ],
)
def test_fine_print_29_bad_input_exits_with_2_and_prints_nothing(run, rules, case):
    (run.folder / "once.toml").write_text(rules, encoding="utf-8")
    (run.folder / "case.json").write_text(case, encoding="utf-8")
    code, out, err = run("rules decide --rules once.toml --case case.json")
    assert (code, out) == (2, "")
    assert err.startswith("portal rules decide: ")


@pytest.mark.parametrize(
    "line",
    [
        "--rules missing.toml --case case.json",
        "--rules once.toml --case missing.json",
        "--rules once.toml --cases missing.json",
        "--rules missing.toml --cases case.json",
        "--case case.json",
    ],
)
def test_fine_print_29_a_missing_file_is_bad_input(run, line):
    code, out, err = run(f"rules decide {line}")
    assert (code, out) == (2, "")
    assert err.startswith("portal rules decide: ")


def test_fine_print_29_json_lines_in_and_json_lines_out_in_the_same_order(run):
    (run.folder / "other.toml").write_text(HEAD + limit("rehost", 5), encoding="utf-8")
    lines = [
        json.dumps(request("rehost", "2026-02-01", MOVED)),
        "{",
        json.dumps(request("rehost", "2026-02-01", MOVED) | {"rules": "other.toml"}),
        json.dumps(request("rehost", "2026-02-01", MOVED) | {"rules": "missing.toml"}),
        "",
        json.dumps(request("rehost", "2026-02-01", MOVED, reason="line\u2028separator"), ensure_ascii=False),
    ]
    (run.folder / "cases.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, out, err = run("rules decide --rules once.toml --cases cases.jsonl")
    answers = [json.loads(line) for line in out.splitlines()]
    assert (code, err, len(answers)) == (0, "", 6)
    assert answers[0] == answers[5] == REFUSED
    assert answers[2]["remaining"] == {"allowance 1": 4}
    assert [list(answers[index]) for index in (1, 3, 4)] == [["error"]] * 3


def test_fine_print_29_a_file_of_rules_beside_the_cases_is_found(run):
    (run.folder / "deep").mkdir()
    (run.folder / "deep" / "near.toml").write_text(HEAD + limit("rehost", 5), encoding="utf-8")
    case = request("rehost", "2026-02-01", MOVED) | {"rules": "near.toml"}
    (run.folder / "deep" / "cases.jsonl").write_text(json.dumps(case), encoding="utf-8")
    code, out, _ = run("rules decide --cases deep/cases.jsonl")
    assert (code, json.loads(out)["remaining"]) == (0, {"allowance 1": 4})


def test_fine_print_29_no_cases_no_lines(run):
    (run.folder / "cases.jsonl").write_text("", encoding="utf-8")
    assert run("rules decide --rules once.toml --cases cases.jsonl") == (0, "", "")


def test_check_says_nothing_of_a_good_file_and_exits_with_0(run):
    (run.folder / "good.toml").write_text(HEAD, encoding="utf-8")
    assert run("rules check good.toml good.toml") == (0, "", "")


def test_check_names_file_line_and_reason_and_exits_with_1(run):
    (run.folder / "bad.toml").write_text(HEAD + "\n[seats]\noverage = -1\nbonus = 2\n", encoding="utf-8")
    code, out, _ = run("rules check once.toml bad.toml missing.toml")
    assert code == 1
    lines = out.splitlines()
    assert lines[0].startswith("once.toml:3: warning: ")
    assert lines[1].startswith("bad.toml:5: overage is -1")
    assert lines[2].startswith("bad.toml:6: unknown key 'bonus'")
    assert lines[3].startswith("missing.toml:1: cannot be read")


def test_check_passes_with_a_warning(run):
    code, out, _ = run("rules check once.toml")
    assert code == 0
    assert "warning" in out and "permissible" in out


def test_the_command_needs_the_standard_library_and_the_rules_alone():
    """A script calls this in a loop, so that the start must not pay for a web portal."""
    program = (
        "import sys; import portal.cli.rules; "
        "print(*sorted({name.split('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)))"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert {name for name in out.split() if not name.startswith("_")} <= {"portal", "sitecustomize", "usercustomize"}
    modules = "import sys; import portal.cli.rules; print(*(n for n in sys.modules if n.startswith('portal')))"
    out = subprocess.run([sys.executable, "-c", modules], capture_output=True, text=True, check=True).stdout
    loaded = {name for name in out.split() if not name.startswith("portal.rules")}
    assert loaded <= {"portal", "portal.cli", "portal.cli.rules"}
