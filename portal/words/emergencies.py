"""Why somebody took an emergency license: what the rules refused, in a few words for the vendor."""

from __future__ import annotations

from portal.language import Language
from portal.words.trials import operation as operation_word


def because(lang: Language, operation: str | None, code: str | None, rule: str | None) -> str:
    """What was refused, and by which rule."""
    if operation is None or code is None:
        return lang.gettext("Nothing was refused")
    said = f"{operation_word(lang, operation)}{lang.colon}{_why(lang, code)}"
    return f"{said}{lang.aside(rule)}" if rule else said


def _why(lang: Language, code: str) -> str:
    return {
        "allowance_exhausted": lang.gettext("used up"),
        "cooldown": lang.gettext("has to wait"),
        "seats_exhausted": lang.gettext("no seat is free"),
        "evidence_missing": lang.gettext("a proof is missing"),
        "approval_required": lang.gettext("needs your approval"),
        "receipt_mismatch": lang.gettext("a receipt did not fit"),
        "condition_country": lang.gettext("not in this country"),
        "condition_virtual_machine": lang.gettext("not on a virtual machine"),
        "condition_role": lang.gettext("not for this person"),
        "condition_left_device": lang.gettext("not back to a PC it left"),
        "same_product_on_device": lang.gettext("the PC runs this product already"),
    }.get(code, code)
