"""Who may ask what: every route, written out. A route that is not here fails the tests, and so does a changed cell."""

from __future__ import annotations

PRINCIPALS = (
    "anonymous", "ticket", "other ticket", "registered ticket", "sid", "eve", "max", "anna", "dora", "cora", "susi",
    "ivan", "rolf", "rhea", "vito", "vera", "program", "other program",
)  # fmt: skip

# max is a member of Brandt, cora its admin; anna is a member of its department and has a seat of Brandt's pool, dora is
# the department's admin; susi is an admin of Brandt who is suspended, ivan one who has not accepted. rolf and rhea are
# member and admin of the reseller that looks after Brandt and has the loose ticket in its pool; vito and vera are
# member and admin of the vendor. Linde is a customer like Brandt, of another reseller. A registered ticket opened its
# session before somebody registered it.
PAGE = """
                  eve  brandt  brandt-design  linde  loose
anonymous         303  303     303            303    303
ticket            404  404     404            404    200
other ticket      404  404     404            404    404
registered ticket 303  303     303            303    303
sid               404  404     404            404    404
eve               200  404     404            404    404
max               404  200     404            404    404
anna              404  ANNA    404            404    404
dora              404  404     200            404    404
cora              404  200     200            404    404
susi              404  404     404            404    404
ivan              404  404     404            404    404
rolf              404  404     404            404    404
rhea              404  200     200            404    200
vito              404  404     404            404    404
vera              200  200     200            200    200
program           303  303     303            303    303
other program     303  303     303            303    303
"""
VERB = """
                  eve  brandt  brandt-design  linde  loose
anonymous         303  303     303            303    303
ticket            404  404     404            404    done
other ticket      404  404     404            404    404
registered ticket 303  303     303            303    303
sid               404  404     404            404    404
eve               done 404     404            404    404
max               404  done    404            404    404
anna              404  ANNA    404            404    404
dora              404  404     done           404    404
cora              404  done    done           404    404
susi              404  404     404            404    404
ivan              404  404     404            404    404
rolf              404  404     404            404    404
rhea              404  403     403            404    done
vito              404  404     404            404    404
vera              403  403     403            403    403
program           303  303     303            303    303
other program     303  303     303            303    303
"""
# More than the rules do, the vendor's administrators alone can grant.
GRANT = """
                  eve  brandt  brandt-design  linde  loose
anonymous         303  303     303            303    303
ticket            404  404     404            404    403
other ticket      404  404     404            404    404
registered ticket 303  303     303            303    303
sid               404  404     404            404    404
eve               403  404     404            404    404
max               404  403     404            404    404
anna              404  ANNA    404            404    404
dora              404  404     403            404    404
cora              404  403     403            404    404
susi              404  404     404            404    404
ivan              404  404     404            404    404
rolf              404  404     404            404    404
rhea              404  403     403            404    403
vito              404  404     404            404    404
vera              422  422     422            422    422
program           303  303     303            303    303
other program     303  303     303            303    303
"""
# To programs only their own license exists, and to people nothing of this does.
CALL = """
                  eve  brandt  brandt-design  linde  loose
anonymous         401  401     401            401    401
ticket            401  401     401            401    401
other ticket      401  401     401            401    401
registered ticket 401  401     401            401    401
sid               401  401     401            401    401
eve               401  401     401            401    401
max               401  401     401            401    401
anna              401  401     401            401    401
dora              401  401     401            401    401
cora              401  401     401            401    401
susi              401  401     401            401    401
ivan              401  401     401            401    401
rolf              401  401     401            401    401
rhea              401  401     401            401    401
vito              401  401     401            401    401
vera              401  401     401            401    401
program           200  404     404            404    404
other program     404  404     404            404    200
"""
# Pages and forms about a group (and about what stands in one: the village's homes). SEE: that it exists. LOOK: at its
# people and its pool. MANAGE: change something in it.
SEE = """
                  brandt  brandt-design  linde
anonymous         303     303            303
ticket            403     403            403
other ticket      403     403            403
registered ticket 303     303            303
sid               404     404            404
eve               404     404            404
max               200     404            404
anna              200     200            404
dora              200     200            404
cora              200     200            404
susi              404     404            404
ivan              404     404            404
rolf              404     404            404
rhea              200     200            404
vito              404     404            404
vera              200     200            200
program           303     303            303
other program     303     303            303
"""
LOOK = """
                  brandt  brandt-design  linde
anonymous         303     303            303
ticket            403     403            403
other ticket      403     403            403
registered ticket 303     303            303
sid               404     404            404
eve               404     404            404
max               403     404            404
anna              403     403            404
dora              403     200            404
cora              200     200            404
susi              404     404            404
ivan              404     404            404
rolf              404     404            404
rhea              200     200            404
vito              404     404            404
vera              200     200            200
program           303     303            303
other program     303     303            303
"""
MANAGE = """
                  brandt  brandt-design  linde
anonymous         303     303            303
ticket            403     403            403
other ticket      403     403            403
registered ticket 303     303            303
sid               404     404            404
eve               404     404            404
max               403     404            404
anna              403     403            404
dora              403     done           404
cora              done    done           404
susi              404     404            404
ivan              404     404            404
rolf              404     404            404
rhea              403     403            404
vito              404     404            404
vera              403     403            403
program           303     303            303
other program     303     303            303
"""
BATCH = """
                  brandt  brandt-design  linde
anonymous         303     303            303
ticket            404     404            404
other ticket      404     404            404
registered ticket 303     303            303
sid               404     404            404
eve               404     404            404
max               404     404            404
anna              404     404            404
dora              404     404            404
cora              422     422            404
susi              404     404            404
ivan              404     404            404
rolf              404     404            404
rhea              403     403            404
vito              404     404            404
vera              403     403            403
program           303     303            303
other program     303     303            303
"""
# The seats of a license are looked at by whoever looks after its group, and given by its own admins.
SEATS = """
                  eve  brandt  brandt-design  linde  loose
anonymous         303  303     303            303    303
ticket            404  404     404            404    403
other ticket      404  404     404            404    404
registered ticket 303  303     303            303    303
sid               404  404     404            404    404
eve               403  404     404            404    404
max               404  403     404            404    404
anna              404  403     404            404    404
dora              404  404     200            404    404
cora              404  200     200            404    404
susi              404  404     404            404    404
ivan              404  404     404            404    404
rolf              404  404     404            404    404
rhea              404  200     200            404    403
vito              404  404     404            404    404
vera              403  200     200            200    403
program           303  303     303            303    303
other program     303  303     303            303    303
"""
ASSIGN = """
                  eve  brandt  brandt-design  linde  loose
anonymous         303  303     303            303    303
ticket            404  404     404            404    403
other ticket      404  404     404            404    404
registered ticket 303  303     303            303    303
sid               404  404     404            404    404
eve               403  404     404            404    404
max               404  403     404            404    404
anna              404  403     404            404    404
dora              404  404     done           404    404
cora              404  done    done           404    404
susi              404  404     404            404    404
ivan              404  404     404            404    404
rolf              404  404     404            404    404
rhea              404  403     403            404    done
vito              404  404     404            404    404
vera              403  403     403            403    403
program           303  303     303            303    303
other program     303  303     303            303    303
"""
# What somebody asked the vendor: theirs alone, and at the desk for the vendor's people and the dealer above them.
ASKED = """
                  brandt  brandt-design  linde
anonymous         303     303            303
ticket            404     404            404
other ticket      404     404            404
registered ticket 303     303            303
sid               404     404            404
eve               404     404            404
max               200     404            404
anna              404     200            404
dora              404     404            404
cora              404     404            404
susi              404     404            404
ivan              404     404            404
rolf              404     404            404
rhea              404     404            404
vito              404     404            404
vera              404     404            404
program           303     303            303
other program     303     303            303
"""
QUEUED = """
                  brandt  brandt-design  linde
anonymous         303     303            303
ticket            404     404            404
other ticket      404     404            404
registered ticket 303     303            303
sid               404     404            404
eve               404     404            404
max               404     404            404
anna              404     404            404
dora              404     404            404
cora              404     404            404
susi              404     404            404
ivan              404     404            404
rolf              200     200            404
rhea              200     200            404
vito              200     200            200
vera              200     200            200
program           303     303            303
other program     303     303            303
"""
OPEN = dict.fromkeys(PRINCIPALS, "200")
OUT = ("anonymous", "registered ticket", "program", "other program")
PEOPLE = dict.fromkeys(PRINCIPALS, "200") | dict.fromkeys(OUT, "303")
ACCOUNT = PEOPLE | {"ticket": "403", "other ticket": "403"}
HOME = dict.fromkeys(PRINCIPALS, "303")
DOOR = dict.fromkeys(PRINCIPALS, "303") | dict.fromkeys((*OUT, "ticket", "other ticket"), "200")
# To the vendor's people alone: support reads and tries, admins write.
DESK = dict.fromkeys(PRINCIPALS, "404") | {who: got for who, got in PEOPLE.items() if got == "303"}
READ = DESK | {"vito": "200", "vera": "200"}
WRITE = DESK | {"vito": "403", "vera": "200"}
# The desk, where people's questions are answered, has the dealers' people too.
STAFF = DESK | dict.fromkeys(("vito", "vera", "rolf", "rhea"), "200")
STAFF_WRONG = {who: "422" if got == "200" else got for who, got in STAFF.items()}
WRONG = DESK | {"vito": "403", "vera": "422"}
DECIDE = DESK | {"vito": "403", "vera": "done"}
EMPTY_FORM = dict.fromkeys(PRINCIPALS, "422")
# Without the cookie that a link in a mail leaves, these open nothing for anybody.
LATE = dict.fromkeys(PRINCIPALS, "410")
DOORLESS = tuple(who for who, got in DOOR.items() if got == "303")
KEYED = dict.fromkeys(PRINCIPALS, "401") | {"program": "200", "other program": "200"}


