"""Newcomers: people who are entered by others, one by one and in bulk, are told, and nobody's account is touched."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.actions import arrivals, batch_people, batches, invitations, memberships, newcomers
from portal.actions.newcomers import Newcomer
from portal.models import Batch, BatchKind, BatchLine, Invitation, Membership, User
from portal.tables.reading import Line
from tests.actions.estate import Estate
from tests.actions.firm import Firm, founded
from tests.actions.traces import last_event

NINA = Newcomer("nina@example.com", "Nina Neu", external_id="4711", language="de")


@pytest.fixture
def firm(estate: Estate) -> Firm:
    return founded(estate)


def user_of(firm: Firm, email: str) -> User | None:
    return firm.estate.db.execute(select(User).where(User.email == email)).scalar()


def test_who_is_entered_is_a_member_at_once_and_owns_no_password(firm: Firm) -> None:
    entered = newcomers.enter(firm.by(), firm.design, NINA)
    nina = user_of(firm, NINA.email)
    assert entered.code == "ok" and nina is not None
    assert (nina.name, nina.password_hash, nina.verified_at) == ("Nina Neu", None, None)
    membership = firm.of(nina, firm.design)
    assert membership.accepted_at is not None and membership.external_id == "4711"
    assert membership.invited_by_id == firm.people["cora"].id
    assert last_event(firm.estate.db).kind == "membership.entered"


def test_the_mail_tells_who_entered_them_for_what_and_whom_to_ask_in_their_language(firm: Firm) -> None:
    newcomers.enter(firm.by(), firm.brandt, NINA)
    (mail,) = firm.mails()
    assert (mail.kind, mail.recipient, mail.language, mail.is_secret) == ("entered", NINA.email, "de", True)
    assert "cora" in firm.text() and "cora@example.com" in firm.text() and "Brandt" in firm.text()
    assert "/invitation/" in firm.text()


def test_their_link_gives_them_the_account_that_was_entered(firm: Firm) -> None:
    entered = newcomers.enter(firm.by(), firm.brandt, NINA)
    assert entered.invitation is not None and entered.membership is not None
    token = invitations.token_of(firm.estate.vault, entered.invitation)
    user, code = arrivals.begin(firm.by(None), token, "Nina N.", "a hash", "en")
    assert code is None and user is not None and user.verified_at is not None
    assert user.language == "de" and user.id == entered.membership.user_id


def test_an_account_elsewhere_is_invited_and_says_nothing_of_itself(firm: Firm) -> None:
    other = firm.estate.group("Linde", firm.dealer)
    stranger = firm.person("secretive", other)
    entered = newcomers.enter(firm.by(), firm.brandt, Newcomer(stranger.email, "Whoever"))
    assert entered.code == "ok" and entered.membership is None
    assert entered.invitation is not None and entered.invitation.name == "Whoever"
    mine = select(func.count()).where(Membership.user_id == stranger.id, Membership.group_id == firm.brandt.id)
    assert firm.estate.db.execute(mine).scalar_one() == 0
    assert "secretive" not in str(last_event(firm.estate.db).details).replace(stranger.email, "")


def test_somebody_whom_another_customer_entered_is_a_stranger_too(firm: Firm) -> None:
    other = firm.estate.group("Linde", firm.dealer)
    firm.person("lena", other, "admin")
    newcomers.enter(firm.by("lena"), other, NINA)
    entered = newcomers.enter(firm.by(), firm.brandt, Newcomer(NINA.email, "Whoever"))
    assert entered.membership is None and entered.invitation is not None


def test_who_is_here_is_not_entered_again_and_who_left_is_back_at_once(firm: Firm) -> None:
    jonas = firm.person("jonas")
    again = Newcomer(jonas.email, "Another Name")
    assert newcomers.enter(firm.by(), firm.brandt, again).code == "member_already"
    memberships.suspend(firm.by(), firm.brandt, firm.of(jonas))
    assert newcomers.enter(firm.by(), firm.brandt, again).code == "member_suspended"
    memberships.end(firm.by(), firm.brandt, firm.of(jonas))
    assert newcomers.enter(firm.by(), firm.brandt, again).membership is not None
    assert jonas.name == "jonas" and firm.of(jonas).ended_at is None
    assert [mail.kind for mail in firm.mails()] == ["entered"] and "/sign-in" in firm.text()
    assert "/invitation/" not in firm.text() and "Another Name" not in firm.text()


def table(*rows: dict[str, str]) -> list[Line]:
    return [Line(number, row) for number, row in enumerate(rows, 2)]


def test_each_line_says_what_is_wrong_with_it(firm: Firm) -> None:
    firm.person("jonas")
    good = {"email": "nina@example.com", "name": "Nina"}
    judged = batch_people.judge(
        firm.by(),
        firm.brandt,
        table(
            good, {**good, "email": "NINA@example.com"}, {"name": "Nobody"}, {"email": "no address", "name": "N"},
            {"email": "x@example.com"}, {"email": "y@example.com", "first_name": "Y", "last_name": "Z"},
            {"email": "z@example.com", "name": "Z", "department": "DESIGN"},
            {"email": "u@example.com", "name": "U", "department": "Nowhere"},
            {"email": "v@example.com", "name": "V", "role": "king"},
            {"email": "t@example.com", "name": "T", "role": "管理者"},
            {"email": "s@example.com", "name": "S", "role": "Membre"}, {"email": "jonas@example.com", "name": "J"},
            {"email": "w@example.com", "name": "w" * 201},
        ),
    )  # fmt: skip
    assert [one.problem for one in judged] == [
        None, "line_twice", "line_without_email", "email_invalid", "line_without_name", None, None,
        "department_unknown", "role_unknown", None, None, "member_already", "field_too_long",
    ]  # fmt: skip
    assert judged[1].given["first"] == 2 and judged[5].given["name"] == "Y Z"


def test_people_of_other_customers_look_like_anybody_in_a_table(firm: Firm) -> None:
    lena = firm.person("lena", firm.estate.group("Linde", firm.dealer))
    (judged,) = batch_people.judge(firm.by(), firm.brandt, table({"email": lena.email, "name": "L"}))
    assert judged.problem is None and judged.user_id is None


def prepared(firm: Firm, *rows: dict[str, str]) -> tuple[Batch, list[BatchLine]]:
    doing = firm.by()
    judged = batch_people.judge(doing, firm.brandt, table(*rows))
    batch = batches.prepare(doing, firm.brandt, BatchKind.PEOPLE, None, judged)
    lines = firm.estate.db.execute(
        select(BatchLine).where(BatchLine.batch_id == batch.id).order_by(BatchLine.number)
    ).scalars()
    return batch, list(lines)


def test_a_line_enters_a_person_into_their_department_and_is_undone_again(firm: Firm) -> None:
    row = {"email": "Nina@example.com", "name": "Nina", "department": "design", "role": "Admin", "language": "Deutsch"}
    batch, (line,) = prepared(firm, row)
    assert batch_people.add(firm.by(), firm.brandt, batch, line) is None
    nina = user_of(firm, "nina@example.com")
    assert nina is not None and line.user_id == nina.id and nina.language is None
    assert firm.of(nina, firm.design).role == "admin"
    assert batch_people.remove(firm.by(), firm.brandt, batch, line) is None
    assert firm.of(nina, firm.design).ended_at is not None
    firm.estate.db.flush()
    invitation = firm.estate.db.execute(select(Invitation).where(Invitation.email == nina.email)).scalar_one()
    assert invitation.withdrawn_at is not None


def test_who_came_in_meanwhile_is_not_undone(firm: Firm) -> None:
    batch, (line,) = prepared(firm, {"email": "nina@example.com", "name": "Nina"})
    batch_people.add(firm.by(), firm.brandt, batch, line)
    nina = user_of(firm, "nina@example.com")
    assert nina is not None
    nina.verified_at = firm.estate.now.replace(year=2030)
    assert batch_people.remove(firm.by(), firm.brandt, batch, line) == "person_came_in"
    assert firm.of(nina).ended_at is None


def test_undoing_a_line_about_an_account_elsewhere_withdraws_its_invitation(firm: Firm) -> None:
    lena = firm.person("lena", firm.estate.group("Linde", firm.dealer))
    batch, (line,) = prepared(firm, {"email": lena.email, "name": "L"})
    assert batch_people.add(firm.by(), firm.brandt, batch, line) is None and line.membership_id is None
    assert batch_people.remove(firm.by(), firm.brandt, batch, line) is None
    firm.estate.db.flush()
    invitation = firm.estate.db.execute(select(Invitation).where(Invitation.email == lena.email)).scalar_one()
    assert invitation.withdrawn_at is not None
