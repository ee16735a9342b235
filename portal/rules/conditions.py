"""Who, where and what on: the conditions of a request, and the state of its license."""

from collections.abc import Iterator
from datetime import datetime

from portal.rules.binding import match
from portal.rules.promise import Gate, never
from portal.rules.question import Question
from portal.rules.sets import Condition

# A license can always be given back, and a demo is for those who have none.
_IN_ANY_STATE = frozenset({"return", "demo"})
_REFUSING_STATES = ("revoked", "merged", "expired")


def state_gates(question: Question) -> Iterator[Gate]:
    """The license itself: revoked, merged into another, or past its end."""
    if question.operation in _IN_ANY_STATE:
        return
    license = question.case.license
    if license.state in _REFUSING_STATES:
        yield Gate(f"license_{license.state}", never, params=lambda: {"date": license.term_end})
    if (end := license.term_end) is not None:

        def before_end(moment: datetime) -> datetime | None:
            return moment if moment < end else None

        yield Gate("license_expired", before_end, params=lambda: {"date": end})


def offer_gates(question: Question) -> Iterator[Gate]:
    """Demos and emergency licenses exist only where the rule set offers them, demos in the lengths it names."""
    rules, operation = question.rules, question.operation
    if (operation == "demo" and not rules.demo) or (operation == "emergency" and not rules.emergency):
        yield Gate("not_offered", never)
    elif operation == "demo" and rules.demo and (wanted := question.wanted_duration):
        offered = rules.demo.durations
        if offered is not None and wanted not in offered:
            texts = [duration.text for duration in offered]
            yield Gate("duration_not_offered", never, "demo", lambda: {"durations": texts, "duration": wanted.text})


def condition_gates(question: Question) -> Iterator[Gate]:
    for condition in question.rules.conditions:
        if question.operation in condition.operations:
            yield from _failures(condition, question)


def _failures(condition: Condition, question: Question) -> Iterator[Gate]:
    device, role = question.case.device, question.case.actor.role
    country = device.country if device else None
    virtual_machine = bool(device and device.virtual_machine)
    if condition.countries is not None and country not in condition.countries:
        countries = list(condition.countries)
        yield Gate("condition_country", never, condition.rule, lambda: {"countries": countries, "country": country})
    if condition.virtual_machine is not None and virtual_machine != condition.virtual_machine:
        yield Gate("condition_virtual_machine", never, condition.rule, lambda: {"virtual_machine": virtual_machine})
    if condition.roles is not None and role not in condition.roles:
        roles = list(condition.roles)
        yield Gate("condition_role", never, condition.rule, lambda: {"roles": roles, "role": role})
    if condition.never_back_to_left_device and _was_left(question):
        yield Gate("condition_left_device", never, condition.rule)


def _was_left(question: Question) -> bool:
    """Whether an activation of this license left this very device before, by a return or a rehost."""
    device = question.case.device
    if device is None or not device.components:
        return False
    binding, new = question.rules.binding, device.components
    return any(match(binding, left.components, new) is not None for left in question.ledger.left)