def with_(table: str, **cells: str) -> str:
    """The table with another row for some: `with_(LOOK, max="200 404 404")`."""
    lines = table.strip("\n").splitlines()
    for who, row in cells.items():
        at = next(at for at, line in enumerate(lines) if line[:18].strip() == who.replace("_", " "))
        lines[at] = f"{who.replace('_', ' '):<18}{row}"
    return "\n".join(lines)


# A department is renamed by whoever looks after it, a customer by whoever sells to it.
NAME = with_(LOOK, dora="403 200 404", cora="403 200 404", rhea="200 403 404", vera="200 403 200")


def without_tickets(table: str) -> str:
    """The same where a ticket's session is let in and finds nothing, instead of being told that it needs an account."""
    return with_(table, ticket="404 404 404", other_ticket="404 404 404")


def _cells(table: str) -> dict[tuple[str, str], str]:
    heading, *lines = table.strip("\n").splitlines()
    rows = {line[:18].strip(): line[18:].split() for line in lines}
    assert set(rows) == set(PRINCIPALS), set(rows) ^ set(PRINCIPALS)
    return {(who, place): rows[who][at] for who in rows for at, place in enumerate(heading.split())}


def _filled(row: dict[str, str] | str, name: str) -> dict[tuple[str, str], str]:
    cells = _cells(row) if isinstance(row, str) else {(who, ""): status for who, status in row.items()}
    done = "204" if name.startswith("DELETE") else "303"
    return {cell: {"done": done, "ANNA": "404"}.get(status, status) for cell, status in cells.items()}


