"""The tables, one file per noun."""

from portal.models.activations import LIVE, Activation, ActivationState
from portal.models.assignments import Assignment, AssignmentKind
from portal.models.batches import Batch, BatchKind, BatchLine, BatchMode, BatchState, LineState
from portal.models.cases import Conflict
from portal.models.demos import DemoClaim, DemoDevice
from portal.models.devices import Device, WaitingDevice
from portal.models.emergencies import Emergency
from portal.models.events import Event, Seal
from portal.models.factors import Authenticator, RecoveryCode
from portal.models.groups import COUNTS, Grant, Group, GroupKind, Membership, Right, Role
from portal.models.installation import Fact
from portal.models.invitations import Invitation, InvitationUse
from portal.models.jobs import Answer, Job
from portal.models.licenses import License, LicenseKey, LicenseState, Term, TermKind
from portal.models.links import Link
from portal.models.losses import Loss, LossActivation, LossKind
from portal.models.mail_settings import MailSetting
from portal.models.mails import Mail
from portal.models.operations import Operation
from portal.models.passkeys import Passkey
from portal.models.products import Article, Category, Model, Product, category_articles
from portal.models.providers import Identity, Provider, ProviderDomain
from portal.models.reminders import ReminderAddress, ReminderSent
from portal.models.replays import Replay, ReplayFinding, ReplayState
from portal.models.requests import (
    WAITING,
    Attachment,
    CannedWords,
    Message,
    Request,
    RequestKind,
    RequestState,
    Side,
    StandingRule,
)
from portal.models.rule_sets import RuleDraft, RuleSet, RuleVersion
from portal.models.sessions import Attempt, Session, session_tickets
from portal.models.tickets import Ticket
from portal.models.transfers import Closed, Transfer, TransferKind
from portal.models.users import User

__all__ = [
    "COUNTS",
    "LIVE",
    "WAITING",
    "Activation",
    "ActivationState",
    "Answer",
    "Article",
    "Assignment",
    "AssignmentKind",
    "Attachment",
    "Attempt",
    "Authenticator",
    "Batch",
    "BatchKind",
    "BatchLine",
    "BatchMode",
    "BatchState",
    "CannedWords",
    "Category",
    "Closed",
    "Conflict",
    "Device",
    "DemoClaim",
    "DemoDevice",
    "Emergency",
    "Event",
    "Fact",
    "Grant",
    "Group",
    "GroupKind",
    "Identity",
    "Invitation",
    "InvitationUse",
    "Job",
    "License",
    "LicenseKey",
    "LicenseState",
    "LineState",
    "Link",
    "Loss",
    "LossActivation",
    "LossKind",
    "Mail",
    "MailSetting",
    "Membership",
    "Message",
    "Model",
    "Operation",
    "Passkey",
    "Product",
    "Provider",
    "ProviderDomain",
    "RecoveryCode",
    "ReminderAddress",
    "ReminderSent",
    "Request",
    "RequestKind",
    "RequestState",
    "Replay",
    "ReplayFinding",
    "ReplayState",
    "Right",
    "Role",
    "RuleDraft",
    "RuleSet",
    "RuleVersion",
    "Seal",
    "Session",
    "Side",
    "StandingRule",
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
