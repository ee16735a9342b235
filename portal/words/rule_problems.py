"""What is wrong with a rule set, in the reader's language: the checks speak English, as they do on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from portal.language import Language


class _Speaks(Protocol):
    def gettext(self, message: str) -> str: ...


class _Source:
    """Says each message as it stands in the source."""

    def gettext(self, message: str) -> str:
        return message


def said(lang: Language, reason: str) -> str:
    """The reason in this language; what the reader of TOML itself says stays as it is."""
    for pattern, say in _PATTERNS:
        if found := pattern.fullmatch(reason):
            return say(lang) % {key: _value(lang, key, value) for key, value in found.groupdict().items()}
    return reason


def _value(lang: Language, key: str, value: str) -> str:
    if key == "options" and " or " in value:
        options, _, last = value.rpartition(" or ")
        return lang.gettext("%(options)s or %(last)s") % {"options": options, "last": last}
    if key == "problem":
        return said(lang, value)
    if key in ("wanted", "found"):
        return _kinds(lang).get(value, value)
    if key == "table" and value == "the rule set":
        return lang.gettext("the rule set")
    return value


def _kinds(lang: Language) -> dict[str, str]:
    return {
        "text": lang.gettext("text"),
        "a whole number": lang.gettext("a whole number"),
        "true or false": lang.gettext("true or false"),
        "a list": lang.gettext("a list"),
        "a table": lang.gettext("a table"),
        "a fraction": lang.gettext("a fraction"),
        "a date or time": lang.gettext("a date or time"),
    }


# The first that fits is said, so that the plainest stand last.
_SAID: tuple[Callable[[_Speaks], str], ...] = (
    lambda _: _.gettext("the document is nested too deeply"),
    lambda _: _.gettext("the document is longer than %(size)s KiB"),
    lambda _: _.gettext("%(key)s and accrual are two ways to say how much; keep one"),
    lambda _: _.gettext(
        "nothing counts per activation for an operation that only begins one; this rule never forbids"
    ),
    lambda _: _.gettext(
        "nothing counts per activation before %(operation)s, which only begins one; this rule never forbids"
    ),
    lambda _: _.gettext("a period of no time makes nobody wait"),
    lambda _: _.gettext("initial and grant are both 0: this rule could never allow anything"),
    lambda _: _.gettext("initial is %(initial)s, above max_balance %(most)s"),
    lambda _: _.gettext("an overage that may last no time could never be used; set overage to 0"),
    lambda _: _.gettext("overage_grace has no effect without overage"),
    lambda _: _.gettext("overage is %(value)s; it can be a number of seats such as 2, or a share such as '10%%'"),
    lambda _: _.gettext("%(table)s needs components with their weights, such as { board = 3, disk = 2 }"),
    lambda _: _.gettext("score is %(score)s, but all components together weigh %(total)s: nothing could match"),
    lambda _: _.gettext("with a score of 0 every device counts as the same one"),
    lambda _: _.gettext("score has no effect with match = %(match)s"),
    lambda _: _.gettext("components have no effect with match = 'exact'"),
    lambda _: _.gettext("components is empty: nothing could match; leave the key out instead"),
    lambda _: _.gettext("countries holds %(value)s; write ISO codes of two capital letters such as DE"),
    lambda _: _.gettext("this condition asks for nothing"),
    lambda _: _.gettext("grace has no effect without ttl"),
    lambda _: _.gettext("credit has no effect on %(operation)s: only a return frees a seat"),
    lambda _: _.gettext("an offline return never brings an online_ack, so this refuses every one"),
    lambda _: _.gettext("credit at lease_end needs a ttl in [lease]: without one no lease ever ends"),
    lambda _: _.gettext("unknown key %(key)s in %(table)s; did you mean %(near)s?"),
    lambda _: _.gettext("unknown key %(key)s in %(table)s; known are %(known)s"),
    lambda _: _.gettext("time_zone %(zone)s is not known; write for instance Europe/Berlin"),
    lambda _: _.gettext("the name %(name)s is taken by another %(kind)s"),
    lambda _: _.gettext("offer_emergency has no effect without [emergency]"),
    lambda _: _.gettext(
        "a PC that is gone brings no %(proof)s, and no emergency license helps out; binding a license to a PC that "
        "dies is normally not permissible"
    ),
    lambda _: _.gettext(
        "once this is used up, the owner of a PC that is gone has no way left, no review and no emergency license "
        "either; binding a license to a PC that dies is normally not permissible"
    ),
    lambda _: _.gettext("%(text)s is no duration; write for instance P30D, P1Y or PT12H"),
    lambda _: _.gettext("the duration %(text)s is longer than any calendar"),
    lambda _: _.gettext("%(text)s is no time at all"),
    lambda _: _.gettext("%(key)s is an empty list: it could never allow anything; leave the key out instead"),
    lambda _: _.gettext("%(key)s is one thing, but there can be several; write [[%(kind)s]]"),
    lambda _: _.gettext("%(key)s holds %(value)s, which is no text"),
    lambda _: _.gettext("%(key)s holds %(value)s; it can hold %(options)s"),
    lambda _: _.gettext("%(key)s holds %(value)s; write [[%(kind)s]] tables"),
    lambda _: _.gettext("%(key)s holds %(value)s twice"),
    lambda _: _.gettext("%(key)s is negative: %(value)s"),
    lambda _: _.gettext("%(key)s is %(value)s; it must be at least %(least)s"),
    lambda _: _.gettext("%(key)s is %(value)s; it can be %(options)s"),
    lambda _: _.gettext("%(key)s must be %(wanted)s, not %(found)s"),
    lambda _: _.gettext("%(key)s is empty"),
    lambda _: _.gettext("%(table)s needs limit or accrual"),
    lambda _: _.gettext("%(table)s needs %(key)s"),
    # No message but a span of time and its key; what is wrong with it is one of those above.
    lambda _: "%(key)s: %(problem)s",
)


def _pattern(message: str) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)s", message.replace("%%", "%"))
    shape = {"key": "[^ :]+?", "near": "[^?]+", "problem": ".* (?:is|than) .*"}
    pieces = (f"(?P<{part}>{shape.get(part, '.+?')})" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    return re.compile("".join(pieces), re.DOTALL)


_PATTERNS = tuple((_pattern(say(_Source())), say) for say in _SAID)
