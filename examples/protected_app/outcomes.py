"""How the program ends: exit codes, and what an error of the SDK means to the person in front of it."""

import json
from enum import IntEnum

from keygen_sh.errors import KeygenError


class Exit(IntEnum):
    """The exit codes of the command line."""

    DONE = 0
    WRONG_CALL = 2  # something is missing on the command line
    NO_SEAT = 3  # every seat is in use; this PC waits for one in the portal
    FILE_REFUSED = 4  # the license file was changed, or belongs to another PC or another vendor
    SEAT_GONE = 5  # the license was moved to another PC or returned; the file is deleted
    NOT_ACTIVATED = 6  # there is no license file here, or it is too old
    REFUSED = 7  # the portal says no: unknown key, expired, revoked, not allowed now
    NO_ANSWER = 8  # no network, or an answer that the vendor did not sign


class Stop(Exception):
    """The program cannot go on; the sentence says why."""

    def __init__(self, code: Exit, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def meaning_of(error: KeygenError) -> tuple[str, dict]:
    """Return the kind of an SDK error and its details.

    The SDK passes them on as JSON in the error's text. Plain words mean that it got no answer it could trust.
    """
    try:
        content = json.loads(error.args[0])
    except ValueError:
        return "NoAnswer", {}
    details = content["details"]
    return content["type"], details if isinstance(details, dict) else {"detail": details}


def stop_for(kind: str, details: dict) -> Stop:
    """Return how the program ends after an error that needs no special care."""
    if kind in ("NoAnswer", "UnexpectedError"):
        return Stop(Exit.NO_ANSWER, "The portal gave no answer that can be trusted. Please try again later.")
    if kind == "RateLimitExceeded":
        return Stop(Exit.NO_ANSWER, f"Too many tries. Please try again in {details['retry_after']} seconds.")
    if kind == "MachineFileExpired":
        return Stop(Exit.NOT_ACTIVATED, "The license file is too old. Go online and run: check")
    if kind == "DecryptionError" or "File" in kind:
        return Stop(Exit.FILE_REFUSED, "The license file was changed or belongs to another PC.")
    return Stop(Exit.REFUSED, f"The license cannot be used: {details.get('detail') or kind}")
