"""Who may ask what: every route, written out. A route that is not here fails the tests, and so does a changed cell."""

from __future__ import annotations

PRINCIPALS = (
    "anonymous", "ticket", "other ticket", "sid", "eve", "max", "cora", "rhea", "vera", "program", "other program",
)  # fmt: skip
THINGS = ("eve", "brandt", "loose")  # a private person's license, a customer's, one that only its ticket holds

# max is a member of Brandt, cora its admin; rhea's reseller looks after Brandt and has the loose ticket in its pool.
PAGE = """
                 eve  brandt  loose
anonymous        303  303     303
ticket           404  404     200
other ticket     404  404     404
sid              404  404     404
eve              200  404     404
max              404  200     404
cora             404  200     404
rhea             404  200     200
vera             200  200     200
program          303  303     303
other program    303  303     303
"""
VERB = """
                 eve  brandt  loose
anonymous        303  303     303
ticket           404  404     done
other ticket     404  404     404
sid              404  404     404
eve              done 404     404
max              404  done    404
cora             404  done    404
rhea             404  403     done
vera             403  403     403
program          303  303     303
other program    303  303     303
"""
# To programs only their own license exists, and to people nothing of this does.
CALL = """
                 eve  brandt  loose
anonymous        401  401     401
ticket           401  401     401
other ticket     401  401     401
sid              401  401     401
eve              401  401     401
max              401  401     401
cora             401  401     401
rhea             401  401     401
vera             401  401     401
program          200  404     404
other program    404  404     200
"""
OPEN = dict.fromkeys(PRINCIPALS, "200")
PEOPLE = dict.fromkeys(PRINCIPALS, "200") | dict.fromkeys(("anonymous", "program", "other program"), "303")
ACCOUNT = PEOPLE | {"ticket": "403", "other ticket": "403"}
HOME = dict.fromkeys(PRINCIPALS, "303")
DOOR = dict.fromkeys(PRINCIPALS, "303") | dict.fromkeys(
    ("anonymous", "ticket", "other ticket", "program", "other program"), "200"
)
EMPTY_FORM = dict.fromkeys(PRINCIPALS, "422")
KEYED = dict.fromkeys(PRINCIPALS, "401") | {"program": "200", "other program": "200"}


def _cells(table: str) -> dict[tuple[str, str], str]:
    lines = table.strip("\n").splitlines()[1:]
    rows = {line[:17].strip(): line[17:].split() for line in lines}
    return {(who, thing): rows[who][at] for who in rows for at, thing in enumerate(THINGS)}


def _filled(row: dict[str, str] | str, name: str) -> dict[tuple[str, str], str]:
    cells = _cells(row) if isinstance(row, str) else {(who, ""): status for who, status in row.items()}
    done = "204" if name.startswith("DELETE") else "303"
    return {cell: done if status == "done" else status for cell, status in cells.items()}


# Route, what its page must offer so that the verb can be done ("" where no id is in it), and who gets which answer.
_ROWS: list[tuple[str, str, dict[str, str] | str]] = [
    ("GET /", "", HOME),
    ("GET /t", "", HOME),
    ("GET /t", "", HOME),
    ("GET /sign-in", "", DOOR),
    ("POST /sign-in", "", EMPTY_FORM),
    ("POST /sign-in/ticket", "", EMPTY_FORM),
    ("GET /licenses", "", PEOPLE),
    ("GET /licenses.csv", "", PEOPLE),
    ("GET /licenses/{license_id}", "active", PAGE),
    ("POST /licenses/{license_id}/activations", "give", VERB),
    ("POST /licenses/{license_id}/waiting/{waiting_id}/dismissal", "wait", VERB),
    ("POST /activations/{activation_id}/reactivation", "move", VERB),
    ("POST /activations/{activation_id}/return", "active", VERB),
    ("POST /activations/{activation_id}/return/cancellation", "returning", VERB),
    ("GET /tickets/redemption", "", ACCOUNT),
    ("POST /tickets/redemption", "", {who: "422" if got == "200" else got for who, got in ACCOUNT.items()}),
    ("GET /tickets/lost", "", OPEN),
    ("POST /tickets/lost", "", EMPTY_FORM),
    ("GET /transfers", "", PEOPLE),
    ("POST /transfers", "", {who: "422" if got == "200" else got for who, got in PEOPLE.items()}),
    ("GET /licenses/{license_id}/transfer", "active", VERB.replace("done", "200 ")),
    ("POST /licenses/{license_id}/transfer", "active", VERB.replace("done", "422 ")),
    ("POST /activations/{activation_id}/return-request", "active", VERB.replace("done", "422 ")),
    ("GET /transfers/{transfer_id}", "active", VERB.replace("done", "200 ")),
    ("GET /transfers/{transfer_id}/file", "active", VERB.replace("done", "200 ")),
    ("POST /transfers/{transfer_id}/receipt", "active", VERB.replace("done", "422 ")),
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
    ("POST /sign-out", "", HOME),
]
MATRIX = {name: (kind, _filled(row, name)) for name, kind, row in _ROWS}

# The names that each principal may read anywhere at all.
MAY_READ = {
    "anonymous": set(), "ticket": {"nord"}, "other ticket": {"sued"}, "sid": set(), "eve": {"eve"}, "max": {"brandt"},
    "cora": {"brandt"}, "rhea": {"nord", "brandt"}, "vera": {"nord", "sued", "brandt", "eve", "kim"},
    "program": {"eve"}, "other program": {"nord"},
}  # fmt: skip
