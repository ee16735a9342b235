"""`portal init`: from an empty folder to a portal that serves, one question or flag at a time."""

from __future__ import annotations

import io
import json
import re
import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.brand import load_brand
from portal.cli import main
from portal.db import open_database
from portal.doors import passwords
from portal.models import Event, Group, GroupKind, Membership, User
from portal.settings import SettingsError, from_environment
from portal.settings_file import NAME
from tests.cli.conftest import Run
from tests.fixtures.mail import MailServer
from tests.fixtures.server import Serve

GOOD = "four wooden ducks, late\n"
URL = "http://licenses.acme.example"
FLAGS = (
    "--url", URL, "--database", "", "--smtp-host", "", "--name", "Acme", "--company", "Acme Software GmbH",
    "--support", "help@acme.example", "--color", "#7a1f4b", "--admin", "Vera@Acme.example", "--admin-name", "Vera Holt",
)  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "TLS", "USER", "PASSWORD"):
        monkeypatch.delenv(f"PORTAL_SMTP_{name}", raising=False)


def test_flags_alone_make_a_portal_whose_administrator_can_sign_in(run: Run, data: Path) -> None:
    code, out, err = run("init", *FLAGS, typed=GOOD)
    assert (code, err) == (0, "")
    settings = from_environment()
    assert settings.url == URL and settings.brand == data / "brand"
    brand = load_brand(settings.brand)
    assert (brand.name, brand.company, brand.support_email) == ("Acme", "Acme Software GmbH", "help@acme.example")
    assert brand.host == "licenses.acme.example" and "--primary: #7a1f4b" in brand.stylesheet
    assert re.search(r"public key [0-9a-f]{64}$", out, re.MULTILINE)
    assert {stat.S_IMODE((data / name).stat().st_mode) for name in (NAME, "keys/portal-keys.json")} == {0o600}
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    with open_database(settings.database).reading() as db:
        user, group = db.execute(
            select(User, Group)
            .join(Membership, Membership.user_id == User.id)
            .join(Group, Group.id == Membership.group_id)
        ).one()
        assert (user.email, user.name) == ("vera@acme.example", "Vera Holt")
        assert (group.kind, group.name) == (GroupKind.VENDOR, "Acme Software GmbH")
        assert user.password_hash and passwords.matches(user.password_hash, GOOD.strip(), demo=False)
        assert db.execute(select(Event.kind)).scalars().all() == ["membership.entered"]
    left = out.partition("What is left:\n")[2]
    assert "PORTAL_SMTP_HOST" in left and "licenses.acme.example is not known" in left and "keys export" in left
    assert GOOD.strip() not in out + "".join(path.read_text() for path in data.rglob("*.env"))


def test_running_it_again_changes_nothing_and_says_so(run: Run, data: Path) -> None:
    run("init", *FLAGS, typed=GOOD)
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file() and path.suffix != ".db"}
    code, out, err = run("init", "--url", "http://other.example")
    assert (code, err) == (0, "")
    assert "stands already and stays as it is" in out and "there is one already" in out
    assert {path: path.read_bytes() for path in before} == before
    assert from_environment().url == URL


def test_it_goes_on_where_it_stopped(run: Run, data: Path) -> None:
    code, _, err = run("init", *FLAGS, typed="short\n")
    assert code == 2 and "at least 15 characters" in err
    code, out, _ = run("init", *FLAGS, typed=GOOD)
    assert code == 0 and "vera@acme.example can sign in" in out


def test_another_folder_can_be_named(run: Run, data: Path, tmp_path: Path) -> None:
    assert run("init", str(tmp_path / "elsewhere"), *FLAGS, typed=GOOD)[0] == 0
    assert (tmp_path / "elsewhere" / NAME).exists() and not data.exists()