# Only a customer has a sign-in of its own; a department's people come in through that of its customer.
SIGN_IN = with_(MANAGE, dora="403 404 404", cora="done 404 404")
# Route, what it is about, and who gets which answer: what a license's page must offer so that the verb can be done,
# "home" for what belongs to a group, and "" where no id is in it.


def own(status: str) -> dict[str, str]:
    """What people with an account get on pages about it, where that is not the page itself."""
    return {who: status if got == "200" else got for who, got in ACCOUNT.items()}


_ROWS: list[tuple[str, str, dict[str, str] | str]] = [
    ("GET /", "", HOME),
    ("GET /t", "", HOME),
    ("GET /t", "", HOME),
    ("GET /sign-in", "", DOOR),
    ("POST /sign-in", "", EMPTY_FORM),
    ("POST /sign-in/ticket", "", EMPTY_FORM),
    ("GET /password/forgot", "", OPEN),
    ("POST /password/forgot", "", EMPTY_FORM),
    ("GET /password/reset", "", LATE),
    ("POST /password/reset", "", LATE),
    ("GET /password/reset/{token}", "", HOME),
    ("GET /register", "", {who: "303" if who in DOORLESS else "200" for who in PRINCIPALS}),
    ("POST /register", "", EMPTY_FORM),
    # The village's vendor asks everybody for an address.
    ("GET /register/name", "", dict.fromkeys(PRINCIPALS, "404")),
    ("POST /register/name", "", dict.fromkeys(PRINCIPALS, "404")),
    ("GET /password/recovery", "", OPEN),
    ("POST /password/recovery", "", EMPTY_FORM),
    ("GET /register/complete", "", LATE),
    ("POST /register/complete", "", LATE),
    ("GET /register/{token}", "", HOME),
    ("GET /demo", "", {who: "303" if who in DOORLESS else "200" for who in PRINCIPALS}),
    ("POST /demo", "", EMPTY_FORM),
    ("GET /demo/start", "", LATE),
    ("POST /demo/start", "", LATE),
    ("GET /demo/{token}", "", HOME),
    ("GET /requests/demo", "", ACCOUNT),
    ("POST /requests/demo", "", {who: "422" if got == "200" else got for who, got in ACCOUNT.items()}),
    ("GET /licenses/{license_id}/demo", "trial", PAGE),
    ("GET /account", "", ACCOUNT),
    ("POST /account", "", {who: "422" if got == "200" else got for who, got in ACCOUNT.items()}),
    ("POST /account/password", "", {who: "422" if got == "200" else got for who, got in ACCOUNT.items()}),
    ("POST /account/address", "", {who: "422" if got == "200" else got for who, got in ACCOUNT.items()}),
    ("GET /account/mails", "", {who: "303" if got == "200" else got for who, got in ACCOUNT.items()}),
    ("POST /account/shortcuts", "", {who: "303" if got == "200" else got for who, got in ACCOUNT.items()}),
    ("POST /account/mails", "", {who: "303" if got == "200" else got for who, got in ACCOUNT.items()}),
    ("GET /account/address/{side}", "", LATE),
    ("POST /account/address/{side}", "", LATE),
    ("GET /account/address/{side}/{token}", "", HOME),
    ("POST /account/sessions/{session_id}/end", "", {who: "404" if got == "200" else got for who, got in ACCOUNT.items()}),  # noqa: E501
    ("POST /account/sessions/end", "", {who: "303" if got == "200" else got for who, got in ACCOUNT.items()}),
    ("GET /licenses", "", PEOPLE),
    ("GET /licenses.csv", "", PEOPLE),
    ("GET /licenses/{license_id}", "active", PAGE.replace("ANNA", "200 ")),
    ("GET /licenses/{license_id}/certificate", "active", with_(
        PAGE, ticket="403 403 403 403 403", other_ticket="403 403 403 403 403", anna="404 403 404 404 404",
    )),
    # Members use what is visible to them, and whoever looks after a customer sees it; its ticket is not theirs to read.
    ("GET /licenses/{license_id}/ticket", "active", with_(
        VERB.replace("done", "200 ").replace("ANNA", "403 "), max="404 403 404 404 404",
    )),
    ("POST /licenses/{license_id}/activations", "give", VERB),
    ("POST /licenses/{license_id}/override", "active", GRANT.replace("ANNA", "403 ")),
    ("POST /licenses/{license_id}/waiting/{waiting_id}/dismissal", "wait", VERB),
    ("POST /licenses/{license_id}/waiting/{waiting_id}/restoration", "wait", VERB),
    ("POST /activations/{activation_id}/reactivation", "move", VERB),
    ("POST /activations/{activation_id}/return", "active", VERB),
    ("POST /activations/{activation_id}/return/cancellation", "returning", VERB),
    ("POST /licenses/{license_id}/emergency", "active", VERB.replace("ANNA", "done")),
    ("GET /devices/{device_id}/loss", "active", VERB.replace("done", "200 ")),
    ("POST /devices/{device_id}/loss", "active", VERB),
    ("GET /losses/{loss_id}", "returning", PAGE),
    ("POST /losses/{loss_id}/undoing", "returning", VERB.replace("done", "422 ")),
    ("GET /vendor/emergencies", "", READ),
    ("GET /tickets/redemption", "", ACCOUNT),
    ("POST /tickets/redemption", "", {who: "422" if got == "200" else got for who, got in ACCOUNT.items()}),
    ("GET /tickets/lost", "", OPEN),
    ("POST /tickets/lost", "", EMPTY_FORM),
    ("GET /transfers", "", PEOPLE),
    ("POST /transfers", "", {who: "422" if got == "200" else got for who, got in PEOPLE.items()}),
    ("GET /licenses/{license_id}/transfer", "active", VERB.replace("ANNA", "done").replace("done", "200 ")),
    ("POST /licenses/{license_id}/transfer", "active", VERB.replace("ANNA", "done").replace("done", "422 ")),
    ("POST /activations/{activation_id}/return-request", "active", VERB.replace("done", "422 ")),
    ("GET /transfers/{transfer_id}", "active", VERB.replace("done", "200 ")),
    ("GET /transfers/{transfer_id}/file", "active", VERB.replace("done", "200 ")),
    ("POST /transfers/{transfer_id}/receipt", "active", VERB.replace("done", "422 ")),
    ("GET /vendor", "", DESK | {"vito": "303", "vera": "303"}),
    ("GET /vendor/insights", "", READ),
    ("GET /vendor/insights.csv", "", READ),
    ("GET /vendor/rules", "", READ),
    ("GET /vendor/rules/new", "", WRITE),
    ("POST /vendor/rules/new", "", WRONG),
    ("GET /vendor/rules/{rule_set_id}", "", READ),
    ("GET /vendor/rules/{rule_set_id}/versions/{number}", "", READ),
    ("POST /vendor/rules/{rule_set_id}/versions/{number}/return", "", WRONG),
    ("GET /vendor/rules/{rule_set_id}/articles", "", WRITE),
    ("POST /vendor/rules/{rule_set_id}/articles", "", WRITE),
    ("GET /vendor/rules/{rule_set_id}/try", "", READ),
    ("POST /vendor/rules/{rule_set_id}/try", "", DESK | {"vito": "422", "vera": "422"}),
    ("GET /vendor/rules/{rule_set_id}/replays", "", WRITE),
    ("POST /vendor/rules/{rule_set_id}/replays", "", DECIDE),
    ("GET /vendor/rules/{rule_set_id}/replays/{replay_id}", "", WRITE),
    ("GET /vendor/rules/{rule_set_id}/replays/{replay_id}/findings.csv", "", WRITE),
    ("POST /vendor/rules/{rule_set_id}/replays/{replay_id}/stop", "", DECIDE),
    ("GET /vendor/rules/{rule_set_id}/draft", "", WRITE),
    ("POST /vendor/rules/{rule_set_id}/draft", "", WRONG),
    ("GET /vendor/rules/{rule_set_id}/publication", "", WRITE),
    ("POST /vendor/rules/{rule_set_id}/publication", "", WRONG),
    ("POST /vendor/rules/{rule_set_id}/draft/continuation", "", DECIDE),
    ("POST /vendor/rules/{rule_set_id}/draft/removal", "", DECIDE),
    ("GET /help/shortcuts", "", OPEN),
    ("GET /help", "", OPEN),
    ("GET /support", "", OPEN),
    ("POST /support", "", {who: "422" if got == "200" else got for who, got in PEOPLE.items()}),
    ("POST /licenses/{license_id}/exceptions", "active", VERB.replace("ANNA", "done").replace("done", "422 ")),
    ("GET /requests/{question_id}", "home", ASKED),
    ("POST /requests/{question_id}/messages", "home", ASKED.replace("200", "422")),
    ("POST /requests/{question_id}/closing", "home", ASKED.replace("200", "done")),
    ("GET /attachments/{attachment_id}", "home", with_(
        QUEUED, max="200 404 404", anna="404 200 404",
    )),
    ("GET /desk", "", STAFF),
    ("GET /desk/queue.csv", "", STAFF),
    ("GET /desk/requests/{question_id}", "home", QUEUED),
    # A dealer sees what its customers ask the vendor, and leaves the answer to him.
    ("POST /desk/requests/{question_id}/answer", "home", with_(
        QUEUED, rolf="403 403 404", rhea="403 403 404", vito="422 422 422", vera="422 422 422",
    )),
    ("POST /desk/requests/{question_id}/note", "home", QUEUED.replace("200", "422")),
    ("POST /desk/requests/{question_id}/assignment", "home", with_(
        QUEUED.replace("200", "done"), rolf="403 403 404", rhea="403 403 404",
    )),
    ("POST /desk/requests/{question_id}/referral", "home", with_(
        QUEUED.replace("200", "done"), rolf="403 403 404", rhea="403 403 404",
    )),
    ("POST /desk/requests/{question_id}/reopening", "home", with_(
        QUEUED.replace("200", "done"), rolf="403 403 404", rhea="403 403 404",
    )),
    ("GET /desk/words", "", STAFF),
    ("POST /desk/words", "", STAFF_WRONG),
    ("POST /desk/words/{words_id}/removal", "", DESK | {"vito": "done", "vera": "done"}),
    ("GET /desk/cases", "", STAFF),
    ("POST /desk/cases/{case_id}/closing", "home", QUEUED.replace("200", "422")),
    ("GET /desk/figures", "", STAFF),
    ("GET /desk/figures.csv", "", STAFF),
    ("GET /healthz", "", OPEN),
    ("GET /readyz", "", OPEN),
    ("GET /static/{name}", "", OPEN),
    ("GET /api/v1/me", "", KEYED),
    ("GET /api/v1/blocklist", "", KEYED),
    ("GET /api/v1/blocklist/file", "", KEYED),
    ("POST /api/v1/licenses/actions/validate-key", "", dict.fromkeys(PRINCIPALS, "401")),
    ("POST /api/v1/licenses/{license_id}/actions/validate", "active", CALL),
    ("GET /api/v1/licenses/{license_id}", "active", CALL),
    ("GET /api/v1/licenses/{license_id}/machines", "active", CALL),
    ("GET /api/v1/licenses/{license_id}/entitlements", "active", CALL),
    ("POST /api/v1/licenses/{license_id}/actions/check-out", "active", CALL),
    ("POST /api/v1/machines", "", {who: "422" if got == "200" else got for who, got in KEYED.items()}),
    ("GET /api/v1/machines/{machine_id}", "active", CALL),
    ("POST /api/v1/machines/{machine_id}/actions/ping", "active", CALL),
    ("POST /api/v1/machines/{machine_id}/actions/check-out", "active", CALL),
    ("DELETE /api/v1/machines/{machine_id}", "active", CALL.replace("200", "done")),
    ("GET /requests", "", ACCOUNT),
    ("POST /requests/seat", "home", with_(SEE, max="422 404 404", anna="422 422 404", dora="done done 404",
                                          cora="done done 404", rhea="403 403 404", vera="403 403 403")),
    ("POST /requests/{request_id}/withdrawal", "home", with_(MANAGE, max="done 404 404", anna="404 done 404",
                                                             dora="404 403 404", cora="403 403 404")),
    ("POST /requests/{request_id}/restoration", "home", with_(MANAGE, max="done 404 404", anna="404 done 404",
                                                              dora="404 403 404", cora="403 403 404")),
    ("POST /requests/{request_id}/answer", "home", with_(MANAGE, max="403 404 404", anna="404 403 404",
                                                         dora="404 done 404")),
    ("GET /groups/{group_id}/requests", "home", MANAGE.replace("done", "200 ")),
    ("POST /groups/{group_id}/standing-rules", "home", MANAGE),
    ("GET /groups/{group_id}/reminders", "home", MANAGE.replace("done", "200 ")),
    ("POST /groups/{group_id}/reminders", "home", MANAGE),
    ("POST /groups/{group_id}/reminders/{address_id}/removal", "home", MANAGE),
    ("GET /reminders/confirmation/{token}", "", HOME),
    ("GET /reminders/confirmation", "", OPEN),
    ("POST /reminders/confirmation", "", EMPTY_FORM),
    ("POST /reminders/ending", "", EMPTY_FORM),
    ("GET /groups/{group_id}/activity", "home", LOOK),
    ("GET /groups/{group_id}/activity.csv", "home", LOOK),
    ("GET /groups", "", ACCOUNT),
    ("GET /groups/{group_id}", "home", SEE),
    ("GET /groups/{group_id}/name", "home", NAME),
    ("POST /groups/{group_id}/name", "home", NAME.replace("200", "done")),
    ("POST /groups/{group_id}/departments", "home", MANAGE),
    ("GET /groups/{group_id}/members", "home", LOOK),
    ("GET /groups/{group_id}/newcomers", "home", MANAGE.replace("done", "200 ")),
    ("POST /groups/{group_id}/members", "home", MANAGE),
    ("GET /groups/{group_id}/members/{membership_id}", "home", LOOK),
    ("POST /groups/{group_id}/members/{membership_id}/role", "home", MANAGE),
    ("POST /groups/{group_id}/members/{membership_id}/suspension", "home", MANAGE),
    ("POST /groups/{group_id}/members/{membership_id}/suspension/end", "home", MANAGE),
    ("POST /groups/{group_id}/members/{membership_id}/sign-in-link", "home", MANAGE.replace("done", "422 ")),
    ("GET /groups/{group_id}/members/{membership_id}/removal", "home", MANAGE.replace("done", "200 ")),
    ("GET /groups/{group_id}/invitations", "home", MANAGE.replace("done", "200 ")),
    ("POST /groups/{group_id}/invitations", "home", MANAGE),
    ("POST /groups/{group_id}/invitations/{invitation_id}/resend", "home", MANAGE),
    ("POST /groups/{group_id}/invitations/{invitation_id}/withdrawal", "home", MANAGE),
    ("POST /groups/{group_id}/invitations/{invitation_id}/restoration", "home", MANAGE),
    ("GET /invitation/{token}", "", HOME),
    ("GET /invitation", "", OPEN),
    ("POST /invitation", "", EMPTY_FORM),
    ("POST /invitation/address", "", EMPTY_FORM),
    ("GET /groups/{group_id}/sign-in", "home", with_(SIGN_IN, cora="200 404 404")),
    ("POST /groups/{group_id}/sign-in/domains", "home", SIGN_IN),
    ("POST /groups/{group_id}/sign-in/domains/{domain_id}/proof", "home", with_(SIGN_IN, cora="422 404 404")),
    ("POST /groups/{group_id}/sign-in/try", "home", SIGN_IN),
    ("POST /groups/{group_id}/sign-in/switch", "home", with_(SIGN_IN, cora="422 404 404")),
    ("POST /groups/{group_id}/sign-in/only", "home", with_(SIGN_IN, cora="422 404 404")),
    ("POST /groups/{group_id}/sign-in/domains/{domain_id}/removal", "home", SIGN_IN),
    ("POST /groups/{group_id}/sign-in", "home", SIGN_IN),
    ("POST /groups/{group_id}/sign-in/removal", "home", SIGN_IN),
    ("GET /account/security", "", ACCOUNT),
    ("POST /account/passkeys/options", "", ACCOUNT),
    ("POST /account/passkeys", "", own("422")),
    ("POST /account/passkeys/{passkey_id}/name", "", own("404")),
    ("POST /account/passkeys/{passkey_id}/removal", "", own("404")),
    ("GET /account/authenticator", "", own("303")),
    ("POST /account/authenticator", "", own("303")),
    ("POST /account/authenticator/confirmation", "", own("422")),
    ("POST /account/authenticator/removal", "", own("303")),
    ("POST /account/recovery-codes", "", ACCOUNT),
    ("GET /account/proof", "", own("303")),
    ("POST /account/proof", "", own("422")),
    ("POST /account/proof/passkey", "", own("422")),
    ("POST /sign-in/passkey/options", "", OPEN),
    ("POST /sign-in/passkey", "", EMPTY_FORM),
    ("GET /sign-in/second", "", HOME),
    ("POST /sign-in/second", "", HOME),
    ("POST /sign-in/sso", "", EMPTY_FORM),
    ("GET /sign-in/sso/{key}", "", dict.fromkeys(PRINCIPALS, "404")),
    ("GET /sign-in/sso/again", "", {who: "404" if got == "200" else got for who, got in ACCOUNT.items()}),
    ("GET /sign-in/sso/callback", "", EMPTY_FORM),
    ("POST /sign-in/sso/logout", "", dict.fromkeys(PRINCIPALS, "400")),
    ("POST /account/company/connection", "", {who: "404" if got == "200" else got for who, got in ACCOUNT.items()}),
    ("POST /account/company/{identity_id}/removal", "", {who: "404" if got == "200" else got for who, got in ACCOUNT.items()}),  # noqa: E501
    ("GET /groups/{group_id}/pool", "home", without_tickets(LOOK)),
    ("GET /groups/{group_id}/assignments", "home", without_tickets(LOOK)),
    ("GET /groups/{group_id}/assignments.csv", "home", without_tickets(LOOK)),
    ("GET /groups/{group_id}/batches", "home", without_tickets(LOOK)),
    ("POST /groups/{group_id}/batches", "home", with_(without_tickets(MANAGE), dora="403 422 404")),
    # Who may not look into the group does not learn that there is a batch; a department's admin has no seat to give.
    ("GET /batches/{batch_id}", "home", with_(without_tickets(LOOK), max="404 404 404", anna="404 404 404",
                                              dora="404 200 404")),
    ("POST /batches/{batch_id}/start", "home", BATCH),
    ("POST /batches/{batch_id}/stop", "home", BATCH),
    ("POST /batches/{batch_id}/undo", "home", BATCH),
    ("GET /licenses/{license_id}/seats", "active", SEATS),
    ("GET /licenses/{license_id}/seats.csv", "active", SEATS),
    ("POST /licenses/{license_id}/reservations", "active", ASSIGN),
    ("POST /licenses/{license_id}/visibility", "active", ASSIGN),
    ("POST /licenses/{license_id}/assignment", "active", ASSIGN),
    # Of the department's own license nobody has a seat yet, and a dealer has no people to give seats to.
    ("POST /licenses/{license_id}/assignments", "active", with_(
        ASSIGN, dora="404 404 422 404 404", cora="404 done 422 404 404", rhea="404 403 403 404 403",
    )),
    ("POST /assignments/{assignment_id}/return", "home", with_(
        without_tickets(MANAGE), max="404 404 404", anna="404 403 404", dora="404 404 404",
    )),
    ("POST /groups/{group_id}/members/{membership_id}/department", "home", MANAGE),
    ("POST /groups/{group_id}/members/{membership_id}/removal", "home", MANAGE),
    ("POST /groups/current", "home", with_(SEE, max="done 404 404", anna="404 done 404", dora="404 done 404",
                                           cora="done 404 404", rhea="404 404 404", vera="404 404 404")),
    ("POST /sign-out", "", HOME),
]
# What a form must say so that its verb can be done, in the names of the thing or home it is about.
FIELDS: dict[str, dict[str, str]] = {
    "POST /licenses/{license_id}/activations": {"target": "{waiting_id}"},
    "POST /activations/{activation_id}/reactivation": {"target": "{waiting_id}", "reason": "lost", "gone": "yes"},
    "POST /devices/{device_id}/loss": {"kind": "lost", "gone": "yes"},
    "POST /requests/seat": {"group": "{group_id}", "product": "{product_id}"},
    "POST /requests/{request_id}/answer": {"answer": "no"},
    "POST /groups/{group_id}/standing-rules": {"product": "{product_id}", "keep_free": "3", "is_on": "yes"},
    "POST /groups/{group_id}/reminders": {"email": "new@people.example", "language": "en"},
    "POST /groups/{group_id}/name": {"name": "Home of {group_id}"},
    "POST /groups/{group_id}/departments": {"name": "Paint shop of {group_id}"},
    "POST /groups/{group_id}/members": {
        "name": "New", "email": "new-{group_id}@people.example", "role": "member", "language": "en", "department": "",
        "external_id": "",
    },
    "POST /groups/{group_id}/members/{membership_id}/role": {"role": "member"},
    "POST /groups/{group_id}/members/{membership_id}/department": {"department": ""},
    "POST /groups/{group_id}/invitations": {
        "kind": "mail", "email": "guest-{group_id}@people.example", "role": "member", "language": "en",
    },
    "POST /groups/{group_id}/sign-in": {
        "name": "Sign-in", "issuer": "https://login.company.example", "client_id": "portal", "client_secret": "secret",
    },
    "POST /groups/{group_id}/sign-in/domains": {"domain": "new-{group_id}.example", "mailbox": "postmaster"},
    "POST /groups/{group_id}/sign-in/domains/{domain_id}/proof": {"code": "AAAAA-AAAAA"},
    "POST /groups/{group_id}/sign-in/switch": {"on": "yes"},
    "POST /groups/{group_id}/sign-in/only": {"only": "yes"},
    "POST /groups/{group_id}/batches": {"kind": "assign", "license": "{license_id}", "pasted": "email\nx@y.example"},
    "POST /batches/{batch_id}/start": {"mode": "good"},
    "POST /licenses/{license_id}/reservations": {"department": "", "seats": "0"},
    "POST /licenses/{license_id}/assignment": {"person": ""},
    "POST /licenses/{license_id}/assignments": {"what": "take_back", "all": "yes"},
    "POST /groups/current": {"group": "{group_id}"},
}
MATRIX = {name: (kind, _filled(row, name)) for name, kind, row in _ROWS}

# The names that each principal may read anywhere at all.
MAY_READ = {
    "anonymous": set(), "ticket": {"nord"}, "other ticket": {"sued"}, "registered ticket": set(), "sid": {"sid"},
    "eve": {"eve"}, "max": {"brandt"}, "anna": {"brandt"}, "dora": {"brandt"}, "cora": {"brandt", "kim"}, "susi": set(),
    "ivan": set(), "rolf": {"nord", "brandt"}, "rhea": {"nord", "brandt", "kim"}, "vito": {"brandt", "linde", "desk"},
    "vera": {"nord", "sued", "brandt", "linde", "eve", "kim", "desk"}, "program": {"eve"}, "other program": {"nord"},
}  # fmt: skip
