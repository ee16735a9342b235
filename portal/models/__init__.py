"""The tables, one file per noun."""

from portal.models.activations import LIVE, Activation, ActivationState
from portal.models.cases import Conflict
from portal.models.devices import Device, WaitingDevice
from portal.models.events import Event, Seal
from portal.models.groups import Grant, Group, GroupKind, Membership, Right, Role
from portal.models.installation import Fact
from portal.models.jobs import Answer, Job
from portal.models.licenses import License, LicenseKey, LicenseState, Term, TermKind
from portal.models.mails import Mail
from portal.models.operations import Operation
from portal.models.products import Article, Category, Model, Product, category_articles
from portal.models.rule_sets import RuleSet, RuleVersion
from portal.models.sessions import Attempt, Session, session_tickets
from portal.models.tickets import Ticket
from portal.models.transfers import Closed, Transfer, TransferKind
from portal.models.users import User

__all__ = [
    "LIVE",
    "Activation",
    "ActivationState",
    "Answer",
    "Article",
    "Attempt",
    "Category",
    "Closed",
    "Conflict",
    "Device",
    "Event",
    "Fact",
    "Grant",
    "Group",
    "GroupKind",
    "Job",
    "License",
    "LicenseKey",
    "LicenseState",
    "Mail",
    "Membership",
    "Model",
    "Operation",
    "Product",
    "Right",
    "Role",
    "RuleSet",
    "RuleVersion",
    "Seal",
    "Session",
    "Term",
    "TermKind",
    "Ticket",
    "Transfer",
    "TransferKind",
    "User",
    "WaitingDevice",
    "category_articles",
    "session_tickets",
]
