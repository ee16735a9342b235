"""What the program keeps on the PC: the license file, which key and device it is for, and what it needs offline."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from outcomes import Exit, Stop


@dataclass(frozen=True)
class Note:
    """What belongs to the stored license file; the key is needed to open it."""

    key: str
    fingerprint: str
    machine: str  # the id of the activation
    name: str


@dataclass(frozen=True)
class State:
    """What the last license file said that came by hand; receipts repeat it as proof that it was imported."""

    license: str
    activation: str
    generation: int
    seq: int
    head: str
    request: str


class Home:
    """A folder of the program, with one license file in it or none."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._file, self._note = folder, folder / "license.lic", folder / "license.json"
        self._key, self._state = folder / "device.key", folder / "offline.json"
        self._request, self._receipt = folder / "request.json", folder / "return-receipt.txt"
        self._tombstones, self._blocked = folder / "tombstones", folder / "blocked.json"

    def keep(self, certificate: str, note: Note) -> None:
        self._write(self._note, json.dumps(asdict(note)))
        self._write(self._file, certificate)

    def read(self) -> tuple[str, Note]:
        try:
            certificate, note = self._file.read_text(), Note(**json.loads(self._note.read_text()))
        except FileNotFoundError:
            raise Stop(Exit.NOT_ACTIVATED, "Tessel CAD Pro is not activated on this PC.") from None
        except (ValueError, TypeError):
            raise Stop(Exit.FILE_REFUSED, "The license file was changed.") from None
        state = self.state()
        if state is not None and self.is_over(state.activation, state.generation):
            self.forget()
            raise Stop(Exit.SEAT_GONE, "The license was returned or replaced.")
        return certificate, note

    def forget(self) -> None:
        for path in (self._file, self._note, self._state, self._key, self._request):
            path.unlink(missing_ok=True)

    def device_key(self) -> Ed25519PrivateKey:
        """The key pair of this device, made when it is first needed. It never leaves the PC."""
        if not self._key.exists():
            self._write(self._key, Ed25519PrivateKey.generate().private_bytes_raw().hex())
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self._key.read_text()))

    def state(self) -> State | None:
        try:
            return State(**json.loads(self._state.read_text()))
        except FileNotFoundError:
            return None

    def keep_state(self, state: State) -> None:
        self._write(self._state, json.dumps(asdict(state)))

    def request(self, key: str) -> str | None:
        """The request that is still unanswered: asking again gives the same one, and so the same file."""
        try:
            kept = json.loads(self._request.read_text())
        except FileNotFoundError:
            return None
        return kept["text"] if kept["key"] == key else None

    def keep_request(self, key: str, text: str) -> None:
        self._write(self._request, json.dumps({"key": key, "text": text}))

    def requested_key(self) -> str:
        """The ticket that the open request was made with."""
        try:
            return json.loads(self._request.read_text())["key"]
        except FileNotFoundError:
            raise Stop(Exit.NOT_ACTIVATED, "Make a request first, then import the file that answers it.") from None

    def answered(self) -> None:
        self._request.unlink(missing_ok=True)

    def bury(self, activation: str, generation: int, nonce: str, at: str) -> str:
        """Write the tombstone of a returned activation and return its digest. It is never deleted."""
        told = {"activation": activation, "generation": generation, "nonce": nonce, "at": at}
        text = json.dumps(told, sort_keys=True)
        self._write(self._tombstones / f"{activation}-{generation}.json", text)
        return hashlib.sha256(text.encode()).hexdigest()

    def keep_receipt(self, text: str) -> None:
        """The return receipt stays readable, because the key that could write it again is gone."""
        self._write(self._receipt, text)

    def return_receipt(self) -> str | None:
        return self._receipt.read_text() if self._receipt.exists() else None

    def block(self, blocked: dict[str, int]) -> None:
        self._write(self._blocked, json.dumps(blocked))

    def is_over(self, activation: str, generation: int) -> bool:
        """Whether this generation was returned here, or stands on the vendor's block list."""
        if (self._tombstones / f"{activation}-{generation}.json").exists():
            return True
        try:
            return json.loads(self._blocked.read_text()).get(activation, 0) >= generation
        except FileNotFoundError:
            return False

    def _write(self, path: Path, text: str) -> None:
        """The old content or the new one, never half of it, and on the disk before anything else happens."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