@pytest.mark.parametrize("missing", ["--url", "--name", "--company", "--support"])
def test_without_a_terminal_a_missing_answer_is_named_and_nothing_is_made(run: Run, data: Path, missing: str) -> None:
    at = FLAGS.index(missing)
    code, _, err = run("init", *FLAGS[:at], *FLAGS[at + 2 :], typed=GOOD)
    assert code == 2 and err.startswith(f"{missing} is missing: ") and err.count("\n") == 1
    assert not (data / NAME).exists() and not (data / "brand").exists()


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("--url", "licenses.acme.example", "PORTAL_URL"),
        ("--url", 'http://a.example/"; rm -rf', "PORTAL_URL"),
        ("--database", "mysql://host/name", "PORTAL_DATABASE"),
        ("--database", "postgresql://a:b@127.0.0.1:port/x", "PORTAL_DATABASE"),
        ("--database", "postgresql://a:b@127.0.0.1:1/x", "The database does not let us in"),
        ("--smtp-host", "mail.example\r\nQUIT", "PORTAL_SMTP_HOST"),
        ("--support", "nobody", "--support"),
        ("--name", "a\nb", "name"),
        ("--name", "", "name"),
        ("--admin", "nobody", "--admin"),
        ("--color", "#ffff99", "--primary"),
        ("--color", "red; } * { display: none", "--primary"),
    ],
)
def test_an_answer_that_cannot_be_used_is_told_in_one_sentence(
    run: Run, data: Path, flag: str, value: str, said: str
) -> None:
    at = FLAGS.index(flag)
    code, _, err = run("init", *FLAGS[: at + 1], value, *FLAGS[at + 2 :], typed=GOOD)
    assert code == 2 and said in err and err.count("\n") == 1 and "Traceback" not in err


class Terminal(io.StringIO):
    """Somebody sits there."""

    def isatty(self) -> bool:
        return True


def test_at_a_terminal_it_asks_until_an_answer_can_be_used(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter(
        ["licenses.acme.example", URL, "mysql://host/name", "postgresql://a:b@127.0.0.1:1/x", "", "", "Acme", "",
         "Acme Software GmbH", "not an address", "help@acme.example", "#ffff99", "", "vera@acme.example", "Vera Holt"]
    )  # fmt: skip
    secrets = iter(["short", GOOD.strip(), "mistyped", GOOD.strip(), GOOD.strip()])
    monkeypatch.setattr("builtins.input", lambda prompt: next(typed))
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(secrets))
    monkeypatch.setattr("sys.stdin", Terminal())
    code = main(["init"])
    out, err = capsys.readouterr()
    assert code == 0 and "vera@acme.example can sign in" in out
    for reason in (
        "PORTAL_URL is", "PORTAL_DATABASE must", "The database does not let us in", "Please type an answer.",
        "That is no e-mail address.", "the nearest that passes is", "at least 15", "The two are not the same.",
    ):  # fmt: skip
        assert err.count(reason) == 1, reason
    assert next(typed, None) is None and next(secrets, None) is None


@pytest.mark.parametrize("gone", [KeyboardInterrupt, EOFError])
def test_whoever_leaves_in_the_middle_can_begin_again(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], gone: type[BaseException]
) -> None:
    def left(prompt: str) -> str:
        raise gone

    with monkeypatch.context() as patch:
        patch.setattr("builtins.input", left)
        patch.setattr("sys.stdin", Terminal())
        assert main(["init", "--url", URL]) == 130
    assert capsys.readouterr().err == "\nStopped.\n"
    assert run("init", *FLAGS, typed=GOOD)[0] == 0


def test_a_folder_that_cannot_be_used_is_told_before_anything_is_asked(run: Run, data: Path, tmp_path: Path) -> None:
    data.mkdir()
    (data / "demo.json").touch()
    assert run("init") == (2, "", f"{data} holds the demo. Name another: portal init FOLDER\n")
    assert [path.name for path in data.iterdir()] == ["demo.json"]
    (tmp_path / "file").touch()
    for folder, reason in ((tmp_path / "file", "File exists"), (tmp_path / "file" / "below", "Not a directory")):
        said = f"{folder} cannot be used: {reason}. Name another: portal init FOLDER\n"
        assert run("init", str(folder)) == (2, "", said)


