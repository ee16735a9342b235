"""Codes of authenticator apps: the secret they share, and which moment a code belongs to."""

from __future__ import annotations

from datetime import datetime

STEP = 30  # seconds
DIGITS = 6
# A clock that goes half a minute wrong still fits.
WINDOW = 1


def new_secret() -> str:
    """160 random bits, as apps take them."""
    import pyotp

    return pyotp.random_base32()


def address(secret: str, who: str, portal: str) -> str:
    """What a QR code tells the app."""
    import pyotp

    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP).provisioning_uri(name=who, issuer_name=portal)


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The number of the half minute this code belongs to; None for a wrong one."""
    import pyotp

    code = "".join(typed.split())
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return None
    try:
        app = pyotp.TOTP(secret, digits=DIGITS, interval=STEP)
        return app.verify_and_get_timecode(code, for_time=now, valid_window=WINDOW)
    except pyotp.exceptions.OTPVerificationError:
        return None
