"""What is said of transfers: why a receipt did not fit, in a sentence for each reason."""

from __future__ import annotations

from portal.language import Language


def reason(lang: Language, code: str, device: str | None) -> str:
    """Why a receipt did not fit; an unknown reason is told in general."""
    name = device or lang.gettext("a PC")
    told = {
        "foreign": lang.gettext("A receipt came in for a seat that this license does not have."),
        "not_genuine": lang.gettext("A receipt for %(device)s was not signed by the program there."),
        "sequence": lang.gettext("%(device)s shows an older state than it showed before, or another one."),
        "nonce_unknown": lang.gettext("A return receipt for %(device)s answers a request that was never made."),
        "nonce_used": lang.gettext("A second return receipt came in for %(device)s."),
        "ended": lang.gettext("A receipt came in for %(device)s after its seat had ended."),
        "late": lang.gettext("The return receipt of %(device)s came in after its request had run out."),
        "components": lang.gettext("The return receipt of %(device)s was written on a PC with other parts."),
        "unreadable": lang.gettext("A receipt came in that was changed after the program wrote it."),
    }
    return told.get(code, lang.gettext("A receipt for %(device)s did not fit.")) % {"device": name}