def test_what_the_brand_holds_of_examples_is_left_to_do(run: Run, data: Path) -> None:
    left = "In its brand.toml are examples still: "
    out = run("init", *FLAGS, typed=GOOD)[1]
    assert f"{left}help_url, imprint_url, privacy_url, city, address." in out
    card = (data / "brand" / "brand.toml").read_text()
    card = card.replace("www.acme.example", "acme.test").replace("city = \"City\"", "city = \"Bonn\"")
    (data / "brand" / "brand.toml").write_text(card)
    assert f"{left}address." in run("init")[1]
    (data / "brand" / "brand.toml").write_text(card.replace("Street 1", "Weg 2"))
    assert left not in run("init")[1]


def test_the_mail_server_is_tried_and_its_answer_told(run: Run, mail_server: MailServer) -> None:
    named = {"--smtp-host": "127.0.0.1", "--database": ""}
    flags = [word for at in range(0, len(FLAGS), 2) for word in (FLAGS[at], named.get(FLAGS[at], FLAGS[at + 1]))]
    further = ("--smtp-tls", "none", "--smtp-port", str(mail_server.port), "--smtp-user", "", "--mail-from", "")
    code, out, _ = run("init", *flags, *further, typed=GOOD)
    assert code == 0 and f"127.0.0.1:{mail_server.port} lets us in." in out
    mail_server.stop()
    assert "does not let us in" in run("init")[1].partition("What is left:")[2]


def test_an_address_that_leads_to_a_portal_is_no_longer_left_to_do(
    run: Run, data: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = serve()
    at = FLAGS.index("--url")
    monkeypatch.setenv("PORTAL_DATA", str(data.parent / "other"))
    code, out, _ = run("init", *FLAGS[: at + 1], portal.url, *FLAGS[at + 2 :], typed=GOOD)
    assert code == 0 and f"A portal answers at {portal.url}." in out.partition("What is left:")[0]


def test_the_environment_goes_before_the_settings_file(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("init", *FLAGS, typed=GOOD)
    monkeypatch.setenv("PORTAL_URL", "https://other.example")
    assert from_environment().url == "https://other.example"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'PORTAL_URL="http://a.example"\nPORTAL_URL="http://b.example"\n', f"{NAME}:2: PORTAL_URL stands here twice"),
        (b"# fine\n\nexport PORTAL_URL=x\n", f"{NAME}:3: write a setting as"),
        (b"PATH=/tmp\n", f"{NAME}:1: write a setting as"),
        (b'PORTAL_URL="http://a.example\n', f"{NAME}:1: write a setting as"),
        (b"PORTAL_URL=\xff\n", "is no text"),
        (b'PORTAL_URL="\0"\n', f"{NAME}:1: write a setting as"),
        (b"#" * 70_000, "is larger than"),
    ],
)
def test_a_settings_file_that_cannot_be_used_is_named_with_its_line(data: Path, content: bytes, said: str) -> None:
    data.mkdir(parents=True)
    (data / NAME).write_bytes(content)
    (data / NAME).chmod(0o600)
    with pytest.raises(SettingsError, match=re.escape(said)):
        from_environment({"PORTAL_DATA": str(data)})


def test_a_settings_file_that_others_can_read_is_refused(data: Path) -> None:
    data.mkdir(parents=True)
    (data / NAME).write_text('PORTAL_URL="http://a.example"\n')
    (data / NAME).chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        from_environment({"PORTAL_DATA": str(data)})


def test_a_value_with_every_sign_comes_back_as_it_was(data: Path) -> None:
    from portal import settings_file

    told = {"PORTAL_SMTP_PASSWORD": json.dumps("""$HOME `ls` "x" 'y' \\ # =""")}
    settings_file.write(data, told, {"PORTAL_SMTP_PASSWORD": "A password."})
    assert settings_file.read(data) == told
    with pytest.raises(FileExistsError):
        settings_file.write(data, told, {"PORTAL_SMTP_PASSWORD": "A password."})
