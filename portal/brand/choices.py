"""Which mails a person may do without; all others are always sent, above all those about the safety of an account."""

from __future__ import annotations

from enum import StrEnum


class Choice(StrEnum):
    """What is switched on and off together."""

    ACTIVATIONS = "activations"  # a PC has a license now
    TRANSFERS = "transfers"  # a license file was handed out, and its receipt is still to come
    SEATS = "seats"  # somebody gave a seat or a license, took it back, or answered a request for one
    REQUESTS = "requests"  # somebody asks whoever looks after seats
    REMINDERS = "reminders"  # licenses that one looks after end soon


# By the folder that the templates of the mail lie in.
CHOICES = {
    "activated": Choice.ACTIVATIONS,
    "transfer_waiting": Choice.TRANSFERS,
    "assigned": Choice.SEATS,
    "taken_back": Choice.SEATS,
    "seat_refused": Choice.SEATS,
    "seat_asked": Choice.REQUESTS,
    "reminder": Choice.REMINDERS,
}
